#!/usr/bin/env bash
# Proves that the committed API reference is what generating makes of the contract.
#
# usage: check_api.sh ROOT
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1/docs/generate.sh" "$work"
diff -u "$1/docs/api.md" "$work/api.md" || { echo "run ./dev gen and commit the result"; exit 1; }
