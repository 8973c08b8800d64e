"""larder-load verify: what a crash leaves, and every kind of wrong value found."""

import json
import re
import subprocess

import pytest

from larder.ttypes import KeyRange

from larder_harness import BUILD, PATIENCE

LARDER_LOAD = BUILD / "bin" / "larder-load"


def run_load(*arguments):
    """Runs larder-load to its end; returns the exit status, standard output and standard error."""
    done = subprocess.run([LARDER_LOAD, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def verify(server, path):
    """Runs larder-load verify; returns the exit status, {verdict: count}, and all that it said."""
    status, printed, said = run_load("verify", f"--expect={path}", f"--target={server.address}")
    rows = re.findall(r"^(\w+) +([\d,]+)  \S", printed, re.MULTILINE)
    return status, {name: int(count.replace(",", "")) for name, count in rows}, printed + said


def write(server, path, *arguments):
    """A short run that writes an expected state; everything is acknowledged."""
    status, printed, said = run_load(f"--target={server.address}", f"--expect={path}", "--quiet",
                                     "--records=20", "--connections=2", "--warmup-seconds=0", *arguments)
    assert status == 0, printed + said


@pytest.mark.parametrize("words", [["--workload=put"], ["--mix=put:60,remove:20,batch(4):20"]])
def test_a_kill_loses_nothing(start_server, tmp_path, words):
    server, path = start_server(engine="lsm"), tmp_path / "expect"
    load = subprocess.Popen([LARDER_LOAD, f"--target={server.address}", f"--expect={path}", "--records=500",
                             "--connections=4", "--pipeline=16", "--threads=2", "--seconds=60",
                             "--warmup-seconds=0", "--quiet", *words],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def behind_the_load_phase():  # whose writes are 500 intentions and as many answers
        assert load.poll() is None, load.stdout.read()
        return path.exists() and path.stat().st_size > 128 + 32 * 4000

    try:
        server.wait_until(behind_the_load_phase)
        server.kill()
    finally:
        load.kill()  # the generator dies, too: its file is good for all that
        load.communicate()
    server.start()
    status, rows, said = verify(server, path)
    assert status == 0, said
    assert rows["kept"] > 0 and sum(rows.values()) >= 500, said


def test_a_store_in_memory_loses_everything(start_server, tmp_path):
    server, path = start_server(engine="hashmap"), tmp_path / "expect"
    write(server, path, "--workload=put", "--operations=40")
    assert verify(server, path)[0] == 0
    server.kill()
    server.start()
    status, rows, said = verify(server, path)
    assert status == 1 and rows["lost"] == 20 and "WRONG: 20 records" in said, said
    assert "record 0: write" in said and "found nothing" in said, said


def key(record):
    return b"key%013d" % record


def test_every_wrong_value_is_found(start_server, tmp_path):
    server, path = start_server(), tmp_path / "expect"
    with server.store() as client:
        write(server, path, "--workload=put", "--operations=1")
        first = {item.key: item.value for item in client.scan("default", KeyRange(), None).items}
        assert sorted(first) == [key(record) for record in range(20)]
        path = tmp_path / "expect2"
        write(server, path, "--workload=put", "--operations=200")
        second = {item.key: item.value for item in client.scan("default", KeyRange(), None).items}
        status, rows, said = verify(server, path)
        assert status == 0 and rows["kept"] == 20, said
        client.put("default", key(1), b"of somebody else", None)        # phantom
        client.put("default", key(2), second[key(3)], None)             # phantom: of another key
        client.put("default", key(4), first[key(4)], None)              # phantom: of another run
        client.put("default", key(5), second[key(5)], None)             # phantom: written again
        client.put("default", key(6), second[key(6)][:-1], None)        # torn: cut
        client.put("default", key(7), second[key(7)][:60] + first[key(7)][60:], None)  # torn
        client.remove("default", key(8), None)                          # lost
    status, rows, said = verify(server, path)
    assert status == 1, said
    assert {name: rows[name] for name in ("kept", "lost", "stale", "phantom", "torn")} == {
        "kept": 13, "lost": 1, "stale": 0, "phantom": 4, "torn": 2}, said
    assert "WRONG: 7 records" in said and "record 8:" in said, said


def test_an_older_state_is_stale(start_server, tmp_path):
    """A copy of the data directory from before is put in its place."""
    server, path = start_server(engine="lsm"), tmp_path / "expect"
    write(server, path, "--workload=put", "--operations=20")
    server.stop()
    subprocess.run(["cp", "-a", server.folder / "data", server.folder / "before"], check=True)
    server.start()
    later = tmp_path / "later"
    write(server, later, "--workload=put", "--operations=100")
    assert verify(server, later)[0] == 0
    server.stop()
    server.forget_data()
    (server.folder / "before").rename(server.folder / "data")
    server.start()
    status, rows, said = verify(server, later)
    assert status == 1 and rows["stale"] == 20, said
    assert verify(server, path)[0] == 0


def test_what_was_never_answered_may_be_either(start_server, tmp_path):
    server, path = start_server(), tmp_path / "expect"
    write(server, path, "--workload=put", "--operations=1")
    # Answers are taken out; what is left says that writes were begun.
    whole = path.read_bytes()
    entries = [whole[at:at + 32] for at in range(128, len(whole), 32)]
    path.write_bytes(whole[:128] + b"".join(entry for entry in entries if entry[0] < 3))
    status, rows, said = verify(server, path)
    assert status == 0 and rows["either"] == 20, said
    with server.store() as client:
        client.remove("default", key(0), None)
    status, rows, said = verify(server, path)
    assert status == 0 and rows["either"] == 20, said


def test_the_command_says_what_it_cannot_do(start_server, tmp_path):
    server, path = start_server(), tmp_path / "expect"
    write(server, path, "--workload=put", "--operations=1")
    status, _, said = run_load(f"--target={server.address}", f"--expect={path}", "--records=1")
    assert status == 73 and "exists already" in said
    for words, expected in ((["--target=embedded:hashmap"], "larderd"), (["--ttl=1s"], "--ttl"),
                            (["--sweep"], "--sweep")):
        status, _, said = run_load(f"--expect={path}2", *words)
        assert status == 64 and expected in said, said
    assert run_load("verify")[0] == 64
    damaged = bytearray(path.read_bytes())
    damaged[128 + 40] ^= 1
    (tmp_path / "damaged").write_bytes(damaged)
    status, _, said = verify(server, tmp_path / "damaged")
    assert status == 65 and "entry 1 is damaged" in said, said
    assert verify(server, tmp_path / "none")[0] == 65
    server.stop()
    status, printed, _ = run_load("verify", f"--expect={path}", "--target=tcp:127.0.0.1:1")
    assert status == 69 and "unreachable" in printed, printed
