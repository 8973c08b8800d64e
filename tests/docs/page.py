"""What docs/languages.md says, section by section: packages, commands, the program and its file."""

import pathlib
import re
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "languages.md"


class Language(NamedTuple):
    """A section of the page."""

    name: str
    packages: list
    commands: str
    file: str
    program: str

    @property
    def folder(self):
        return pathlib.PurePath(self.file).parent.name


def language_of(section):
    name = section.split("\n", 1)[0]
    packages = re.search(r"^Packages: (.*)$", section, re.MULTILINE).group(1)
    commands = re.search(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL).group(1)
    file, program = re.search(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", section,
                              re.MULTILINE | re.DOTALL).groups()
    return Language(name, re.findall(r"`([\w+.-]+)`", packages), commands, file, program)


def languages():
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    return {language.folder: language for language in map(language_of, sections)}


def expected_output():
    """What every program prints, as the page shows it."""
    return re.search(r"All of them print\n\n```\n(.*?)^```$", PAGE.read_text(),
                     re.MULTILINE | re.DOTALL).group(1)


def last_command(commands):
    """The one that runs the program; a backslash joins lines."""
    return commands.replace("\\\n", " ").strip().split("\n")[-1]
