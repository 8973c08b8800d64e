"""The parts of all.py that larder-load runs itself: YCSB, latency, time, overhead.

Every function takes the context of a run (all.Context) and returns what the page needs. Runs of a part
take turns, in an order that changes every round, so that what else happens on the machine hits all of
them alike. A run that reads a wrong value ends everything.
"""

import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "rpc"))
import servers  # noqa: E402  (tests/bench/rpc)

EMBEDDED = ("hashmap", "lsm", "rocksdb", "leveldb", "lmdb")
SERVERS = ("larderd hashmap", "larderd lsm")
UNORDERED = ("hashmap", "larderd hashmap")  # no scans
CACHED = ("lsm", "rocksdb", "leveldb")  # have a block cache and a write buffer to set
CONNECTIONS = 50
CACHE = "1G"
DURABILITY = "os"
# What engines have in common is set alike, as in the table of engines (tests/bench/peers): what an
# engine does by itself with `compression` or with processors is not what is compared.
ALIKE = {"durability": DURABILITY, "block_cache": CACHE, "write_buffer": "64M", "filter_bits": 10,
         "block_bytes": 4096, "table_bytes": "64M", "compression": "none"}
# LevelDB has one thread for everything, and a first level of 10 MB, and neither can be set.
TIERED = {**ALIKE, "write_buffers": 4, "base_bytes": "256M", "compaction_threads": 1}
OPTIONS = {"hashmap": {}, "lsm": TIERED, "rocksdb": TIERED, "leveldb": ALIKE,
           "lmdb": {"durability": DURABILITY}}
LATENCY_RATES = {"embedded": 10000, "server": 10000}
PEERS = {"redis": lambda: servers.redis(["--appendonly", "no"]), "memcached": servers.memcached}


def engine_options(engine, **more):
    """Words for larder-load that set an engine within its process as all the others are set."""
    options = {**OPTIONS[engine], **(more if engine in CACHED else {})}
    return [f"--engine-option={name}={value}" for name, value in options.items()]


def run_load(context, path, words):
    """Runs larder-load, which writes its report to `path`, and returns the report.

    Servers have one processor and the generator has the other; an engine within its process has both.
    """
    command = [str(context.build / "bin" / "larder-load"), *map(str, words), "--quiet",
               f"--json={path}"]
    if any(word.startswith("--connections=") for word in words):
        command = servers.pinned(servers.LOAD_PROCESSOR, command)
    environment = {**os.environ, "LARDER_ENGINES": str(context.build / "engines")}
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=environment)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n"
                         f"{done.stdout.decode(errors='replace')}")
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


@contextlib.contextmanager
def target_of(context, name, **options):
    """Words for larder-load that lead to an engine or a server, which runs meanwhile."""
    if name in EMBEDDED:
        yield [f"--target=embedded:{name}", *engine_options(name, **options)]
        return
    if name in PEERS:
        server = PEERS[name]()
    else:
        engine = name.split()[1]
        server = servers.larderd(context.build / "bin", engine, OPTIONS[engine])
    with server:
        yield [f"--target={server.target}", f"--connections={CONNECTIONS}"]


def operations_of(report):
    """All kinds of operations of a report together: rate, and the worst of their percentiles."""
    kinds = [kind for kind in report["operations"].values() if kind["finished"]]
    percentiles = [kind["latency"]["percentiles_ns"] for kind in kinds]
    return {"rate": sum(kind["per_second"] for kind in kinds),
            "p50_us": max(one["p50"] for one in percentiles) / 1000,
            "p99_us": max(one["p99"] for one in percentiles) / 1000,
            "p99.9_us": max(one["p99.9"] for one in percentiles) / 1000,
            "busy": report["result"]["generator_cores_busy"]}


def turns(names, turn):
    """The names, beginning with another one each time."""
    names = list(names)
    return names[turn % len(names):] + names[:turn % len(names)]


# --------------------------------------------------------------------------------------- ycsb --


def ycsb_words(workload, records, seconds):
    return [f"--workload=ycsb-{workload}", f"--records={records}", f"--seconds={seconds:g}",
            f"--warmup-seconds={min(1, seconds):g}"]


def ycsb(context):
    """YCSB A to F on every engine and on the server."""
    scale = context.scale
    rows = {workload: {} for workload in "abcdef"}
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        for turn in range(scale["load_rounds"]):
            for number, workload in enumerate(rows):
                for name in turns((*EMBEDDED, *SERVERS), turn + number):
                    if workload == "e" and name in UNORDERED:
                        continue
                    context.say(f"ycsb-{workload}, {name}, round {turn + 1}")
                    with target_of(context, name) as target:
                        report = run_load(context, out.name, [*target, *ycsb_words(
                            workload, scale["ycsb_records"], scale["ycsb_seconds"])])
                    rows[workload].setdefault(name, []).append(operations_of(report))
    return {"names": [*EMBEDDED, *SERVERS], "records": scale["ycsb_records"],
            "seconds": scale["ycsb_seconds"], "rounds": scale["load_rounds"],
            "connections": CONNECTIONS, "cache": CACHE, "durability": DURABILITY, "rows": rows}


# ------------------------------------------------------------------------------------ pictures --


def plot(context, paths, prefix):
    """Both pictures of reports; returns the paths of latency and throughput."""
    subprocess.run([str(context.build / "bin" / "larder-load"), "plot", *map(str, paths),
                    f"--output={context.directory / prefix}"], check=True, stdout=subprocess.DEVNULL)
    return [context.directory / f"{prefix}-{kind}.svg" for kind in ("latency", "throughput")]


