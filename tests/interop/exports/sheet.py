"""Flat OpenDocument sheets, which Calc opens."""

NAMES = {"office": "office", "style": "style", "text": "text", "table": "table", "number": "datastyle"}
XMLNS = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"' for name, urn in NAMES.items())


def write(path, styles, rows):
    """Writes a document with one sheet, `people`, of rows in XML."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {XMLNS} office:version="1.3" '
            f'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:automatic-styles>{styles}'
            f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="people">{"".join(rows)}'
            f"</table:table></office:spreadsheet></office:body></office:document>\n"
        )
