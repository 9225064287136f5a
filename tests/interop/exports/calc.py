"""Writes the people as a flat OpenDocument sheet, typed as somebody would have typed them into Calc:
python3 calc.py FILE [--unknown] [--filtered] [--charset NAME]

Of those who may be mailed, only those are in it whose names a character set has.
"""
import argparse
from xml.sax.saxutils import escape

import sheet
from people import people

arguments = argparse.ArgumentParser()
arguments.add_argument("file")
arguments.add_argument("--unknown", action="store_true", help="with somebody of whom nothing is known")
arguments.add_argument("--filtered", action="store_true", help="a filter hides those who left")
arguments.add_argument("--charset", default="utf-8")
arguments = arguments.parse_args()

STYLES = """<number:boolean-style style:name="B"><number:boolean/></number:boolean-style>
<number:date-style style:name="D" number:automatic-order="true"><number:day number:style="long"/><number:text>/</number:text><number:month
number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>
<style:style style:name="flag" style:family="table-cell" style:data-style-name="B"/>
<style:style style:name="day" style:family="table-cell" style:data-style-name="D"/>"""


def cell(name, value):
    if value in (None, ""):
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind = f'table:style-name="flag" office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, (int, float)):
        kind = f'office:value-type="float" office:value="{value}"'
    elif name == "unsubscribed_at":
        kind = f'table:style-name="day" office:value-type="date" office:date-value="{value.isoformat()}"'
    else:
        # Nobody types a tab into a cell, and Calc drops it.
        lines = value.replace("\t", " ").split("\n")
        text = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
    return f"<table:table-cell {kind}/>"


def fits(row):
    return row["first_name"].encode(arguments.charset, "replace").decode(arguments.charset) == row["first_name"]


rows = people(with_unknown=arguments.unknown)
for row in rows:
    if row["email"].startswith("left") and not fits(row):
        row["first_name"] = "Bob"
rows = [row for row in rows if fits(row)]
# A number with a decimal sign before all that tells of leaving.
rows = [{**dict(list(row.items())[:4]), "given": 12.5, **row} for row in rows]
lines = ["<table:table-row>" + "".join(cell("", name) for name in rows[0]) + "</table:table-row>"]
for row in rows:
    hidden = ' table:visibility="filter"' if arguments.filtered and row["email"].startswith("left") else ""
    cells = "".join(cell(name, value) for name, value in row.items())
    lines.append(f"<table:table-row{hidden}>{cells}</table:table-row>")
sheet.write(arguments.file, STYLES, lines)
