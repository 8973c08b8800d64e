"""larderd's command line and configuration file."""

import re

import pytest

from larder_harness import run_larderd


def check(tmp_path, text):
    """Exit status and problems, without the file's name, of --check-config."""
    path = tmp_path / "larder.conf"
    path.write_text(text)
    status, out, err = run_larderd("--config", path, "--check-config")
    return status, out, err.replace(str(path), "FILE")


@pytest.mark.parametrize("text, problem", [
    ("[server]\nreactors=65\n", 'FILE:2: [server] reactors: "65" is not a number from 0 to 64'),
    ("\n\n[limits]\nkey_bytes=1T\n",
     'FILE:4: [limits] key_bytes: "1T" is not bytes (suffixes K, M, G) from 16 to 64K'),
    ("[limits]\nidle_ms=1ms\n",
     'FILE:2: [limits] idle_ms: "1ms" is not a time (suffixes ms, s, m, h) from 1s to 24h'),
    ("[server]\nlog_level=noisy\n",
     'FILE:2: [server] log_level: "noisy" is not error, warning, info or debug'),
    ("[limits]\nconections=5\n",
     'FILE:2: [limits] has no setting "conections" (did you mean "connections"?)'),
    ("[limit]\n", 'FILE:1: there is no section [limit] (did you mean "limits"?)'),
    ('[store "a"]\nengine=hashtable\n', 'FILE:2: [store "a"] engine: there is no "hashtable"'),
    ('[store "a"]\n', 'FILE:1: [store "a"] needs engine=NAME; there are: hashmap'),
    ("[server]\nworkers=1\nworkers=1\n", "FILE:3: [server] workers is already on line 2"),
    ("[server]\nlisten=tcp:0.0.0.0:7400\n",
     'FILE:2: [server] listen: "tcp:0.0.0.0:7400" can be reached from other machines'),
    ("[limits]\nvalue_bytes=32M\n", "FILE:2: [limits] value_bytes: a put of such a value"),
    ("just words\n", "FILE:1: neither [section], key=value nor a comment"),
])
def test_a_problem_is_named_with_its_line(tmp_path, text, problem):
    status, out, err = check(tmp_path, text)
    assert status == 78
    assert out == ""
    assert err.startswith(problem), err


def test_all_problems_are_reported_at_once(tmp_path):
    status, _, err = check(tmp_path, "[server]\nreactors=x\nfoo=1\n[limits]\npipeline=0\n[x]\n")
    assert status == 78
    assert [line.split(" ")[0] for line in err.splitlines()] == [
        "FILE:2:", "FILE:3:", "FILE:5:", "FILE:6:"]


def test_a_wrong_configuration_does_not_start_a_server(tmp_path):
    path = tmp_path / "larder.conf"
    path.write_text("[server]\nreactors=x\n")
    status, _, err = run_larderd("--config", path, "--data-dir", tmp_path / "data")
    assert status == 78
    assert "larder.conf:2:" in err
    assert not (tmp_path / "data").exists()


def test_a_right_configuration_is_ok(tmp_path):
    status, out, err = check(tmp_path, '[server]\n# why\nworkers = 2\n[store "a"]\nengine=hashmap\n')
    assert (status, err) == (0, "")
    assert out.endswith("larder.conf: ok\n")


def test_a_file_that_is_not_there(tmp_path):
    status, _, err = run_larderd("--config", tmp_path / "none", "--check-config")
    assert status == 78
    assert "cannot read it: No such file or directory" in err


def test_what_is_printed_loads_and_prints_the_same(tmp_path):
    path = tmp_path / "larder.conf"
    path.write_text("[server]\nlisten=unix:/tmp/a b.sock;tcp:[::1]:0\nlog_level=debug\n"
                    "[limits]\nvalue_bytes=2M\n"
                    '[store "one"]\nengine=hashmap\n[store "two"]\nengine=hashmap\n')
    status, printed, _ = run_larderd("--config", path, "--print-config", "--data-dir", "/tmp/x y")
    assert status == 0
    assert re.search(r"^value_bytes=2M$", printed, re.MULTILINE)
    assert re.search(r"^data_dir=/tmp/x y$", printed, re.MULTILINE)
    assert re.search(r"^# Longest value\. .* default 1M; changes at a restart\.$", printed,
                     re.MULTILINE)
    path.write_text(printed)
    assert run_larderd("--config", path, "--print-config") == (0, printed, "")


def test_the_printed_defaults_are_the_defaults(tmp_path):
    status, printed, _ = run_larderd("--print-config")
    assert status == 0
    assert '[store "default"]' in printed
    assert "listen=tcp:127.0.0.1:7400" in printed
    path = tmp_path / "larder.conf"
    path.write_text(printed)
    assert run_larderd("--config", path, "--print-config") == (0, printed, "")


def test_version_and_help():
    status, out, _ = run_larderd("--version")
    assert status == 0
    assert re.fullmatch(r"larderd \d+\.\d+\.\d+\n", out)
    status, out, _ = run_larderd("--help")
    assert status == 0
    for word in ("--config", "Examples:", "SIGHUP", "Exit statuses:", "tcp:127.0.0.1:7400"):
        assert word in out


@pytest.mark.parametrize("arguments", [["--nonsense"], ["serve"], ["--listen"]])
def test_a_wrong_command_line(arguments):
    status, out, err = run_larderd(*arguments)
    assert (status, out) == (64, "")
    assert "--help" in err


def test_an_address_of_the_command_line_is_checked_too():
    status, _, err = run_larderd("--listen", "tcp:0.0.0.0:0", "--check-config")
    assert status == 78
    assert err.startswith('--listen: "tcp:0.0.0.0:0" can be reached from other machines')
