"""The admin listener: health, metrics, store_stats, store_list, jobs, drain."""

import re
import signal

import pytest
from thrift.Thrift import TApplicationException

from larder import Store
from larder.ttypes import (
    AdminOptions, Failed, FailedCode, InvalidCode, InvalidRequest, JobState, Refused, RefusedCode)
from larder_harness import SCRIPTED_LARDERD, Connection

SCRIPTED = '[store "default"]\nengine=scripted\n'


def test_health(server):
    with server.observe() as observe:
        health = observe.health(None)
    assert health.live and health.ready
    checks = {check.name: check for check in health.checks}
    assert {"listeners", "store:default"} <= set(checks)
    assert all(check.passed for check in checks.values())


def test_metrics_count_what_happened(server):
    with server.store() as client:
        for i in range(7):
            client.put("default", b"%d" % i, b"value", None)
        with pytest.raises(InvalidRequest):
            client.get("unknown", b"k", None)
        calls = 'larder_rpc_requests_total{service="Store",method="%s",outcome="%s"}'
        assert server.metric(calls % ("put", "ok")) == 7
        assert server.metric(calls % ("get", "invalid")) == 1
        assert server.metric('larder_connections{listener="data"}') == 1
        assert server.metric('larder_net_requests_total{listener="data"}') == 8
        assert server.metric('larder_store_keys{store="default"}') == 7
        assert server.metric('larder_queue_depth{listener="data"}') == 0
        assert server.metric('larder_overload_rejections_total{listener="data",reason="queue"}') == 0


def test_metrics_never_show_keys(server):
    with server.store() as client:
        client.put("default", b"a-secret-key", b"a-secret-value", None)
    with server.observe() as observe:
        text = observe.metrics(None).text
    assert "secret" not in text
    names = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
    assert len(names) == len(set(names)) > 20


def test_store_stats(server):
    with server.store() as client, server.observe() as observe:
        version = 0
        for i in range(10):
            version = client.put("default", b"key%d" % i, b"x" * 100, None).version
        stats = observe.store_stats("default", None)
        assert (stats.store, stats.engine, stats.keys) == ("default", "hashmap", 10)
        assert stats.data_bytes == 10 * 104 and stats.memory_bytes > stats.data_bytes
        assert stats.version == version
        puts = next(row for row in stats.operations if row.operation == "put")
        assert (puts.count, puts.errors) == (10, 0)
        with pytest.raises(InvalidRequest) as error:
            observe.store_stats("unknown", None)
        assert error.value.code == InvalidCode.UNKNOWN_STORE


def test_store_list(start_server):
    server = start_server(config='[store "b"]\nengine=hashmap\n[store "a"]\nengine=hashmap\n')
    with server.admin() as admin:
        stores = admin.store_list(None).stores
    assert [(store.info.name, store.info.engine, store.state) for store in stores] == [
        ("b", "hashmap", "serving"), ("a", "hashmap", "serving")]


def test_the_services_have_their_listeners(server):
    with Connection(Store, server.admin_address) as client:
        with pytest.raises(TApplicationException) as error:
            client.ping(b"")
        assert error.value.type == TApplicationException.UNKNOWN_METHOD


def test_what_is_not_served_says_so(server):
    with server.admin() as admin, pytest.raises(InvalidRequest) as error:
        admin.backup_list("default", None)
    assert error.value.code == InvalidCode.UNSUPPORTED and "backup_list" in error.value.message


def test_health_names_a_poisoned_store(start_server):
    server = start_server(program=SCRIPTED_LARDERD,
                          config=SCRIPTED + '[store "other"]\nengine=scripted\n')
    with server.store() as client, server.observe() as observe, server.admin() as admin:
        assert observe.health(None).ready
        with pytest.raises(Failed) as error:
            client.put("other", b"!poison:k", b"v", None)
        assert error.value.code == FailedCode.POISONED
        health = observe.health(None)
        assert health.live and not health.ready
        failed = [(check.name, check.message) for check in health.checks if not check.passed]
        assert failed == [("store:other", "takes no writes until the server is restarted: "
                                          "the script says so")]
        assert [store.state for store in admin.store_list(None).stores] == ["serving", "poisoned"]
        assert client.put("default", b"k", b"v", None).applied
        assert not client.get("other", b"k", None).found


