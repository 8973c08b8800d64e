"""`larder` against hostile files, limits, closed streams, and servers that go away."""

import json
import os
import random
import signal
import stat
import subprocess
import time

import pytest

from larder_harness import PATIENCE, SANITIZER
from larder_shell import FILE, INVALID, LARDER, LOST, NEGATIVE, OK, UNREACHABLE, USAGE, Larder

S = "default"
NARROW = "[limits]\nrequest_bytes=64K\nvalue_bytes=60K\nbulk_write_items=50\nmulti_get_items=50\nrange_removes=2\n"


@pytest.fixture
def larder(larder_server, tmp_path):
    return Larder(larder_server.address, tmp_path, larder_server.admin_address)


def write_lines(path, objects):
    path.write_text("".join(json.dumps(one) + "\n" for one in objects))


def puts(sizes, key="k"):
    return [{"op": "put", "key": f"{key}{i}", "value": "x" * size} for i, size in enumerate(sizes)]


def without(objects, name):
    return [{member: one[member] for member in one if member != name} for one in objects]


# Values that fill a request of 64 KiB half, and nearly.
SIZES = [31_000, 60 * 1024, 1, 60 * 1024, 60 * 1024, 31_000, 31_000] * 2


def test_an_import_stays_within_the_limits_of_the_server(start_server, tmp_path):
    larder = Larder(start_server(config=NARROW).address, tmp_path)
    write_lines(tmp_path / "in", without(puts(SIZES) + puts([1] * 300, "l" * 1000), "op"))
    for options in ([], ["--connections=1"]):
        assert larder.json("import", S, "in", "--verify", *options)["applied"] == len(SIZES) + 300
        assert larder.json("checksum", S)["keys"] == len(SIZES) + 300
    assert larder.json("import", S, "in", "--if-absent")["applied"] == 0


def test_a_bulk_stays_within_the_limits_of_the_server(start_server, tmp_path):
    larder = Larder(start_server(config=NARROW).address, tmp_path)
    ranges = [{"op": "remove_range", "key": f"k{i}", "stop": f"k{i}\0"} for i in range(5)]
    write_lines(tmp_path / "in", puts(SIZES) + puts([1] * 300, "l" * 1000) + ranges)
    assert larder.json("bulk", S, "in")["applied"] == len(SIZES) + 300 + 5
    assert larder.json("checksum", S)["keys"] == len(SIZES) + 300 - 5
    write_lines(tmp_path / "in", puts([5, 60 * 1024, 61 * 1024, 5], "z"))
    assert "lines 3 to" in larder("bulk", S, "in", status=INVALID).said
    assert larder("get", S, "z1", "--no-value").status == OK


def test_base64_with_escapes(larder, tmp_path):
    for size in (1, 8_000, 24_000, 24_570, 50_000):
        digits = "QUFB" * size
        (tmp_path / "in").write_text('{"key":"\\u0061","value":{"base64":"\\u0051%s"}}\n' % digits[1:])
        larder("import", S, "in", "--verify")
        assert larder("get", S, "a", "--raw").out == b"AAA" * size


def test_blank_lines_and_carriage_returns(larder, tmp_path):
    (tmp_path / "in").write_bytes(b'\r\n{"key":"a","value":"1"}\r\n\r\n \t\n{"key":"b","value":"2"}\r\n\r\n')
    assert larder.json("import", S, "in")["applied"] == 2
    (tmp_path / "in").write_bytes(b'\r\n{"op":"remove","key":"a"}\r\n\r\n')
    assert larder.json("bulk", S, "in")["applied"] == 1
    assert larder.json("batch", S, "in")["applied"] is True


def test_raw_files_that_are_cut_or_damaged(larder, tmp_path):
    larder(stdin=b"put default a 1\nput default b 22\n")
    larder("export", S, "out", "--format=raw")
    raw = (tmp_path / "out").read_bytes()
    damaged = [raw[:at] for at in range(1, len(raw), 7)] + [raw + b"\n"]
    damaged += [raw[:at] + bytes([raw[at] ^ 0x40]) + raw[at + 1:] for at in range(0, len(raw), 11)]
    for lengths in (b"\xff" * 8, b"\xff\xff\xff\xff\1\0\0\0", b"\0\0\0\0\1\0\0\0", b"\1\0\0\0\xff\xff\xff\xff",
                    b"\0\0\0\1\0\0\0\x40"):
        damaged.append(raw[:24] + lengths + raw[32:])
    lines = []
    for number, content in enumerate(damaged):
        (tmp_path / f"in{number}").write_bytes(content)
        lines.append(f"import default in{number} --dry-run\n")
    done = larder("--keep-going", stdin="".join(lines).encode(), status=FILE)
    assert len(done.said.splitlines()) == len(damaged) and done.out == b""


