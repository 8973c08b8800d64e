#!/usr/bin/python3
"""larderd beside Redis and memcached: the same load, one after the other, again and again.

Every server runs pinned to one processor, the load generator on another, over TCP on loopback or local
sockets. A round
starts and measures every server once; rounds are repeated and medians compared, so that what disturbs
the machine disturbs all alike. See README.md, which says what the columns mean.

    compare.py BIN_DIRECTORY ECHO_PROGRAM [--rounds=5] [--seconds=3] [--only=WORD] [--json=FILE]
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import cold
import frames as frame_sizes
import servers

RECORDS = 100000
CONNECTIONS = 50
VALUE = 100
COUNT = 100  # keys of a multi_get, entries of a scan
MEMORY_RECORDS = 1000000
WARMUP = 1

MEMORY = {"engine": "hashmap", "larderd": {}, "redis": ["--appendonly", "no"], "memcached": True}
OS = {"engine": "lsm", "larderd": {"durability": "os"},
      "redis": ["--appendonly", "yes", "--appendfsync", "everysec"]}
ALWAYS = {"engine": "lsm", "larderd": {"durability": "always"},
          "redis": ["--appendonly", "yes", "--appendfsync", "always"]}
SORTED = {"engine": "lsm", "larderd": {"durability": "os"}, "redis": ["--appendonly", "no"]}


def local(settings):
    """The same over local sockets, where the system has less to do."""
    return dict(settings, local=True)


# name, settings, workload of larder-load, pipeline
WORKLOADS = [
    ("get, pipeline 16", MEMORY, "get", 16),
    ("put, pipeline 16", MEMORY, "put", 16),
    ("get, pipeline 1", MEMORY, "get", 1),
    ("put, pipeline 1", MEMORY, "put", 1),
    ("multi_get of 100 / MGET", dict(MEMORY, memcached=False), "multi_get", 1),
    ("lsm scan of 100 / ZRANGEBYLEX", SORTED, "seekrandom", 1),
    ("lsm scan of 100, pipeline 16", SORTED, "seekrandom", 16),
    ("lsm os put / everysec, pipeline 16", OS, "put", 16),
    ("lsm os get / everysec, pipeline 16", OS, "get", 16),
    ("lsm always put / fsync always", ALWAYS, "put", 1),
    ("local socket: get, pipeline 16", local(MEMORY), "get", 16),
    ("local socket: put, pipeline 16", local(MEMORY), "put", 16),
    ("local socket: lsm scan of 100", local(SORTED), "seekrandom", 1),
]
ROWS = {"get": "get", "put": "put", "multi_get": "multi_get", "seekrandom": "scan"}


def run_load(binaries, server, *options):
    """Runs larder-load and returns its report."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [str(binaries / "larder-load"), "--target", server.target, "--value-size",
                   str(VALUE), "--quiet", "--json", out.name, *map(str, options)]
        done = subprocess.run(servers.pinned(servers.LOAD_PROCESSOR, command), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise SystemExit(f"{server.name}: larder-load failed:\n{done.stdout.decode()}")
        return json.load(open(out.name, encoding="utf-8"))


def measure_load(binaries, server, workload, pipeline, seconds):
    """One measurement by larder-load: operations a second, latencies, processor time."""
    common = ["--workload", workload, "--records", RECORDS, "--connections", CONNECTIONS]
    common += ["--scan-length", COUNT] if workload in ("multi_get", "seekrandom") else []
    run_load(binaries, server, *common, "--operations", CONNECTIONS, "--warmup-seconds", 0)
    common += ["--no-load", "--pipeline", pipeline, "--warmup-seconds", 0]
    run_load(binaries, server, *common, "--seconds", WARMUP)
    before = server.cpu_seconds()
    report = run_load(binaries, server, *common, "--seconds", seconds)
    used = server.cpu_seconds() - before
    operation = report["operations"][ROWS[workload]]
    percentiles = operation["latency"]["percentiles_ns"]
    return {
        "rate": operation["per_second"],
        "p50_us": percentiles["p50"] / 1000,
        "p99_us": percentiles["p99"] / 1000,
        "generator": report["result"]["generator_cores_busy"],
        "cpu": used * 1e6 / max(operation["finished"], 1),
    }


def redis_command(where, *words, **options):
    """What redis-cli prints for a command."""
    return subprocess.run(["redis-cli", *where, *words], stdout=subprocess.PIPE, check=True,
                          **options).stdout.decode()


def fill_for_redis_benchmark(where):
    """
    The records that redis-benchmark asks for, under the names that it gives them, instead of those of
    larder-load: without them each of its gets would be a miss, which is the cheaper answer.
    """
    value = b"x" * VALUE
    records = b"".join(b"*3\r\n$3\r\nSET\r\n$16\r\nkey:%012d\r\n$%d\r\n%s\r\n" % (i, VALUE, value)
                       for i in range(RECORDS))
    redis_command(where, "flushall")
    redis_command(where, "--pipe", input=records)
    redis_command(where, "config", "resetstat")


def measure_redis_benchmark(server, workload, pipeline, seconds, rate):
    """What redis-benchmark makes of the same: operations a second, and how busy it was itself."""
    count = max(20000, int(rate * seconds))
    where = ["-s", server.socket] if server.socket else ["-p", str(server.port)]
    fill_for_redis_benchmark(where)
    command = ["redis-benchmark", *where, "-t", "get" if workload == "get" else "set", "-c",
               str(CONNECTIONS), "-P", str(pipeline), "-n", str(count), "-r", str(RECORDS), "-d",
               str(VALUE), "-q", "--csv"]
    begun = os.times()
    out = subprocess.run(servers.pinned(servers.LOAD_PROCESSOR, command), stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    ended = os.times()
    busy = (ended.children_user + ended.children_system - begun.children_user -
            begun.children_system) / max(ended.elapsed - begun.elapsed, 0.001)
    if "keyspace_misses:0" not in redis_command(where, "info", "stats"):
        raise SystemExit("redis-benchmark asked for records that are not there")
    return {"rate": float(out.strip().splitlines()[-1].split('"')[3]), "generator": busy}


def measure_echo(program, sizes, local_socket, pipeline, seconds):
    with servers.echo(program, sizes, local_socket) as server:
        command = [str(program), "load", server.socket or str(server.port), str(CONNECTIONS),
                   str(pipeline), str(sizes[0]), str(sizes[1]), str(seconds)]
        out = subprocess.run(servers.pinned(servers.LOAD_PROCESSOR, command),
                             stdout=subprocess.PIPE, check=True).stdout
        rate = float(out)
        return {"rate": rate, "cpu": server.cpu_seconds() * 1e6 / max(rate * seconds, 1)}


def makers(binaries, settings):
    """How each server of these settings is started, by name."""
    where = settings.get("local", False)
    made = {"larderd": lambda: servers.larderd(binaries, settings["engine"], settings["larderd"],
                                               local=where),
            "redis": lambda: servers.redis(settings["redis"], where)}
    if settings.get("memcached"):
        made["memcached"] = lambda: servers.memcached(where)
    return made


def measure(arguments, sizes, name, settings, workload, pipeline):
    """All rounds of a workload: the rows of each server, of redis-benchmark and of the echo."""
    made = makers(arguments.binaries, settings)
    rows = {kind: [] for kind in (*made, "redis-benchmark", "echo")}
    for turn in range(arguments.rounds):
        kinds = list(made)
        for kind in kinds[turn % len(kinds):] + kinds[:turn % len(kinds)]:
            with made[kind]() as server:
                row = measure_load(arguments.binaries, server, workload, pipeline,
                                   arguments.seconds)
                rows[kind].append(row)
                if kind == "redis" and workload in ("get", "put"):
                    rows["redis-benchmark"].append(measure_redis_benchmark(
                        server, workload, pipeline, arguments.seconds, row["rate"]))
        rows["echo"].append(measure_echo(arguments.echo, sizes[workload], settings.get("local", False),
                                         pipeline, arguments.seconds))
    return {"workload": name, "settings": {key: settings[key] for key in ("engine", "local", *made)
                                           if key in settings},
            "pipeline": pipeline, "frames": sizes[workload], "rows": rows}


def memory_of(arguments, make):
    """Bytes that a record takes: what the server has grown by when it has a million."""
    with make() as server:
        before = server.resident_bytes()
        run_load(arguments.binaries, server, "--workload", "get", "--records", MEMORY_RECORDS,
                 "--pipeline", 16, "--operations", CONNECTIONS, "--warmup-seconds", 0)
        return (server.resident_bytes() - before) / MEMORY_RECORDS


# ---------------------------------------------------------------------------------- the table --


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def interval(ratios):
    """The median of paired ratios, and the lowest and highest of their middle half."""
    ordered = sorted(ratios)
    quarter = len(ordered) // 4
    return statistics.median(ordered), ordered[quarter], ordered[-1 - quarter]


def ratio_text(ours, theirs):
    middle, low, high = interval([a["rate"] / b["rate"] for a, b in zip(ours, theirs)])
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


HEAD = (f"{'':<35}{'server':<16}{'ops/s':>10}  {'larderd / it':<18}{'p50 us':>8}{'p99 us':>9}"
        f"{'cpu s/M':>9}{'client':>8}")


def show(result):
    ours = result["rows"]["larderd"]
    for kind, rows in result["rows"].items():
        if not rows:
            continue
        name = result["workload"] if kind == "larderd" else ""
        line = f"{name:<35}{kind:<16}{median(rows, 'rate'):>10,.0f}  "
        line += f"{'' if kind == 'larderd' else ratio_text(ours, rows):<18}"
        if "p50_us" in rows[0]:
            line += f"{median(rows, 'p50_us'):>8,.0f}{median(rows, 'p99_us'):>9,.0f}"
        else:
            line += f"{'':>17}"
        line += f"{median(rows, 'cpu'):>9.2f}" if "cpu" in rows[0] else f"{'':>9}"
        if "generator" in rows[0]:
            line += f"{median(rows, 'generator'):>8.0%}"
        print(line, flush=True)


def show_memory(arguments):
    made = makers(arguments.binaries, MEMORY)
    result = {kind: [] for kind in made}
    for _ in range(min(arguments.rounds, 3)):
        for kind, make in made.items():
            result[kind].append(memory_of(arguments, make))
    print(f"\nbytes per record ({MEMORY_RECORDS:,} of 16 and {VALUE} bytes): " +
          ", ".join(f"{kind} {statistics.median(rows):.1f}" for kind, rows in result.items()),
          flush=True)
    return result


def show_cold(arguments):
    result = cold.measure(arguments.binaries, arguments.rounds, arguments.seconds)
    slow, control = result["slow"], result["control"]
    middle, low, high = interval([a["p99_us"] / b["p99_us"] for a, b in zip(slow, control)])
    print(f"\np99 of readers of cached records, lsm, beside {cold.COLD_RATE} cold reads a second: "
          f"{median(slow, 'p99_us'):,.0f} us while each takes {cold.DELAY_US / 1000:g} ms longer, "
          f"{median(control, 'p99_us'):,.0f} us if not; ratio {middle:.2f} ({low:.2f}-{high:.2f}); "
          f"p50 of the cold ones {median(slow, 'cold_p50_us'):,.0f} and "
          f"{median(control, 'cold_p50_us'):,.0f} us", flush=True)
    return result


def version(*command):
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    return out.strip().splitlines()[0].split(" malloc=")[0]


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def describe(arguments):
    """What is measured on what; the head of the table and of the file."""
    facts = {
        "versions": [version(str(arguments.binaries / "larderd"), "--version"),
                     version(str(arguments.binaries / "larder-load"), "--version"),
                     version("redis-server", "--version"), version("redis-benchmark", "--version"),
                     version("memcached", "--version")],
        "machine": f"{processor()}, {os.cpu_count()} processors, Linux {platform.release()}",
        "settings": {"connections": CONNECTIONS, "value_bytes": VALUE, "key_bytes": 16,
                     "records": RECORDS, "keys_or_entries": COUNT, "rounds": arguments.rounds,
                     "seconds": arguments.seconds, "warmup_seconds": WARMUP, "reactors": 1},
    }
    print("; ".join(facts["versions"]))
    print(facts["machine"])
    print(f"{CONNECTIONS} connections, keys of 16 and values of {VALUE} bytes, {RECORDS:,} records, "
          f"{arguments.rounds} rounds of {arguments.seconds:g} s, medians; servers on processor "
          f"{servers.SERVER_PROCESSOR}, clients on {servers.LOAD_PROCESSOR}\n")
    return facts


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("echo", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="", help="workloads whose name has this in it; memory; cold reads")
    parser.add_argument("--json", help="write all figures to this file")
    return parser.parse_args()


def main():
    arguments = parse()
    for program in ("redis-server", "redis-benchmark", "memcached"):
        if shutil.which(program) is None:
            sys.exit(f"there is no {program}: ./dev bench rpc installs it")
    report = describe(arguments)
    report["workloads"] = []
    with servers.larderd(arguments.binaries, "lsm", {"durability": "os"}) as server:
        sizes = frame_sizes.measure(server.port, VALUE, COUNT)
    print(HEAD, flush=True)
    for row in WORKLOADS:
        if arguments.only in row[0]:
            report["workloads"].append(measure(arguments, sizes, *row))
            show(report["workloads"][-1])
    if arguments.only in "memory":
        report["memory"] = show_memory(arguments)
    if arguments.only in "cold reads":
        report["cold"] = show_cold(arguments)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as out:
            json.dump(report, out, indent=1)


if __name__ == "__main__":
    main()
