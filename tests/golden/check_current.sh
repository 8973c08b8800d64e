#!/usr/bin/env bash
# Makes golden messages anew and compares them with the committed ones.
#
# usage: check_current.sh FOLDER
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 "$1/make.py" "$work"
for file in binary.txt compact.txt; do
  diff -q "$work/$file" "$1/$file" || { echo "run $1/make.py and commit the result"; exit 1; }
done
