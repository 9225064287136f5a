#!/bin/sh
# Installs what the tests with real parts use (`cargo test --test interop --test browser -- --ignored`):
# Postfix with its smtp-sink and Cyrus SASL's plain logins (Debian's packages `postfix`,
# `libsasl2-modules` and `sasl2-bin`), aiosmtpd (in a virtual environment of its own), Dovecot, SpamAssassin and
# rspamd, PostgreSQL, icalendar, dkimpy and feedparser (beside aiosmtpd), ical.js, mailauth, opendkim, Chromium with its driver, and axe-core, which looks for
# what shuts people out of a page (single files of npm's packages); and what exports lists: pandas (with
# openpyxl), polars and DuckDB (beside aiosmtpd), sqlite3, MariaDB, Miller and LibreOffice Calc. Run it as root.
#
# What is there already is left alone, so a second run is quick, quiet and needs no network.
# Postfix comes without a configuration and is not started: each test starts one of its own.
set -eu

AIOSMTPD=1.4.6
ICALENDAR=6.3.1
DKIMPY=1.1.8
FEEDPARSER=6.0.12
PANDAS=3.1.1
OPENPYXL=3.1.5
POLARS=2.1.0
DUCKDB=2.0.1
MAILAUTH=7.1.0
mailauth=${HANDBILL_TEST_MAILAUTH:-${XDG_CACHE_HOME:-$HOME/.cache}/handbill/mailauth-$MAILAUTH}
ICAL=2.2.1
AXE=4.14.1
ical=${HANDBILL_TEST_ICAL:-${XDG_CACHE_HOME:-$HOME/.cache}/handbill/ical.js-$ICAL}
axe=${HANDBILL_TEST_AXE:-${XDG_CACHE_HOME:-$HOME/.cache}/handbill/axe-core-$AXE}
venv=${HANDBILL_TEST_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/handbill/test-venv}

# Services of what is installed here must not start; a policy that is there already stays.
policy=/usr/sbin/policy-rc.d
install_packages() {
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
    apt-get update -qq
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

missing=
has() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }
has smtp-sink || missing="$missing postfix"
has saslpasswd2 || missing="$missing sasl2-bin"
ls /usr/lib/*/sasl2/libplain.so >/dev/null 2>&1 || missing="$missing libsasl2-modules"
has dovecot || missing="$missing dovecot-imapd"
has spamassassin || missing="$missing spamassassin"
has rspamd || missing="$missing rspamd"
has ip || missing="$missing iproute2"
has unshare || missing="$missing util-linux"
has opendkim || missing="$missing opendkim"
has openssl || missing="$missing openssl"
has chromium || missing="$missing chromium"
has chromedriver || missing="$missing chromium-driver"
[ -s "$axe/package/axe.min.js" ] && [ -s "$ical/package/dist/ical.js" ] &&
    [ -s "$mailauth/node_modules/mailauth/package.json" ] || has npm || missing="$missing npm"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
has psql || missing="$missing postgresql-client"
has sqlite3 || missing="$missing sqlite3"
has mlr || missing="$missing miller"
has mariadbd || missing="$missing mariadb-server-core"
has mariadb || missing="$missing mariadb-client-core"
ls /usr/lib/libreoffice/program/libsclo.so >/dev/null 2>&1 || missing="$missing libreoffice-calc-nogui"
has node || missing="$missing nodejs"
has python3 || missing="$missing python3"
if ! [ -x "$venv/bin/python" ]; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
fi
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 -- names of packages, one word each
    install_packages $missing
fi

has_modules() {
    "$venv/bin/python" -I -c "import aiosmtpd, dkim, feedparser, icalendar, nacl, sys; sys.exit((aiosmtpd.__version__, icalendar.__version__) != ('$AIOSMTPD', '$ICALENDAR'))" 2>/dev/null &&
        "$venv/bin/python" -I -c "import importlib.metadata, sys
versions = [importlib.metadata.version(name) for name in ('duckdb', 'openpyxl', 'pandas', 'polars')]
sys.exit(versions != ['$DUCKDB', '$OPENPYXL', '$PANDAS', '$POLARS'])" 2>/dev/null
}
if ! has_modules; then
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -I -m pip install --quiet --disable-pip-version-check "aiosmtpd==$AIOSMTPD" "icalendar==$ICALENDAR" \
        "dkimpy[ed25519]==$DKIMPY" "feedparser==$FEEDPARSER" \
        "pandas==$PANDAS" "openpyxl==$OPENPYXL" "polars==$POLARS" "duckdb==$DUCKDB"
    has_modules
fi

if ! [ -s "$mailauth/node_modules/mailauth/package.json" ]; then
    npm install --silent --no-audit --no-fund --prefix "$mailauth" "mailauth@$MAILAUTH" >/dev/null
fi

if ! [ -s "$ical/package/dist/ical.js" ]; then
    mkdir -p "$ical"
    (cd "$ical" && npm pack --silent "ical.js@$ICAL" >/dev/null && tar -xzf "ical.js-$ICAL.tgz" package/dist/ical.js)
    rm -f "$ical/ical.js-$ICAL.tgz"
fi

if ! [ -s "$axe/package/axe.min.js" ]; then
    mkdir -p "$axe"
    (cd "$axe" && npm pack --silent "axe-core@$AXE" >/dev/null && tar -xzf "axe-core-$AXE.tgz" package/axe.min.js)
    rm -f "$axe/axe-core-$AXE.tgz"
fi
