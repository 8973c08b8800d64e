#!/usr/bin/env python3
"""Writes everything that is generated of the contract for the client, below a folder.

usage: generate.py larder.xml OUTDIR
"""

import pathlib
import sys

import calls
import contract
import tables
import types_header


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source = contract.read(sys.argv[1])
    files = {
        "include/larder/types.h": types_header.write(source),
        "include/larder/calls.h": calls.write_header(source),
        "gen-client/calls.c": calls.write_source(source),
        "gen-client/names.c": tables.write_names(source),
        "gen-client/schema.c": tables.write_schema(source),
    }
    for name, text in files.items():
        path = pathlib.Path(sys.argv[2]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
