#!/usr/bin/env bash
# Generates the client's part of thrift/larder.thrift below a folder: include/larder/types.h and calls.h,
# and the C files of gen-client.
#
# usage: generate.sh OUTDIR
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: generate.sh OUTDIR" >&2; exit 64; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
thrift --gen xml -out "$work" "$here/../thrift/larder.thrift"
/usr/bin/python3 -B "$here/generate.py" "$work/larder.xml" "$1"
