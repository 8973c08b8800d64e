"""Sessions of the command `larder`: scripts, and a person at a terminal."""

import os
import re
import signal
import stat

import pytest

from larder_shell import INVALID, NEGATIVE, OK, UNREACHABLE, USAGE, Larder, wait_until

S = "default"
PROMPT = r"larder [^\n]*> $"


@pytest.fixture
def larder(larder_server, tmp_path):
    return Larder(larder_server.address, tmp_path, larder_server.admin_address)


# ------------------------------------------------------------------------------------------ scripts


def test_a_script_runs_line_by_line(larder):
    script = """
    # what it does
    put default a 'one two'
    use default
    get a
    get a --json    # this line alone
    get "a"
    exit
    put a never
    """
    done = larder(stdin=script.encode())
    lines = done.text.splitlines()
    assert lines[1] == lines[3] == "one two" and lines[2].startswith('{"key"') and done.err == b""
    assert larder("get", S, "a").out == b"one two\n"


def test_a_script_ends_at_a_failure(larder):
    done = larder(stdin=b"put default a 1\nget nostore a\nput default a 2\n", status=INVALID)
    assert "line 2: the script ends here" in done.said
    assert larder("get", S, "a").out == b"1\n"
    done = larder("--keep-going", stdin=b"gte\nget nostore a\nput default a 2\n", status=USAGE)
    assert "ends here" not in done.said
    assert larder("get", S, "a").out == b"2\n"
    larder(stdin=b"get 'open\n", status=USAGE)


def test_a_negative_outcome_does_not_end_a_script(larder):
    done = larder(stdin=b"get default none\nput default a 1\n", status=NEGATIVE)
    assert done.text.startswith("version ")


def test_options_of_a_session_hold_for_its_lines(larder):
    done = larder("--json", "--store=default", stdin=b"put a 1\nget a\nget a --store=nostore\n", status=INVALID)
    assert [set(item) >= {"error"} for item in done.objects] == [False, False, True]


def test_a_script_is_the_standard_input(larder):
    assert "come from the standard input" in larder(stdin=b"put default a -\n", status=USAGE).said
    larder(stdin=b"import default -\n", status=USAGE)
    larder(stdin=b"mget default --from=-\n", status=USAGE)
    larder(stdin=b"", status=OK)


def test_a_connection_is_used_again_and_found_again(larder, larder_server):
    larder_server.trace()
    larder(stdin=b"put default a 1\n" * 20)
    assert len({call.peer for call in larder_server.calls() if call.method == "put"}) == 1


# ----------------------------------------------------------------------------------------- terminal


def test_a_person_at_a_terminal(larder, tmp_path):
    with larder.terminal(NO_COLOR="1") as terminal:
        terminal.expect(r"help lists the commands.*\n" + PROMPT)
        terminal.run("put default greeting 'hello world'", r"version \d+")
        terminal.run("use default")
        assert re.search(r"^larder tcp:127\.0\.0\.1:\d+ default> $", terminal.text())
        terminal.run("get greeting", r"hello world")
        terminal.run("get none", r"larder: not found")
        terminal.run("gte greeting", r"larder: .*did you mean get\?")
        terminal.run("")
        terminal.run("   ")
        terminal.type("\x04")
        assert terminal.wait() == OK
    history = tmp_path / ".local/state/larder/history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert history.read_text().splitlines() == ["use default", "get greeting", "get none", "gte greeting"]


def test_history_is_kept_between_sessions(larder):
    for key in ("one", "two"):
        larder("put", S, key, f"value {key}")
        with larder.terminal(LARDER_HISTFILE="kept") as terminal:
            terminal.expect(PROMPT)
            terminal.run(f"get default {key}", r"value")
            terminal.type("exit\r")
            assert terminal.wait() == OK
    with larder.terminal(LARDER_HISTFILE="kept") as terminal:
        terminal.expect(PROMPT)
        terminal.type("\x1b[A\x1b[A\x1b[A\x1b[A")  # up, four times
        terminal.expect(r"> get default one$")
        terminal.run("", r"value one")
        terminal.type("\x12two")  # searches backwards
        terminal.expect(r"> get default two")
        terminal.run("", r"value two")


