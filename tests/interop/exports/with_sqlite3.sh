#!/bin/sh
# Exports of sqlite3's shell into a folder: with_sqlite3.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
mkdir database
ask() { sqlite3 -bail database/people.db "$@"; }
ask "CREATE TABLE people (email text, first_name text, member text, note text, unsubscribed boolean,
    unsubscribed_at datetime, status text, opt_out integer, subscribed boolean, deceased boolean)" ".read '$here/people.sql'"
bare='SELECT email, member, unsubscribed, unsubscribed_at, status, opt_out, subscribed, deceased FROM people'
ask -header -csv 'SELECT * FROM people' >plain.csv
ask '.headers on' '.mode csv' '.nullvalue NULL' '.once null.csv' 'SELECT * FROM people'
ask -csv 'SELECT * FROM people' >headless.csv
ask -header "$bare" >bare-list.txt
for mode in list tabs quote ascii json markdown column box html insert; do
    ask '.headers on' ".mode $mode" 'SELECT * FROM people' >"$mode.txt"
done
mv json.txt array.json
# What many write to get a CSV: no quotes. A column behind the last one takes what is shifted.
ask -header -separator , "SELECT *, NULL AS vip FROM people" >comma.csv
ask ".read '$here/unknown.sql'"
ask -header -csv 'SELECT * FROM people' >unknown.csv
