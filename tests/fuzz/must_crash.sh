#!/usr/bin/env bash
# Succeeds when a fuzz target aborts on an input.
#
# usage: must_crash.sh PROGRAM FILE
set -uo pipefail

output=$("$1" "$2" 2>&1)
status=$?
[ $status -ne 0 ] && grep -q "check failed" <<<"$output" ||
  { echo "the canary is alive (status $status): $output"; exit 1; }
