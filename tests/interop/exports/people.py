"""The people of `people.sql` as Python's own values, for tools that are libraries."""
import datetime
import pathlib
import sqlite3

HERE = pathlib.Path(__file__).parent
FLAGS = ["unsubscribed", "subscribed", "deceased"]
TABLE = """CREATE TABLE people (email text, first_name text, member text, note text,
  unsubscribed boolean, unsubscribed_at text, status text, opt_out integer, subscribed boolean, deceased boolean)"""


def people(with_unknown=False):
    """A list of dictionaries; with somebody of whom nothing is known, if wanted."""
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.execute(TABLE)
    for name in ["people.sql", "unknown.sql"][: 1 + with_unknown]:
        database.executescript((HERE / name).read_text(encoding="utf-8"))
    rows = [dict(row) for row in database.execute("SELECT * FROM people")]
    for row in rows:
        for flag in FLAGS:
            row[flag] = None if row[flag] is None else bool(row[flag])
        if row["unsubscribed_at"]:
            row["unsubscribed_at"] = datetime.datetime.fromisoformat(row["unsubscribed_at"])
    return rows
