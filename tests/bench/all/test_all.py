"""The page that all.py makes, and what it decides to run. No benchmark is run."""

import argparse
import json
import re

import pytest

import all as bench_all
import loads
import page

FACTS = {"command": "./dev bench all", "time": "2026-01-02 03:04 UTC", "processor": "A processor",
         "cores": 2, "memory_gib": 24.0, "kernel": "Linux 6.1", "commit": "abc1234", "quick": False,
         "versions": ["larderd 1.0", "a peer 2.0"]}


def step(seconds):
    return {"seconds": seconds, "operations": 1000, "processor_seconds": seconds,
            "written_bytes": 300000, "settle": {"written_bytes": 48000, "processor_seconds": 0.0},
            "store": {"disk_bytes": 2**20, "memory_highest_bytes": 2**21}}


def engine_data():
    return {"settings": {"records": 1000, "block_cache": 2**20, "write_buffer": 2**20},
            "libraries": {"lsm": "", "rocksdb": "RocksDB 7"},
            "steps": {"overwrite": {"lsm": [step(0.002)] * 3, "rocksdb": [step(0.004)] * 3},
                      "compact": {"lsm": [step(0.002)] * 3, "rocksdb": [step(0.001)] * 3}}}


def load_row(rate):
    return {"rate": rate, "p50_us": 1.5, "p99_us": 25.25, "p99.9_us": 150.0, "busy": 0.5}


def ycsb_data():
    return {"names": ["hashmap", "lsm"], "records": 1000, "seconds": 1, "rounds": 3, "connections": 50,
            "cache": "1G", "durability": "os",
            "rows": {"a": {"hashmap": [load_row(1e6)] * 3,
                           "lsm": [load_row(3e5), load_row(1e5), load_row(2e5)]},
                     "e": {"lsm": [load_row(50000)]}}}


def latency_data():
    row = {"rate": 10000.0, "unsent": 3, "max_us": 9000.0, "service_p99.9_us": 20.0,
           "latency_p50_us": 1.0, "latency_p99_us": 10.0, "latency_p99.9_us": 100.0}
    jitter = {"wakes_p99_us": 60.0, "wakes_p99.9_us": 70.0, "wakes_max_us": 80.0}
    group = {"rate": 10000, "jitter": jitter, "rows": {"lsm": row}}
    return {"records": 1000, "seconds": 1, "groups": {"embedded": group, "server": group}}


def timeline_data():
    row = {**load_row(1e5), "slowest_second": 5e4, "events": {"flush": {"count": 3, "seconds": 0.25}}}
    return {"records": 1000, "seconds": 3, "rows": {"lsm": row}}


def rpc_data():
    row = {"rate": 1000.0, "p50_us": 10.0, "p99_us": 20.0, "generator": 0.5, "cpu": 1.25}
    return {"settings": {"connections": 50, "value_bytes": 100, "key_bytes": 16, "records": 1000,
                         "rounds": 3, "seconds": 1},
            "workloads": [{"workload": "get", "rows": {
                "larderd": [row] * 3, "redis": [{**row, "rate": 500.0}] * 3, "redis-benchmark": [],
                "echo": [{"rate": 4000.0, "cpu": 0.5}] * 3}}],
            "memory": {"larderd": [150.0], "redis": [200.0]},
            "cold": {"slow": [{"p99_us": 300.0}], "control": [{"p99_us": 200.0}]}}


DATA = {"engine": engine_data(), "source": engine_data(), "rpc": rpc_data(), "ycsb": ycsb_data(),
        "latency": latency_data(), "timeline": timeline_data(),
        "overhead": {"records": 1000000, "rows": {"get": [
            {"operation_ns": cost, "check_ns": 7.0} for cost in (90.0, 100.0, 400.0)]}},
        "bounded": {"megabytes": 100, "said": "lsm: 100 records"}}
PARTS = {name: {"facts": FACTS, "data": data} for name, data in DATA.items()}


