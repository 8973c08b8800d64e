"""The command `larder`, one command at a time: results, JSON, escapes, exit statuses."""

import base64
import json
import re
import signal
import subprocess

import pytest

from larder_harness import PATIENCE, SCRIPTED_LARDERD
from larder_shell import (
    FAILED, FILE, INDETERMINATE, INTERRUPTED, INVALID, LARDER, LOST, NEGATIVE, NOT_HERE, OK, REFUSED,
    UNREACHABLE, USAGE, Larder, wait_until)

S = "default"
NOW = 1_700_000_000_000
ALL_BYTES = bytes(range(256))
TEXT = "grün \u20ac 😀"


@pytest.fixture
def larder(larder_server, tmp_path):
    return Larder(larder_server.address, tmp_path, larder_server.admin_address)


# -------------------------------------------------------------------------------------- single keys


def test_put_and_get(larder):
    assert re.fullmatch(r"version \d+\n", larder("put", S, "a", "hello").text)
    assert larder("get", S, "a").out == b"hello\n"
    assert larder("get", S, "a", "--raw").out == b"hello"
    assert larder("get", S, "b", status=NEGATIVE).said == "larder: not found\n"
    assert larder.json("get", S, "b", status=NEGATIVE) == {"key": {"text": "b"}, "found": False}
    got = larder.json("get", S, "a")
    assert got == {"key": {"text": "a"}, "found": True, "value": {"text": "hello"}, "version": got["version"],
                   "expires_at_ms": 0, "length": 5}


def test_parts_of_a_get(larder):
    larder("put", S, "a", "0123456789")
    assert larder("get", S, "a", "--offset=2", "--length=3").out == b"234\n"
    version = larder.json("get", S, "a")["version"]
    assert larder("get", S, "a", f"--if-version-not={version}", status=NEGATIVE).out == b""
    assert larder.json("get", S, "a", f"--if-version-not={version}", status=NEGATIVE)["unchanged"]
    assert larder("get", S, "a", f"--if-version-not={version - 1}").out == b"0123456789\n"
    long = larder("get", S, "a", "--long").text
    assert re.search(r"^version +\d+$", long, re.M) and re.search(r"^expires +never$", long, re.M)
    assert "value" not in larder.json("get", S, "a", "--no-value")


@pytest.mark.larder(clock=NOW)
def test_expiry(larder, larder_server):
    assert larder("put", S, "a", "1", "--ttl=10s").text.endswith(", expires 2023-11-14T22:13:30Z\n")
    assert larder.json("put", S, "b", "1", "--expire-at=2023-11-14T22:13:30Z")["expires_at_ms"] == NOW + 10_000
    assert larder.json("put", S, "a", "2", "--keep-ttl")["expires_at_ms"] == NOW + 10_000
    assert larder.json("touch", S, "b", "--ttl=1h")["expires_at_ms"] == NOW + 3_600_000
    larder_server.advance(10_000)
    larder("get", S, "a", status=NEGATIVE)
    assert larder("get", S, "b").out == b"1\n"
    assert larder.json("expire", S, "b", "--no-ttl")["expires_at_ms"] == 0
    assert "no such key" in larder("touch", S, "zz", "--ttl=1s", status=NEGATIVE).said
    larder("touch", S, "b", status=USAGE)
    larder("put", S, "b", "1", "--ttl=1s", "--keep-ttl", status=USAGE)


