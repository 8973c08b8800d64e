"""SIGHUP: what changes while a server runs, what waits, and what a bad file does."""

import re
import signal

import pytest
from thrift.Thrift import TApplicationException
from thrift.transport.TTransport import TTransportException

from larder.ttypes import InvalidCode, InvalidRequest, Mutation, MutationKind
from larder_harness import SCRIPTED_LARDERD


def limit(server, name):
    """A limit as server_info reports it."""
    with server.store() as client:
        return {info.name: info.value for info in client.server_info(None).limits}[name]


def workers(server):
    return sum(name.startswith("data-w") for name in server.thread_names())


def test_live_limits_change(start_server):
    server = start_server(config="[limits]\nmap_items=100\n")
    assert limit(server, "map_items") == 100
    said = server.reload("[limits]\nmap_items=200\nrequest_bytes=8M\n")
    assert "reload: [limits] map_items is now 200; it was 100" in said
    assert limit(server, "map_items") == 200
    assert limit(server, "request_bytes") == 8 << 20


def test_a_limit_takes_effect_on_connections_that_are_open(start_server):
    server = start_server(config="[limits]\nrequest_bytes=4M\n")
    three_mib = [Mutation(MutationKind.PUT, b"%d" % i, value=bytes(1 << 20)) for i in range(3)]
    with server.store() as client:
        assert client.bulk_write("default", three_mib, None).applied_count == 3
        server.reload("[limits]\nrequest_bytes=2M\n")
        assert client.bulk_write("default", three_mib[:1], None).applied_count == 1
        with pytest.raises((TApplicationException, TTransportException, OSError)):
            client.bulk_write("default", three_mib, None)


def test_limits_that_need_a_restart_stay(start_server):
    server = start_server(config="[limits]\nkey_bytes=100\n")
    said = server.reload("[limits]\nkey_bytes=200\n")
    assert "reload: [limits] key_bytes stays 100; it becomes 200 at a restart" in said
    assert limit(server, "key_bytes") == 100
    with server.store() as client, pytest.raises(InvalidRequest) as error:
        client.put("default", b"k" * 101, b"", None)
    assert error.value.code == InvalidCode.OVER_LIMIT
    server.restart()
    assert limit(server, "key_bytes") == 200


def test_a_limit_that_only_goes_with_one_that_waits(start_server):
    server = start_server(config="[limits]\nvalue_bytes=1M\n")
    said = server.reload("[limits]\nvalue_bytes=1K\nrequest_bytes=64K\nidle_ms=1h\n")
    assert "reload: all limits stay as they are, because of value_bytes" in said
    assert limit(server, "request_bytes") == 4 << 20
    assert limit(server, "idle_ms") == 300000


def test_a_bad_file_changes_nothing(start_server):
    server = start_server(config="[limits]\nmap_items=100\n")
    said = server.reload("[limits]\nmap_items=200\npipeline=none\n")
    assert "larder.conf:3: [limits] pipeline" in said
    assert "everything stays as it is" in said
    assert limit(server, "map_items") == 100
    assert "map_items is now 300" in server.reload("[limits]\nmap_items=300\n")


def test_workers_come_and_go_under_load(start_server):
    server = start_server(config="[server]\nworkers=2\n")
    assert workers(server) == 2
    with server.store() as client:
        for count in (8, 1, 3):
            for i in range(200):
                client.client.send_put("default", b"%d" % i, b"v", None)
                if i == 100:
                    server.reload(f"[server]\nworkers={count}\n")
                client.client.recv_put()
            # A thread that was joined may be listed for a moment.
            server.wait_until(lambda: workers(server) == count, f"{count} workers")


def test_the_log_level_changes(start_server):
    server = start_server(config="[server]\nlog_level=info\n")
    assert "log_level is now warning; it was info" in server.reload("[server]\nlog_level=warning\n")
    server.stop()
    assert "stopped" not in server.stderr()


def test_addresses_and_stores_that_wait_are_named(start_server):
    config = '[store "default"]\nengine=hashmap\n[store "b"]\nengine=hashmap\n'
    server = start_server(config=config, program=SCRIPTED_LARDERD, data_dir="data")
    said = server.reload('[server]\nreactors=1\n[store "default"]\nengine=scripted\n')
    assert re.search(r"\[server\] reactors stays 0; it becomes 1 at a restart", said)
    assert 'store "default" stays on hashmap' in said
    assert 'store "b" stays open until a restart' in said


def test_a_new_store_is_opened(start_server):
    config = '[store "default"]\nengine=hashmap\n'
    server = start_server(config=config)
    with server.store() as client:
        with pytest.raises(InvalidRequest):
            client.put("more", b"k", b"v", None)
        server.reload(config + '[store "more"]\nengine=hashmap\n')
        assert client.put("more", b"k", b"v", None).applied
        assert [store.name for store in client.server_info(None).stores] == ["default", "more"]
    assert "reload: store" not in server.reload(config + '[store "more"]\nengine=hashmap\n')


def test_without_a_file_there_is_nothing_to_load(start_server):
    server = start_server(engine=None)
    server.send_signal(signal.SIGHUP)
    server.wait_for("there is no configuration file to load")
