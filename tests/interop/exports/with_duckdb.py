"""Exports of DuckDB into a folder: python with_duckdb.py FOLDER"""
import os
import pathlib
import sys

import duckdb

HERE = pathlib.Path(__file__).parent
os.chdir(sys.argv[1])
database = duckdb.connect()
database.execute("""CREATE TABLE people (email text, first_name text, member text, note text,
    unsubscribed boolean, unsubscribed_at timestamp, status text, opt_out utinyint, subscribed boolean, deceased boolean)""")
database.execute((HERE / "people.sql").read_text(encoding="utf-8"))
EXPORTS = {
    "plain.csv": "",
    "semicolon.csv": "(HEADER, DELIMITER ';')",
    "tab.tsv": "(HEADER, DELIMITER '\t')",
    "pipe.csv": "(HEADER, DELIMITER '|', NULLSTR 'NULL')",
    "forced.csv": "(HEADER, FORCE_QUOTE *)",
    "backslash.csv": "(HEADER, ESCAPE '\\')",
    "apostrophes.csv": "(HEADER, QUOTE '''')",
    "headless.csv": "(HEADER false)",
    "days.csv": "(HEADER, TIMESTAMPFORMAT '%A, %-d %B %Y')",
    "lines.json": "",
    "array.json": "(FORMAT json, ARRAY true)",
}
for name, options in EXPORTS.items():
    database.execute(f"COPY people TO '{name}' {options}")
database.execute("EXPORT DATABASE 'whole'")
pathlib.Path("whole/people.csv").rename("whole.csv")
database.execute((HERE / "unknown.sql").read_text(encoding="utf-8"))
database.execute("COPY people TO 'unknown.csv'")
database.execute("COPY people TO 'unknown.ndjson' (FORMAT json)")
