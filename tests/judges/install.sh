#!/usr/bin/env bash
# Install the judges: other people's programs that look at what we write. None of them is part of the product, and
# the Python ones live in an environment of their own, so that the product cannot lean on them by accident.
# Needs python3 (3.11 or newer, with venv), node with npm; Debian packages only where they are missing and apt-get is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

missing=()
while read -r package; do
    [ -z "$package" ] || dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null |
        grep -q '^install ok installed$' || missing+=("$package")
done < <(sed 's/#.*//; s/[[:space:]]*$//' debian.txt)
if [ "${#missing[@]}" -gt 0 ]; then
    command -v apt-get >/dev/null || { echo "these programs are missing: ${missing[*]}" >&2; exit 1; }
    apt-get update --quiet --quiet
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends "${missing[@]}" >/dev/null
fi

for lock in */package-lock.json; do
    folder="$(dirname "$lock")"
    cmp --silent "$lock" "$folder/node_modules/.lock" || {
        npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts
        cp "$lock" "$folder/node_modules/.lock"
    }
done

wanted="$(cat python/requirements*.txt)"
if [ "$wanted" != "$(cat python/.venv/.requirements 2>/dev/null)" ]; then
    [ -x python/.venv/bin/python ] || "${PYTHON:-python3}" -m venv python/.venv
    pip=(python/.venv/bin/python -m pip install --quiet --disable-pip-version-check)
    "${pip[@]}" --requirement python/requirements.txt
    # Packages of which the judge needs only the files, not what they depend on.
    [ ! -f python/requirements-no-deps.txt ] || "${pip[@]}" --no-deps --requirement python/requirements-no-deps.txt
    printf '%s' "$wanted" >python/.venv/.requirements
fi
