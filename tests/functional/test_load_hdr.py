"""The files of larder-load that hdr-histogram-js reads; npm installs it, as pinned in hdr/."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

from larder_harness import BUILD, PATIENCE

LARDER_LOAD = BUILD / "bin" / "larder-load"
SOURCE = pathlib.Path(__file__).parent / "hdr"


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """The folder where read.js finds its library."""
    folder = tmp_path_factory.mktemp("hdr")
    for name in ("package.json", "package-lock.json", "read.js"):
        shutil.copy(SOURCE / name, folder)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                   cwd=folder, stdin=subprocess.DEVNULL, check=True, timeout=PATIENCE)
    return folder


def rows(text):
    """{percentile: (value, count)} of the rows of a percentile distribution."""
    found = re.findall(r"^ *([\d.]+) ([\d.]+) +(\d+)(?: +[\d.]+)?$", text, re.MULTILINE)
    return {percentile: (float(value), int(count)) for value, percentile, count in found}


def test_hdr_histogram_js_reads_what_was_measured(reader, tmp_path):
    hlog, hgrm, report = (tmp_path / f"out.{end}" for end in ("hlog", "hgrm", "json"))
    # Counted: every reply is within the measured time, so the intervals hold all of them. A look may
    # come between an operation and its latency, so of many intervals only the sums are compared.
    subprocess.run([LARDER_LOAD, "--target=embedded:hashmap", "--workload=put", "--records=1000",
                    "--operations=20000", "--warmup-seconds=0", f"--hlog={hlog}", f"--hgrm={hgrm}",
                    f"--json={report}", "--quiet"], stdin=subprocess.DEVNULL, check=True,
                   capture_output=True, timeout=PATIENCE)
    done = subprocess.run(["node", reader / "read.js", hlog], stdin=subprocess.DEVNULL, check=True,
                          capture_output=True, text=True, timeout=PATIENCE)
    read = json.loads(done.stdout)
    told = json.loads(report.read_text())
    assert read["count"] == told["operations"]["put"]["latency"]["count"] == 20000
    assert abs(read["start"] - told["result"]["measured_from_unix"]) < 1
    assert len(read["intervals"]) == len(told["series"])
    assert sum(second["put"] for second in told["series"]) == 20000
    for interval, second in zip(read["intervals"], told["series"]):
        # The library tells the upper end of a bucket, larder-load its middle.
        assert second["p99_ns"] <= interval["p99"] <= second["p99_ns"] * 1.008 + 1
    ours, theirs = rows(hgrm.read_text()), rows(read["percentiles"])
    shared = (ours.keys() & theirs.keys()) - {"1.000000000000"}  # ours is the exact maximum there
    # Rounding may move the last steps, which are close to each other.
    assert len(ours) > 20 and len(shared) > 0.8 * len(ours), ours.keys() ^ theirs.keys()
    for percentile in shared:
        (value_ms, count), (value_ns, their_count) = ours[percentile], theirs[percentile]
        assert count == their_count and value_ms * 1e6 == pytest.approx(value_ns, abs=1)
