#!/bin/sh
# Installs the pinned Thrift runtime for Node.js into a folder, unless it is there already.
#
# usage: prepare.sh FOLDER
set -eu
source=$(dirname "$0")
folder=$1

cmp -s "$source/package-lock.json" "$folder/installed" && exit 0
rm -rf "$folder"
mkdir -p "$folder"
cp "$source/package.json" "$source/package-lock.json" "$folder/"
# With --prefix, npm would look for the system's own settings below the folder.
(cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
cp "$source/package-lock.json" "$folder/installed"
