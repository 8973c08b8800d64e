"""larder-load against a real server: every value right, and figures that make sense."""

import json
import signal
import subprocess
import time

import pytest

from larder.ttypes import KeyRange

from larder_harness import BUILD, PATIENCE

LARDER_LOAD = BUILD / "bin" / "larder-load"


def run_load(*arguments):
    """Runs larder-load to its end; returns the exit status, standard output and standard error."""
    done = subprocess.run([LARDER_LOAD, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def check_report(path, workload):
    """Asserts what holds for the JSON report of every good run; returns the report."""
    report = json.loads(path.read_text())
    assert report["result"]["faults"] == 0 and report["verification"]["wrong"] == 0
    for name, operation in report["operations"].items():
        latency = operation["latency"]
        if workload not in (name, "mixed"):
            assert operation["finished"] == latency["count"] == 0
            continue
        values = list(latency["percentiles_ns"].values())
        assert latency["count"] > 0 and values == sorted(values) and values[0] > 0
        assert sum(count for _, _, count in latency["buckets"]) == latency["count"]
    return report


@pytest.mark.parametrize("workload", ["get", "put", "mixed"])
@pytest.mark.parametrize("protocol", ["binary", "compact"])
def test_every_workload(start_server, tmp_path, workload, protocol):
    server = start_server()
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        f"--target={server.address}", f"--workload={workload}", f"--protocol={protocol}",
        "--connections=5", "--pipeline=8", "--records=2000", "--operations=4000",
        "--warmup-seconds=0", f"--json={path}")
    assert status == 0, printed + said
    report = check_report(path, workload)
    assert report["arrival"] == "closed"
    assert "p99.9" in printed


def test_a_rate_over_a_unix_socket(start_server, tmp_path):
    server = start_server(listen=[f"unix:{tmp_path}/larder.sock"])
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        f"--target={server.address}", "--workload=mixed", "--connections=4", "--rate=500",
        "--records=500", "--operations=500", "--warmup-seconds=0", f"--json={path}")
    assert status == 0, printed + said
    report = check_report(path, "mixed")
    assert report["arrival"] != "closed"
    assert all(operation["service"]["count"] > 0 for operation in report["operations"].values())


OTHER_WORKLOADS = [
    ("fillseq", "put"), ("fillrandom", "put"), ("overwrite", "put"), ("readrandom", "get"),
    ("readmissing", "get"), ("readseq", "scan"), ("readreverse", "scan"), ("seekrandom", "scan"),
    ("readwhilewriting", "get"), ("deleterandom", "remove"),
]


def length_of(workload):
    """Arguments: a count where one goes with the workload, so that no pause of the machine matters."""
    if workload in ("fillseq", "fillrandom", "deleterandom"):
        return []  # each has a length of its own
    return ["--seconds=2" if workload == "readwhilewriting" else "--operations=600", "--warmup-seconds=0"]


def check_other(path, workload, operation):
    report = json.loads(path.read_text())
    assert report["result"]["faults"] == 0 and report["verification"]["wrong"] == 0, report
    assert report["config"]["workload"] == workload
    assert report["operations"][operation]["finished"] > 0
    counted = report["config"]["operations"]
    if counted != 0:
        assert sum(done["finished"] for done in report["operations"].values()) == counted
    if operation == "scan":
        assert report["verification"]["right"] >= report["result"]["entries"] > 0


@pytest.mark.parametrize("workload, operation", OTHER_WORKLOADS)
@pytest.mark.parametrize("engine, shape", [("lsm", "binary"), ("hashmap", "scattered")])
def test_the_workloads_of_db_bench_on_an_engine(tmp_path, workload, operation, engine, shape):
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        f"--target=embedded:{engine}", f"--workload={workload}", "--threads=2", "--records=1000",
        f"--key-shape={shape}", "--compression-ratio=0.5", *length_of(workload),
        *(["--engine-option=durability=os"] if engine == "lsm" else []),
        *(["--scan-length=10"] if operation == "scan" else []), f"--json={path}")
    assert status == 0, printed + said
    check_other(path, workload, operation)


@pytest.mark.parametrize("workload, operation", OTHER_WORKLOADS)
def test_the_workloads_of_db_bench_on_a_server(start_server, tmp_path, workload, operation):
    server = start_server()
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        f"--target={server.address}", f"--workload={workload}", "--threads=2", "--connections=4",
        "--pipeline=4", "--records=1000", *length_of(workload),
        *(["--scan-length=100"] if operation == "scan" else []), f"--json={path}")
    assert status == 0, printed + said
    check_other(path, workload, operation)


EVERYTHING = ("get:30,put:20,insert:5,rmw:10,scan(1..20):10,multi_get(1..20):10,batch(2..10):10,"
              "remove:5")
