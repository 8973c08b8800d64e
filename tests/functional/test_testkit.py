"""larder-test-server and its Python module: a server in a test, its clock, its faults, its trace."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from thrift.transport.TTransport import TTransportException

from larder.ttypes import (
    Expiry, Failed, GetOptions, Indeterminate, InvalidRequest, KeyRange, NotHere, PutOptions, Refused,
    RefusedCode)
from larder_harness import raw_socket_to
from larder_kit import testing
from larder_kit.testing import LarderServer, LarderServerError

S = "default"
NOW = 1_700_000_000_000

EXCEPTIONS = {"invalid_request": InvalidRequest, "not_here": NotHere, "refused": Refused,
              "indeterminate": Indeterminate, "failed": Failed}


def wait_until(condition, what):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.005)


# ------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize("outcome", EXCEPTIONS)
def test_every_exception_instead_of_the_call(larder_server, outcome):
    fault = larder_server.inject("exception", outcome=outcome, times=2)
    with larder_server.store() as client:
        for _ in range(2):
            with pytest.raises(EXCEPTIONS[outcome]) as error:
                client.put(S, b"k", b"v", None)
            assert error.value.code == 1 and "injected" in error.value.message
        assert fault.hits == 2
        assert larder_server.executed() == 0
        assert not client.get(S, b"k", None).found
        assert larder_server.executed("put") == 0 and larder_server.executed("get") == 1


@pytest.mark.parametrize("outcome", EXCEPTIONS)
def test_every_exception_after_the_call_was_executed(larder_server, outcome):
    larder_server.inject("execute_then_exception", outcome=outcome, method="put")
    with larder_server.store(protocol="compact", framed=False) as client:
        with pytest.raises(EXCEPTIONS[outcome]):
            client.put(S, b"k", b"v", None)
        assert client.get(S, b"k", None).value == b"v"
    assert larder_server.executed("put") == 1


def test_codes_by_name_and_by_number(larder_server):
    with larder_server.store() as client:
        for code in ("draining", "DRAINING", RefusedCode.DRAINING):
            larder_server.inject("exception", outcome="refused", code=code, retry_after_ms=250, times=1)
            with pytest.raises(Refused) as refused:
                client.get(S, b"k", None)
            assert (refused.value.code, refused.value.retry_after_ms) == (RefusedCode.DRAINING, 250)
            assert refused.value.scope == "server"


def test_the_first_fault_that_fits_meets_a_call(larder_server):
    never = larder_server.inject("exception", outcome="failed", method="remove")
    other = larder_server.inject("exception", outcome="failed", key_prefix=b"\xffother")
    third = larder_server.inject("exception", outcome="refused", method="get", skip=2, times=1)
    last = larder_server.inject("exception", outcome="not_here", method="get", skip=1)
    with larder_server.store() as client:
        assert not client.get(S, b"k", None).found
        with pytest.raises(NotHere):
            client.get(S, b"k", None)
        with pytest.raises(Refused):
            client.get(S, b"k", None)
        with pytest.raises(NotHere):
            client.get(S, b"k", None)
        with pytest.raises(Failed):
            client.scan(S, KeyRange(prefix=b"\xffother things"), None)
        assert client.scan(S, KeyRange(prefix=b"\xff"), None).items == []
        larder_server.clear()
        assert not client.get(S, b"k", None).found
        with pytest.raises(LarderServerError, match="no such fault"):
            _ = third.hits
    assert never.number < other.number < third.number < last.number


def test_calls_without_an_answer(larder_server):
    for kind, executed in (("no_reply", 0), ("execute_no_reply", 1)):
        fault = larder_server.inject(kind, method="put", times=1)
        before = larder_server.executed("put")
        client = larder_server.store(timeout_s=0.3)
        with pytest.raises((TTransportException, OSError)):
            client.put(S, b"k", b"v", None)
        client.close()
        wait_until(lambda: fault.hits == 1, "the fault meets the call")
        wait_until(lambda: larder_server.executed("put") - before == executed, "it is executed, or not")


def test_connections_that_close(larder_server):
    for kind, executed in (("close", 0), ("execute_close", 1), ("half_reply", 1)):
        fault = larder_server.inject(kind, method="put", times=1)
        before = larder_server.executed("put")
        with larder_server.store() as client:
            with pytest.raises((TTransportException, EOFError)):
                client.put(S, kind.encode(), b"v", None)
        with larder_server.store() as client:
            assert client.get(S, kind.encode(), None).found == bool(executed)
        assert larder_server.executed("put") - before == executed and fault.hits == 1


def test_half_a_reply_is_half_of_its_bytes(larder_server):
    request = b"\x80\x01\x00\x01\x00\x00\x00\x04ping\x00\x00\x00\x07\x0b\x00\x01\x00\x00\x00\x02hi\x00"
    replies = []
    for half in (False, True):
        if half:
            larder_server.inject("half_reply")
        with raw_socket_to(larder_server.address) as plain:
            plain.sendall(request)
            if not half:
                plain.shutdown(socket.SHUT_WR)
            reply = b""
            while part := plain.recv(4096):
                reply += part
        replies.append(reply)
    assert len(replies[0]) > 20 and replies[1] == replies[0][:len(replies[0]) // 2]


def test_delays(larder_server):
    larder_server.inject("delay", delay_ms=50, times=1)
    larder_server.inject("exception", delay_ms=20, outcome="failed", times=1)
    with larder_server.store() as client:
        began = time.monotonic()
        client.put(S, b"k", b"v", None)
        with pytest.raises(Failed):
            client.put(S, b"k", b"v", None)
        assert time.monotonic() - began >= 0.07
        larder_server.inject("delay", delay_ms=100, times=1)
        with pytest.raises(Refused) as refused:
            client.get(S, b"k", GetOptions(deadline_ms=20))
        assert refused.value.code == RefusedCode.DEADLINE


def test_a_stop_does_not_wait_for_delays(start_larder):
    server = start_larder()
    server.inject("delay", delay_ms=3_600_000)
    outcomes = []

    def call():
        with server.store() as client:
            try:
                client.put(S, b"k", b"v", None)
            except (TTransportException, EOFError, OSError) as error:
                outcomes.append(error)

    callers = [threading.Thread(target=call) for _ in range(5)]
    for caller in callers:
        caller.start()
    fault = testing.Fault(server, 1)
    wait_until(lambda: fault.hits == 5, "all calls are delayed")
    assert server.executed() == 0
    server.stop()
    for caller in callers:
        caller.join()
    assert len(outcomes) == 5


def test_faults_of_admin_have_to_be_named(larder_server):
    fault = larder_server.inject("exception", outcome="failed")
    with larder_server.observe() as client:
        assert client.health(None).ready
        larder_server.inject("exception", outcome="refused", method="health")
        with pytest.raises(Refused):
            client.health(None)
    assert fault.hits == 0


# ------------------------------------------------------------------------------------------- server


@pytest.mark.larder(clock=NOW, stores=["sessions"])
def test_the_clock_stands_until_it_is_moved(larder_server):
    with larder_server.store() as client:
        put = client.put("sessions", b"k", b"v", PutOptions(expiry=Expiry(ttl_ms=1000)))
        assert put.expires_at_ms == NOW + 1000
        larder_server.advance(999)
        assert client.get("sessions", b"k", None).found
        larder_server.advance(1)
        assert not client.get("sessions", b"k", None).found
        larder_server.advance(86_400_000)  # connections stay, whatever the clock says
        assert not client.get(S, b"k", None).found
        larder_server.advance(-90_000_000)
        assert not client.get("sessions", b"k", None).found
    with pytest.raises(LarderServerError, match="cannot go there"):
        larder_server.advance(-(NOW + 1))


def test_the_real_clock_does_not_move(larder_server):
    with pytest.raises(LarderServerError, match="the real clock"):
        larder_server.advance(1)


@pytest.mark.larder(stores={"a": "hashmap"}, config="[limits]\nvalue_bytes=100\n[store \"b\"]\nengine=hashmap\n")
def test_configurations_and_stores(larder_server):
    with larder_server.store() as client, larder_server.admin() as admin:
        assert {store.spec.name for store in admin.store_list(None).stores} == {"default", "a", "b"}
        with pytest.raises(InvalidRequest):
            client.put("a", b"k", bytes(101), None)


@pytest.mark.parametrize("options, message", [
    (dict(config="[limits]\nvalue=1\n"), 'config:2: .limits. has no setting "value"'),
    (dict(config="[server]\ntrace=loud\n"), "config:2: .server. trace"),
    (dict(engine="nosuch"), 'there is no "nosuch"'),
    (dict(stores=["Bad"]), "the name of a store"),
    (dict(unix="/nowhere/socket"), "cannot listen on unix:/nowhere/socket"),
    (dict(clock=-5), "clock_ms is -5"),
    (dict(program="/bin/false"), "ended with status 1"),
    (dict(program="/no/such/program"), "cannot run /no/such/program"),
    (dict(program="/bin/cat", patience=0.2), "no answer within 0.2 s"),
])
def test_what_cannot_start_says_why(options, message):
    with pytest.raises(LarderServerError, match=message):
        LarderServer(**options)


def test_the_program_is_found_by_the_environment_or_path(monkeypatch, tmp_path):
    program = os.environ["LARDER_TEST_SERVER"]
    monkeypatch.delenv("LARDER_TEST_SERVER")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LarderServerError, match="not in PATH"):
        LarderServer()
    monkeypatch.setenv("PATH", str(pathlib.Path(program).parent))
    assert testing.find_program() == program


def stand_in(path, text):
    """A program that behaves as the text of a shell script says, and notes its pid."""
    path.write_text(f"#!/bin/sh\necho $$ > {path}.pid\n{text}\n")
    path.chmod(0o755)
    return path


def wait_for_the_end_of(program):
    pid = int(pathlib.Path(f"{program}.pid").read_text())
    wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the program is still there")


def test_another_program_is_not_left_running(tmp_path):
    program = stand_in(tmp_path / "other", "echo hello\nexec sleep 600")
    with pytest.raises(LarderServerError, match="hello"):
        LarderServer(program=program)
    wait_for_the_end_of(program)


def test_a_late_answer_is_not_that_of_another_command(tmp_path):
    """The first command is answered only when a second one has come."""
    program = stand_in(tmp_path / "slow", """
        echo '{"address":"tcp:127.0.0.1:1","admin_address":"tcp:127.0.0.1:2","pid":1}'
        read first && read second && echo '{"ok":true,"executed":7}'
        exec sleep 600""")
    server = LarderServer(program=program)
    server.patience = 0.2
    with pytest.raises(LarderServerError, match="no answer"):
        server.executed("put")
    with pytest.raises(LarderServerError, match="stopped"):
        server.executed("get")
    wait_for_the_end_of(program)


def test_a_unix_socket_and_a_second_server_on_it(start_larder, tmp_path):
    path = tmp_path / "larder.sock"
    for value in (b"first", b"second"):
        server = start_larder(unix=path)
        assert server.address == f"unix:{path}" and server.port is None
        with server.store() as client, server.observe() as observe:
            assert not client.get(S, b"k", None).found
            client.put(S, b"k", value, None)
            assert observe.health(None).ready
        server.stop()


def test_two_servers_know_nothing_of_each_other(start_larder):
    one, other = start_larder(), start_larder()
    assert one.port != other.port
    one.inject("exception", outcome="failed")
    with one.store() as client, pytest.raises(Failed):
        client.put(S, b"k", b"v", None)
    with other.store() as client:
        client.put(S, b"k", b"v", None)
    assert (one.executed(), other.executed()) == (0, 1)


def test_a_cut_closes_what_is_open(larder_server):
    clients = [larder_server.store() for _ in range(5)]
    for client in clients:
        client.ping(b"")
    larder_server.cut()
    for client in clients:
        with pytest.raises((TTransportException, EOFError, OSError)):
            client.ping(b"")
        client.close()
    with larder_server.store() as client:
        assert client.ping(b"x").payload == b"x"


def test_a_drain_lets_nobody_in(larder_server):
    with larder_server.store() as client:
        client.ping(b"")
        larder_server.drain()
        with pytest.raises((TTransportException, EOFError, OSError)):
            for _ in range(1000):
                client.ping(b"")
    with pytest.raises(TTransportException):
        larder_server.store()
    with larder_server.observe() as observe:
        assert observe.health(None) is not None


def test_data_stays_in_a_directory_of_ones_own(start_larder, tmp_path):
    server = start_larder(directory=tmp_path / "data")
    with pytest.raises(LarderServerError, match="in use by another server"):
        start_larder(directory=tmp_path / "data")
    server.stop()
    assert (tmp_path / "data").is_dir()


def test_nothing_is_left_behind(monkeypatch, tmp_path, start_larder):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    server = start_larder()
    with server.store() as client:
        client.put(S, b"k", b"v", None)
        server.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(start_larder, number):
    server = start_larder()
    os.kill(server.pid, number)
    server._process.wait(60)
    with pytest.raises(LarderServerError, match="ended with status 0"):
        server.cut()
    server.stop()


# -------------------------------------------------------------------------------------------- trace


def test_the_trace_shows_who_called_what(larder_server):
    with larder_server.store() as client:
        client.ping(b"before")
        larder_server.trace()
        client.put(S, b"\x00key\xff", b"v", None)
        larder_server.inject("execute_then_exception", outcome="indeterminate", code="deadline", times=1)
        with pytest.raises(Indeterminate):
            client.get(S, b"k", None)
        larder_server.inject("close")
        with pytest.raises((TTransportException, EOFError)):
            client.get(S, b"k", None)
        put, get, closed = larder_server.calls()
        assert (put.method, put.store, put.key, put.outcome, put.code) == ("put", S, b"\x00key\xff", "ok", 0)
        assert put.executed and put.duration_us >= put.queue_us >= 0
        assert put.request_bytes > 20 and put.reply_bytes > 20 and put.peer.startswith("tcp:127.0.0.1:")
        assert (get.outcome, get.code, get.executed) == ("indeterminate", 2, True)
        assert (closed.executed, closed.reply_bytes) == (False, 0)
        assert larder_server.calls() == []
    larder_server.trace(False)
    larder_server.clear()
    with larder_server.store() as client:
        client.ping(b"after")
    assert larder_server.calls() == []


def test_a_trace_forgets_what_is_too_much(larder_server):
    larder_server.trace()
    with larder_server.store() as client:
        for _ in range(110):
            for _ in range(100):
                client.client.send_ping(b"")
            for _ in range(100):
                client.client.recv_ping()
    with pytest.raises(LarderServerError, match="1000 calls were too many"):
        larder_server.calls()
    assert larder_server.calls() == []


# ----------------------------------------------------------------------------------------- commands


def run(*lines, arguments=()):
    """What the program answers to these lines, its greeting left out, and its standard error."""
    done = subprocess.run([os.environ["LARDER_TEST_SERVER"], *arguments], input=b"".join(lines),
                          capture_output=True, timeout=60, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(answers[0]) == {"address", "admin_address", "version", "pid"}
    return answers[1:], done.stderr.decode()


BAD_COMMANDS = [
    (b"", "a command is an object"),
    (b"[]", "a command is an object"),
    (b"{", "the name of a field is missing"),
    (b"{}", "command has to be one of"),
    (b'{"command":1}', "command has to be a text"),
    (b'{"command":"fly"}', "command has to be one of"),
    (b'{"command":"cut"} x', "something behind the object"),
    (b'{"command":"cut",}', "the name of a field is missing"),
    (b'{"command":"cut" "a":1}', "a comma or the closing brace"),
    (b'{"command":"cut","command":"cut"}', "there already"),
    (b'{"command":"cut","ms":1}', 'no field "ms"'),
    (b'{"command":"cut","x":[1]}', "a value has to be"),
    (b'{"command":"advance","ms":1.5}', "a fraction"),
    (b'{"command":"advance","ms":1e5}', "a fraction"),
    (b'{"command":"advance","ms":01}', "a value has to be"),
    (b'{"command":"advance","ms":99999999999999999999}', "64 bits"),
    (b'{"command":"advance","ms":"1"}', "ms has to be an integer"),
    (b'{"command":"trace","on":1}', "on has to be true or false"),
    (b'{"command":"cut\\u0000"}', "has a NUL"),
    (b'{"command":"\\ud800"}', "half of a surrogate"),
    (b'{"command":"\\x"}', "an escape that does not exist"),
    (b'{"command":"a\tb"}', "a control character"),
    (b'{"command":"a', "the text does not end"),
    (b'{"command":"\xff"}', "not UTF-8"),
    (b'{' + b",".join(b'"%d":1' % i for i in range(20)) + b"}", "too many fields"),
    (b'{"command":"' + b"x" * 70000 + b'"}', "more than 65536 bytes"),
    (b'{"command":"' + b"x" * 700000 + b'"}', "more than 65536 bytes"),
    (b"[" * 65000, "a command is an object"),
    (b'{"command":"hits","fault":7}', "no such fault"),
    (b'{"command":"executed","method":"put2"}', 'no method "put2"'),
    (b'{"command":"inject"}', "kind has to be one of"),
    (b'{"command":"inject","kind":"explode"}', "kind has to be one of"),
    (b'{"command":"inject","kind":"delay","method":"nosuch"}', 'no method "nosuch"'),
    (b'{"command":"inject","kind":"delay","delay_ms":-1}', "delay_ms is -1"),
    (b'{"command":"inject","kind":"delay","delay_ms":3600001}', "delay_ms is 3600001"),
    (b'{"command":"inject","kind":"delay","skip":-1}', "must not be negative"),
    (b'{"command":"inject","kind":"exception"}', "outcome is 0"),
    (b'{"command":"inject","kind":"exception","outcome":"ok"}', "outcome has to be one of"),
    (b'{"command":"inject","kind":"exception","outcome":"refused","code":9}', "code is 9"),
    (b'{"command":"inject","kind":"exception","outcome":"refused","code":-1}', "code is out of range"),
    (b'{"command":"inject","kind":"exception","outcome":"refused","code":"poisoned"}', 'no code "poisoned"'),
    (b'{"command":"inject","kind":"delay","key_prefix_base64":"!"}', "not base64"),
    (b'{"command":"inject","kind":"delay","key_prefix_base64":"YQ==","key_prefix":"a"}', "exclude each other"),
]


@pytest.mark.parametrize("line, error", BAD_COMMANDS, ids=range(len(BAD_COMMANDS)))
def test_what_is_wrong_with_a_command_is_told(line, error):
    answers, stderr = run(line + b"\n", b'{"command":"executed"}\n')
    assert [answer["ok"] for answer in answers] == [False, True]
    assert error in answers[0]["error"] and stderr == ""


def test_texts_are_read_as_json_writes_them():
    name = 'é"\\/\b\f\n\r\t\U0001f600'
    for text in (json.dumps(name), json.dumps(name, ensure_ascii=False)):
        answers, _ = run(b'{"command":"executed","method":%b}\n' % text.encode())
        assert answers == [{"ok": False, "error": f'there is no method "{name}"'}]


def test_key_prefixes_as_text_and_as_bytes():
    answers, _ = run(b'{"command":"inject","kind":"delay","key_prefix":"a\\u0000b"}\n',
                     b' { "command" : "inject" , "kind" : "delay" , "key_prefix_base64" : "/wA=", "code" : null } \r\n',
                     b'{"command":"stop"}\n', b'{"command":"executed"}\n')
    assert answers == [{"ok": True, "fault": 1}, {"ok": True, "fault": 2}, {"ok": True}]


def test_a_last_line_without_an_end_is_not_executed():
    assert run(b'{"command":"executed"}') == ([], "")


@pytest.mark.parametrize("arguments, status, message", [
    (["--nosuch"], 64, "Unknown option --nosuch"),
    (["extra"], 64, '"extra" is not expected'),
    (["--config=/no/such/file"], 64, "/no/such/file"),
    (["--clock=x"], 64, "x"),
    (["--store=A"], 1, "the name of a store"),
    (["--engine=nosuch"], 1, "there is no"),
])
def test_command_lines_that_are_wrong(arguments, status, message):
    done = subprocess.run([os.environ["LARDER_TEST_SERVER"], *arguments], input="", capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("larder-test-server: ") and message in done.stderr


def test_help_and_version():
    for option, expected in (("--help", "Commands: inject"), ("--version", "larder-test-server ")):
        done = subprocess.run([os.environ["LARDER_TEST_SERVER"], option], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and expected in done.stdout


# ------------------------------------------------------------------------------------------ the README

ROOT = pathlib.Path(__file__).resolve().parents[2]


def snippets(language):
    text = (ROOT / "service/testkit/README.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_example_in_c_is_the_one_that_is_built():
    example = (ROOT / "tests/unit/test_testkit_example.c").read_text()
    (snippet,) = snippets("c")
    assert snippet == example.partition("*/\n")[2]


def test_the_example_in_python_runs(tmp_path):
    (snippet,) = snippets("python")
    (tmp_path / "test_orders.py").write_text(snippet)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."], cwd=tmp_path,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_commands_of_the_readme_are_understood():
    (lines,) = snippets("json")
    answers, _ = run(lines.encode(), arguments=["--clock=1700000000000"])
    assert len(answers) == lines.count("\n") and all(answer["ok"] for answer in answers)
    text = (ROOT / "service/testkit/README.md").read_text().partition("## Rules")[0]
    answer, _ = run(b'{"command":"?"}\n')
    named = answer[0]["error"].partition("one of ")[2].split(", ")
    assert [name for name in re.findall(r"^\| `(\w+)` \| ", text, re.MULTILINE) if name in named] == named