def test_conditions(larder):
    version = larder.json("put", S, "a", "1", "--if-absent")["version"]
    refused = larder("put", S, "a", "2", "--if-absent", "--return-current", status=NEGATIVE)
    assert refused.out == b"1\n" and f"its version is {version}" in refused.said
    assert larder.json("put", S, "a", "2", "--if-absent", "--return-current", status=NEGATIVE) == {
        "applied": False, "reason": "CONDITION_FAILED", "current_version": version,
        "current_value": {"text": "1"}, "existed": True}
    larder("put", S, "b", "2", "--if-present", status=NEGATIVE)
    larder("put", S, "a", "2", f"--if-version={version - 1}", status=NEGATIVE)
    larder("put", S, "a", "2", f"--if-version-at-most={version - 1}", status=NEGATIVE)
    larder("put", S, "a", "2", "--if-value=3", status=NEGATIVE)
    larder("put", S, "a", "2", f"--if-version={version}", "--if-value=1", "--if-present")
    larder("remove", S, "a", "--if-value=1", status=NEGATIVE)
    larder("remove", S, "a", "--if-value=2")
    larder("put", S, "c", "1", "--if-version=0")


def test_remove(larder):
    larder("put", S, "a", "1")
    assert larder.json("remove", S, "a")["existed"]
    assert larder("rm", S, "a").text.endswith("; it was not there\n")
    assert not larder.json("remove", S, "a")["existed"]
    assert "existed" not in larder.json("rm", S, "a", "--blind")
    assert "not there" not in larder("rm", S, "a", "--blind").text
    larder("put", S, "a", "1", "--blind", status=USAGE)


def test_existed(larder):
    assert "existed" not in larder.json("put", S, "a", "1")
    assert larder.json("put", S, "a", "1", "--existed")["existed"]
    assert larder("put", S, "a", "1", "--existed").text.endswith("; it was there\n")
    assert larder("put", S, "b", "1", "--existed").text.endswith("; it is new\n")


def test_counters(larder):
    assert larder("incr", S, "n").out == b"1\n"
    assert larder("incr", S, "n", "41").out == b"42\n"
    assert larder("incr", S, "n", "-2").out == b"40\n"
    assert larder.json("increment", S, "n", "0")["number"] == 40
    assert larder("incr", S, "m", "--initial=10").out == b"11\n"
    assert "out of range" in larder("incr", S, "n", "-1", "--lowest=40", status=NEGATIVE).said
    larder("incr", S, "n", "1", "--highest=40", status=NEGATIVE)
    larder("put", S, "text", "abc")
    assert larder.json("incr", S, "text", status=NEGATIVE)["reason"] == "NOT_A_COUNTER"
    larder("incr", S, "n", "1.5", status=USAGE)
    assert larder("get", S, "n", "--out=hex").out == b"0000000000000028\n"


def test_append(larder):
    assert larder("append", S, "a", "12").out == b"2\n"
    assert larder("append", S, "a", "-", stdin=b"34\n").out == b"5\n"
    assert larder("get", S, "a").out == b"1234\\n\n"
    assert larder.json("append", S, "a", "5")["length"] == 6
    larder("append", S, "b", "1", "--no-create", status=NEGATIVE)
    assert larder.json("append", S, "a", "1", "--max-length=6", status=NEGATIVE)["reason"] == "TOO_LONG"


def test_values_of_files(larder, tmp_path):
    (tmp_path / "value").write_bytes(ALL_BYTES)
    larder("put", S, "a", "@value")
    larder("put", S, "b", "-", stdin=ALL_BYTES)
    larder("put", S, "c", r"\@value")
    assert larder("get", S, "a", "--raw").out == ALL_BYTES
    assert larder("get", S, "b", "--raw").out == ALL_BYTES
    assert larder("get", S, "c").out == b"@value\n"
    assert "No such file" in larder("put", S, "a", "@none", status=FILE).said


# ------------------------------------------------------------------------------------------ escapes