KINDS = {"get", "put", "insert", "rmw", "scan", "multi_get", "batch", "remove"}


def check_mix(path, kinds):
    """Asserts that every kind of operation was done and that nothing was wrong."""
    report = json.loads(path.read_text())
    assert report["result"]["faults"] == 0 and report["verification"]["wrong"] == 0, report
    assert report["verification"]["right"] > 0
    assert kinds <= {kind for kind, done in report["operations"].items() if done["finished"] > 0}
    return report


@pytest.mark.parametrize("more", [
    ["--distribution=zipfian", "--value-size=uniform(40..2000)", "--operations=3000"],
    ["--ttl=0.3", "--distribution=latest", "--rate=2000", "--operations=2000"],  # a second at least
    ["--rate=2000", "--arrival=poisson", "--value-size=pareto(50,1.5,4000)", "--operations=1000"],
])
def test_a_mix_of_everything_on_a_server(start_server, tmp_path, more):
    server = start_server()
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        f"--target={server.address}", f"--mix={EVERYTHING}", "--threads=2", "--connections=4",
        "--pipeline=4", "--records=1000", "--warmup-seconds=0", f"--json={path}", *more)
    assert status == 0, printed + said
    report = check_mix(path, KINDS)
    assert report["config"]["mix"] == EVERYTHING


READ_ALONG = ["--workload=readseq", "--scan-length=10"]


@pytest.mark.parametrize("more", [[], ["--distribution=zipfian"], READ_ALONG])
def test_recorded_keys(start_server, tmp_path, more):
    server = start_server()
    path = tmp_path / "out.json"
    keys = tmp_path / "keys"
    keys.write_text("".join(f"user:{i * i % 97}\n" for i in range(1000)))
    status, printed, said = run_load(
        f"--target={server.address}", f"--keys={keys}", "--threads=2", "--connections=2",
        "--operations=1000", "--warmup-seconds=0", f"--json={path}", *more)
    assert status == 0, printed + said
    report = check_mix(path, {"scan"} if more == READ_ALONG else {"get", "put"})
    assert report["config"]["records"] == len({i * i % 97 for i in range(1000)})
    with server.store() as client:
        assert client.get("default", b"user:0", None).found


def test_a_sweep_tells_its_steps(tmp_path):
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        "--target=embedded:hashmap", "--records=100", "--sweep", "--objective=max<1ns",
        "--rate=4", "--seconds=1", "--warmup-seconds=0", "--intrinsic", f"--json={path}")
    assert status == 0, printed + said
    assert "No rate held" in printed and "gap while spinning" in printed
    report = json.loads(path.read_text())
    steps = report["sweep"]["steps"]
    assert [step["rate"] for step in steps] == [4 / 2**i for i in range(len(steps))]
    assert len(steps) > 2 and not any(step["held"] for step in steps)
    assert report["intrinsic"]["gaps"]["count"] > 0


def test_records_are_spread_over_several_servers(start_server, tmp_path):
    servers = [start_server(), start_server()]
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        *(f"--target={server.address}" for server in servers), "--threads=3", "--connections=6",
        "--mix=get:40,put:30,insert:10,scan(1..5):20", "--records=99", "--operations=1000",
        "--warmup-seconds=0", f"--json={path}")
    assert status == 0, printed + said
    check_mix(path, {"get", "put", "insert", "scan"})
    found = []
    for server in servers:
        with server.store() as client:
            found.append({item.key for item in client.scan("default", KeyRange(), None).items})
    first = {b"key%013d" % number for number in range(99)}
    assert {key for key in first if int(key[3:]) % 3 != 1} == found[0] & first
    assert {key for key in first if int(key[3:]) % 3 == 1} == found[1] & first


def test_the_overhead_of_the_generator_is_told():
    status, printed, said = run_load("--target=null", "--records=1000", "--operations=5000",
                                     "--warmup-seconds=0", f"--mix={EVERYTHING}")
    assert status == 0, printed + said
    assert "ns of the generator's own for each operation" in printed and "none wrong" in printed


def latencies_over(path, limit_ns):
    """How many gets took that long or longer, and how many there were."""
    latency = json.loads(path.read_text())["operations"]["get"]["latency"]
    return sum(count for low, _, count in latency["buckets"] if low >= limit_ns), latency["count"]


