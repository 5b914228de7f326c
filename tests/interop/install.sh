#!/usr/bin/env bash
# What `make interop` needs beyond the tests' own environment: Debian's packages, installed if this is root and named if not,
# and programs of PyPI in an environment of their own, so that what they depend on changes nothing for Convene.
# install.sh [WHAT]: all of it, or only what the tests that ONLY=WHAT chooses need.
set -euo pipefail
cd "$(dirname "$0")/../.."
only=${1:-}

wants() { # wants NAME: whether the tests of this program are among those that were asked for
  [ -z "$only" ] || [[ "$1" == *"$only"* || "$only" == *"$1"* ]]
}

packages=()
if wants libical; then packages+=(libical3); fi
if wants calcurse; then packages+=(calcurse); fi
if wants thunderbird; then packages+=(thunderbird); fi
if wants evolution; then packages+=(dbus-daemon evolution-data-server gir1.2-ecal-2.0 python3-gi); fi
if wants kde; then packages+=(g++ libkf5calendarcore-dev pkg-config); fi
if wants davical; then packages+=(davical php-cli php-curl php-pgsql php-xml postgresql); fi
if wants sabre; then packages+=(php-cli php-sabre-vobject); fi
if wants libreoffice; then packages+=(libreoffice-calc-nogui); fi
if { wants ical.js || wants node-ical; } && ! command -v npm >/dev/null; then packages+=(nodejs npm); fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ] && [ "$(id -u)" -eq 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
elif [ "${#missing[@]}" -gt 0 ]; then
  echo "Tests of these will be skipped, as they aren't installed: ${missing[*]}. apt-get install them, or run this as root." >&2
fi

if wants khal || wants vdirsyncer; then
  own=out/interop/venv
  if [ ! -x "$own/bin/khal" ] || [ ! -x "$own/bin/vdirsyncer" ]; then
    rm -rf "$own"
    "${PYTHON:-python3}" -m venv "$own"
    "$own/bin/python" -m pip install --quiet --disable-pip-version-check 'khal>=0.14,<0.15' 'vdirsyncer>=0.21,<0.22'
  fi
fi