@pytest.mark.parametrize("encoding", ["escaped", "hex", "base64"])
def test_every_byte_goes_in_and_out(larder, larder_server, encoding):
    with larder_server.store() as client:
        for byte in range(256):
            client.put(S, b"k" + bytes([byte]), bytes([byte]) * 2, None)
        client.put(S, b"all" + ALL_BYTES, ALL_BYTES, None)
    listed = larder("scan", S, f"--out={encoding}").text
    assert listed.replace("\n", "").replace("\t", "").isprintable()
    lines = listed.splitlines()
    assert len(lines) == 257
    script = []
    for line in lines:
        key, value = line.split("\t")
        value = "\\" + value if value[0] in "@-" else value
        script.append(f"put {S} {quoted(copy_of(key, encoding))} {quoted(value)} --in={encoding}")
    larder(stdin="\n".join(script).encode())
    with larder_server.store() as client:
        for byte in range(256):
            assert client.get(S, b"2k" + bytes([byte]), None).value == bytes([byte]) * 2, byte
        assert client.get(S, b"2all" + ALL_BYTES, None).value == ALL_BYTES


def quoted(word):
    """A word of a script."""
    return '"' + word.replace('"', r'\"') + '"'


def copy_of(key, encoding):
    """The encoded key with a "2" before it."""
    if encoding == "hex":
        return "32" + key
    if encoding == "base64":
        return base64.b64encode(b"2" + base64.b64decode(key)).decode()
    return "2" + key


def test_text_is_shown_as_it_is(larder):
    larder("put", S, TEXT, TEXT)
    assert larder("get", S, TEXT).text == TEXT + "\n"
    assert larder("scan", S).text == f"{TEXT}\t{TEXT}\n"
    assert larder.json("get", S, TEXT)["value"] == {"text": TEXT}
    larder("put", S, "b", r"\xff\x00")
    assert larder.json("get", S, "b")["value"] == {"base64": "/wA="}
    assert larder("get", S, "b").out == b"\\xff\\x00\n"
    assert larder("get", S, "b", "--raw").out == b"\xff\x00"
    assert larder("get", S, "Yg==", "--base64").out == b"/wA=\n"
    assert larder("get", S, b"\xff", "--in=raw", status=NEGATIVE)
    assert "backslash" in larder("get", S, r"\y", status=USAGE).said
    assert "hexadecimal" in larder("get", S, "x", "--hex", status=USAGE).said


# --------------------------------------------------------------------------------------- many keys


def fill(larder_server, count=25):
    with larder_server.store() as client:
        for i in range(count):
            client.put(S, b"k%03d" % i, b"v%d" % i, None)


def test_mget(larder, larder_server, tmp_path):
    fill(larder_server)
    assert larder("mget", S, "k001", "k000").text == "k001\tv1\nk000\tv0\n"
    some = larder("mget", S, "k001", "zz", "k002", status=NEGATIVE)
    assert some.text == "k001\tv1\nk002\tv2\n" and some.said == "larder: not found: zz\n"
    found = [item["found"] for item in larder("multi-get", S, "k001", "zz", "--json", status=NEGATIVE).objects]
    assert found == [True, False]
    (tmp_path / "keys").write_text("k003\n\nk004\n")
    assert larder("mget", S, "k002", "--from=keys").text == "k002\tv2\nk003\tv3\nk004\tv4\n"
    assert larder("mget", S, "--from=-", "--no-value", stdin=b"k005").text == "k005\n"
    larder("mget", S, status=USAGE)
    larder("mget", S, "--from=none", status=FILE)


def test_mget_of_more_than_fits_one_call(larder, larder_server):
    with larder_server.store() as client:
        for i in range(40):
            client.put(S, b"%d" % i, b"x" * 1_000_000, None)
    keys = "\n".join(str(i) for i in range(40))
    done = larder("mget", S, "--from=-", stdin=keys.encode())
    assert [line.split(b"\t")[0] for line in done.out.splitlines()] == [b"%d" % i for i in range(40)]
    assert len(done.out) > 40_000_000


