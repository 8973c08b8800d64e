#!/usr/bin/env bash
# Fails when clang-format would change a C file of ours. `./dev fmt` mends it.
set -euo pipefail
cd "$1"
find include engine service loadgen examples tests -name '*.[ch]' ! -path include/larder/types.h ! -path include/larder/calls.h -print0 | xargs -0 clang-format --dry-run --Werror
