#!/bin/sh
# Exports of LibreOffice Calc into a folder: with_calc.sh FOLDER
#
# A sheet is typed once; the Calc of each locale saves it as its users would: as CSV with cells as
# they are shown, and the separator and character set that are usual there; and as workbooks.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
mkdir sheets profiles out
sheet() {
    name=$1
    shift
    python3 "$here/calc.py" "sheets/$name.fods" "$@"
}
sheet people
sheet unknown --unknown
sheet filtered --filtered
sheet western --charset cp1252
sheet eastern --charset cp1250
sheet hebrew --charset cp1255
python3 "$here/calc_words.py" sheets/words.fods

# save LOCALE FORM FILTER SHEET...: has a Calc save sheets as LOCALE-SHEET.FORM.
save() {
    locale=$1 form=$2 filter=$3
    shift 3
    profile=$PWD/profiles/$locale-$form
    mkdir -p "$profile/user" "out/$locale"
    cat >"$profile/user/registrymodifications.xcu" <<XCU
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N"><prop
oor:name="ooSetupSystemLocale" oor:op="fuse"><value>$locale</value></prop></item></oor:items>
XCU
    (
        cd sheets
        soffice "-env:UserInstallation=file://$profile" --headless --convert-to "$form:$filter" \
            --outdir "../out/$locale" "$@" >"$profile/log" 2>&1
    )
    for sheet in "$@"; do
        name=${sheet%.fods}
        # A CSV is named after its sheet, too.
        for file in "out/$locale/$name-people.$form" "out/$locale/$name.$form"; do
            [ ! -e "$file" ] || mv "$file" "$locale-$name.$form"
        done
    done
}
# Tokens: separator, quote, character set, first line, columns, language, all text quoted, numbers
# detected or cells as shown, formulas, blanks, sheet; -1: all sheets.
csv() { echo "Text - txt - csv (StarCalc):$1,34,$2,1,,0,false,$3,false,false,false,-1"; }
comma=44 semicolon=59 tab=9
utf8=76 utf16=65535 western=1 eastern=33 hebrew=37
save nl csv "$(csv $semicolon $western true)" western.fods people.fods &
save pl csv "$(csv $semicolon $eastern true)" eastern.fods
wait
save pt-BR csv "$(csv $comma $utf8 true)" people.fods unknown.fods words.fods &
save he csv "$(csv $comma $hebrew true)" hebrew.fods
wait
save en-US csv "$(csv $tab $utf16 true)" people.fods filtered.fods &
save de csv "$(csv $semicolon $utf8 false)" people.fods
wait
save nl xlsx "Calc MS Excel 2007 XML" people.fods filtered.fods unknown.fods &
save pl ods calc8 people.fods filtered.fods
wait
save he xls "MS Excel 97" people.fods filtered.fods