def test_scan(larder, larder_server):
    fill(larder_server)
    keys = [f"k{i:03}" for i in range(25)]
    assert larder("scan", S, "--keys-only").text.split() == keys
    assert larder("scan", S, "--prefix=k00", "--keys-only").text.split() == keys[:10]
    assert larder("scan", S, "--start=k010", "--stop=k012").text == "k010\tv10\nk011\tv11\n"
    assert larder("scan", S, "--reverse", "--limit=2", "--keys-only").text.split() == keys[:-3:-1]
    assert larder("scan", S, "--count").text == "25\n"
    assert larder.json("scan", S, "--count", "--prefix=k01") == {"count": 10}
    assert larder("scan", S, "--all", "--page-size=7", "--keys-only").text.split() == keys
    line = larder("scan", S, "--limit=1", "--long").text.split("\t")
    assert len(line) == 5 and line[0] == "k000" and line[2:] == ["0", "2", "v0\n"]
    items = larder("scan", S, "--json").objects
    assert items[3] == {"key": {"text": "k003"}, "value": {"text": "v3"}, "expires_at_ms": 0,
                        "version": items[3]["version"], "length": 2}
    larder("scan", S, "--all", "--limit=3", status=USAGE)
    larder("scan", S, "--prefix=a", "--start=b", status=USAGE)


def test_a_scan_says_how_to_go_on(larder, larder_server):
    fill(larder_server)
    seen, token = [], None
    while True:
        done = larder("scan", S, "--keys-only", "--limit=10", *([f"--token={token}"] if token else []))
        seen += done.text.split()
        more = re.search(r"--token=(\S+)", done.said)
        if not more:
            break
        token = more.group(1)
    assert seen == [f"k{i:03}" for i in range(25)]
    assert larder("scan", S, "--limit=10", "--quiet").said == ""
    larder("scan", S, "--token=!", status=USAGE)
    larder("scan", S, "--token=AAAA", status=INVALID)


def test_ranges(larder, larder_server):
    fill(larder_server)
    info = larder.json("range-info", S, "--prefix=k01", "--split=10")
    assert info["estimated_keys"] == 10 and "split_keys" in info
    before = larder.json("checksum", S)
    assert before["keys"] == 25 and re.fullmatch(r"[0-9a-f]{16}", before["checksum"])
    estimate = larder.json("remove-range", S, "--prefix=k01", "--dry-run")
    assert estimate["estimated_keys"] == 10 and not estimate["removed"]
    assert larder.json("checksum", S)["checksum"] == before["checksum"]
    assert larder.json("remove-range", S, "--prefix=k01")["removed"]
    assert larder("scan", S, "--count").text == "15\n"
    larder("remove-range", S, status=USAGE)
    larder("remove-range", S, "--prefix=k", "--everything", status=USAGE)
    larder("remove-range", S, "--everything")
    assert larder("scan", S, "--count").text == "0\n"


# ------------------------------------------------------------------------------------------ batches


def test_a_batch_is_applied_together(larder):
    larder("put", S, "a", "1")
    lines = [{"op": "guard", "key": "a", "if_value": "1"}, {"op": "guard", "key": "b", "if_absent": True},
             {"op": "put", "key": "b", "value": {"base64": "/w=="}, "ttl_ms": 60000},
             {"op": "increment", "key": "n", "delta": 5}, {"op": "increment", "key": "n"},
             {"op": "remove_range", "key": "x", "stop": "y"}, {"op": "remove", "key": "a"}]
    text = "\n".join(map(json.dumps, lines)).encode()
    done = larder.json("batch", S, "-", stdin=text)
    assert done["applied"] and done["numbers"] == [5, 6]
    assert larder.json("get", S, "b")["expires_at_ms"] > 0
    again = larder.json("batch", S, "-", "--return-current", stdin=text, status=NEGATIVE)
    assert (again["applied"], again["reason"], again["line"]) == (False, "CONDITION_FAILED", 1)
    assert larder("batch", S, "-", stdin=text, status=NEGATIVE).text.startswith("applied")
    larder("get", S, "a", status=NEGATIVE)


