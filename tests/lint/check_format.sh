#!/usr/bin/env bash
# Fails when clang-format would change a C file of ours. `./dev fmt` mends it.
set -euo pipefail
cd "$1"
find engine service loadgen tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
