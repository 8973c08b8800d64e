#!/usr/bin/env python3
"""Writes a manual page whose commands and options are those that larder's help has.

Lines of the page are replaced: @OPTIONS@ by the options of all commands, @COMMANDS@ by an entry for each
command, @COMMAND_OPTIONS@ by an entry for each option that only some commands take.

usage: commands.py LARDER PAGE.scd.in > PAGE.scd
"""

import re
import subprocess
import sys

OPTION = re.compile(r"^ {2,6}(-\S.*?)(?: {2,}(\S.*))?$")
CONTINUED = re.compile(r"^ {20,}(\S.*)$")


def help_of(program, *command):
    return subprocess.run([program, "help", *command], capture_output=True, text=True, check=True).stdout


def escaped(text):
    """As scdoc prints it. What begins a list in front, and formatting anywhere, loses its meaning."""
    return re.sub(r"([\\*_#\[]|^[-.|])", r"\\\1", text)


def name_text(name):
    """-s, --server=ADDRESS, in bold and underlined."""
    return re.sub(r"(--?[a-z][a-z0-9-]*)(?:=(\S+))?",
                  lambda match: f"*{match[1]}*" + (f"=_{match[2]}_" if match[2] else ""), name)


def section_of(text, heading):
    """The lines below a heading, to the next blank line."""
    match = re.search(rf"^{heading}:\n(.*?)(?=^\s*$|\Z)", text, re.MULTILINE | re.DOTALL)
    return match[1].splitlines() if match else []


def options_in(lines):
    """Each option as it is written, and what it does."""
    found = []
    for line in lines:
        option, continued = OPTION.match(line), CONTINUED.match(line)
        if option:
            found.append((option[1], [option[2]] if option[2] else []))
        elif continued:
            found[-1][1].append(continued[1])
        else:
            sys.exit(f"commands.py: no option: {line}")
    return [(name, " ".join(text)) for name, text in found]


def option_entries(options):
    for name, text in options:
        yield name_text(name)
        yield f"\t{escaped(text)}"
        yield ""


def literal(lines):
    """Lines that are neither filled nor formatted."""
    yield "\t```"
    yield from ("\t" + line.strip().replace("\\", "\\\\") for line in lines)
    yield "\t```"
    yield ""


def paragraphs(text):
    """Text as it is; what is indented in it is shown as it stands."""
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        if paragraph.startswith("  "):
            yield from literal(paragraph.splitlines())
        else:
            yield "\t" + escaped(" ".join(paragraph.split()))
            yield ""


def command_part(text):
    usage = re.match(r"usage: (\S.*)\n", text)[1]
    alias = re.search(r"^ +(\S+) is the same$", text, re.MULTILINE)
    name, *arguments = usage.replace("larder ", "", 1).replace("[OPTION...]", "").split()
    body = re.split(r"^(?:Options|Examples):$", text.split("\n\n", 1)[1], flags=re.MULTILINE)[0]
    summary, _, description = body.strip().partition("\n\n")
    names = [name_text(option.split(", ")[-1]).split("=")[0]
             for option, _ in options_in(section_of(text, "Options"))]
    yield " ".join([f"*{name}*", *(f"_{escaped(argument)}_" for argument in arguments)])
    yield from paragraphs(summary if summary.endswith("?") else summary + ".")
    if description:
        yield from paragraphs(description)
    if alias:
        yield from paragraphs(f"The command {alias[1]} is the same.")
    if names:
        yield "\tOptions: " + ", ".join(names) + "."
        yield ""
    yield from literal(section_of(text, "Examples"))


def commands_of(program, summary):
    """The help of each command."""
    names = [re.match(r"  (\S+)", line) for line in section_of(summary, "Commands")]
    return [help_of(program, name[1]) for name in names if name]


def options_of_commands(helps):
    """Each option once: it means the same wherever it occurs."""
    found = {}
    for text in helps:
        for name, meaning in options_in(section_of(text, "Options")):
            if found.setdefault(name, meaning) != meaning:
                sys.exit(f"commands.py: {name} means two things")
    return sorted(found.items(), key=lambda option: option[0].split("--")[1])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program = sys.argv[1]
    summary = help_of(program)
    helps = commands_of(program, summary)
    parts = {
        "@OPTIONS@": option_entries(options_in(section_of(summary, "Options of all commands"))),
        "@COMMANDS@": [line for text in helps for line in command_part(text)],
        "@COMMAND_OPTIONS@": option_entries(options_of_commands(helps)),
    }
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            sys.stdout.write("\n".join(parts.get(line.strip(), [line.rstrip("\n")])) + "\n")


if __name__ == "__main__":
    main()
