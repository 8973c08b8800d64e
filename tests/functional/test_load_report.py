"""What larder-load's JSON tells of the target, and the commands that read such files."""

import json
import pathlib
import re
import subprocess
import xml.etree.ElementTree

import pytest

from larder_harness import BUILD, PATIENCE

LARDER_LOAD = BUILD / "bin" / "larder-load"


def run_load(*arguments):
    """Runs larder-load to its end; returns the exit status, standard output and standard error."""
    done = subprocess.run([LARDER_LOAD, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def measure(path, *arguments):
    """A run that must be right; returns its report."""
    status, printed, said = run_load(*arguments, f"--json={path}", "--quiet")
    assert status == 0, printed + said
    report = json.loads(path.read_text())
    assert report["format"] == 2 and report["command"][1:-2] == [*map(str, arguments)]
    return report


def test_an_engine_tells_what_it_did(tmp_path):
    report = measure(tmp_path / "out.json", "--target=embedded:lsm", "--workload=overwrite",
                     "--records=3000", "--value-size=1000", "--operations=12000", "--rate=10000",
                     "--warmup-seconds=0.2", "--engine-option=write_buffer=1M",
                     "--engine-option=durability=os")
    server, events = report["server"], report["server"]["events"]
    assert server["observed"] and server["problem"] == ""
    assert server["first"]["flushes"] <= server["before"]["flushes"] < server["after"]["flushes"]
    assert server["after"]["user_bytes"] > 3000 * 1000
    flushes = [event for event in events if event["kind"] == "flush"]
    assert flushes and all(event["bytes"] > 0 and event["at_seconds"] >= 0 for event in flushes)
    assert sum(event["count"] for event in flushes) <= server["after"]["flushes"]
    times = [sample["at_seconds"] for sample in server["samples"]]
    assert len(times) > 3 and times == sorted(times) and times[0] < 0 < times[-1]


def test_the_knee_of_a_sweep_tells_what_the_engine_did(tmp_path):
    report = measure(tmp_path / "out.json", "--target=embedded:lsm", "--records=500", "--sweep",
                     "--objective=max<1us", "--rate=1.9", "--seconds=1", "--warmup-seconds=0",
                     "--workload=put")
    server = report["server"]
    assert len(report["sweep"]["steps"]) == 1 and server["observed"] and server["problem"] == ""
    assert server["after"]["version"] >= 500 and len(server["samples"]) > 1


def test_a_server_is_asked_on_its_admin_address(start_server, tmp_path):
    server = start_server(engine="lsm")
    arguments = (f"--target={server.address}", "--records=500", "--operations=500",
                 "--warmup-seconds=0", "--connections=2")
    told = measure(tmp_path / "told.json", *arguments, f"--admin={server.admin_address}")["server"]
    assert told["observed"] and told["problem"] == ""
    assert told["after"]["keys"] == 500 and told["after"]["version"] > told["before"]["version"]
    assert not measure(tmp_path / "quiet.json", *arguments)["server"]["observed"]
    deaf = measure(tmp_path / "deaf.json", *arguments, "--admin=tcp:127.0.0.1:1")["server"]
    assert deaf["observed"] and "unreachable" in deaf["problem"] and deaf["after"] == {}


def test_what_the_generator_costs_is_told(tmp_path):
    common = ("--records=1000", "--operations=5000", "--warmup-seconds=0")
    for name, target in (("hashmap", "embedded:hashmap"), ("null", "null")):
        cost = measure(tmp_path / f"{name}.json", f"--target={target}", *common)["overhead"]
        assert cost["operation_ns"] > 1 and cost["check_ns"] > 1
    expected = (f"--expect={tmp_path}/expected", "--target=embedded:hashmap")
    status, _, said = run_load(*expected, *common)
    assert status == 64, said  # for servers only, and no measurement


def test_a_wrong_admin_address_is_told():
    for words, expected in ((["--admin=nowhere"], "tcp:HOST:PORT"),
                            (["--target=embedded:hashmap", "--admin=unix:/x"], "larderd")):
        status, _, said = run_load(*words)
        assert status == 64 and expected in said, said


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Two reports of the same settings and one of others, each with more than one second."""
    folder = tmp_path_factory.mktemp("reports")
    paths = []
    for name, *words in (["a", "--workload=put"], ["b & <b>", "--workload=put"], ["c", "--workload=get"]):
        paths.append(folder / f"{name}.json")
        measure(paths[-1], "--target=embedded:lsm", "--records=500", "--seconds=2.5",
                "--warmup-seconds=0", "--engine-option=durability=os", *words)
    return paths


def test_plots_are_pictures(reports, tmp_path):
    status, printed, said = run_load("plot", *reports, f"--output={tmp_path}/p")
    assert status == 0, said
    pictures = [pathlib.Path(line) for line in printed.splitlines()]
    assert [path.name for path in pictures] == ["p-latency.svg", "p-throughput.svg"]
    for path in pictures:
        root = xml.etree.ElementTree.parse(path).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        width, height = float(root.get("width")), float(root.get("height"))
        words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert any(word.startswith("b & <b>: lsm, put") for word in words)
        for box in root.iter("{http://www.w3.org/2000/svg}rect"):
            assert 0 <= float(box.get("x")) and 0 <= float(box.get("y"))
            assert float(box.get("x")) + float(box.get("width")) <= width
            assert float(box.get("y")) + float(box.get("height")) <= height
        curves = list(root.iter("{http://www.w3.org/2000/svg}path"))
        assert len(curves) == (3 if "latency" in path.name else 6)  # of time: the rate, and the p99
        for curve in curves:
            numbers = [float(number) for number in re.findall(r"[\d.]+", curve.get("d"))]
            assert len(numbers) >= 4 and max(numbers[::2]) <= width and max(numbers[1::2]) <= height


@pytest.mark.parametrize("change, expected", [
    (lambda report: report.update(program="other"), "program"),
    (lambda report: report.update(format=1), "format"),
    (lambda report: report.pop("series"), "series"),
    (lambda report: report["series"].reverse(), "at_seconds"),
    (lambda report: report["series"][0].update(span_seconds=-1), "span_seconds"),
    (lambda report: report["operations"]["put"].update(per_second="1"), "per_second"),
    (lambda report: report["operations"]["put"]["latency"]["buckets"].append([1, 2]), "buckets"),
    (lambda report: report["operations"]["put"]["latency"]["buckets"].append([1, 2, 1e300]), "buckets"),
    (lambda report: report["server"].update(events=[7]), "events"),
])
def test_reports_that_are_none_are_refused(reports, tmp_path, change, expected):
    report, path = json.loads(reports[0].read_text()), tmp_path / "wrong.json"
    change(report)
    path.write_text(json.dumps(report))
    status, _, said = run_load("plot", path, f"--output={tmp_path}/p")
    assert status == 65 and str(path) in said and expected in said, said
    assert not list(tmp_path.glob("*.svg"))


def test_plot_names_what_it_cannot_read_or_write(reports, tmp_path):
    (tmp_path / "text").write_text("no JSON")
    assert run_load("plot")[0] == run_load("plot", *reports * 3)[0] == 64
    assert run_load("plot", tmp_path / "text")[0] == run_load("plot", tmp_path / "none")[0] == 65
    assert run_load("plot", reports[0], "--output=/none/such")[0] == 73


def compare(*arguments):
    """Runs larder-load compare; returns its status, {row: the word at its end}, and all that it said."""
    status, printed, said = run_load("compare", *arguments)
    rows = re.findall(r"^(per s|p[\d.]+ us) .*   (\S.*)$", printed, re.MULTILINE)
    return status, dict(rows), printed + said


def slower(path, to, times):
    """Writes a report in which everything took so many times as long."""
    report = json.loads(path.read_text())
    for operation in report["operations"].values():
        operation["per_second"] /= times
        latency = operation["latency"]
        latency["buckets"] = [[low * times, high * times, n] for low, high, n in latency["buckets"]]
        latency["percentiles_ns"]["max"] *= times
        latency["min_ns"] *= times
    to.write_text(json.dumps(report))
    return to


def test_compare_says_what_is_faster(reports, tmp_path):
    same = [reports[0]] * 3
    other = [slower(reports[0], tmp_path / "slow.json", 3)] * 3
    status, rows, said = compare(*same, "vs", *other)
    assert status == 0 and rows["per s"] == rows["p50 us"] == rows["p99 us"] == "slower", said
    status, rows, said = compare(*other, "vs", *same)
    assert status == 0 and rows["per s"] == rows["p50 us"] == rows["p99 us"] == "faster", said
    status, rows, said = compare(reports[0], reports[0])
    assert status == 0 and rows["per s"] == rows["p50 us"] == "no difference shown", said
    assert "seconds" in said, said


def test_compare_writes_what_it_says(reports, tmp_path):
    same, other, out = [str(reports[0])] * 3, [str(reports[1])] * 3, tmp_path / "out.json"
    status, printed, said = run_load("compare", *same, "vs", *other, f"--json={out}")
    assert status == 0, said
    told = json.loads(out.read_text())
    assert told["drawn"] == "runs" and told["a"]["reports"] == same and told["b"]["pieces"] == 3
    assert list(told["rows"]) == ["per_second", "p50_ns", "p90_ns", "p99_ns", "p99.9_ns", "p99.99_ns"]
    rate = told["rows"]["per_second"]
    assert rate["ratio"] == pytest.approx(rate["b"] / rate["a"]) and rate["low"] <= rate["high"]
    for line, row in zip(printed.splitlines()[-6:], told["rows"].values()):
        assert line.endswith(row["b_is"])
    assert run_load("compare", *same, "vs", *other, f"--json={tmp_path}/no/where")[0] == 73


def test_compare_refuses_other_settings_by_name(reports, tmp_path):
    status, rows, said = compare(reports[0], reports[2])
    assert status == 65 and not rows and 'workload: "put", "get"' in said, said
    status, rows, said = compare(reports[0], reports[2], "--force")
    assert status == 0 and rows and 'workload: "put", "get"' in said, said
    report, later = json.loads(reports[0].read_text()), tmp_path / "later.json"
    report["config"]["seed"] = 7
    report["host"]["name"] = "elsewhere"
    later.write_text(json.dumps(report))
    status, _, said = compare(reports[0], later)
    assert status == 0 and "seed: 1, 7" in said and "host.name" in said, said
    report["config"]["added_later"] = 7
    later.write_text(json.dumps(report))
    status, _, said = compare(reports[0], later)
    assert status == 65 and "added_later: not set, 7" in said, said


def test_compare_wants_two_sides_with_histograms(reports, tmp_path):
    assert compare()[0] == compare(reports[0])[0] == compare("vs", *reports)[0] == 64
    report, path = json.loads(reports[0].read_text()), tmp_path / "wrong.json"
    report["series"][1]["latency_hdr"] = "HISTFAAAA"
    path.write_text(json.dumps(report))
    status, _, said = compare(path, reports[0])
    assert status == 65 and "latency_hdr" in said, said