def test_a_batch_with_a_mistake_is_not_sent(larder, larder_server):
    bad = larder("batch", S, "-", stdin=b'{"op":"remove","key":"a"}\n{"op":"put","key":"a"}\n', status=FILE)
    assert "line 2, " in bad.said
    assert larder_server.executed("batch") == 0
    larder("batch", S, "none", status=FILE)


def test_a_bulk_counts(larder, tmp_path):
    lines = [{"op": "put", "key": f"k{i}", "value": "v"} for i in range(2500)]
    lines += [{"op": "put", "key": "k7", "value": "w", "if_absent": True}, {"op": "remove", "key": "k9"}]
    lines += [{"op": "remove_range", "key": f"x{i}", "stop": f"y{i}"} for i in range(40)]
    (tmp_path / "bulk").write_text("\n".join(map(json.dumps, lines)))
    done = larder("bulk", S, "bulk", "--json", status=NEGATIVE).objects
    assert done[0]["line"] == 2501 and done[0]["reason"] == "CONDITION_FAILED"
    assert done[-1] == {"mutations": 2542, "applied": 2541, "not_applied": 1}
    assert larder("scan", S, "--count").text == "2499\n"
    assert "guards" in larder("bulk", S, "-", stdin=b'{"op":"guard","key":"a","if_absent":true}', status=FILE).said
    larder("bulk", S, "bulk", "--request-id=new", status=USAGE)


# ----------------------------------------------------------------------------------------- servers


def test_what_the_server_is(server, tmp_path):
    larder = Larder(server.address, tmp_path, server.admin_address)
    info = larder.json("info")
    assert info["stores"] == ["default"] and "put" in info["methods"] and info["uptime_ms"] >= 0
    assert "server version" in larder("info").text
    assert larder.json("stores")["engine"] == "hashmap"
    assert larder("stores").text.splitlines()[0].split() == [
        "store", "engine", "durability", "generation", "capabilities"]
    limits = {limit["limit"]: limit for limit in larder("limits", "--json").objects}
    assert limits["key_bytes"]["value"] == 1024 and limits["key_bytes"]["unit"] == "bytes"
    assert re.search(r"^key_bytes +1,024 +bytes", larder("limits").text, re.M)


def test_stats_health_and_metrics(server, tmp_path):
    larder = Larder(server.address, tmp_path, server.admin_address)
    larder("put", S, "a", "12345")
    stats = larder.json("stats", S)
    assert (stats["store"], stats["keys"], stats["data_bytes"]) == (S, 1, 6)
    assert {"operation": "put", "count": 1}.items() <= stats["operations"][0].items()
    assert "tombstones" in stats["engine_figures"]
    text = larder("stats", S).text
    assert re.search(r"^put +1 +0 ", text, re.M) and "engine figure" in text
    health = larder.json("health")
    assert health["ready"] and any(check["name"] == f"store:{S}" for check in health["checks"])
    assert "passed  store:default" in larder("health").text
    assert "# TYPE larder_build_info gauge\n" in larder("metrics").text
    assert "larder_build_info" in larder.json("metrics")["text"]


