#!/usr/bin/env bash
# Proves that the committed stubs are what generating makes of the contract: generates twice, compares.
#
# usage: check_generated.sh ROOT
set -euo pipefail

root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$root/gen-c_glib/generate.sh" "$work/once"
"$root/gen-c_glib/generate.sh" "$work/once"
failed=0
for file in "$work"/once/*; do
  diff -q "$file" "$root/gen-c_glib/$(basename "$file")" || failed=1
done
for file in "$root"/gen-c_glib/*.[ch]; do
  [ -e "$work/once/$(basename "$file")" ] || { echo "$file is not generated"; failed=1; }
done
[ "$failed" = 0 ] || { echo "run ./dev gen and commit the result"; exit 1; }
