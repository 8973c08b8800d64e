"""`larder import` and `larder export`: what goes in comes out, whatever happens on the way."""

import json
import os
import random
import re
import signal
import subprocess
import time

import pytest

from larder_harness import PATIENCE, SANITIZED
from larder_shell import (
    FAILED, FILE, INTERRUPTED, INVALID, NEGATIVE, OK, REFUSED, UNREACHABLE, USAGE, Larder, end, line_of, same,
    value_of, wait_until, write_records)

S = "default"
NOW = 1_700_000_000_000
FORMATS = ["jsonl", "raw"]
MANY = 16_000 if SANITIZED else 40_000


@pytest.fixture
def larder(larder_server, tmp_path):
    return Larder(larder_server.address, tmp_path, larder_server.admin_address)


# ---------------------------------------------------------------------------------------- resuming


def position_of(note):
    """How far the import has come that a note is about; None: there is no note."""
    try:
        return json.loads(note.read_text())["position"]
    except FileNotFoundError:
        return None


def test_an_import_that_is_killed_again_and_again(larder, larder_server, tmp_path):
    file = write_records(tmp_path / "in", 60_000)
    note = tmp_path / "in.resume"
    rand = random.Random(int(os.environ.get("LARDER_SEED", 7)))
    larder_server.inject("delay", method="bulk_write", delay_ms=250)  # so that it is killed before it ends
    places = [0]
    for _ in range(4):
        process = larder.popen("import", S, file, "--resume", "--connections=3", stdin=subprocess.DEVNULL)
        try:
            wait_until(lambda: process.poll() is not None or (position_of(note) or 0) > places[-1],
                       "it goes on")
            try:
                process.wait(rand.random() * 0.2)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        finally:
            end(process)
        if (place := position_of(note)) is None:  # all of it is imported
            break
        places.append(place)
    assert len(places) > 1 and places == sorted(set(places))
    larder_server.clear()
    larder("import", S, file, "--resume")
    larder("export", S, "out")
    assert same(file, tmp_path / "out") and not note.exists()


def interrupted(larder, larder_server, tmp_path, *arguments):
    """An import that Ctrl-C has ended; returns its note."""
    note = tmp_path / "in.resume"
    larder_server.inject("delay", method="bulk_write", delay_ms=500)  # so that it does not end before that
    process = larder.popen("import", S, tmp_path / "in", *arguments, stdin=subprocess.DEVNULL)
    try:
        wait_until(note.exists, "it has begun")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        end(process)
    larder_server.clear()
    assert process.returncode == INTERRUPTED and b"--resume goes on" in err, err
    return note


def test_ctrl_c_and_what_may_be_resumed(larder, larder_server, start_larder, tmp_path):
    file = write_records(tmp_path / "in", 50_000)
    note = interrupted(larder, larder_server, tmp_path)
    before = note.read_text()
    other = Larder(start_larder().address, tmp_path)
    assert "--restart" in other("import", S, "in", "--resume", status=USAGE).said
    note.write_text(before.replace('"store":"default"', '"store":"other"'))
    larder("import", S, "in", "--resume", status=USAGE)
    note.write_text("no note")
    larder("import", S, "in", "--resume", status=FILE)
    note.write_text(before)
    text = file.read_bytes()
    file.write_bytes(text.replace(b"key0000003", b"key0000004"))
    assert "not those that were imported" in larder("import", S, "in", "--resume", status=FILE).said
    file.write_bytes(text[:1000])
    larder("import", S, "in", "--resume", status=FILE)
    file.write_bytes(text)
    assert note.read_text() == before
    assert larder.json("import", S, "in", "--restart")["applied"] == 50_000
    assert not note.exists()
    assert "beginning at the start" in larder("import", S, "in", "--resume").said


def test_a_pipe_is_resumed_with_a_file_for_notes(larder, larder_server, tmp_path):
    file = write_records(tmp_path / "in", 50_000)
    note = interrupted(larder, larder_server, tmp_path)
    records = json.loads(note.read_text())["records"]
    larder("import", S, "-", "--resume", stdin=b"", status=USAGE)
    done = larder.json("import", S, "-", "--resume", "--resume-file=in.resume", stdin=file.read_bytes())
    assert done["resumed"] == records and not note.exists()
    larder("export", S, "out")
    assert same(file, tmp_path / "out")


def test_notes_that_are_not_wanted_or_cannot_be_written(larder, larder_server, tmp_path):
    write_records(tmp_path / "in", 30_000)
    larder_server.inject("delay", method="bulk_write", delay_ms=10)
    done = larder("import", S, "in", "--resume-file=none/such/folder")
    assert "could not be resumed" in done.said and done.said.count("none/such") == 1
    larder("import", S, "in", "--resume-file=")
    assert not list(tmp_path.glob("*.resume"))


