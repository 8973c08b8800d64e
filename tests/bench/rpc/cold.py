"""Readers of records in memory while others read from a slow disk.

Two servers take turns: one whose reads from disk take 5 ms longer, in sleep, and one whose reads do not.
Both serve the same cold reads at the same rate, so they cost the same processor time; what the slow disk
itself does to the readers of cached records is the ratio of their p99.
"""
import json
import subprocess
import tempfile

import servers

DELAY_US = 5000
HOT = ["--workload", "get", "--key-prefix", "hot", "--records", "1000", "--connections", "10"]
COLD = ["--workload", "get", "--key-prefix", "cold", "--records", "60000", "--connections", "8"]
COLD_RATE = 200
SETTINGS = {"durability": "os", "write_buffer": "1M", "block_cache": "1M"}


def command(binaries, server, options, out):
    return servers.pinned(servers.LOAD_PROCESSOR, [
        str(binaries / "larder-load"), "--target", server.target, "--quiet", "--json", out, *options])


def finished(process):
    """The end of a larder-load; it must have read nothing wrong."""
    said = process.communicate()[0].decode()
    if process.returncode != 0:
        raise SystemExit(f"larder-load failed:\n{said}")


def start(binaries, server, options, out="/dev/null"):
    return subprocess.Popen(command(binaries, server, options, out), stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def measure_once(binaries, delay_us, seconds):
    """p99 of hot readers in microseconds, and how many cold reads there were a second."""
    program = binaries.parent / "tests" / "slow-larderd"
    with servers.larderd(binaries, "lsm", SETTINGS,
                         program=["env", f"LARDER_SLOW_READ_US={delay_us}", str(program)]) as server:
        for options in (HOT, COLD):
            finished(start(binaries, server, [*options, "--pipeline", "16", "--operations", "50",
                                              "--warmup-seconds", "0"]))
        common = ["--no-load", "--warmup-seconds", "1", "--seconds", str(seconds)]
        with tempfile.NamedTemporaryFile() as hot, tempfile.NamedTemporaryFile() as cold:
            processes = [start(binaries, server, [*COLD, *common, "--rate", str(COLD_RATE)], cold.name),
                         start(binaries, server, [*HOT, *common], hot.name)]
            for process in processes:
                finished(process)
            hot_get = json.load(open(hot.name, encoding="utf-8"))["operations"]["get"]
            cold_get = json.load(open(cold.name, encoding="utf-8"))["operations"]["get"]
    return {"p99_us": hot_get["latency"]["percentiles_ns"]["p99"] / 1000,
            "rate": hot_get["per_second"], "cold_rate": cold_get["per_second"],
            "cold_p50_us": cold_get["latency"]["percentiles_ns"]["p50"] / 1000}


def measure(binaries, rounds, seconds):
    """All rounds, with the slow disk and without."""
    rows = {"slow": [], "control": []}
    for turn in range(rounds):
        kinds = [("slow", DELAY_US), ("control", 0)]
        for kind, delay_us in kinds if turn % 2 == 0 else reversed(kinds):
            rows[kind].append(measure_once(binaries, delay_us, seconds))
    return rows