def test_a_pause_shows_in_an_open_loop_and_hides_in_a_closed_one(start_server, tmp_path):
    """A server that stands still for a second: the same pause, the same server, both loops."""
    gets = 'larder_rpc_requests_total{service="Store",method="get",outcome="ok"}'
    over = {}
    for loop, more in {"open": ["--rate=1000"], "closed": []}.items():
        server = start_server()
        path = tmp_path / loop
        load = subprocess.Popen(
            [LARDER_LOAD, f"--target={server.address}", "--workload=get", "--connections=1",
             "--records=100", "--seconds=60", "--warmup-seconds=0", f"--json={path}", *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in load.stderr:
            if line.startswith("measure"):  # a second of it has passed
                break
        before = server.metric(gets)
        server.send_signal(signal.SIGSTOP)
        time.sleep(1)
        server.send_signal(signal.SIGCONT)
        server.wait_until(lambda: server.metric(gets) > before + 1500, "what was due is answered")
        load.terminate()
        load.stderr.read()
        assert load.wait(PATIENCE) == 0
        over[loop], count = latencies_over(path, 500_000_000)
        if loop == "open":
            assert over[loop] / count > 0.001  # p99.9 is 500 ms or more
    # What was due in the first half of the pause waited 500 ms; a closed loop sent one request.
    assert over["open"] > 10 * over["closed"] >= 10


@pytest.mark.parametrize("name, kinds", [
    ("a", {"get", "put"}), ("b", {"get", "put"}), ("c", {"get"}), ("d", {"get", "insert"}),
    ("e", {"scan", "insert"}), ("f", {"get", "rmw"}),
])
def test_the_workloads_of_ycsb(tmp_path, name, kinds):
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        "--target=embedded:lsm", f"--workload=ycsb-{name}", "--threads=2", "--records=1000",
        "--operations=4000", "--warmup-seconds=0", "--engine-option=durability=os",
        "--key-shape=decimal", f"--json={path}")
    assert status == 0, printed + said
    report = check_mix(path, kinds)
    assert sum(done["finished"] for done in report["operations"].values()) == 4000


@pytest.mark.parametrize("workload, operation", [("fillsync", "put"), ("compact", "compact")])
def test_what_only_a_durable_engine_can_do(tmp_path, workload, operation):
    path = tmp_path / "out.json"
    status, printed, said = run_load(
        "--target=embedded:lsm", f"--workload={workload}", "--operations=1", "--records=1000",
        "--engine-option=durability=os", "--engine-option=write_buffer=1M", f"--json={path}",
        *(["--warmup-seconds=0"] if workload == "fillsync" else []))
    assert status == 0, printed + said
    check_other(path, workload, operation)


def test_an_engine_takes_options(tmp_path):
    status, _, said = run_load("--target=embedded:hashmap", "--engine-option=no_such=1")
    assert status == 69 and 'no option "no_such"' in said, said


def test_an_engine_without_a_server(tmp_path):
    path = tmp_path / "out.json"
    status, printed, said = run_load("--target=embedded:hashmap", "--threads=2", "--records=2000",
                                     "--operations=9000", "--warmup-seconds=0", f"--json={path}")
    assert status == 0, printed + said
    check_report(path, "mixed")


def test_values_of_others_are_found_out(start_server):
    server = start_server()
    with server.store() as client:
        assert run_load(f"--target={server.address}", "--records=1", "--operations=100",
                        "--warmup-seconds=0")[0] == 0
        written = client.scan("default", KeyRange(), None).items
        assert len(written) == 1
        client.put("default", written[0].key, b"x" * len(written[0].value), None)
    status, printed, said = run_load(f"--target={server.address}", "--records=1", "--no-load",
                                     "--workload=get", "--operations=10", "--warmup-seconds=0")
    assert status == 1, printed + said


@pytest.mark.parametrize("argument, expected", [
    ("--workload=fast", "get put mixed"),
    ("--connections=0", "1"),
    ("--value-size=1", "40"),
    ("--mix=get:80,scan(0..5):20", "from 1 to 10000"),
    ("--distribution=zipf", "zipfian(THETA)"),
    ("--arrival=poisson", "--rate"),
    ("--ttl=0", "0.001"),
    ("--keys=/nonexistent", "/nonexistent"),
    ("--sweep", "--objective"),
    ("--target=null --load".split(), "keeps nothing"),
    ("--target=unix:/a --target=unix:/b".split(), "at least 2, the number of targets"),
    ("--target=unix:/a --target=embedded:lsm".split(), "several targets must all be"),
    ("--target=http:localhost", "tcp:HOST:PORT"),
])
def test_wrong_arguments_name_what_is_allowed(argument, expected):
    status, _, said = run_load(*([argument] if isinstance(argument, str) else argument))
    assert status == 64 and expected in said, said


def test_a_server_that_is_not_there():
    status, _, said = run_load("--target=tcp:127.0.0.1:1", "--seconds=0.1")
    assert status == 69 and "127.0.0.1" in said, said
