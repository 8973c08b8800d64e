#!/usr/bin/python3
"""compare.py: Larder's durable engine beside RocksDB and LevelDB, with one table as the result.

Starts one lsm_peers per peer and lets them take turns: every step of a round is run by all peers one
right after the other, in an order that changes from round to round, so that what else happens on the
machine hits all of them alike. A figure is the median of the rounds. A ratio is taken within each
round, the better peer's time to ours, and given as its median with an interval that holds the true
median with at least 90 % confidence (order statistics; with five rounds it is all of them). The
peers' answers are compared too: the same keys found, the same values read.

usage: compare.py PROGRAM [options]; see --help and README.md.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

MIB = 1024 * 1024


class Scale:
    """How much work a mode does, and sizes that go with it."""

    def __init__(self, records, rounds, divisor):
        self.records = records
        self.rounds = rounds
        self.settings = {
            "write_buffer": 64 * MIB // divisor,
            "table_bytes": 64 * MIB // divisor,
            "base_bytes": 256 * MIB // divisor,
            "block_cache": 1024 * MIB // divisor,
        }


FULL = Scale(5_000_000, 5, 1)
QUICK = Scale(500_000, 3, 8)


class Step:
    """One command of a round. `share` is its operations as a part of the records."""

    def __init__(self, label, command, share=1.0, first=(), warm=False, settle=False, sums=True,
                 rate=None, **words):
        self.label = label
        self.command = command
        self.share = share
        self.first = first  # commands before it, not measured
        self.warm = warm  # run once before, with another seed
        self.settle = settle  # wait for the background work behind it
        self.sums = sums  # whether all peers must have read the same
        self.words = words


def reads(state, least):
    """The reading steps on a store in some state; the first pass over it only warms it up."""
    return [
        Step(f"readrandom, {state}", "readrandom", 0.2, warm=True),
        Step(f"multireadrandom, {state}", "multireadrandom", 0.0125),
        Step(f"readmissing, {state}", "readmissing", 0.2),
        Step(f"seekrandom, {state}", "seekrandom", 0.04, warm=True),
        Step(f"seekrandom+50, {state}", "seekrandom", 0.02, nexts=50),
        Step(f"readseq, {state}", "readseq", warm=True),
        Step(f"readreverse, {state}", "readreverse"),
    ] + ([] if least else [Step(f"readrandom 2 threads, {state}", "readrandom", 0.4, threads=2)])


def steps_of(quick):
    sync = 0.002 if quick else 0.001
    return [
        Step("fillseq", "fillseq", first=["reset"], settle=True),
        Step("fillrandom", "fillrandom", first=["reset"], settle=True),
        Step("overwrite", "overwrite", settle=True),
        *reads("as left", False),
        Step("overwrite, latency", "overwrite", 0.2, latency=1, settle=True),
        Step("compact", "compact"),
        *reads("compacted", True),
        Step("readwhilewriting", "readwhilewriting", 0.06, sums=False, settle=True),
        Step("deleterandom", "deleterandom", 0.2, sums=False, settle=True),
        Step("fillsync", "fillsync", sync, first=["reset"], sums=False),
        Step("fillsync 16 threads", "fillsync", sync * 8, sums=False, threads=16),
    ]


class Peer:
    """A running lsm_peers."""

    def __init__(self, program, name, directory, settings, environment):
        self.name = name
        command = [program, name, directory] + [f"{key}={value}" for key, value in settings]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=environment)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.name}: ended at \"{line}\"")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def command_line(step, records, seed):
    operations = max(1, int(records * step.share))
    words = [step.command, f"operations={operations}", f"seed={seed}"]
    return " ".join(words + [f"{key}={value}" for key, value in step.words.items()])


def run_step(peer, step, records, seed):
    for command in step.first:
        peer.ask(command)
    if step.warm:
        peer.ask(command_line(step, records, seed + 500_000))
    answer = peer.ask(command_line(step, records, seed))
    if step.settle:
        answer["settle"] = peer.ask("settle")
        answer["store"] = peer.ask("describe")
    return answer


def check_sums(step, answers):
    """All peers must have read the same, or something is wrong with one of them."""
    sums = {name: (answer["found"], answer["digest"]) for name, answer in answers.items()}
    if step.sums and len(set(sums.values())) > 1:
        sys.exit(f"{step.label}: the peers do not agree on what they read: {sums}")


def run_rounds(peers, steps, records, rounds, quiet):
    results = {step.label: {peer.name: [] for peer in peers} for step in steps}
    began = time.monotonic()
    for round_ in range(rounds):
        for number, step in enumerate(steps):
            if not quiet:
                print(f"\r\033[K{time.monotonic() - began:5.0f} s  round {round_ + 1} of {rounds}: "
                      f"{step.label}", end="", file=sys.stderr, flush=True)
            turn = (round_ + number) % len(peers)
            answers = {}
            for peer in peers[turn:] + peers[:turn]:
                answers[peer.name] = run_step(peer, step, records, 1000 * round_ + number + 1)
            check_sums(step, answers)
            for name, answer in answers.items():
                results[step.label][name].append(answer)
    if not quiet:
        print("\r\033[K", end="", file=sys.stderr)
    return results


def us_per_operation(answer):
    return answer["seconds"] * 1e6 / max(1, answer["operations"])


def interval(values):
    """The median and bounds that hold the true one with at least 90 % confidence, if that many."""
    ordered = sorted(values)
    count = len(ordered)
    drop = 0
    while True:
        outside = 2 * sum(math.comb(count, i) for i in range(drop + 2)) / 2 ** count
        if outside > 0.1 or 2 * (drop + 1) >= count:
            break
        drop += 1
    return statistics.median(ordered), ordered[drop], ordered[count - 1 - drop]


def figure(us):
    return f"{us:.3f}" if us < 10 else f"{us:.2f}" if us < 100 else f"{us:.0f}"


def ratio_text(times, subject, others):
    """Subject's times against those of the other peer with the lower median."""
    if not others or subject not in times:
        return "", None
    best = min(others, key=lambda name: statistics.median(times[name]))
    middle, low, high = interval([theirs / ours
                                  for ours, theirs in zip(times[subject], times[best])])
    return f"{middle:5.2f}  [{low:.2f}, {high:.2f}]  {best}", (middle, low, high, best)


