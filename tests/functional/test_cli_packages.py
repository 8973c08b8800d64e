"""`larder import` and `larder export` on real data: the machine's own package index.

Builds with sanitizers take every eighth package, the others all of them.
"""

import json
import shutil
import signal
import subprocess

import pytest

from larder_harness import PATIENCE, SANITIZED
from larder_shell import USAGE, Larder, end, line_of, same, wait_until

S = "default"
RECORDS_MIN = 10_000
STEP = 8 if SANITIZED else 1
FORMATS = ["jsonl", "raw"]


@pytest.fixture
def larder(larder_server, tmp_path):
    return Larder(larder_server.address, tmp_path, larder_server.admin_address)


def package_index():
    """Package name -> control stanza, of everything that apt knows of."""
    dump = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True).stdout
    records = {}
    for stanza in dump.split(b"\n\n"):
        if stanza.startswith(b"Package: "):
            records[stanza[len(b"Package: "):stanza.index(b"\n")].strip()] = stanza
    assert len(records) >= RECORDS_MIN, f"only {len(records)} packages: is the index there?"
    return records


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The package index as JSON Lines, in the order of its keys."""
    path = tmp_path_factory.mktemp("packages") / "packages.jsonl"
    with open(path, "wb") as file:
        for name, stanza in sorted(package_index().items())[::STEP]:
            file.write(line_of(name.decode(), stanza.decode()))
    yield path
    path.unlink()


def test_the_package_index_in_and_out(larder, start_larder, packages, tmp_path):
    done = larder.json("import", S, packages, "--verify")
    assert done["records"] == done["applied"] >= RECORDS_MIN / STEP
    assert larder.json("export", S, "out.jsonl", "--verify")["records"] == done["records"]
    assert same(packages, tmp_path / "out.jsonl")
    larder("export", S, "out.raw", "--format=raw", "--verify")

    other = Larder(start_larder().address, tmp_path)
    assert other.json("import", S, "out.raw", "--connections=1")["records"] == done["records"]
    other("export", S, "again.raw", "--format=raw")
    assert same(tmp_path / "out.raw", tmp_path / "again.raw")
    other("export", S, "again.jsonl")
    assert same(packages, tmp_path / "again.jsonl")
    checksum = larder.json("checksum", S)["checksum"]
    assert other.json("checksum", S)["checksum"] == checksum
    assert (tmp_path / "out.raw").read_bytes()[-16:-8] == int(checksum, 16).to_bytes(8, "little")


@pytest.mark.parametrize("form", FORMATS)
def test_an_import_of_the_package_index_that_is_killed_goes_on(larder, larder_server, packages, tmp_path, form):
    file = tmp_path / f"in.{form}"
    shutil.copy(packages, tmp_path / "in.jsonl")
    if form == "raw":
        larder("import", S, "in.jsonl")
        larder("export", S, file, "--format=raw")
        larder("remove-range", S, "--everything")
    total = file.stat().st_size
    note = tmp_path / f"in.{form}.resume"
    larder_server.inject("delay", method="bulk_write", delay_ms=200 * STEP)
    process = larder.popen("import", S, file, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: note.exists() and json.loads(note.read_text())["position"] > total / 3, "it has begun")
        process.send_signal(signal.SIGKILL)
        assert process.wait(PATIENCE) == -signal.SIGKILL
    finally:
        end(process)
    larder_server.clear()
    written = json.loads(note.read_text())
    assert total / 3 < written["position"] < total
    assert "--resume goes on" in larder("import", S, file, status=USAGE).said
    done = larder.json("import", S, file, "--resume", "--verify")
    assert done["resumed"] == written["records"] and done["resumed"] + done["applied"] == done["records"]
    assert not note.exists()
    larder("export", S, "out", f"--format={form}")
    assert same(file, tmp_path / "out")