def test_a_restart_forgets_the_old_note_at_once(larder, tmp_path):
    note = tmp_path / "in.resume"
    (tmp_path / "in").write_text("damaged\n")
    note.write_text("of an earlier import\n")
    larder("import", S, "in", "--restart", status=FILE)
    assert not note.exists()


def test_the_standard_input_is_read_once(larder, tmp_path):
    (tmp_path / "in").write_text('{"key":"a","value":"1"}\n')
    before = sorted(os.listdir(tmp_path))
    for arguments, status in ((["--verify"], USAGE), (["--resume"], USAGE), ([], OK)):
        with open(tmp_path / "in", "rb") as file:
            process = larder.popen("import", S, "-", *arguments, stdin=file)
            said = process.communicate(timeout=PATIENCE)
        assert process.returncode == status, said
    assert sorted(os.listdir(tmp_path)) == before


def test_nothing_but_a_regular_file_is_replaced(larder, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    os.mkdir(tmp_path / "folder")
    os.mkfifo(tmp_path / "out.part")
    for name in ("pipe", "folder", "out"):
        assert "no regular file" in larder("export", S, name, "--force", status=FILE).said
        assert "no regular file" in larder("export", S, name, "--resume", status=FILE).said
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert sorted(os.listdir(tmp_path)) == ["folder", "out.part", "pipe"]


def test_standard_streams_that_are_closed(larder, tmp_path):
    larder("put", S, "a", "1")

    def closing(*streams):
        return {"preexec_fn": lambda: [os.close(stream) for stream in streams]}

    cases = [((0,), OK, ["get", S, "a"]), ((2,), OK, ["get", S, "a"]), ((1,), FILE, ["get", S, "a"]),
             ((0, 1, 2), FILE, ["get", S, "a"]), ((0,), FILE, []), ((0,), FILE, ["put", S, "b", "-"]),
             ((0,), FILE, ["import", S, "-"]), ((0, 2), NEGATIVE, ["get", S, "b"])]
    for streams, status, arguments in cases:
        process = larder.popen(*arguments, **closing(*streams))
        try:
            out = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            process.wait()
        assert process.returncode == status, (streams, arguments, out)
    process = larder.popen("export", S, "out", **closing(0, 1, 2))
    process.communicate(timeout=PATIENCE)
    assert (tmp_path / "out").read_bytes() == larder("export", S, "-").out


def test_output_that_cannot_be_written(larder):
    larder("put", S, "a", "x" * 100_000)
    for arguments in (["get", S, "a"], ["scan", S, "--json"], ["export", S, "-"], ["help"],
                      ["watch", "--times=2", "--interval=0", "get", S, "a"]):
        command = [LARDER.resolve(), *arguments]
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, env=larder.environment, stdout=full, stderr=subprocess.PIPE,
                                  timeout=PATIENCE)
        assert done.returncode == FILE and b"cannot be written" in done.stderr, done
        process = larder.popen(*arguments)
        process.stdout.close()
        with process.stderr:
            assert not SANITIZER.search(process.stderr.read().decode())
        assert process.wait(PATIENCE) in (OK, -signal.SIGPIPE)


def test_a_server_that_is_killed_under_commands(start_server, tmp_path):
    chance = random.Random(7)
    server = start_server()
    larder = Larder(server.address, tmp_path)
    write_lines(tmp_path / "in", without(puts([2_000] * 3000), "op"))
    commands = [["scan", S, "--all"], ["export", S, "out", "--force", "--patience=0"], ["checksum", S],
                ["import", S, "in", "--restart", "--patience=0"], ["ping", "--times=1000000", "--interval=0"]]
    for _ in range(2):
        larder("import", S, "in", "-q", "--restart")
        processes = [larder.popen("--attempts=1", "-q", *command) for command in commands]
        time.sleep(chance.uniform(0, 0.3))  # whatever they are doing by then
        server.kill()
        for process in processes:
            _, err = process.communicate(timeout=PATIENCE)
            assert not SANITIZER.search(err.decode()), err
            assert process.returncode in (OK, UNREACHABLE, LOST), (process.args, err)
        server.start()
        larder.environment["LARDER_SERVER"] = server.address
