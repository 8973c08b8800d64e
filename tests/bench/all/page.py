"""RESULTS.md: what all.py measured, as a page. Pure functions of what the parts returned."""

import importlib.util
import pathlib
import statistics
import sys
import textwrap

COLUMNS = 120
BENCH = pathlib.Path(__file__).resolve().parents[1]


def load_module(name, path):
    """A module by its file: two of them are called compare.py."""
    sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


peers = load_module("peers_compare", BENCH / "peers" / "compare.py")
rpc = load_module("rpc_compare", BENCH / "rpc" / "compare.py")


def wrapped(text):
    """The page with its prose in lines of one length."""
    blocks = []
    for block in text.split("\n\n"):
        prose = block and not block.startswith(("|", "#", "!", "-", "    "))
        blocks.append(textwrap.fill(" ".join(block.split()), COLUMNS, break_long_words=False,
                                    break_on_hyphens=False) if prose else block)
    return "\n\n".join(blocks).rstrip("\n") + "\n"


def table(head, rows):
    """A Markdown table; the first column is words, the others are figures."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def count_text(value):
    """12,345 or 1.23 M."""
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value:,.0f}"


def us_text(value):
    """Microseconds with three digits that mean something."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def rounds_text(count):
    return "1 round" if count == 1 else f"{count} rounds"


def reproduce(command):
    return f"Again: `{command}`\n"


# ------------------------------------------------------------------------------------- engines --


def ratio_cell(label, times, names):
    """Ours against the fastest other one; LMDB has no compaction that could be compared."""
    others = [name for name in names[1:] if label != "compact" or "lmdb" not in name]
    _, numbers = peers.ratio_text(times, names[0], others)
    if numbers is None:
        return ["", ""]
    middle, low, high, best = numbers
    return [f"{middle:.2f} ({low:.2f}-{high:.2f})", best]


def engine_times(data):
    """Table of times per operation; and how many rows are on par, and clearly faster."""
    names = list(next(iter(data["steps"].values())))
    rows, ratios = [], []
    for label, answers in data["steps"].items():
        times = {name: [peers.us_per_operation(answer) for answer in answers[name]] for name in names}
        figures = [peers.figure(statistics.median(times[name])) for name in names]
        cells = ratio_cell(label, times, names)
        rows.append([label, *figures, *cells])
        if cells[0]:
            ratios.append(float(cells[0].split()[0]))
    text = table(["us per operation", *names, "ratio", "of"], rows)
    if ratios:
        text += (f"\n{names[0]} takes at most as long as the fastest other one (0.97 or better) in "
                 f"{sum(ratio >= 0.97 for ratio in ratios)} of {len(ratios)} rows, and is 1.3 times as "
                 f"fast in {sum(ratio >= 1.3 for ratio in ratios)}.\n")
    return text


def engine_writes(data):
    """What writing left behind: amplification, space, waiting; and memory."""
    names = list(next(iter(data["steps"].values())))
    settings = data["settings"]
    entry = int(settings.get("key_size", 16)) + int(settings.get("value_size", 100))
    rows = []
    memory = {name: 0 for name in names}
    for label, answers in data["steps"].items():
        if "settle" not in answers[names[0]][0]:
            continue
        for name in names:
            memory[name] = max(memory[name], *(answer["store"]["memory_highest_bytes"]
                                               for answer in answers[name]))
        if label not in ("fillseq", "fillrandom", "overwrite"):
            continue
        amplification = {name: statistics.median(
            (answer["written_bytes"] + answer["settle"]["written_bytes"]) /
            (answer["operations"] * entry) for answer in answers[name]) for name in names}
        space = {name: statistics.median(answer["store"]["disk_bytes"] for answer in answers[name])
                 for name in names}
        cpu = {name: statistics.median(
            (answer["processor_seconds"] + answer["settle"].get("processor_seconds", 0)) * 1e6 /
            max(1, answer["operations"]) for answer in answers[name]) for name in names}
        rows.append([f"{label}, write amplification", *(f"{amplification[n]:.1f}" for n in names)])
        rows.append([f"{label}, MiB on disk", *(f"{space[n] / peers.MIB:,.0f}" for n in names)])
        rows.append([f"{label}, processor us per operation", *(peers.figure(cpu[n]) for n in names)])
    rows.append(["highest memory, MiB", *(f"{memory[n] / peers.MIB:,.0f}" for n in names)])
    return table(["behind the writes", *names], rows)


def engines_section(data, title, command, words):
    settings = data["settings"]
    rounds = len(next(iter(next(iter(data["steps"].values())).values())))
    libraries = ", ".join(pathlib.Path(library).name
                          for library in data["libraries"].values() if library)
    return f"""## {title}

{words} {int(settings['records']):,} records of 16 and 100 bytes, which compress to half; block cache
{int(settings['block_cache']) // peers.MIB} MiB, write buffer {int(settings['write_buffer']) // peers.MIB} MiB for all
that have such a thing; no compression, checksums verified, the log not synced (but in `fillsync`). {rounds_text(rounds)},
in turns; medians. The ratio is the fastest other one's time divided by ours within each round, with an interval;
above 1 Larder is faster.{' Libraries: ' + libraries + '.' if libraries else ''}
What each row does, and how the peers are set: [tests/bench/peers](../tests/bench/peers/README.md).

{reproduce(command)}
{engine_times(data)}
{engine_writes(data)}"""


