"""Python's smtplib with Jinja2: the script that many a charity has.

    smtplib_jinja.py URL LIST COUNT HTML TEXT [CA]
"""
import csv
import itertools
import smtplib
import ssl
import sys
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Template

url, rows, count, html_file, text_file, *ca = sys.argv[1:]
server = urlsplit(url)
html = Template(Path(html_file).read_text(encoding="utf-8"))
text = Template(Path(text_file).read_text(encoding="utf-8"))
if server.scheme == "smtps":
    context = ssl.create_default_context(cafile=ca[0])
    smtp = smtplib.SMTP_SSL(server.hostname, server.port, context=context)
else:
    smtp = smtplib.SMTP(server.hostname, server.port)
with smtp, open(rows, newline="", encoding="utf-8") as file:
    for row in itertools.islice(csv.DictReader(file), int(count)):
        message = EmailMessage()
        message["From"] = "Ann Lee <news@example.org>"
        message["To"] = row["Email"]
        message["Subject"] = f"News for {row['first_name']}"
        message.set_content(text.render(first_name=row["first_name"]))
        message.add_alternative(html.render(first_name=row["first_name"]), subtype="html")
        smtp.send_message(message)
