#!/usr/bin/env bash
# Generates the stubs of thrift/larder.thrift into a folder: the c_glib generator's output, mended by
# patch.py, and the table of methods by methods.py. README.md tells what is mended and why.
#
# usage: generate.sh OUTDIR
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: generate.sh OUTDIR" >&2; exit 64; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
idl=$here/../thrift/larder.thrift
out=$(mkdir -p "$1" && cd "$1" && pwd)
python=/usr/bin/python3

version=$(thrift --version)
[ "$version" = "Thrift version 0.17.0" ] ||
  { echo "generate.sh: patch.py is made for Thrift 0.17.0, this is: $version" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/stubs" "$work/json"
thrift --gen c_glib -out "$work/stubs" "$idl"
thrift --gen json -out "$work/json" "$idl"
"$python" "$here/patch.py" "$work"/stubs/*.c
"$python" "$here/methods.py" "$work/json/larder.json" >"$work/stubs/larder_methods.h"
cp "$work"/stubs/*.c "$work"/stubs/*.h "$out/"
