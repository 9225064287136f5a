#!/bin/sh
# sqlite3's shell writes a `|` in a cell of a Markdown table as it is, so that the cells behind it move.
#
# A bar separates the cells of a table in Markdown; one that belongs to a cell has a backslash before it
# (GitHub Flavored Markdown, section 4.10, "Tables"; Miller writes it so). `.mode markdown` writes none.
# A row then has a cell more than the header, and readers drop the last one: here ` Lee` is what they see as
# the date on which Ann left, and the date on which Bob left is gone.
#
# Seen with sqlite3 3.40.1 (Debian 12):
#
#     |      email      |   name    |  left_at   |
#     |-----------------|-----------|------------|
#     | ann@example.org | Ann | Lee |            |
#     | bob@example.org | Bob | B   | 2024-02-01 |
#
# Expected: `Ann \| Lee`. Ends with 1 if that changes.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
mkdir -p "$folder/debs/partial" "$folder/root"
apt-get install -qq -y --reinstall --download-only --no-install-recommends -o Debug::NoLocking=1 \
    -o Dir::Cache::archives="$folder/debs" 'sqlite3=3.40.1-*' 'libsqlite3-0=3.40.1-*' >/dev/null
for package in "$folder"/debs/*.deb; do
    dpkg -x "$package" "$folder/root"
done
for library in "$folder"/root/usr/lib/*-linux-gnu*; do
    export LD_LIBRARY_PATH="$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
sqlite3=$folder/root/usr/bin/sqlite3
"$sqlite3" --version
"$sqlite3" :memory: >"$folder/table.md" <<'SQL'
.mode markdown
CREATE TABLE people (email text, name text, left_at text);
INSERT INTO people VALUES ('ann@example.org', 'Ann | Lee', ''), ('bob@example.org', 'Bob | B', '2024-02-01');
SELECT * FROM people;
SQL
cat "$folder/table.md"
cat >"$folder/expected" <<'MARKDOWN'
|      email      |   name    |  left_at   |
|-----------------|-----------|------------|
| ann@example.org | Ann | Lee |            |
| bob@example.org | Bob | B   | 2024-02-01 |
MARKDOWN
cmp "$folder/expected" "$folder/table.md"
