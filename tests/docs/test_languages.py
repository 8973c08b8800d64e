"""Does what docs/languages.md says, in a folder like a fresh clone that has been built.

The commands of a section run as they stand, with the program of the page, against a new server; then the
program runs once more against a server whose store is full, which refuses.
"""

import os
import re
import shutil
import subprocess

import pytest

from larder_harness import BUILD, PATIENCE
from page import PAGE, ROOT, expected_output, languages, last_command

LANGUAGES = languages()
FULL = '[store "default"]\nengine=hashmap\nmemory_bytes=1\n'


def port_of(server):
    return server.address.rsplit(":", 1)[1]


@pytest.fixture
def clone(tmp_path):
    """A folder with what a clone has after `./dev build`."""
    folder = tmp_path / "larder"
    (folder / "build").mkdir(parents=True)
    (folder / "build" / "release").symlink_to(BUILD.resolve())
    for name in ("examples", "thrift"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def run(commands, folder, port):
    home = os.environ.get("HOME") or str(folder)
    return subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * PATIENCE,
                          env={**os.environ, "HOME": home, "LARDER_PORT": port}, check=False)


@pytest.mark.parametrize("folder", LANGUAGES)
def test_the_page_works(folder, clone, start_server):
    language = LANGUAGES[folder]
    server = start_server()
    (clone / language.file).write_text(language.program)
    done = run(language.commands, clone, port_of(server))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(expected_output()), done.stdout + done.stderr

    full = start_server(config=FULL)
    refused = run(last_command(language.commands), clone, port_of(full))
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert re.search(r"^refused: .+; try again in \d+ ms$", refused.stderr, re.MULTILINE), refused.stderr
    assert refused.stdout == ""


def test_every_example_is_on_the_page():
    folders = {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()}
    folders -= {"engine"}  # no client, but a storage engine
    assert folders == set(LANGUAGES)
    assert f"```\n{expected_output()}```" in (ROOT / "examples" / "README.md").read_text()


def test_setup_installs_the_packages_of_the_page():
    setup = (ROOT / "dev").read_text()
    lists = re.findall(r"\w+_packages\+?=\((.*?)\)", setup, re.DOTALL)
    listed = {package for text in lists for package in text.split()}
    named = {package for language in LANGUAGES.values() for package in language.packages}
    assert named - listed == set(), f"{PAGE.name} names packages that ./dev does not install"
