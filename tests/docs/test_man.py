"""Manual pages are well formed, and say what the programs say of themselves.

Every option in --help has an entry in its page, no page names an option that no program has, exit
statuses are the same, and larder.conf(5) has every setting of --print-config.
"""

import functools
import re
import subprocess

import pytest

from larder_harness import BUILD, PATIENCE
from page import ROOT

PAGES = sorted((BUILD / "docs").glob("*.[1-8]"))
PROGRAMS = {
    "larder": "larder.1",
    "larderd": "larderd.8",
    "larder-load": "larder-load.1",
    "larder-test-server": "larder-test-server.1",
}

# scdoc writes a paragraph in front of every indented block; mandoc finds it superfluous.
HARMLESS = "skipping paragraph macro"


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.stdout + done.stderr


def text_of(page):
    """The page as people read it, unwrapped and without formatting."""
    printed = output_of("mandoc", "-T", "ascii", "-O", "width=1000", str(BUILD / "docs" / page))
    return re.sub(r".\x08", "", printed)


@functools.cache
def help_of(program, *command):
    return output_of(str(BUILD / "bin" / program), *command, "--help")


def commands():
    """The commands of larder."""
    listed = re.search(r"^Commands:\n(.*?)\n\n", help_of("larder"), re.MULTILINE | re.DOTALL).group(1)
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)


def options_in(text):
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*\b", text))


@functools.cache
def options_of_help(program):
    """From the lines that begin with an option; those of larder's commands, too."""
    texts = [help_of(program)]
    if program == "larder":
        texts += [help_of(program, command) for command in commands()]
    lines = re.findall(r"^ {2,6}(-.*?)(?:  |$)", "\n".join(texts), re.MULTILINE)
    return options_in("\n".join(lines))


def entries_of(page):
    """Options that begin an entry of a page."""
    return options_in("\n".join(re.findall(r"^ +(-\S+(?:, -\S+)*)$", text_of(page), re.MULTILINE)))


def statuses_of(text, heading):
    """The numbers that begin a line or a column, from the heading to the next one."""
    section = re.search(rf"^{heading}:?\n(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL).group(1)
    return set(re.findall(r"(?:^|  ) *(\d+)(?: |$)", section, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_are_well_formed(page):
    found = output_of("mandoc", "-T", "lint", "-W", "warning", str(page)).splitlines()
    assert not [line for line in found if HARMLESS not in line]


def test_there_is_a_page_for_every_source():
    sources = {re.sub(r"\.scd(\.in)?$", "", path.name) for path in (ROOT / "docs" / "man").glob("*.scd*")}
    assert {page.name for page in PAGES} == sources >= set(PROGRAMS.values())


@pytest.mark.parametrize("program, page", PROGRAMS.items())
def test_every_option_is_in_its_page(program, page):
    assert entries_of(page) == options_of_help(program)


@pytest.mark.parametrize("program, page", PROGRAMS.items())
def test_no_page_names_an_option_that_does_not_exist(program, page):
    for line in text_of(page).splitlines():
        known = set()
        for name in PROGRAMS:
            if name == program or re.search(rf"(?<![\w-]){name}(?![\w-])", line):
                known |= options_of_help(name)
        assert options_in(line) <= known, line


@pytest.mark.parametrize("program, page", PROGRAMS.items())
def test_exit_statuses_are_those_of_the_program(program, page):
    said = help_of(program)
    heading = re.search(r"^(Exit status(?:es)?):$", said, re.MULTILINE)
    if heading or program != "larder-test-server":
        assert statuses_of(text_of(page), "EXIT STATUS") == statuses_of(said, heading.group(1))


def test_every_command_of_larder_is_in_its_page():
    section = re.search(r"^COMMANDS\n(.*?)^\S", text_of("larder.1"), re.MULTILINE | re.DOTALL).group(1)
    assert set(re.findall(r"^ {7}([a-z-]+)(?: [A-Z\[].*)?$", section, re.MULTILINE)) == set(commands())


def test_every_command_of_the_test_server_is_in_its_page():
    commands = re.search(r"^Commands: (.*)\.$", help_of("larder-test-server"), re.MULTILINE).group(1)
    section = re.search(r"^COMMANDS\n(.*?)^\S", text_of("larder-test-server.1"),
                        re.MULTILINE | re.DOTALL).group(1)
    assert re.findall(r"^ +([a-z]+)$", section, re.MULTILINE) == commands.split()


def settings_of(configuration):
    """Each setting with its value and the end of its comment: range, default, when it changes."""
    comment = []
    for line in configuration.splitlines():
        if line.startswith("# "):
            comment.append(line[2:])
        elif "=" in line:
            yield line.rstrip(";"), " ".join(comment)
            comment = []
        else:
            comment = []


def test_every_setting_is_in_its_page(tmp_path):
    text = text_of("larder.conf.5")
    file = tmp_path / "larder.conf"
    file.write_text('[store "a"]\nengine=lsm\n[store "b"]\nengine=hashmap\n')
    settings = list(settings_of(output_of(str(BUILD / "bin" / "larderd"), f"--config={file}",
                                          "--print-config")))
    assert len(settings) > 45
    for setting, comment in settings:
        assert re.search(rf"^ +{re.escape(setting)}\n +{re.escape(comment)}$", text, re.MULTILINE), setting


def test_the_example_of_a_configuration_is_right(tmp_path):
    section = re.search(r"^EXAMPLES\n(.*?)^\S", text_of("larder.conf.5"), re.MULTILINE | re.DOTALL).group(1)
    lines = [line.strip() for line in section.splitlines()]
    file = tmp_path / "larder.conf"
    file.write_text("\n".join(line for line in lines if line.startswith("[") or "=" in line) + "\n")
    said = output_of(str(BUILD / "bin" / "larderd"), f"--config={file}", "--check-config")
    assert said == f"{file}: ok\n"