def test_a_restart_that_empties_the_store_is_noticed(start_server, tmp_path):
    server = start_server(listen=[f"unix:{tmp_path}/s"])  # nobody else takes it meanwhile
    larder = Larder(server.address, tmp_path)
    reading, writing = os.pipe()
    process = larder.popen("import", S, "-", "--connections=1", stdin=reading)
    os.close(reading)
    try:
        lines = write_records(tmp_path / "in", 20_000).read_bytes()
        half = lines.index(b"\n", len(lines) // 2) + 1
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(lines[:half])
            pipe.flush()
            with server.store() as client:
                wait_until(lambda: client.get(S, b"key0000000", None).found, "the first half is being written")
            server.stop()
            wait_until(lambda: not server_started_within(server, 2), "it looks like another start")
            server.start()
            pipe.write(lines[half:])
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        end(process)
    assert process.returncode == FAILED and b"restarted" in err, (out, err)


def server_started_within(server, seconds):
    """Whether its last start was less than that long ago, by the age of its log."""
    return time.time() - server.stderr_path.stat().st_ctime < seconds + 1


# ------------------------------------------------------------------------------------------- faults


DUPLICATES = 400


@pytest.mark.parametrize("fault", [
    {"kind": "exception", "outcome": "refused", "retry_after_ms": 5, "skip": 1, "times": 3},
    {"kind": "execute_then_exception", "outcome": "indeterminate", "skip": 2, "times": 2},
    {"kind": "close", "skip": 2, "times": 2},
    {"kind": "execute_close", "skip": 1, "times": 3},
    {"kind": "half_reply", "skip": 3, "times": 1},
])
def test_the_last_record_of_a_key_wins_whatever_happens(larder, larder_server, tmp_path, fault):
    """Many records of few keys, so that calls which overtake each other would show."""
    expected = {}
    with open(tmp_path / "in", "wb") as file:
        for i in range(MANY):
            key = f"key{i * 7919 % DUPLICATES:03}"
            expected[key] = f"value {i}"
            file.write(line_of(key, expected[key]))
    counted = larder_server.inject(method="bulk_write", **fault)
    done = larder.json("import", S, "in", "--verify", "--connections=3")
    assert counted.hits == fault["times"] and done["records"] == done["applied"] == MANY
    got = {value_of(item["key"]).decode(): value_of(item["value"]).decode()
           for item in larder("scan", S, "--all", "--json").objects}
    assert got == expected


def test_the_first_record_of_a_key_wins_with_a_condition(larder, larder_server, tmp_path):
    with open(tmp_path / "in", "wb") as file:
        for i in range(20_000):
            file.write(line_of(f"key{i % DUPLICATES:03}", f"value {i}"))
    larder("put", S, "key007", "was there")
    larder_server.inject("exception", outcome="refused", method="bulk_write", skip=1, times=3)
    done = larder.json("import", S, "in", "--if-absent")
    assert (done["applied"], done["not_applied"]) == (DUPLICATES - 1, 20_000 - DUPLICATES + 1)
    values = {value_of(item["key"]): value_of(item["value"]) for item in larder("scan", S, "--json").objects}
    assert values.pop(b"key007") == b"was there"
    assert values == {b"key%03d" % i: b"value %d" % i for i in range(DUPLICATES) if i != 7}
    larder("import", S, "in", "--if-absent", "--verify", status=USAGE)


def test_patience_ends(larder, larder_server, tmp_path):
    write_records(tmp_path / "in", 100)
    larder_server.inject("exception", outcome="refused", method="bulk_write")
    larder("import", S, "in", "--patience=100ms", status=REFUSED)
    larder_server.inject("exception", outcome="refused", method="scan")
    larder("export", S, "out", "--patience=100ms", status=REFUSED)


def test_what_no_patience_mends_ends_at_once(larder, larder_server, tmp_path):
    with open(tmp_path / "in", "wb") as file:
        for i in range(100):
            file.write(line_of(f"k{i}", "x" * (2_000_000 if i == 57 else 10)))
    done = larder("import", S, "in", status=INVALID)
    assert "OVER_LIMIT" in done.said and "that was record 58 of in" in done.said
    larder("import", "nostore", "in", status=INVALID)
    assert "has no store" in larder("export", "nostore", "out", status=INVALID).said
    nowhere = Larder("tcp:127.0.0.1:1", tmp_path)
    nowhere("import", S, "in", "--attempts=1", status=UNREACHABLE)


# ------------------------------------------------------------------------------------------ formats


def test_every_byte_survives_both_formats(larder, larder_server, start_larder, tmp_path):
    every = bytes(range(256))
    with larder_server.store() as client:
        for byte in range(256):
            client.put(S, bytes([byte]), every[byte:] + every[:byte], None)
        client.put(S, every, b"", None)
        client.put(S, b"k" * 1024, b"v" * 1_048_576, None)
    larder("put", S, "expires", "1", "--expire-at=2100-01-01")
    versions = larder("export", S, "-", "--with-versions").objects
    assert [item["version"] for item in versions if item["key"] == {"text": "expires"}] == [259]
    for form in FORMATS:
        larder("export", S, f"out.{form}", f"--format={form}", "--verify")
        other = Larder(start_larder().address, tmp_path)
        other("import", S, f"out.{form}", "--verify")
        assert other.json("checksum", S)["checksum"] == larder.json("checksum", S)["checksum"]
        assert other.json("get", S, "expires")["expires_at_ms"] == 4_102_444_800_000


def test_what_scan_prints_can_be_imported(larder, larder_server):
    for i in range(5):
        larder("put", S, f"k{i}", f"v{i}", "--ttl=1h")
    text = larder("scan", S, "--json").out
    checksum = larder.json("checksum", S)["checksum"]
    larder("remove-range", S, "--everything")
    assert larder.json("import", S, "-", stdin=text)["applied"] == 5
    assert larder.json("checksum", S)["checksum"] == checksum


@pytest.mark.parametrize("text, said", [
    (b'{"key":"a","value":"1"}\n{"key":"b"}\n', "in: line 2, "),
    (b'{"key":"a","value":"1"}\nkey,value\n', "in: line 2, column 1: "),
    (b'{"key":"a","value":"1","expire_at_ms":5}\n', "and nothing else"),
    (b"\x89LAR\r\n\x1a\n", "it is not complete"),
    (b"\x89LAR\r\n\x1a\n" + bytes(16), "the header is damaged"),
])
def test_damaged_files(larder, tmp_path, text, said):
    (tmp_path / "in").write_bytes(text)
    assert said in larder("import", S, "in", status=FILE).said
    assert said in larder("import", S, "in", "--dry-run", status=FILE).said


def test_a_raw_file_that_is_cut_or_changed(larder, tmp_path):
    write_records(tmp_path / "in", 1000)
    larder("import", S, "in")
    larder("export", S, "raw", "--format=raw")
    text = (tmp_path / "raw").read_bytes()
    (tmp_path / "cut").write_bytes(text[:-41])
    assert "it is not complete" in larder("import", S, "cut", status=FILE).said
    (tmp_path / "changed").write_bytes(text[:5000] + bytes([text[5000] ^ 1]) + text[5001:])
    assert "damaged" in larder("import", S, "changed", status=FILE).said
    rehearsed = larder.json("import", S, "raw", "--dry-run")
    assert (rehearsed["records"], rehearsed["applied"]) == (1000, 0)
    larder("import", S, "raw", "--format=jsonl", status=FILE)
    larder("import", S, "in", "--format=raw", status=FILE)
    larder("import", S, "none", status=FILE)
    larder("import", S, ".", status=FILE)


@pytest.mark.larder(clock=NOW * 2)
def test_verify_finds_what_differs(larder, tmp_path):
    """The server's clock is ahead of ours: it expires what should be there yet."""
    (tmp_path / "in").write_bytes(
        line_of("a", "1") + line_of("b", "2", expires_at_ms=int(NOW * 1.9)) + line_of("c", "3", expires_at_ms=5))
    done = larder("import", S, "in", "--verify", status=NEGATIVE)
    assert "differs: b\n" in done.said and "1 keys differ" in done.said
    larder("import", S, "-", "--verify", stdin=b"", status=USAGE)


# ------------------------------------------------------------------------------------------- export


def test_an_export_is_never_half_a_file(larder, larder_server, tmp_path):
    write_records(tmp_path / "in", 3000)
    larder("import", S, "in")
    (tmp_path / "out").write_text("precious")
    assert "--force" in larder("export", S, "out", status=USAGE).said
    larder_server.inject("exception", outcome="failed", method="scan", skip=2)
    done = larder("export", S, "out", "--force", "--page-size=1000", status=FAILED)
    assert (tmp_path / "out").read_text() == "precious" and "--resume goes on" in done.said
    larder_server.clear()
    (tmp_path / "out").unlink()
    assert "was interrupted" in larder("export", S, "out", status=USAGE).said
    assert larder.json("export", S, "out", "--resume")["records"] == 3000
    assert same(tmp_path / "in", tmp_path / "out") and not (tmp_path / "out.part").exists()
    larder("export", S, "none/such/folder", status=FILE)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("prefix", [None, "key0000"])
def test_an_export_that_is_killed_goes_on(larder, larder_server, tmp_path, form, prefix):
    write_records(tmp_path / "in", 15_000)
    larder("import", S, "in")
    arguments = ["--page-size=500", f"--format={form}"] + ([f"--prefix={prefix}"] if prefix else [])
    larder("export", S, "whole", *arguments)
    whole = (tmp_path / "whole").read_bytes()
    part = tmp_path / "out.part"
    larder_server.inject("delay", method="scan", delay_ms=20)
    process = larder.popen("export", S, "out", *arguments, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: process.poll() is not None or (part.exists() and part.stat().st_size > 0), "it writes")
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    finally:
        end(process)
    larder_server.clear()
    got = part.read_bytes() if part.exists() else whole
    assert whole.startswith(got)
    for cut in [len(got), len(got) // 2, len(got) // 3 + 7, 30, 5, 0]:
        part.write_bytes(whole[:cut])
        (tmp_path / "out").unlink(missing_ok=True)
        larder("export", S, "out", "--resume", "--verify", *arguments)
        assert (tmp_path / "out").read_bytes() == whole, cut
    if form == "raw":  # all of it was written, but not renamed
        part.write_bytes(whole)
        larder("export", S, "out", "--resume", "--force", *arguments)
        assert (tmp_path / "out").read_bytes() == whole


def test_the_prefix_of_a_resumed_export_may_end_the_key_space(larder, larder_server, tmp_path):
    with larder_server.store() as client:
        for i in range(10):
            client.put(S, b"\xff\xff" + bytes([i * 25]), b"v", None)
            client.put(S, b"a\xff" + bytes([i * 25]), b"v", None)
            client.put(S, b"b", b"v", None)
    for prefix, count in ((r"\xff", 10), (r"a\xff", 10), ("a", 10)):
        larder("export", S, "whole", f"--prefix={prefix}", "--force")
        whole = (tmp_path / "whole").read_bytes()
        assert whole.count(b"\n") == count
        (tmp_path / "out.part").write_bytes(b"".join(whole.splitlines(keepends=True)[:4]))
        larder("export", S, "out", "--resume", f"--prefix={prefix}", "--force")
        assert (tmp_path / "out").read_bytes() == whole


def test_a_range_to_the_standard_output(larder, larder_server, tmp_path):
    write_records(tmp_path / "in", 100)
    larder("import", S, "in")
    done = larder("export", S, "-", "--prefix=key000000")
    assert done.out == b"".join((tmp_path / "in").read_bytes().splitlines(keepends=True)[:10])
    assert "exported 10 records" in done.said
    raw = larder("export", S, "-", "--format=raw", "--quiet")
    assert raw.said == ""
    larder("remove-range", S, "--everything")
    assert larder.json("import", S, "-", stdin=raw.out)["applied"] == 100
    larder("export", S, "-", "--resume", status=USAGE)


def test_an_export_of_a_store_that_changes_is_not_verified(larder, larder_server, tmp_path):
    write_records(tmp_path / "in", 3000)
    larder("import", S, "in")
    fault = larder_server.inject("exception", outcome="refused", method="scan", skip=2)
    process = larder.popen("export", S, "out", "--page-size=1000", "--verify", stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: fault.hits > 0, "some pages were read")
        with larder_server.store() as client:
            client.put(S, b"key0000000", b"changed", None)
        larder_server.clear()  # now it gets the others
        assert process.wait(PATIENCE) == NEGATIVE
        assert b"written to meanwhile" in process.stderr.read()
    finally:
        end(process)
    assert same(tmp_path / "in", tmp_path / "out")


def test_an_empty_store(larder, tmp_path):
    for form in FORMATS:
        assert larder.json("export", S, f"out.{form}", f"--format={form}", "--verify")["records"] == 0
        assert larder.json("import", S, f"out.{form}", "--verify")["records"] == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b"" and (tmp_path / "out.raw").stat().st_size == 64


# ----------------------------------------------------------------------------------------- progress


def test_progress_is_shown_on_terminals(larder, larder_server, tmp_path):
    write_records(tmp_path / "in", 20_000)
    larder_server.inject("delay", method="bulk_write", delay_ms=50)
    with larder.terminal("import", S, "in") as terminal:
        terminal.expect(r"imported +\d+%  \[#*\.*\]  [0-9.]+ \w+, [0-9,]+ records")
        assert terminal.wait() == OK
        assert "imported" not in "".join(terminal.screen.lines) and re.search(r"records +20,000", terminal.text())
    larder_server.clear()
    write_records(tmp_path / "few", 100)
    assert larder("import", S, "few").said == ""  # nothing for a run of less than ten seconds
