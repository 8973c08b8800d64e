"""What larder-load's JSON tells of the target, and the commands that read such files."""

import json
import subprocess

from larder_harness import BUILD, PATIENCE

LARDER_LOAD = BUILD / "bin" / "larder-load"


def run_load(*arguments):
    """Runs larder-load to its end; returns the exit status, standard output and standard error."""
    done = subprocess.run([LARDER_LOAD, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def measure(path, *arguments):
    """A run that must be right; returns its report."""
    status, printed, said = run_load(*arguments, f"--json={path}", "--quiet")
    assert status == 0, printed + said
    report = json.loads(path.read_text())
    assert report["format"] == 2
    return report


def test_an_engine_tells_what_it_did(tmp_path):
    report = measure(tmp_path / "out.json", "--target=embedded:lsm", "--workload=overwrite",
                     "--records=3000", "--value-size=1000", "--seconds=1", "--warmup-seconds=0.2",
                     "--engine-option=write_buffer=1M", "--engine-option=durability=os")
    server, events = report["server"], report["server"]["events"]
    assert server["observed"] and server["problem"] == ""
    assert server["first"]["flushes"] <= server["before"]["flushes"] < server["after"]["flushes"]
    assert server["after"]["user_bytes"] > 3000 * 1000
    flushes = [event for event in events if event["kind"] == "flush"]
    assert flushes and all(event["bytes"] > 0 and event["at_seconds"] >= 0 for event in flushes)
    assert sum(event["count"] for event in flushes) <= server["after"]["flushes"]
    times = [sample["at_seconds"] for sample in server["samples"]]
    assert len(times) > 3 and times == sorted(times) and times[0] < 0 < times[-1]


def test_a_server_is_asked_on_its_admin_address(start_server, tmp_path):
    server = start_server(engine="lsm")
    arguments = (f"--target={server.address}", "--records=500", "--seconds=0.5",
                 "--warmup-seconds=0.1", "--connections=2")
    told = measure(tmp_path / "told.json", *arguments, f"--admin={server.admin_address}")["server"]
    assert told["observed"] and told["problem"] == ""
    assert told["after"]["keys"] == 500 and told["after"]["version"] > told["before"]["version"]
    assert not measure(tmp_path / "quiet.json", *arguments)["server"]["observed"]
    deaf = measure(tmp_path / "deaf.json", *arguments, "--admin=tcp:127.0.0.1:1")["server"]
    assert deaf["observed"] and "unreachable" in deaf["problem"] and deaf["after"] == {}


def test_a_wrong_admin_address_is_told():
    for words, expected in ((["--admin=nowhere"], "tcp:HOST:PORT"),
                            (["--target=embedded:hashmap", "--admin=unix:/x"], "larderd")):
        status, _, said = run_load(*words)
        assert status == 64 and expected in said, said
