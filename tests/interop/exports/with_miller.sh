#!/bin/sh
# Exports of Miller into a folder, made of one of sqlite3's: with_miller.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
mkdir of of/sqlite3
sh "$here/with_sqlite3.sh" of/sqlite3
all=of/sqlite3/plain.csv
for form in csv tsv json jsonl xtab pprint md; do
    mlr --icsv "--o$form" cat "$all" >"plain.$form"
done
mlr --icsv --ocsv --quote-all cat "$all" >quoted.csv
mlr --icsv --ocsv --ofs semicolon cat "$all" >semicolon.csv
mlr --icsv --ocsv --headerless-csv-output cat "$all" >headless.csv
mlr --icsv --opprint --barred cat "$all" >barred.pprint
# Two exports of one club: the later one has a column more, or less, or the same in another order.
mlr --csv filter 'NR <= 6' "$all" >of/old.csv
mlr --csv filter 'NR > 6' "$all" >of/new.csv
mlr --csv put '$city = "Leeds"' of/new.csv >of/wider.csv
mlr --csv reorder -e -f unsubscribed of/new.csv >of/reordered.csv
mlr --csv cut -x -f unsubscribed,opt_out of/old.csv >of/narrow.csv
# The lighter reader knows neither quotes in cells nor line breaks.
mlr --csv cut -x -f first_name,note of/old.csv >of/old-bare.csv
mlr --csv cut -x -f first_name,note of/reordered.csv >of/reordered-bare.csv
mlr --csv cat of/old.csv of/wider.csv >wider.csv
mlr --csv cat of/old.csv of/reordered.csv >reordered.csv
mlr --csv cat of/new.csv of/narrow.csv >narrow.csv
mlr --csvlite cat of/old-bare.csv of/reordered-bare.csv >reordered-lite.csv
mlr --icsv --otsv cat of/old.csv of/reordered.csv >reordered.tsv
mlr --csv unsparsify of/old.csv of/wider.csv >unsparsified.csv
mlr --csv unsparsify of/narrow.csv of/new.csv >unsparsified-narrow.csv
cat of/old.csv of/reordered.csv >cat.csv