def test_completion(larder, larder_server):
    with larder_server.store() as client:
        for key in (b"user:1", b"user:2", b"user:10", b"with blank", b"\xff\x00", "grün".encode()):
            client.put(S, key, b"v", None)
        for i in range(120):
            client.put(S, b"many:%03d" % i, b"v", None)
        client.put(S, b"manz", b"v", None)
    with larder.terminal(NO_COLOR="1") as terminal:
        terminal.expect(PROMPT)
        steps = [("chec", "checksum "), ("def", "checksum default "), ("--pre", "checksum default --prefix="),
                 ("us", "checksum default --prefix=user:")]
        for keys, line in steps:
            terminal.type(keys)
            terminal.complete("> " + line + "$")
        terminal.run("", r"checksum .*keys +3")
        terminal.type("get default us")
        terminal.complete(r"> get default user:$")
        terminal.complete(r"\nuser:1 +user:10 +user:2 *\nlarder .*> get default user:$")
        terminal.type("2")
        terminal.complete(r"> get default user:2 $")
        terminal.run("", r"v")
        for typed, completed in [("wi", r"with\ blank"), ("gr", "grün"), (r"\xff", r"\xff\x00")]:
            terminal.type(f"get default {typed}")
            terminal.complete(re.escape(f"> get default {completed} ") + "$")
            terminal.run("", r"v")
        terminal.type("get default ma")  # more than are asked for; but all of them have this in common
        terminal.complete(r"> get default man$")
        terminal.complete(r"many:000 .*\.\.\.  manz *\n.*> get default man$")
        terminal.type("\x15")
        terminal.expect(PROMPT)
        terminal.run("use default")
        terminal.type("get wi")
        terminal.complete(r"> get with\\ blank $")
        terminal.run("", r"v")
        terminal.type("watch --times=1 ge")
        terminal.complete(r"> watch --times=1 get $")


def test_completion_without_a_server_is_silent(tmp_path):
    with Larder("tcp:127.0.0.1:1", tmp_path).terminal(NO_COLOR="1") as terminal:
        terminal.expect(PROMPT)
        terminal.type("get default us\t\x15inf\t")
        terminal.expect(r"> info $")
        terminal.run("--attempts=1", r"larder: unreachable")


def test_ctrl_c_drops_the_line_and_cancels_the_call(larder, larder_server):
    fault = larder_server.inject("no_reply", method="get")
    with larder.terminal() as terminal:
        terminal.expect(PROMPT)
        terminal.type("get default half a li")
        terminal.expect(r"half a li$")
        terminal.type("\x03")
        terminal.expect(r"\^C\n" + PROMPT)
        terminal.type("get default a\r")
        wait_until(lambda: fault.hits == 1, "the call is under way")
        terminal.type("\x03")
        terminal.expect(r"larder: interrupted.*\n" + PROMPT)
        larder_server.clear()
        terminal.run("put default a 1", r"version")
        terminal.type("ping --interval=1h\r")
        terminal.expect(r"at the server")
        terminal.type("\x03")
        terminal.expect(r"pings +1\n.*" + PROMPT)
        terminal.type("watch --interval=1h get default a\r")
        terminal.expect(r"\n1\n")
        terminal.type("\x03")
        terminal.expect(PROMPT)
        terminal.type("\x04")
        assert terminal.wait() == OK


def test_a_session_survives_its_server(start_server, tmp_path):
    server = start_server(listen=[f"unix:{tmp_path}/s"])  # nobody else takes it meanwhile
    larder = Larder(server.address, tmp_path)
    with larder.terminal("--attempts=1") as terminal:
        terminal.expect(PROMPT)
        terminal.run("put default a 1", r"version")
        server.stop()
        terminal.run("get default a", r"larder: (unreachable|lost)")
        server.start()
        terminal.run("get default a", r"larder: not found")


def test_colours_and_the_pager(larder, larder_server, tmp_path):
    with larder_server.store() as client:
        for i in range(100):
            client.put(S, b"k%03d" % i, b"v", None)
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\nexec cat\n")
    pager.chmod(0o755)
    with larder.terminal(PAGER=str(pager)) as terminal:
        terminal.expect(PROMPT)
        terminal.run("scan default --limit=3", r"k000.*k001.*k002.*there is more")
        assert b"\x1b[36mk000\x1b[0m" in terminal.written and b"PAGED" not in terminal.written
        terminal.run("scan default", r"PAGED\nk000.*k099")
        terminal.run("scan default --no-pager", r"k000.*k099")
        terminal.run("help", r"PAGED\nusage: larder")
        terminal.run("limits", r"PAGED\nlimit ")
    with larder.terminal("scan", S, PAGER="false") as terminal:  # a pager that is left at once
        assert terminal.wait() == OK
    with larder.terminal("scan", S, PAGER="/no/such/pager") as terminal:
        terminal.expect(r"k000.*k099")
        terminal.wait()
    with larder.terminal("scan", S, PAGER="", NO_COLOR="1") as terminal:
        terminal.expect(r"k000.*k099")
        assert b"\x1b" not in terminal.written and terminal.wait() == OK


def test_a_window_that_changes_its_size(larder):
    with larder.terminal(NO_COLOR="1") as terminal:
        terminal.expect(PROMPT)
        terminal.type("get default no")
        terminal.expect(r"> get default no$")
        terminal.resize(40, 132)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.type("ne")
        terminal.expect(r"> get default none$")
        assert terminal.screen.lines[terminal.screen.row].count("larder ") == 1  # the line was drawn where it is
        terminal.run("", r"larder: not found")


def test_nothing_but_a_terminal_is_a_person(larder):
    done = larder(stdin=b"info\n")
    assert b"larder tcp:" not in done.out and b"\x1b" not in done.out


def test_a_server_that_is_not_there(tmp_path):
    Larder("tcp:127.0.0.1:1", tmp_path)(stdin=b"info\n", status=UNREACHABLE)
