#!/usr/bin/python3
"""all.py: every comparison that Larder is judged by, one after the other, and one page as the result.

`./dev bench all` calls it. Each part writes what it measured to NAME.json in a directory; the page and
its pictures are made of those files alone, so that a part can be repeated without the others:

    ./dev bench all                                        everything, two hours and more
    ./dev bench all --quick                                a first look, not to be published
    ./dev bench all --from=build/release/bench/all         goes on: only what is not there yet
    ./dev bench all --from=build/release/bench/all --only=ycsb    that part again, the others as they are
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import time

import loads
import page

ROOT = pathlib.Path(__file__).resolve().parents[3]
PEER_PACKAGES = ("librocksdb7.8", "libleveldb1d", "liblmdb0")

# Sizes of the parts that larder-load runs, and rounds of all.
FULL = {"rounds": 5, "load_rounds": 3, "rpc_seconds": 3, "bounded_megabytes": 2500,
        "ycsb_records": 200000, "ycsb_seconds": 3, "latency_records": 200000, "latency_seconds": 20,
        "timeline_records": 300000, "timeline_seconds": 30}
QUICK = {"rounds": 1, "load_rounds": 1, "rpc_seconds": 1, "bounded_megabytes": 200,
         "ycsb_records": 20000, "ycsb_seconds": 0.5, "latency_records": 20000, "latency_seconds": 2,
         "timeline_records": 30000, "timeline_seconds": 3}


class Context:
    """What a part needs to know."""

    def __init__(self, arguments):
        self.build = arguments.build
        self.directory = arguments.directory
        self.quick = arguments.quick
        self.records = arguments.records
        self.libraries = arguments.libraries
        self.names = arguments.names
        self.scale = dict(QUICK if arguments.quick else FULL)
        if arguments.rounds:
            self.scale.update(rounds=arguments.rounds, load_rounds=arguments.rounds)
        self.begun = time.monotonic()

    def say(self, words):
        print(f"{time.monotonic() - self.begun:6.0f} s  {words}", file=sys.stderr, flush=True)


# --------------------------------------------------------------------------------------- parts --


def compare_engines(context, names, *more):
    """Runs compare.py of tests/bench/peers; returns its figures."""
    out = context.directory / "compared.json"
    command = [sys.executable, str(ROOT / "tests/bench/peers/compare.py"),
               str(context.build / "bench/peers/lsm_peers"), f"--names={names}", f"--json={out}",
               f"--rounds={context.scale['rounds']}", *more]
    command += ["--quick"] if context.quick else []
    command += [f"--records={context.records}"] if context.records else []
    context.say(f"engines: {names}")
    subprocess.run(command, check=True,
                   env={**os.environ, "LARDER_ENGINES": str(context.build / "engines")})
    return json.loads(out.read_text(encoding="utf-8"))


def engine(context):
    return compare_engines(context, context.names)


def source(context):
    return compare_engines(context, "lsm,rocksdb,leveldb", f"--libraries={context.libraries}")


def bounded(context):
    context.say("more data than memory")
    megabytes = str(context.scale["bounded_megabytes"])
    done = subprocess.run([str(context.build / "tests/engine_bounded"), "lsm", megabytes], check=True,
                          stdout=subprocess.PIPE, text=True)
    return {"megabytes": int(megabytes), "said": done.stdout.strip()}


def rpc(context):
    out = context.directory / "compared.json"
    context.say("the server beside Redis and memcached")
    subprocess.run([sys.executable, str(ROOT / "tests/bench/rpc/compare.py"), str(context.build / "bin"),
                    str(context.build / "bench/rpc/rpc_echo"), f"--json={out}",
                    f"--rounds={context.scale['rounds']}",
                    f"--seconds={context.scale['rpc_seconds']}"], check=True)
    return json.loads(out.read_text(encoding="utf-8"))


# In the order in which they are run: the short ones first, so that trouble shows early.
PARTS = {"overhead": loads.overhead, "timeline": loads.timeline, "latency": loads.latency,
         "ycsb": loads.ycsb, "bounded": bounded, "rpc": rpc, "engine": engine, "source": source}


# ---------------------------------------------------------------------------------------- facts --


def first_line(*command):
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    return lines[0].split(" malloc=")[0] if done.returncode == 0 and lines else None


def versions(build):
    """What was measured with what; a program that is not there is left out."""
    told = [first_line(str(build / "bin/larderd"), "--version"),
            first_line(str(build / "bin/larder-load"), "--version")]
    for package in PEER_PACKAGES:
        told.append(first_line("dpkg-query", "-W", "-f", "${Package} ${Version}\n", package))
    if shutil.which("redis-server"):
        told.append(first_line("redis-server", "--version"))
    if shutil.which("memcached"):
        told.append(first_line("memcached", "--version"))
    return [line for line in told if line]


def memory_gib():
    for line in pathlib.Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) / 2**20
    return 0


def facts_of(arguments):
    """The machine, without its name and without paths."""
    words = ["--quick"] * arguments.quick + [f"--rounds={arguments.rounds}"] * bool(arguments.rounds)
    words += [f"--records={arguments.records}"] * bool(arguments.records)
    words += ["--peers=source"] * bool(arguments.libraries)
    return {"command": " ".join(["./dev bench all", *words]),
            "time": time.strftime("%F %R UTC", time.gmtime()), "processor": page.rpc.processor(),
            "cores": os.cpu_count(), "memory_gib": memory_gib(),
            "kernel": f"{platform.system()} {platform.release()}",
            "commit": first_line("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD") or "",
            "versions": versions(arguments.build), "quick": arguments.quick}


# ----------------------------------------------------------------------------------- what to do --


def choose(arguments):
    """The parts to run, and those to take as they are from earlier files."""
    wanted = [name for name in PARTS if name not in arguments.skip]
    if not arguments.libraries:
        wanted = [name for name in wanted if name != "source"]
    if arguments.only:
        wanted = [name for name in wanted if name in arguments.only]
    there = []
    if arguments.reuse:
        there = [name for name in PARTS if (arguments.reuse / f"{name}.json").exists()
                 and name not in arguments.only and name not in arguments.skip]
    return [name for name in wanted if name not in there], there


def parts_list(text):
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in PARTS:
            raise argparse.ArgumentTypeError(f"{name}: must be one of {', '.join(PARTS)}")
    return names


def parse(words=None):
    parser = argparse.ArgumentParser(prog="./dev bench all", description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="everything small and once: a first look")
    parser.add_argument("--rounds", type=int, help="of every part [5; YCSB and overhead 3]")
    parser.add_argument("--records", type=int, help="of the engine tables [5000000]")
    parser.add_argument("--only", type=parts_list, default=[], metavar="PART,...",
                        help=f"run these parts: {', '.join(PARTS)}")
    parser.add_argument("--skip", type=parts_list, default=[], metavar="PART,...",
                        help="leave these parts out")
    parser.add_argument("--from", dest="reuse", type=pathlib.Path, metavar="DIR",
                        help="take parts whose figures are there instead of measuring them")
    parser.add_argument("--output", type=pathlib.Path,
                        help="directory of RESULTS.md [loadgen; with --quick, or with --only and "
                             "without --from, that of the figures]")
    parser.add_argument("--directory", type=pathlib.Path,
                        help="where figures go [build/release/bench/all]")
    parser.add_argument("--libraries", help="folder with peers built from source (dev: --peers=source)")
    parser.add_argument("--names", default="lsm,eng:rocksdb,rocksdb,eng:leveldb,leveldb,eng:lmdb,lmdb",
                        help="columns of the engine table, ours first")
    arguments = parser.parse_args(words)
    arguments.directory = arguments.directory or arguments.build / "bench" / "all"
    if arguments.output is None:
        partial = arguments.quick or (arguments.only and not arguments.reuse)
        arguments.output = arguments.directory if partial else ROOT / "loadgen"
    return arguments


def take(arguments, name, facts):
    """A part as it was measured earlier, with its pictures; the machine must be the same."""
    part = json.loads((arguments.reuse / f"{name}.json").read_text(encoding="utf-8"))
    for what in ("processor", "cores"):
        if part["facts"][what] != facts[what]:
            raise SystemExit(f"{arguments.reuse / name}.json: measured on another machine: {what} is "
                             f"{part['facts'][what]}, here {facts[what]}")
    if arguments.reuse.resolve() != arguments.directory.resolve():
        for file in (f"{name}.json", *page.PICTURES.get(name, ())):
            shutil.copy(arguments.reuse / file, arguments.directory / file)
    return part


def measure(context, name, facts):
    facts = {**facts, "time": time.strftime("%F %R UTC", time.gmtime())}
    part = {"facts": facts, "data": PARTS[name](context)}
    path = context.directory / f"{name}.json"
    path.write_text(json.dumps(part, indent=1) + "\n", encoding="utf-8")
    return part


def publish(directory, output, facts, parts):
    """Writes the page and the pictures that it shows."""
    pictures = output / "results"
    pictures.mkdir(parents=True, exist_ok=True)
    for picture in page.pictures_of(parts):
        shutil.copy(directory / picture, pictures / picture)
    path = output / "RESULTS.md"
    path.write_text(page.render(facts, parts), encoding="utf-8")
    return path


def main():
    arguments = parse()
    to_run, there = choose(arguments)
    arguments.directory.mkdir(parents=True, exist_ok=True)
    context = Context(arguments)
    facts = facts_of(arguments)
    parts = {name: take(arguments, name, facts) for name in there}
    for name in to_run:
        parts[name] = measure(context, name, facts)
        publish(arguments.directory, arguments.directory, facts, parts)
    print(publish(arguments.directory, arguments.output, facts, parts))


if __name__ == "__main__":
    main()
