"""A real SMTP server, aiosmtpd, that keeps every message, for tests/interop/newsletter.rs.

Arguments: the port on 127.0.0.1, and the folder for the messages. A message is kept the way
Postfix's smtp-sink does it: who and what the envelope said as headers before its own.
"""

import asyncio
import itertools
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count()

    async def handle_DATA(self, server, session, envelope):
        head = [f"X-Mail-Args: <{envelope.mail_from}>"]
        head += [f"X-Rcpt-Args: <{recipient}>" for recipient in envelope.rcpt_tos]
        head = "".join(line + "\r\n" for line in head).encode()
        (self.folder / f"{next(self.numbers)}.eml").write_bytes(head + envelope.original_content)
        return "250 2.0.0 kept"


async def serve(port, folder):
    keeper = Keeper(pathlib.Path(folder))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, loop=loop), "127.0.0.1", port)
    await server.serve_forever()


asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