def print_times(results, names, out):
    subject, others = names[0], names[1:]
    out(f"{'us per operation':36}" + "".join(f"{name:>12}" for name in names) +
        "    ratio  interval      of")
    summary = {}
    for label, answers in results.items():
        times = {name: [us_per_operation(a) for a in answers[name]] for name in names}
        text, numbers = ratio_text(times, subject, others)
        if numbers:
            summary[label] = numbers
        out(f"{label:36}" + "".join(f"{figure(statistics.median(times[name])):>12}"
                                    for name in names) + f"    {text}")
    writes = results.get("readwhilewriting")
    if writes:
        out(f"{'  its writer, thousands a second':36}" + "".join(
            f"{statistics.median(a['writes'] / a['seconds'] for a in writes[name]) / 1e3:12.0f}"
            for name in names))
    return summary


def print_processor(results, names, out):
    """Processor time: what is left of a figure when the machine is shared."""
    subject, others = names[0], names[1:]
    out("")
    out(f"{'processor us per operation':36}" + "".join(f"{name:>12}" for name in names) +
        "    ratio  interval      of")
    for label, answers in results.items():
        times = {}
        for name in names:
            times[name] = [max(1e-6, (a["processor_seconds"] +
                                      a.get("settle", {}).get("processor_seconds", 0)) * 1e6 /
                               max(1, a["operations"])) for a in answers[name]]
        out(f"{label:36}" + "".join(f"{figure(statistics.median(times[name])):>12}"
                                    for name in names) +
            f"    {ratio_text(times, subject, others)[0]}")


def print_latency(results, names, out):
    answers = results.get("overwrite, latency")
    if not answers:
        return
    out("")
    out(f"{'overwrite, latency in us':36}" + "".join(f"{name:>12}" for name in names))
    for row in ("p50", "p99", "p99.9", "p99.99", "max"):
        out(f"  {row:34}" + "".join(
            f"{figure(statistics.median(a[row + '_ns'] / 1e3 for a in answers[name])):>12}"
            for name in names))


