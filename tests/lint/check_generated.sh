#!/usr/bin/env bash
# Proves that the committed generated code is what generating makes of the contract: generates twice,
# compares.
#
# usage: check_generated.sh ROOT
set -euo pipefail

root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for _ in 1 2; do
  "$root/gen-c_glib/generate.sh" "$work/once/gen-c_glib"
  "$root/gen-client/generate.sh" "$work/once"
done
failed=0
while read -r file; do
  diff -q "$work/once/$file" "$root/$file" || failed=1
done < <(cd "$work/once" && find . -type f)
for file in "$root"/gen-c_glib/*.[ch] "$root"/gen-client/*.[ch]; do
  [ -e "$work/once/${file#"$root/"}" ] || { echo "$file is not generated"; failed=1; }
done
[ "$failed" = 0 ] || { echo "run ./dev gen and commit the result"; exit 1; }
