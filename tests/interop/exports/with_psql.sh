#!/bin/sh
# Exports of psql into a folder, beside a PostgreSQL of its own:
#
#     scripts/with-postgres.sh sh with_psql.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
export PGCLIENTENCODING=UTF8
ask() { psql -X -q -v ON_ERROR_STOP=1 "$HANDBILL_TEST_POSTGRES" "$@"; }
ask -c "CREATE TABLE people (email text, first_name text, member text, note text, unsubscribed boolean,
    unsubscribed_at timestamptz, status text, opt_out integer, subscribed boolean, deceased boolean)" -f "$here/people.sql"
ask <<'SQL'
\copy people TO plain.csv CSV HEADER
\copy people TO semicolon.csv WITH (FORMAT csv, HEADER, DELIMITER ';', FORCE_QUOTE *, NULL 'NULL')
\copy people TO backslash.csv WITH (FORMAT csv, HEADER, ESCAPE '\')
\copy people TO apostrophes.csv WITH (FORMAT csv, HEADER, QUOTE '''')
\copy people TO text.txt WITH (HEADER)
\copy people TO pipes.txt WITH (HEADER, DELIMITER '|')
\copy people TO headless.csv CSV
\copy people TO headless.txt
\copy (SELECT email, member, unsubscribed, unsubscribed_at, status, opt_out, subscribed, deceased FROM people) TO bare.txt WITH (HEADER)
\copy (SELECT * FROM people WHERE first_name <> 'דב') TO windows-1250.csv WITH (FORMAT csv, HEADER, ENCODING 'WIN1250')
SET datestyle = 'German';
\copy people TO german.csv CSV HEADER
SET datestyle = 'Postgres';
\copy people TO postgres.csv CSV HEADER
SET datestyle = 'ISO';
\copy (SELECT row_to_json(people) FROM people) TO copied.ndjson
SQL
bare="SELECT email, member, unsubscribed, unsubscribed_at, status, opt_out, subscribed, deceased FROM people"
ask --csv -c 'SELECT * FROM people' >select.csv
ask --csv -c "SELECT email, first_name, member, note, unsubscribed::int::numeric(3, 2) AS unsubscribed, unsubscribed_at,
    status, opt_out::float AS opt_out, subscribed::int AS subscribed, deceased::int::bit AS deceased FROM people" >numbers.csv
ask -A -t -c 'SELECT json_agg(people) FROM people' >array.json
ask -A -t -c 'SELECT row_to_json(people) FROM people' >lines.ndjson
ask -A -c 'SELECT * FROM people' >unaligned-all.txt
ask -A -c "$bare" >unaligned.txt
ask -A -F, -c "$bare" >unaligned.csv
ask -A -t -c "$bare" >tuples-only.txt
ask -c "$bare" >aligned.txt
ask -x -c "$bare" >expanded.txt
ask -H -c "$bare" >table.html
ask -f "$here/unknown.sql" -c '\copy people TO unknown.csv CSV HEADER' -c '\copy people TO unknown.txt WITH (HEADER)'