def latency_words(rate, records, seconds):
    return ["--workload=ycsb-a", "--value-size=100", f"--records={records}", f"--rate={rate}",
            "--arrival=poisson", f"--seconds={seconds:g}", f"--warmup-seconds={min(2, seconds):g}"]


def latency_of(context, folder, names, rate):
    """One open-loop run each; the reports are kept, for they are plotted."""
    folder = context.directory / folder
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name in names:
        context.say(f"latency at {rate} a second, {name}")
        paths[name] = folder / f"{name}.json"
        with target_of(context, name) as target:
            run_load(context, paths[name], [*target, "--intrinsic", *latency_words(
                rate, context.scale["latency_records"], context.scale["latency_seconds"])])
    return paths


def jitter_of(reports):
    """The machine's own disturbance, as measured before each run: the medians of all."""
    return {f"{what}_{row}_us": statistics.median(
        report["intrinsic"][what][f"{row}_ns"] for report in reports) / 1000
        for what in ("gaps", "wakes") for row in ("p99", "p99.9", "max")}


def service_of(report):
    """All kinds of operations: the worst percentiles of response and of service time."""
    kinds = [kind for kind in report["operations"].values() if kind["finished"]]
    told = {"rate": sum(kind["per_second"] for kind in kinds),
            "unsent": sum(kind["faults"].get("unsent", 0) for kind in kinds),
            "max_us": max(kind["latency"]["percentiles_ns"]["max"] for kind in kinds) / 1000}
    for what in ("latency", "service"):
        for row in ("p50", "p99", "p99.9"):
            told[f"{what}_{row}_us"] = max(
                kind[what]["percentiles_ns"][row] for kind in kinds) / 1000
    return told


def latency(context):
    """Latency at a rate that all of them can keep: engines in the process, and servers."""
    groups = {"embedded": ("lsm", "rocksdb", "leveldb", "lmdb", "hashmap"),
              "server": ("larderd lsm", "larderd hashmap", *PEERS)}
    told = {"records": context.scale["latency_records"],
            "seconds": context.scale["latency_seconds"], "groups": {}}
    for group, names in groups.items():
        rate = LATENCY_RATES[group]
        paths = latency_of(context, f"latency-{group}", names, rate)
        picture, _ = plot(context, paths.values(), f"latency-{group}")
        shutil.copy(picture, context.directory / f"{group}-latency.svg")
        reports = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items()}
        told["groups"][group] = {"rate": rate, "jitter": jitter_of(reports.values()), "rows": {
            name: service_of(report) for name, report in reports.items()}}
    return told


def timeline_words(records, seconds):
    return ["--workload=overwrite", f"--records={records}", "--value-size=1000",
            f"--seconds={seconds:g}", "--warmup-seconds=0"]


def events_of(report):
    """How often, and for how long, the target did something within the measured time."""
    told = {}
    for event in report["server"].get("events", []):
        row = told.setdefault(event["kind"], {"count": 0, "seconds": 0.0})
        row["count"] += event["count"]
        row["seconds"] += event["busy_us"] / 1e6
    return told


def timeline(context):
    """Writing as fast as it goes, over time: what flushes and compactions do to it."""
    folder = context.directory / "timeline"
    folder.mkdir(parents=True, exist_ok=True)
    rows, paths = {}, []
    for name in CACHED:
        context.say(f"throughput over time, {name}")
        paths.append(folder / f"{name}.json")
        with target_of(context, name, write_buffer="16M") as target:
            report = run_load(context, paths[-1], [*target, *timeline_words(
                context.scale["timeline_records"], context.scale["timeline_seconds"])])
        rows[name] = {**operations_of(report), "events": events_of(report)}
        rows[name]["slowest_second"] = min(
            (second["put"] / second["span_seconds"] for second in report["series"]
             if second["span_seconds"] > 0.5), default=0)
    _, picture = plot(context, paths, "timeline")
    shutil.copy(picture, context.directory / "overwrite-throughput.svg")
    return {"records": context.scale["timeline_records"],
            "seconds": context.scale["timeline_seconds"], "rows": rows}


# ------------------------------------------------------------------------------------ overhead --

OVERHEAD = (
    ("get, values of 100", ["--workload=get"]),
    ("put, values of 100", ["--workload=put"]),
    ("get, pipeline 16", ["--workload=get", "--pipeline=16"]),
    ("put, zipfian", ["--workload=put", "--distribution=zipfian"]),
    ("mixed, uniform sizes to 200", ["--value-size=uniform(40..200)"]),
    ("ycsb-a, values of 1,000", ["--workload=ycsb-a"]),
    ("ycsb-c, values of 1,000", ["--workload=ycsb-c"]),
    ("ycsb-d, values of 1,000", ["--workload=ycsb-d"]),
    ("ycsb-f, values of 1,000", ["--workload=ycsb-f"]),
    ("put, values of 10,000", ["--workload=put", "--value-size=10000"]),
)


def overhead(context):
    """What an operation costs the generator itself, with a target that does nothing."""
    rows = {name: [] for name, _ in OVERHEAD}
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        for turn in range(max(3, context.scale["load_rounds"])):
            for name, words in turns(OVERHEAD, turn):
                context.say(f"overhead, {name}, round {turn + 1}")
                report = run_load(context, out.name, [
                    "--target=null", *words, "--records=1000000", "--seconds=1",
                    "--warmup-seconds=0.3"])
                rows[name].append(report["overhead"])
    return {"records": 1000000, "rows": rows}