def engine(data):
    return engines_section(
        data, "Engines, one beside the other", "./dev bench engine",
        "`eng:NAME` is the store as an engine of Larder, NAME the same store by its own interface: the "
        "difference is what Larder adds (versions, expiry, exact snapshots).")


def source(data):
    return engines_section(
        data, "Engines, the peers built for this processor", "./dev bench lsm --peers=source",
        "RocksDB and LevelDB are built from Debian's sources with `-O3 -DNDEBUG -march=native`; Larder "
        "is as it is installed.")


def bounded(data):
    return f"""## More data than memory

Ten times as much data as memory for caches and buffers; every value is checked, and the memory of the process.

{reproduce('./dev bench bounded')}
    {data['said']}
"""


# ------------------------------------------------------------------------------------- servers --


def rpc_rows(result):
    ours = result["rows"]["larderd"]
    for kind, rows in result["rows"].items():
        if not rows:
            continue
        known = "p50_us" in rows[0]
        yield [result["workload"] if kind == "larderd" else "", kind, f"{median(rows, 'rate'):,.0f}",
               "" if kind == "larderd" else rpc.ratio_text(ours, rows),
               us_text(median(rows, "p50_us")) if known else "",
               us_text(median(rows, "p99_us")) if known else "",
               f"{median(rows, 'cpu'):.2f}" if "cpu" in rows[0] else "",
               f"{median(rows, 'generator'):.0%}" if "generator" in rows[0] else ""]


def rpc_section(data):
    settings = data["settings"]
    text = f"""## The server beside Redis and memcached

One processor for the server, another for the client; {settings['connections']} connections, keys of
{settings['key_bytes']} and values of {settings['value_bytes']} bytes, {settings['records']:,} records;
{rounds_text(settings['rounds'])} of {settings['seconds']:g} s, in turns; medians. The ratio is larderd's rate divided by the
other one's. `echo` is what sockets alone allow with frames of this size. `cpu s/M` is processor time of the server
for a million operations (of `echo`: what the system takes of it), `client` how busy the client was: near 100 % it is
the client that was measured. Servers are asked over TCP on loopback, or over a local socket where it says so.
[tests/bench/rpc](../tests/bench/rpc/README.md) has the details.

{reproduce('./dev bench rpc')}
"""
    rows = [row for result in data["workloads"] for row in rpc_rows(result)]
    text += table(["", "server", "ops/s", "larderd / it", "p50 us", "p99 us", "cpu s/M", "client"], rows)
    if "memory" in data:
        text += "\nBytes of memory for a record of 16 and 100 bytes: " + ", ".join(
            f"{kind} {statistics.median(figures):.0f}" for kind, figures in data["memory"].items()) + ".\n"
    if "cold" in data:
        slow, control = (median(data["cold"][kind], "p99_us") for kind in ("slow", "control"))
        text += (f"\np99 of readers of cached records while others read from a disk that takes 5 ms longer: "
                 f"{us_text(slow)} us; while the disk is fast: {us_text(control)} us.\n")
    return text


# ---------------------------------------------------------------------------------------- load --


def ycsb(data):
    names = data["names"]
    head = f"""## YCSB

The core workloads A to F, {data['records']:,} records of 1,000 bytes in scattered order, closed loop,
{rounds_text(data['rounds'])} of {data['seconds']:g} s, in turns; medians. Engines run within the generator's process, with
one thread; `larderd` is asked over TCP on loopback by {data['connections']} connections, server and generator on one
processor each. `durability={data['durability']}`, block cache {data['cache']} for those that have one: all data is in
memory. What engines have in common is set alike: buffers, tables, filters, one thread that compacts, nothing
compressed. Ordered scans (E) are not for `hashmap`.

{reproduce('./dev bench all --only=ycsb')}
Operations a second:

"""
    rates, slow = [], []
    for workload, row in data["rows"].items():
        cells = [count_text(median(row[name], "rate")) if name in row else "-" for name in names]
        rates.append([f"ycsb-{workload}", *cells])
        cells = [us_text(median(row[name], "p99_us")) if name in row else "-" for name in names]
        slow.append([f"ycsb-{workload}", *cells])
    return (head + table(["", *names], rates) +
            "\np99 in microseconds, of the slowest kind of operation:\n\n" + table(["", *names], slow))


