#!/bin/sh
# Installs what `benches/rehearse.sh` measures with: GNU time, and taskset (Debian's packages `time`
# and `util-linux`). Run it as root. What is there already is left alone.
set -eu

missing=
[ -x /usr/bin/time ] || missing="$missing time"
command -v taskset >/dev/null || missing="$missing util-linux"
[ -n "$missing" ] || exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 -- names of packages, one word each
apt-get install -qq -y --no-install-recommends $missing >/dev/null
