#!/usr/bin/python3
"""larderd beside redis-server: the same load, one after the other, again and again.

Both servers run pinned to one processor, the load generator on another, over TCP on loopback. A round
measures every server once; rounds are repeated and medians compared, so that what disturbs the
machine disturbs all alike. larder-load drives both, with the same keys, values and clock;
redis-benchmark drives Redis too, so that nobody need trust our client with our competitor.

    compare.py BIN_DIRECTORY [--rounds=5] [--seconds=3] [--only=WORD] [--json=FILE]
"""
import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

RECORDS = 100000
CONNECTIONS = 50
VALUE = 100


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(processor, command):
    """A command on one processor, if there are two and taskset is there."""
    if (os.cpu_count() or 1) < 2 or shutil.which("taskset") is None:
        return command
    return ["taskset", "-c", str(processor)] + command


class Server:
    """A server in a directory of its own, on a free port."""

    def __init__(self, name, command, target):
        self.name = name
        self.port = free_port()
        self.target = target.format(port=self.port)
        self.directory = tempfile.mkdtemp(prefix="larder-bench-")
        self.log = open(os.path.join(self.directory, "log"), "wb")
        self.process = subprocess.Popen(pinned(0, command(self)), stdout=self.log, stderr=self.log)
        self.await_port()

    def await_port(self):
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit(f"{self.name} does not listen: see {self.directory}/log")

    def cpu_seconds(self):
        """Processor time that the server has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def larderd(binaries, engine, options):
    def command(server):
        conf = pathlib.Path(server.directory) / "larder.conf"
        settings = "".join(f"{key}={value}\n" for key, value in options.items())
        conf.write_text(f"[server]\nreactors=1\ndata_dir={server.directory}/data\n"
                        f'[store "default"]\nengine={engine}\n{settings}')
        return [str(binaries / "larderd"), "--config", str(conf), "--listen",
                f"tcp:127.0.0.1:{server.port}", "--admin-listen", "tcp:127.0.0.1:0"]

    return lambda: Server("larderd", command, "tcp:127.0.0.1:{port}")


def redis(*options):
    def command(server):
        return ["redis-server", "--port", str(server.port), "--bind", "127.0.0.1", "--dir",
                server.directory, "--save", "", *options]

    return lambda: Server("redis", command, "redis:tcp:127.0.0.1:{port}")


MEMORY = ("hashmap", {}, ["--appendonly", "no"])
OS = ("lsm", {"durability": "os"}, ["--appendonly", "yes", "--appendfsync", "everysec"])
ALWAYS = ("lsm", {"durability": "always"}, ["--appendonly", "yes", "--appendfsync", "always"])

WORKLOADS = [
    ("get, pipeline 16", MEMORY, "get", 16),
    ("put, pipeline 16", MEMORY, "put", 16),
    ("get, pipeline 1", MEMORY, "get", 1),
    ("put, pipeline 1", MEMORY, "put", 1),
    ("put, pipeline 16, os / everysec", OS, "put", 16),
    ("get, pipeline 16, os / everysec", OS, "get", 16),
    ("put, pipeline 1, always", ALWAYS, "put", 1),
]


def load(binaries, server, workload, pipeline, seconds):
    """One measurement by larder-load: operations a second, latencies, processor time."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [str(binaries / "larder-load"), "--target", server.target, "--workload", workload,
                   "--records", str(RECORDS), "--value-size", str(VALUE), "--connections",
                   str(CONNECTIONS), "--pipeline", str(pipeline), "--seconds", str(seconds),
                   "--warmup-seconds", "1", "--quiet", "--json", out.name]
        before = server.cpu_seconds()
        done = subprocess.run(pinned(1, command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
        if done.returncode != 0:
            raise SystemExit(f"{server.name}: larder-load failed:\n{done.stdout.decode()}")
        report = json.load(open(out.name, encoding="utf-8"))
    operation = report["operations"][workload]
    percentiles = operation["latency"]["percentiles_ns"]
    return {
        "rate": operation["per_second"],
        "p50_us": percentiles["p50"] / 1000,
        "p99_us": percentiles["p99"] / 1000,
        "generator": report["result"]["generator_cores_busy"],
        "cpu_us": (server.cpu_seconds() - before) * 1e6 /
                  (operation["per_second"] * (seconds + 1) + RECORDS),
    }


def redis_benchmark(server, workload, pipeline, seconds, rate):
    """What redis-benchmark makes of the same: operations a second, and how busy it was itself."""
    count = max(20000, int(rate * seconds))
    command = ["redis-benchmark", "-p", str(server.port), "-t",
               "get" if workload == "get" else "set", "-c", str(CONNECTIONS), "-P", str(pipeline),
               "-n", str(count), "-r", str(RECORDS), "-d", str(VALUE), "-q", "--csv"]
    begun = os.times()
    out = subprocess.run(pinned(1, command), stdout=subprocess.PIPE, check=True).stdout.decode()
    ended = os.times()
    busy = (ended.children_user + ended.children_system - begun.children_user -
            begun.children_system) / max(ended.elapsed - begun.elapsed, 0.001)
    return float(out.strip().splitlines()[-1].split('"')[3]), busy


def interval(ratios):
    """The median of paired ratios, and the lowest and highest of their middle half."""
    ordered = sorted(ratios)
    quarter = len(ordered) // 4
    return statistics.median(ordered), ordered[quarter], ordered[-1 - quarter]


def measure(binaries, name, settings, workload, pipeline, arguments):
    engine, options, redis_options = settings
    rows = {"larderd": [], "redis": []}
    benchmark = []
    makers = {"larderd": larderd(binaries, engine, options), "redis": redis(*redis_options)}
    for _ in range(arguments.rounds):
        for kind, make in makers.items():
            server = make()
            try:
                row = load(binaries, server, workload, pipeline, arguments.seconds)
                row["memory"] = server.resident_bytes()
                rows[kind].append(row)
                if kind == "redis":
                    benchmark.append(redis_benchmark(server, workload, pipeline,
                                                     arguments.seconds, row["rate"]))
            finally:
                server.end()
    ratios = [a["rate"] / b["rate"] for a, b in zip(rows["larderd"], rows["redis"])]
    return {"workload": name, "rows": rows, "ratio": interval(ratios), "redis_benchmark": benchmark}


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def show(result):
    ours, theirs = result["rows"]["larderd"], result["rows"]["redis"]
    middle, low, high = result["ratio"]
    rate, busy = (statistics.median(column) for column in zip(*result["redis_benchmark"]))
    print(f"{result['workload']:<34}{median(ours, 'rate'):>10,.0f}{median(theirs, 'rate'):>10,.0f}"
          f"{middle:>7.2f} ({low:.2f}-{high:.2f})"
          f"{median(ours, 'p50_us'):>8,.0f}{median(ours, 'p99_us'):>8,.0f}"
          f"{median(theirs, 'p50_us'):>8,.0f}{median(theirs, 'p99_us'):>8,.0f}"
          f"{median(ours, 'cpu_us'):>7.2f}{median(theirs, 'cpu_us'):>7.2f}"
          f"{rate:>11,.0f} ({busy:.0%})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", default="", help="workloads whose name has this in it")
    parser.add_argument("--json", help="write all figures to this file")
    arguments = parser.parse_args()
    if shutil.which("redis-server") is None:
        sys.exit("there is no redis-server: apt-get install redis-server")
    version = subprocess.run(["redis-server", "--version"], stdout=subprocess.PIPE, check=True)
    print(f"{version.stdout.decode().split('malloc')[0].strip()}; larder-load drives both; "
          f"{CONNECTIONS} connections, {VALUE}-byte values, {RECORDS:,} keys, "
          f"{arguments.rounds} rounds of {arguments.seconds} s, medians")
    print(f"{'':<34}{'larderd':>10}{'redis':>10}{'ratio (middle half)':>19}"
          f"{'p50':>8}{'p99 us':>8}{'p50':>8}{'p99 us':>8}{'cpu us per op':>14}"
          f"{'redis-benchmark':>18}")
    results = []
    for name, settings, workload, pipeline in WORKLOADS:
        if arguments.only in name:
            results.append(measure(arguments.binaries, name, settings, workload, pipeline,
                                   arguments))
            show(results[-1])
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
