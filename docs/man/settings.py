#!/usr/bin/env python3
"""Writes a manual page whose settings are those that larderd prints.

The line @SETTINGS@ of the page is replaced by a heading for each section of `larderd --print-config` and an
entry for each setting, with what is said about it there.

usage: settings.py LARDERD PAGE.scd.in > PAGE.scd
"""

import re
import subprocess
import sys


def escaped(text):
    """As scdoc prints it. What begins a list in front, and formatting anywhere, loses its meaning."""
    return re.sub(r"([\\*_#\[]|^[-.|])", r"\\\1", text)


def heading_of(section):
    """[limits] is LIMITS; stores come last, and the one there is stands for all."""
    name = re.match(r"\[(\w+)", section).group(1).upper()
    return "STORES" if name == "STORE" else name


def entries(configuration):
    """Lines of scdoc."""
    comment = []
    for line in configuration.splitlines():
        if line.startswith("#"):
            comment.append(line.lstrip("# "))
        elif line.startswith("["):
            yield f"# {heading_of(line)}"
            yield ""
            comment = []
        elif "=" in line:
            name, value = line.split("=", 1)
            yield f"*{name}*={escaped(value.rstrip(';'))}"
            yield "\t" + escaped(" ".join(comment))
            yield ""
            comment = []
        else:
            comment = []


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    printed = subprocess.run([sys.argv[1], "--print-config"], capture_output=True, text=True, check=True)
    with open(sys.argv[2], encoding="utf-8") as file:
        page = file.read()
    sys.stdout.write(page.replace("@SETTINGS@\n", "\n".join(entries(printed.stdout)) + "\n"))


if __name__ == "__main__":
    main()
