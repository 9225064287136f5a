"""Writes a flat OpenDocument sheet with TRUE and FALSE as Calc shows them in many languages, a row
each behind its name: python3 calc_words.py FILE"""
import sys

import sheet

LANGUAGES = (
    "ar-EG bg-BG ca-ES cs-CZ da-DK de-DE el-GR en-US es-ES et-EE fi-FI fr-FR ga-IE gl-ES he-IL hi-IN hr-HR hu-HU "
    "id-ID it-IT ja-JP ko-KR lv-LV nb-NO nl-NL pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sl-SI sr-RS sv-SE th-TH tr-TR "
    "uk-UA vi-VN zh-CN zh-TW"
).split()

styles, rows = [], []
for number, name in enumerate(LANGUAGES):
    language, country = name.split("-")
    styles.append(
        f'<number:boolean-style style:name="N{number}" number:language="{language}" number:country="{country}">'
        f'<number:boolean/></number:boolean-style><style:style style:name="c{number}" style:family="table-cell" '
        f'style:data-style-name="N{number}"/>'
    )
    flags = "".join(
        f'<table:table-cell table:style-name="c{number}" office:value-type="boolean" office:boolean-value="{flag}"/>'
        for flag in ("true", "false")
    )
    name = f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
    rows.append(f"<table:table-row>{name}{flags}</table:table-row>")

sheet.write(sys.argv[1], "".join(styles), rows)
