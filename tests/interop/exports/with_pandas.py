"""Exports of pandas into a folder: python with_pandas.py FOLDER"""
import csv
import os
import sys
import warnings

import pandas as pd
from people import people

os.chdir(sys.argv[1])
# Of how dates will be written in JSON some day.
warnings.simplefilter("ignore")
frame = pd.DataFrame(people())
frame.to_csv("plain.csv", index=False)
frame.to_csv("index.csv")
frame.to_csv("semicolon.csv", index=False, sep=";", decimal=",")
frame.to_csv("tab.tsv", index=False, sep="\t")
frame.to_csv("quoted.csv", index=False, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
frame.to_csv("backslash.csv", index=False, doublequote=False, escapechar="\\")
frame.to_csv("escaped.csv", index=False, quoting=csv.QUOTE_NONE, escapechar="\\")
frame.to_csv("utf-8-sig.csv", index=False, encoding="utf-8-sig")
frame.to_csv("utf-16.csv", index=False, encoding="utf-16")
frame[frame.first_name != "דב"].to_csv("windows-1250.csv", index=False, encoding="cp1250")
frame.to_csv("headless.csv", index=False, header=False)
frame.to_csv("null.csv", index=False, na_rep="NULL")
numbers = frame.astype({name: float for name in ["unsubscribed", "subscribed", "deceased", "opt_out"]})
numbers.to_csv("floats.csv", index=False)
numbers.to_csv("two-digits.csv", index=False, float_format="%.2f", sep=";", decimal=",")
frame.to_json("records.json", orient="records")
frame.to_json("records-iso.json", orient="records", date_format="iso", force_ascii=False, indent=2)
frame.to_json("columns.json")
frame.to_json("split.json", orient="split")
frame.to_json("lines.ndjson", orient="records", lines=True)
frame.to_html("table.html", index=False)
frame.to_excel("sheet.xlsx", index=False)

unknown = pd.DataFrame(people(with_unknown=True))
unknown.to_csv("unknown.csv", index=False)
unknown.astype({name: float for name in ["unsubscribed", "subscribed", "deceased"]}).to_csv("unknown-floats.csv", index=False)
unknown.convert_dtypes().to_csv("unknown-nullable.csv", index=False, na_rep="<NA>")
unknown.to_json("unknown.ndjson", orient="records", lines=True)
unknown.to_excel("unknown.xlsx", index=False)