def test_long_operations_are_jobs(server):
    with server.store() as client, server.admin() as admin:
        client.put("default", b"k", b"v", None)
        done = admin.verify("default", AdminOptions(deadline_ms=10000))
        assert (done.done, done.job_id, done.generation) == (True, 0, 1)
        (job,) = admin.job_list(None).jobs
        assert (job.kind, job.store, job.state) == ("verify", "default", JobState.DONE)
        assert admin.job_get(job.job_id, None).jobs == [job]
        with pytest.raises(InvalidRequest) as error:
            admin.flush("default", None)
        assert error.value.code == InvalidCode.UNSUPPORTED and "flush" in error.value.message


def test_a_method_of_another_service_is_no_malformed_request(server):
    with Connection(Store, server.admin_address) as client:
        with pytest.raises(TApplicationException):
            client.server_info(None)
        with pytest.raises(TApplicationException):
            client.server_info(None)  # the connection is still there
    assert "no request" not in server.stderr()


def test_drain(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, config=SCRIPTED, hold=hold)
    with server.store() as client, server.admin() as admin, server.observe() as observe:
        client.client.send_put("default", b"!delay-0ms:k", b"v", None)
        server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 1)
        at_once = admin.drain(0, None)
        assert (at_once.drained, at_once.in_flight) == (False, 1)
        health = observe.health(None)
        assert health.live and not health.ready
        assert [check.name for check in health.checks if not check.passed] == ["listeners"]
        server.wait_until(lambda: not server.accepts_connections(), "the listener is closed")
        hold.unlink()
        done = admin.drain(60000, None)
        assert done.drained and done.in_flight == 0
        assert client.client.recv_put().applied
        assert not observe.health(None).ready  # management goes on


def test_stopping_does_not_wait_for_a_drain_call(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, hold=hold,
                          config="[server]\ndrain_ms=100ms\n" + SCRIPTED)
    with server.store() as client, server.admin() as admin:
        client.client.send_put("default", b"!delay-0ms:k", b"v", None)
        server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 1)
        admin.client.send_drain(60000, None)
        server.wait_until(lambda: server.metric(
            'larder_rpc_in_flight') >= 3)  # the put, the drain and this very question
        server.send_signal(signal.SIGTERM)
        server.wait_for("the time to drain is over")
        hold.unlink()  # the end waits for the commit
        server.wait_for_end()


def test_management_answers_while_data_is_stuck(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, config="[server]\nworkers=1\n" + SCRIPTED, hold=hold)
    clients = [server.store() for _ in range(4)]
    for client in clients:
        client.client.send_put("default", b"!delay-0ms:k", b"v", None)
    server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 4)
    with server.observe() as observe:
        assert observe.health(None).ready
    hold.unlink()
    for client in clients:
        assert client.client.recv_put().applied
        client.close()


def test_a_full_queue_refuses(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, hold=hold,
                          config="[server]\nworkers=1\n[limits]\nqueue_requests=16\n" + SCRIPTED)
    with server.store() as stuck, server.store() as flood:
        stuck.client.send_put("default", b"!delay-0ms:k", b"v", None)
        server.wait_until(lambda: server.metric("larder_rpc_in_flight") == 2)
        for i in range(40):
            flood.client.send_put("default", b"%d" % i, b"v", None)
        rejected = 'larder_overload_rejections_total{listener="data",reason="queue"}'
        server.wait_until(lambda: server.metric(rejected) == 24)
        hold.unlink()
        outcomes = []
        for i in range(40):
            try:
                assert flood.client.recv_put().applied
                outcomes.append(True)
            except Refused as refused:
                assert refused.code == RefusedCode.OVERLOAD and refused.retry_after_ms > 0
                outcomes.append(False)
        assert outcomes == [True] * 16 + [False] * 24
        assert stuck.client.recv_put().applied
        stored = [flood.get("default", b"%d" % i, None).found for i in range(40)]
        assert stored == outcomes
    assert server.metric(rejected) == 24