def test_what_a_store_is(start_server, tmp_path):
    server = start_server(config='[store "default"]\nengine=lsm\n[store "mem"]\nengine=hashmap\n')
    larder = Larder(server.address, tmp_path, server.admin_address, LARDER_STORE="mem")
    for i in range(20):
        larder("--store=default", "put", f"key{i}", "x" * 50)
    larder("--store=default", "remove", "key3")
    assert larder.json("--store=default", "flush")["done"]
    larder("--store=default", "get", "key5x", status=NEGATIVE)
    info = larder.json("info", S)
    assert (info["store"], info["engine"]) == (S, "lsm")
    assert info["write_amplification"] > 1 and info["wal_syncs"] > 0
    assert info["compaction_pending_bytes"] == 0 and 0 <= info["tombstones"] < 0.1
    full = [level for level in info["levels"] if level["files"] > 0]
    assert len(full) == 1 and full[0]["files"] == 1 and full[0]["entries"] in (19, 20)
    assert full[0]["filter_hits"] + full[0]["filter_misses"] >= 1
    syncs = [bucket for bucket in info["buckets"] if bucket["histogram"] == "wal_sync_us"]
    assert sum(bucket["count"] for bucket in syncs) == info["wal_syncs"]
    bounds = [bucket["up_to"] for bucket in syncs[:-1]]
    assert bounds == sorted(bounds) and "up_to" not in syncs[-1]
    text = larder("info", S).text
    assert re.search(r"^level +files +size", text, re.M) and re.search(rf"^ +{full[0]['level']} +1 ", text, re.M)
    assert re.search(r"^wal_sync_us +up to ", text, re.M) and "stalled" in text
    # An engine without any of that; and info without a name is about the server, whatever the store is.
    assert larder.json("info", "mem")["levels"] == [] and "level" not in larder("info", "mem").text
    assert larder.json("info")["stores"] == [S, "mem"]
    larder("info", "none", status=INVALID)
    larder("info", S, "mem", status=USAGE)


def test_jobs(start_server, tmp_path):
    server = start_server(config='[store "default"]\nengine=lsm\n[store "mem"]\nengine=hashmap\n')
    larder = Larder(server.address, tmp_path, server.admin_address)
    larder("put", S, "a", "1")
    assert larder.json("compact", S, "--prefix=a")["done"]
    assert "done" in larder("verify", S, "--no-wait").text
    wait_until(lambda: all(job["state"] == "done" for job in larder("jobs", "--json").objects), "both are over")
    assert [job["kind"] for job in larder("jobs", "--json").objects] == ["verify", "compact"]
    assert re.search(r"^ +2 +verify +default +done ", larder("jobs").text, re.M)
    assert "nothing to flush" in larder("flush", "mem", status=INVALID).said
    larder("compact", S, "--prefix=a", "--start=b", status=USAGE)


def test_the_admin_side_is_next_to_the_data_side_unless_said(server, tmp_path):
    host, _, port = server.admin_address.rpartition(":")
    larder = Larder(f"{host}:{int(port) - 1}", tmp_path)  # nobody there: only admin is asked
    assert larder.json("health")["ready"]
    larder = Larder("unix:/nowhere", tmp_path)
    assert "--admin" in larder("health", status=USAGE).said
    assert larder("health", f"--admin={server.admin_address}")


def test_ping(larder):
    one = larder.json("ping", "--size=100")
    assert set(one) == {"duration_us", "server_us", "now_ms"}
    many = larder("ping", "--times=20", "--interval=0", "--json").objects
    assert len(many) == 21 and many[-1]["pings"] == 20 and many[-1]["p50_us"] <= many[-1]["highest_us"]


def test_drain(server, tmp_path):
    larder = Larder(server.address, tmp_path, server.admin_address)
    assert larder.json("drain", "--wait=20s") == {"drained": True, "in_flight": 0, "connections": 0}
    assert not larder.json("health", status=NEGATIVE)["ready"]
    server.wait_until(lambda: not server.accepts_connections(), "the listener is closed")
    larder("put", S, "a", "1", "--attempts=1", status=UNREACHABLE)


def test_both_protocols(larder):
    larder("put", S, "a", "1", "--protocol=compact")
    assert larder("get", S, "a", "--protocol=binary").out == b"1\n"


# ------------------------------------------------------------------------------------ exit statuses


@pytest.mark.parametrize("outcome, status", [
    ("invalid_request", INVALID), ("not_here", NOT_HERE), ("refused", REFUSED),
    ("indeterminate", INDETERMINATE), ("failed", FAILED)])
