#!/usr/bin/env bash
# Writes the API reference, api.md, into a folder: from thrift/larder.thrift, by generate.py.
#
# usage: generate.sh OUTDIR
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: generate.sh OUTDIR" >&2; exit 64; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for format in xml json; do
  thrift --gen "$format" -out "$work" "$here/../thrift/larder.thrift"
done
/usr/bin/python3 -B "$here/generate.py" "$work/larder.xml" "$work/larder.json" >"$work/api.md"
cp "$work/api.md" "$1/api.md"
