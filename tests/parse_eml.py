"""Reads messages as Python's email package does, for tests/message.rs.

In: one message a line, in base64. Out: one JSON object a line.
"""

import base64
import email
import email.policy
import json
import sys


def mailboxes(header):
    return [[a.display_name, a.addr_spec] for a in getattr(header, "addresses", ())]


def part(p):
    return {
        "type": p.get_content_type(),
        "charset": p.get_content_charset(),
        "disposition": p.get_content_disposition(),
        "file_name": p.get_filename(),
        "content_id": p["Content-ID"],
        "parts": [part(q) for q in p.iter_parts()] if p.is_multipart() else [],
        "bytes": "" if p.is_multipart() else base64.b64encode(p.get_payload(decode=True)).decode(),
        "defects": [repr(d) for d in p.defects],
    }


for line in sys.stdin:
    message = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
    print(json.dumps({
        "headers": [[name, str(value)] for name, value in message.items()],
        "mailboxes": {name: mailboxes(value) for name, value in message.items()},
        "timestamp": message["Date"].datetime.timestamp(),
        "body": part(message),
    }), flush=True)
