"""The call trace: which calls the log shows, what a line says, and that SIGHUP turns it on and off."""

import re

import pytest

from larder.ttypes import InvalidRequest, Mutation, MutationKind, NotHere, Refused
from larder_harness import SCRIPTED_LARDERD

S = "default"
SCRIPTED = '[store "default"]\nengine=scripted\n'

CALL = re.compile(r'^\S+Z info: call (?P<method>\S+) store="(?P<store>[^"]*)" key="(?P<key>[^"]*)" '
                  r'key_bytes=(?P<key_bytes>\d+) peer=(?P<peer>\S+) outcome=(?P<outcome>\w+) '
                  r'code=(?P<code>\d+) us=(?P<us>\d+) queue_us=(?P<queue_us>\d+) in=(?P<in>\d+) '
                  r'out=(?P<out>\d+)$', re.MULTILINE)


def calls(server, method=None):
    """The calls that the log shows, once the server has ended."""
    server.stop()
    found = [match.groupdict() for match in CALL.finditer(server.stderr())]
    assert len(found) == len(re.findall(r" call \S+ store=", server.stderr())), server.stderr()
    return [call for call in found if method is None or call["method"] == method]


def test_nothing_is_shown_unless_asked_for(start_server):
    server = start_server()
    with server.store() as client:
        client.put(S, b"secret", b"v", None)
    assert calls(server) == []
    assert "secret" not in server.stderr()


def test_a_line_says_who_called_what_and_what_came_of_it(start_server):
    server = start_server(program=SCRIPTED_LARDERD, config=SCRIPTED + "[server]\ntrace=all\n")
    with server.store() as client:
        client.put(S, b"key \x00\xff", b"top secret value", None)
        client.get(S, b"key", None)
        client.multi_get(S, [b"first", b"second"], None)
        client.batch(S, [Mutation(MutationKind.PUT, b"in a batch", value=b"v")], None)
        with pytest.raises(Refused):
            client.put(S, b"!refuse-disk_full:k", b"v", None)
        with pytest.raises(NotHere):
            client.get(S, b"!elsewhere:k", None)
        with pytest.raises(InvalidRequest):
            client.put("no \"such\" store", b"k", b"v", None)
        peer = "tcp:%s:%d" % client.socket.handle.getsockname()
    with server.observe() as observe:
        observe.health(None)
    shown = [(call["method"], call["store"], call["key"], call["key_bytes"], call["outcome"],
              call["code"]) for call in calls(server)]
    assert shown == [
        ("put", S, r"key \x00\xff", "6", "ok", "0"),
        ("get", S, "key", "3", "ok", "0"),
        ("multi_get", S, "first", "5", "ok", "0"),
        ("batch", S, "in a batch", "10", "ok", "0"),
        ("put", S, "!refuse-disk_full:k", "19", "refused", "3"),
        ("get", S, "!elsewhere:k", "12", "not_here", "1"),
        ("put", r"no \x22such\x22 store", "k", "1", "invalid", "3"),
        ("health", "", "", "0", "ok", "0"),
    ]
    assert all(call["peer"] == peer for call in calls(server)[:-1])
    assert all(int(call["us"]) >= int(call["queue_us"]) for call in calls(server))
    assert all(int(call["in"]) > 0 and int(call["out"]) > 0 for call in calls(server))
    assert "top secret value" not in server.stderr()


def test_slow_calls_only(start_server):
    server = start_server(program=SCRIPTED_LARDERD,
                          config=SCRIPTED + "[server]\ntrace=slow\ntrace_slow_ms=1s\n")
    with server.store() as client:
        client.put(S, b"fast", b"v", None)
        client.put(S, b"!delay-1100ms:slow", b"v", None)
    shown = [call for call in calls(server) if call["key"] != "fast"]  # which a busy machine can delay
    assert [call["key"] for call in shown] == ["!delay-1100ms:slow"]
    assert int(shown[0]["us"]) >= 1100000


def test_a_reload_turns_it_on_and_off(start_server):
    server = start_server(config="")
    with server.store() as client:
        for name, trace in (("before", None), ("on", "all"), ("off", "off"), ("again", "all")):
            if trace:
                said = server.reload(f"[server]\ntrace={trace}\n")
                assert f"[server] trace is now {trace}" in said
            client.get(S, name.encode(), None)
    assert [call["key"] for call in calls(server)] == ["on", "again"]


def test_the_log_level_has_the_last_word(start_server):
    server = start_server(config="[server]\ntrace=all\nlog_level=warning\n")
    with server.store() as client:
        client.get(S, b"k", None)
    assert calls(server) == []