def test_exceptions_have_their_statuses(larder, larder_server, outcome, status):
    larder_server.inject("exception", outcome=outcome)
    said = larder("put", S, "a", "1", "--attempts=1", status=status).said
    assert said.startswith(f"larder: {outcome.replace('_', ' ')} (")
    error = larder.json("put", S, "a", "1", "--attempts=1", status=status)["error"]
    assert error["outcome"] == outcome and error["code"].isupper() and error["message"]
    assert error["executed"] == ("maybe" if outcome in ("indeterminate", "failed") else "no")


def test_a_refusal_is_tried_again(larder, larder_server):
    fault = larder_server.inject("exception", outcome="refused", method="put", times=2)
    assert "sent 3 times" in larder("put", S, "a", "1", "--timing").said
    assert fault.hits == 2
    larder_server.inject("exception", outcome="refused", retry_after_ms=7)
    assert "; try again in 7 ms" in larder("put", S, "a", "1", "--attempts=1", status=REFUSED).said


def test_nobody_answers(larder, larder_server, tmp_path):
    larder_server.inject("no_reply", method="put")
    lost = larder.json("put", S, "a", "1", "--timeout=3s", status=LOST)
    assert lost["error"]["executed"] == "maybe"
    nowhere = Larder("tcp:127.0.0.1:1", tmp_path)
    assert nowhere("get", S, "a", status=UNREACHABLE).said.startswith("larder: unreachable: ")
    larder("get", S, "a", "--server=http://x", status=USAGE)


def test_a_server_of_another_kind(larder, tmp_path):
    listener = subprocess.Popen(
        ["/usr/bin/python3", "-c", """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    other = listener.accept()[0]
    other.recv(1000)
    other.sendall(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")
    other.close()
"""], stdout=subprocess.PIPE, text=True)
    try:
        port = int(listener.stdout.readline())
        done = Larder(f"tcp:127.0.0.1:{port}", tmp_path)("get", S, "a", "--attempts=1", "--timeout=5s", status=LOST)
        assert done.said.startswith("larder: ")
    finally:
        listener.kill()
        listener.wait()
        listener.stdout.close()


def test_a_lost_reply_leaves_a_doubt(larder, larder_server):
    larder_server.inject("execute_close", method="put", times=1)
    done = larder.json("put", S, "a", "1", "--if-absent", status=NEGATIVE)
    assert done["uncertain"] and not done["applied"]
    assert larder("get", S, "a").out == b"1\n"


def test_unknown_stores_and_wrong_lines(larder):
    assert larder.json("get", "nostore", "a", status=INVALID)["error"]["code"] == "UNKNOWN_STORE"
    assert "did you mean get?" in larder("gte", S, "a", status=USAGE).said
    assert "did you mean --ttl?" in larder("put", S, "a", "1", "--tll=1s", status=USAGE).said
    assert "usage: get STORE KEY" in larder("get", S, status=USAGE).said
    larder("use", S, status=USAGE)
    assert larder("put", S, "a", "1", "--request-id=x", status=USAGE)
    assert larder("put", S, "a", "1", "--fence=x", status=USAGE)


def test_options_that_are_not_served_are_told(larder):
    done = larder("put", S, "a", "1", "--request-id=new", status=INVALID)
    assert re.match(r"larder: request id [0-9a-f]{8}-[0-9a-f]{4}-7", done.said) and "UNSUPPORTED" in done.said
    larder("put", S, "a", "1", "--fence=lease:3", status=INVALID)
    larder("put", S, "a", "1", "--sync", status=INVALID)


def test_a_deadline_is_the_servers(larder, larder_server):
    larder_server.trace()
    larder("get", S, "a", "--deadline=5s", status=NEGATIVE)
    assert [call.method for call in larder_server.calls() if call.method == "get"] == ["get"]
    larder("get", S, "a", "--deadline=2h", status=USAGE)


@pytest.mark.parametrize("verb, status", [
    ("refuse-memory_full", REFUSED), ("unknown-applied", INDETERMINATE), ("elsewhere", NOT_HERE)])