def latency_table(group):
    columns = ("latency_p50_us", "latency_p99_us", "latency_p99.9_us", "max_us", "service_p99.9_us")
    rows = [[name, f"{row['rate']:,.0f}", *(us_text(row[column]) for column in columns),
             f"{row['unsent']:,}"] for name, row in group["rows"].items()]
    jitter = group["jitter"]
    rows.append(["*the machine alone*", "", "", *(us_text(jitter[f"wakes_{row}_us"])
                                                  for row in ("p99", "p99.9", "max")), "", ""])
    return table(["microseconds", "ops/s", "p50", "p99", "p99.9", "max", "service p99.9", "unsent"], rows)


def latency(data):
    groups = data["groups"]
    return f"""## Latency at a rate

Half gets, half puts of values of 100 bytes, {data['records']:,} records, zipfian, in an open loop of Poisson arrivals
for {data['seconds']:g} s: latency counts from when an operation was due, so a stall counts for everybody who
waited. One run each: tails are as the machine was at that moment. Figures are those of the slower kind of
operation. The last row is how late a thread of this machine wakes from a sleep when nothing is measured (the median
of what was seen before each run): nothing can be told apart below it.

{reproduce('./dev bench all --only=latency')}
Engines within the process, {groups['embedded']['rate']:,} operations a second:

{latency_table(groups['embedded'])}
![Latency by percentile of the engines](results/embedded-latency.svg)

Servers over TCP on loopback, {groups['server']['rate']:,} operations a second, 50 connections:

{latency_table(groups['server'])}
![Latency by percentile of the servers](results/server-latency.svg)
"""


def events_text(row, kind):
    event = row["events"].get(kind)
    return f"{event['count']:,} ({event['seconds']:.1f} s)" if event else "none"


def timeline(data):
    rows = [[name, count_text(row["rate"]), count_text(row["slowest_second"]), us_text(row["p99.9_us"]),
             *(events_text(row, kind) for kind in ("stall", "flush", "compaction"))]
            for name, row in data["rows"].items()]
    return f"""## Throughput over time

Puts over {data['records']:,} records of 1,000 bytes as fast as they go, with a write buffer of 16 MiB so that there is
much to flush and to compact, for {data['seconds']:g} s. Everything else is set alike as for YCSB: nothing is
compressed, one thread compacts. Stalls, flushes and compactions are those that the engine counts, or
its module reads from what the peer tells of itself.

{reproduce('./dev bench all --only=timeline')}
{table(["", "puts/s", "slowest second", "p99.9 us", "stalls", "flushes", "compactions"], rows)}
![Throughput over time](results/overwrite-throughput.svg)
"""


def overhead(data):
    rows = [[name, f"{median(figures, 'operation_ns'):.0f}", f"{median(figures, 'check_ns'):.0f}"]
            for name, figures in data["rows"].items()]
    return f"""## What the generator costs itself

Processor time of an operation when the target does nothing (`--target=null`), {data['records']:,} records: drawing,
making a value, the ledger, two looks at the clock, recording; and that of checking a value that was read. All
throughput above has this in it, latencies do not. Every report tells it for its own settings.

{reproduce('./dev bench all --only=overhead')}
{table(["nanoseconds", "an operation", "a check"], rows)}"""


SECTIONS = {"engine": engine, "source": source, "bounded": bounded, "rpc": rpc_section, "ycsb": ycsb,
            "latency": latency, "timeline": timeline, "overhead": overhead}
PICTURES = {"latency": ("embedded-latency.svg", "server-latency.svg"),
            "timeline": ("overwrite-throughput.svg",)}


def measured(facts):
    """When a section was measured, with what source."""
    quick = ", **a quick run**" if facts["quick"] else ""
    source_text = f", source {facts['commit']}" if facts["commit"] else ""
    return f"Measured {facts['time']}{source_text}{quick}.\n"


def section(name, part):
    """A section, with the time of its figures below the title."""
    title, _, text = SECTIONS[name](part["data"]).partition("\n\n")
    return f"{title}\n\n{measured(part['facts'])}\n{text}"


def head(facts):
    versions = "\n".join(f"- {line}" for line in facts["versions"])
    return f"""# Results

Made by `{facts['command']}`, which writes this page. [README.md](README.md) says how to read such numbers, and
what they do not say: those of another machine will differ, ratios less so.

| | |
|---|---|
| written | {facts['time']} |
| processor | {facts['processor']}, {facts['cores']} cores |
| memory | {facts['memory_gib']:.0f} GiB |
| kernel | {facts['kernel']} |

{versions}
"""


def render(facts, parts):
    """The whole page. `parts`: by name, the facts and the data of each; what is missing is said."""
    text = head(facts)
    if any(part["facts"]["quick"] for part in parts.values()):
        text += ("\n**There are quick runs among these**: small stores and few, short rounds. They show that "
                 "everything works; their figures are too rough to decide by.\n")
    missing = [name for name in SECTIONS if name not in parts]
    if missing:
        text += "\nNot measured: " + ", ".join(missing) + ".\n"
    for name in SECTIONS:
        if name in parts:
            text += "\n" + section(name, parts[name])
    return wrapped(text)


def pictures_of(parts):
    return [picture for name in parts for picture in PICTURES.get(name, ())]
