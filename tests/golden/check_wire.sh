#!/usr/bin/env bash
# Makes the golden messages anew and compares them with the committed ones.
#
# usage: check_wire.sh ROOT
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 "$1/tests/golden/wire/make.py" "$work"
for file in binary.txt compact.txt; do
  diff -q "$work/$file" "$1/tests/golden/wire/$file" ||
    { echo "run tests/golden/wire/make.py and commit the result"; exit 1; }
done