def test_what_engines_answer(start_server, tmp_path, verb, status):
    server = start_server(program=SCRIPTED_LARDERD, config='[store "default"]\nengine=scripted\n')
    larder = Larder(server.address, tmp_path)
    larder("put", S, f"!{verb}:a", "1", "--attempts=1", status=status)


# ------------------------------------------------------------------------------ help, store, output


def test_help(larder):
    everything = larder("--help").text
    for command in re.findall(r"^  ([a-z-]+) ", everything.split("Commands:\n")[1].split("\n\n")[0], re.M):
        text = larder("help", command).text
        assert text == larder(command, "--help").text
        assert text.startswith("usage: ") and "\nExamples:\n" in text
    assert "there is no command" in larder("help", "gett", status=USAGE).said
    assert re.fullmatch(r"larder \d+\.\d+\.\d+\n", larder("--version").text)
    assert larder("help").text == everything


def test_a_named_store_is_left_out(larder, tmp_path):
    larder("put", S, "a", "1")
    assert larder("--store=default", "get", "a").out == b"1\n"
    named = Larder(larder.environment["LARDER_SERVER"], tmp_path, LARDER_STORE=S)
    assert named("get", "a").out == b"1\n"
    assert "the store is default" in named("get", S, "a", status=USAGE).said
    named("get", "a", "--store=other", status=INVALID)


def test_colours_are_for_terminals_or_those_who_ask(larder):
    larder("put", S, "a", "1")
    assert larder("scan", S).out == b"a\t1\n"
    assert larder("scan", S, "--color").out == b"\x1b[36ma\x1b[0m\t1\n"
    assert larder("scan", S, "--color", "--no-color").out == b"a\t1\n"


def test_output_that_cannot_be_written(larder, larder_server):
    fill(larder_server)
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen([LARDER, "scan", S], env=larder.environment, stdout=full,
                                   stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == FILE and b"cannot be written" in err


# -------------------------------------------------------------------------------------------- watch


def test_watch_shows_what_changes(larder, larder_server):
    larder("put", S, "a", "1")
    larder_server.trace()
    process = larder.popen("watch", "--interval=20ms", "get", S, "a")
    try:
        assert process.stdout.readline() == b"1\n"
        larder("put", S, "a", "2")
        assert process.stdout.readline().startswith(b"# 2")
        assert [process.stdout.readline(), process.stdout.readline()] == [b"- 1\n", b"+ 2\n"]
        larder("remove", S, "a")
        process.stdout.readline()
        assert [process.stdout.readline(), process.stdout.readline()] == [b"- 2\n", b"+ larder: not found\n"]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) in (OK, INTERRUPTED)
    finally:
        process.kill()
        process.communicate()


def test_watch_survives_a_server_that_comes_back(start_server, tmp_path):
    server = start_server(listen=[f"unix:{tmp_path}/s"])  # nobody else takes it meanwhile
    larder = Larder(server.address, tmp_path)
    larder("put", S, "a", "1")
    process = larder.popen("watch", "--interval=20ms", "--json", "get", S, "a", "--attempts=1")
    try:
        assert json.loads(process.stdout.readline())["found"]
        server.stop()
        assert json.loads(process.stdout.readline())["error"]["outcome"] in ("unreachable", "lost")
        server.start()
        wait_until(lambda: not json.loads(process.stdout.readline()).get("found", True), "it is answered again")
    finally:
        process.kill()
        process.communicate()


def test_watch_a_number_of_times(larder):
    done = larder("watch", "--times=3", "--interval=0", "incr", S, "n")
    assert [line for line in done.text.splitlines() if line[0] != "#"] == ["1", "- 1", "+ 2", "- 2", "+ 3"]
    assert larder("watch", "--times=3", "gte", status=USAGE).said.count("did you mean") == 1
    assert larder("watch", "--times=2", "--interval=0", "get", S, "zz", status=NEGATIVE)