def rows_of(text):
    """Cells of the tables, by the first cell of each row."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells}


def test_every_part_has_a_section_that_says_how_to_repeat_it():
    assert set(DATA) == set(bench_all.PARTS) == set(page.SECTIONS)
    for name in DATA:
        text = page.section(name, PARTS[name])
        assert text.startswith("## ") and "Measured 2026-01-02 03:04 UTC, source abc1234.\n" in text
        assert len(re.findall(r"^Again: `\./dev bench [^`]+`$", text, re.MULTILINE)) == 1, name


def test_tables_have_as_many_cells_as_their_heads():
    for block in re.findall(r"(?:^\|.*\n)+", page.render(FACTS, PARTS), re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1, block


def test_the_engine_table_has_medians_and_ratios_of_the_fastest_other():
    rows = rows_of(page.engine(engine_data()))
    assert rows["overwrite"] == ["2.000", "4.000", "2.00 (2.00-2.00)", "rocksdb"]
    assert rows["compact"] == ["2.000", "1.000", "0.50 (0.50-0.50)", "rocksdb"]
    assert rows["overwrite, write amplification"] == ["3.0", "3.0"]
    assert "in 1 of 2 rows, and is 1.3 times as fast in 1." in page.engine(engine_data()).replace("\n", " ")


def test_nothing_of_the_machine_but_what_matters_is_told():
    data = engine_data()
    data["libraries"]["rocksdb"] = "/some/where/librocksdb.so.7"
    text = page.engine(data)
    assert "librocksdb.so.7" in text and "/some" not in text


def test_lmdb_compacts_nothing():
    data = engine_data()
    for answers in data["steps"].values():
        answers["eng:lmdb"] = [step(0.0001)] * 3
    rows = rows_of(page.engine(data))
    assert rows["compact"][-1] == "rocksdb" and rows["overwrite"][-1] == "eng:lmdb"


def test_prose_is_wrapped_and_nothing_else():
    long = "word " * 60
    text = page.wrapped(f"# Head\n\n{long}\n\n| {long} |\n|---|\n\n    {long}\n")
    assert f"| {long} |" in text and f"    {long}" in text
    assert max(len(line) for line in text.splitlines() if line.startswith("word")) <= page.COLUMNS


def test_figures_of_load_are_medians():
    text = page.ycsb(ycsb_data())
    assert "| ycsb-a | 1.00 M | 200,000 |" in text and "| ycsb-e | - | 50,000 |" in text
    assert rows_of(page.overhead(DATA["overhead"]))["get"] == ["100", "7"]
    assert rows_of(page.rpc_section(rpc_data()))["get"][:3] == ["larderd", "1,000", ""]
    assert "2.00 (2.00-2.00)" in page.rpc_section(rpc_data())
    assert rows_of(page.timeline(timeline_data()))["lsm"][3:] == ["none", "3 (0.2 s)", "none"]


def test_the_page_says_what_is_missing_and_what_is_quick():
    whole = page.render(FACTS, PARTS)
    assert "Not measured" not in whole and "quick run" not in whole
    parts = {"ycsb": {"facts": {**FACTS, "quick": True}, "data": ycsb_data()}}
    some = page.render(FACTS, parts)
    assert "quick run" in some and "Not measured: engine, source" in some and "## YCSB" in some


def test_pictures_of_the_page_are_those_that_are_copied():
    shown = re.findall(r"!\[[^\]]+\]\(results/([^)]+)\)", page.render(FACTS, PARTS))
    assert sorted(shown) == sorted(page.pictures_of(PARTS))


def links_of(text):
    return re.findall(r"\]\(([^)]+)\)", text)


def test_links_of_the_page_lead_somewhere():
    links = links_of(page.render(FACTS, PARTS))
    assert "README.md" in links
    for link in links:
        made = link.removeprefix("results/") in page.pictures_of(PARTS)
        assert made or (bench_all.ROOT / "loadgen" / link).exists(), link


def test_the_published_page_has_all_that_it_shows():
    published = bench_all.ROOT / "loadgen" / "RESULTS.md"
    if published.exists():
        links = links_of(published.read_text(encoding="utf-8"))
        assert not [link for link in links if not (published.parent / link).exists()]


@pytest.fixture
def arguments(tmp_path):
    def parse(*words):
        return bench_all.parse([str(tmp_path / "build"), f"--directory={tmp_path}", *words])

    return parse


def test_what_is_run_and_what_is_taken(arguments, tmp_path):
    everything = [name for name in bench_all.PARTS if name != "source"]
    assert bench_all.choose(arguments()) == (everything, [])
    assert bench_all.choose(arguments("--libraries=x"))[0] == [*everything, "source"]
    assert bench_all.choose(arguments("--only=ycsb,rpc"))[0] == ["ycsb", "rpc"]
    assert "engine" not in bench_all.choose(arguments("--skip=engine"))[0]
    (tmp_path / "rpc.json").write_text("{}")
    to_run, there = bench_all.choose(arguments(f"--from={tmp_path}"))
    assert there == ["rpc"] and to_run == [name for name in everything if name != "rpc"]
    assert bench_all.choose(arguments(f"--from={tmp_path}", "--only=ycsb")) == (["ycsb"], ["rpc"])
    assert bench_all.choose(arguments(f"--from={tmp_path}", "--only=rpc")) == (["rpc"], [])


def test_what_is_partial_or_quick_is_not_published(arguments, tmp_path):
    published = bench_all.ROOT / "loadgen"
    assert arguments().output == published
    assert arguments("--quick").output == tmp_path
    assert arguments("--only=ycsb").output == tmp_path
    assert arguments("--only=ycsb", f"--from={tmp_path}").output == published


def test_unknown_parts_are_refused():
    with pytest.raises(argparse.ArgumentTypeError, match="nothing: must be one of overhead"):
        bench_all.parts_list("rpc,nothing")


def test_figures_of_another_machine_are_refused(arguments, tmp_path):
    path = tmp_path / "rpc.json"
    path.write_text(json.dumps(PARTS["rpc"]))
    assert bench_all.take(arguments(f"--from={tmp_path}"), "rpc", FACTS)["data"] == rpc_data()
    with pytest.raises(SystemExit, match="another machine: cores is 2, here 8"):
        bench_all.take(arguments(f"--from={tmp_path}"), "rpc", {**FACTS, "cores": 8})


def test_a_page_is_written_with_its_pictures(tmp_path):
    parts = {"timeline": PARTS["timeline"]}
    (tmp_path / "overwrite-throughput.svg").write_text("<svg/>")
    path = bench_all.publish(tmp_path, tmp_path / "out", FACTS, parts)
    assert path.read_text() == page.render(FACTS, parts)
    assert (tmp_path / "out/results/overwrite-throughput.svg").read_text() == "<svg/>"


def test_engines_are_set_alike():
    words = {name: dict(word.removeprefix("--engine-option=").split("=")
                        for word in loads.engine_options(name, write_buffer="16M"))
             for name in loads.EMBEDDED}
    assert words["lsm"] == words["rocksdb"]
    assert words["lsm"]["compression"] == "none" and words["lsm"]["write_buffer"] == "16M"
    assert words["leveldb"].items() < words["lsm"].items()
    assert words["hashmap"] == {} and words["lmdb"] == {"durability": loads.DURABILITY}


def test_everybody_begins_once():
    assert [loads.turns("abc", turn) for turn in range(3)] == [list("abc"), list("bca"), list("cab")]
