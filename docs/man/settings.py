#!/usr/bin/env python3
"""Writes a manual page whose settings are those that larderd prints.

The line @SETTINGS@ of the page is replaced by a heading for each section of `larderd --print-config` and an
entry for each setting, with what is said about it there. There is a section of stores for each engine.

usage: settings.py LARDERD PAGE.scd.in > PAGE.scd
"""

import re
import subprocess
import sys
import tempfile

ENGINES = ("lsm", "hashmap")


def escaped(text):
    """As scdoc prints it. What begins a list in front, and formatting anywhere, loses its meaning."""
    return re.sub(r"([\\*_#\[]|^[-.|])", r"\\\1", text)


def heading_of(section):
    """[limits] is LIMITS; stores come last, and are named after their engines."""
    name, store = re.match(r'\[(\w+)(?: "(\w+)")?', section).groups()
    return f"STORES ON {store}" if store else name.upper()


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
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write("".join(f'[store "{engine}"]\nengine={engine}\n' for engine in ENGINES))
        config.flush()
        printed = subprocess.run([sys.argv[1], f"--config={config.name}", "--print-config"],
                                 capture_output=True, text=True, check=True)
    with open(sys.argv[2], encoding="utf-8") as file:
        page = file.read()
    sys.stdout.write(page.replace("@SETTINGS@\n", "\n".join(entries(printed.stdout)) + "\n"))


if __name__ == "__main__":
    main()
