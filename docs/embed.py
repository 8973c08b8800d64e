#!/usr/bin/env python3
"""Keeps the programs that pages show the same as the files that they are of.

A page has a line `<!-- file: examples/python/quickstart.py -->` in front of a code block; what is in the
block is the file.

usage: embed.py ROOT           puts the files into the blocks of README.md and docs/*.md
       embed.py --check ROOT   fails and names the blocks that differ
"""

import pathlib
import re
import sys

BLOCK = re.compile(r"(<!-- file: (\S+) -->\n```\w+\n)(.*?)(```\n)", re.DOTALL)


def embedded(root, page):
    """The page as it should be, and the names of files whose blocks differ."""
    differing = []

    def replace(match):
        head, name, shown, tail = match.groups()
        text = (root / name).read_text(encoding="utf-8")
        if shown != text:
            differing.append(name)
        return head + text + tail

    return BLOCK.sub(replace, page.read_text(encoding="utf-8")), differing


def main():
    check = "--check" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0])
    failed = False
    for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        text, differing = embedded(root, page)
        for name in differing:
            print(f"{page.name}: the block of {name} {'differs' if check else 'is new'}")
        failed = failed or (check and bool(differing))
        if differing and not check:
            page.write_text(text, encoding="utf-8")
    if failed:
        sys.exit("run ./dev gen and commit the result")


if __name__ == "__main__":
    main()
