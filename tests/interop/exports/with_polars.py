"""Exports of polars into a folder: python with_polars.py FOLDER"""
import os
import sys

import polars as pl
from people import people

os.chdir(sys.argv[1])
frame = pl.DataFrame(people())
frame.write_csv("plain.csv")
frame.write_csv("semicolon.csv", separator=";", decimal_comma=True, line_terminator="\r\n")
frame.write_csv("tab.tsv", separator="\t")
frame.write_csv("always.csv", quote_style="always", include_bom=True)
frame.write_csv("words.csv", quote_style="non_numeric")
frame.write_csv("never.csv", quote_style="never")
frame.write_csv("apostrophes.csv", quote_char="'")
frame.write_csv("null.csv", null_value="null", datetime_format="%d/%m/%Y %H:%M")
frame.write_csv("headless.csv", include_header=False)
frame.write_json("array.json")
frame.write_ndjson("lines.ndjson")

unknown = pl.DataFrame(people(with_unknown=True))
unknown.write_csv("unknown.csv")
unknown.with_columns(pl.col(pl.Boolean).cast(pl.Float64)).write_csv("unknown-floats.csv")
unknown.write_ndjson("unknown.ndjson")