def print_space(results, names, entry_bytes, out):
    rows = [(label, answers) for label, answers in results.items()
            if "settle" in answers[names[0]][0]]
    out("")
    out(f"{'behind the writes':48}" + "".join(f"{name:>12}" for name in names))
    for label, answers in rows:
        def median(of):
            return {name: statistics.median(of(a) for a in answers[name]) for name in names}
        table = {
            "waited for compaction, s": median(lambda a: a["settle"]["seconds"]),
            "on disk, MiB": median(lambda a: a["store"]["disk_bytes"] / MIB),
            "write amplification": median(
                lambda a: (a["written_bytes"] + a["settle"]["written_bytes"]) /
                (a["operations"] * entry_bytes)),
        }
        if label in ("deleterandom", "readwhilewriting"):
            table.pop("write amplification")  # not all they write are puts of entries
        for what, values in table.items():
            out(f"  {label + ', ' + what:46}" + "".join(f"{values[name]:12.1f}" for name in names))
    memory = {name: max(a["store"]["memory_highest_bytes"] for _, answers in rows
                        for a in answers[name]) / MIB for name in names}
    out(f"  {'highest memory, MiB':46}" + "".join(f"{memory[name]:12.0f}" for name in names))


def host():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "")
    return {"processor": model, "cores": os.cpu_count(), "system": platform.platform(),
            "load": os.getloadavg()}


def parse():
    parser = argparse.ArgumentParser(description="Larder's durable engine beside its peers.")
    parser.add_argument("program", help="lsm_peers")
    parser.add_argument("--quick", action="store_true",
                        help="an eighth of all sizes, three rounds: a first look")
    parser.add_argument("--names", default="lsm,rocksdb,leveldb",
                        help="ours first [lsm,rocksdb,leveldb]")
    parser.add_argument("--libraries", help="folder with the peers' libraries, instead of installed ones")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--records", type=int)
    parser.add_argument("--zstd", action="store_true", help="second set: everything compressed")
    parser.add_argument("--rows", help="only steps whose names contain one of these words, and fills")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting of lsm_peers for all, as block_cache=67108864")
    parser.add_argument("--engine-option", action="append", default=[], metavar="NAME=VALUE",
                        help="of Larder's engine")
    parser.add_argument("--directory", help="parent of the stores [the system's temporary folder]")
    parser.add_argument("--json", help="file for all figures")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser.parse_args()


def settings_of(args, scale):
    settings = {**scale.settings, "records": args.records or scale.records, "zstd": int(args.zstd)}
    settings.update(text.split("=", 1) for text in args.set)
    return settings


def wanted_steps(args):
    steps = steps_of(args.quick)
    if args.rows:
        words = args.rows.split(",")
        steps = [step for step in steps
                 if step.command in ("fillrandom", "overwrite", "compact") or
                 any(word in step.label for word in words)]
    return steps


def main():
    args = parse()
    scale = QUICK if args.quick else FULL
    settings = settings_of(args, scale)
    names = args.names.split(",")
    if args.zstd:
        without = ("leveldb", "eng:leveldb", "lmdb", "eng:lmdb")  # they have no zstd
        names = [name for name in names if name not in without]
    environment = dict(os.environ)
    if args.libraries:
        environment["LD_LIBRARY_PATH"] = args.libraries
    parent = tempfile.mkdtemp(prefix="lsm-peers-", dir=args.directory)
    peers = []
    try:
        for name in names:
            own = list(settings.items())
            if name == names[0]:
                own += [("engine_option", text) for text in args.engine_option]
            peers.append(Peer(args.program, name, os.path.join(parent, name), own, environment))
        libraries = {peer.name: peer.ask("describe")["library"] for peer in peers}
        began = time.time()
        results = run_rounds(peers, wanted_steps(args), int(settings["records"]),
                             args.rounds or scale.rounds,
                             args.quiet or not sys.stderr.isatty())
        for peer in peers:
            peer.close()
    finally:
        for peer in peers:
            if peer.process.poll() is None:
                peer.process.kill()
                peer.process.wait()
        shutil.rmtree(parent, ignore_errors=True)
    entry_bytes = int(settings.get("key_size", 16)) + int(settings.get("value_size", 100))
    print(f"{settings['records']} records, {settings}, {args.rounds or scale.rounds} rounds, "
          f"{time.time() - began:.0f} s")
    for name, library in libraries.items():
        if library:
            print(f"{name}: {library}")
    print()
    summary = print_times(results, names, print)
    print_processor(results, names, print)
    print_latency(results, names, print)
    print_space(results, names, entry_bytes, print)
    if args.json:
        report = {"format": 1, "host": host(), "settings": settings, "libraries": libraries,
                  "engine_options": args.engine_option, "time": time.strftime("%FT%TZ", time.gmtime()),
                  "ratios": {label: dict(zip(("median", "low", "high", "of"), numbers))
                             for label, numbers in summary.items()},
                  "steps": results}
        pathlib.Path(args.json).write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
