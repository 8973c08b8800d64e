"""How a server starts, drains and stops, and what it leaves for the next one."""

import pathlib
import signal
import socket
import stat

import pytest
from thrift.transport.TTransport import TTransportException

from larder_harness import SCRIPTED_LARDERD, raw_socket_to, run_larderd

SCRIPTED = '[store "default"]\nengine=scripted\n'


def test_it_starts_serves_and_stops(start_server):
    server = start_server()
    with server.store() as client:
        assert client.ping(b"hello").payload == b"hello"
    server.stop()
    assert "stopped" in server.stderr()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_idle_connections_do_not_hold_up_the_end(start_server, number):
    server = start_server()
    clients = [server.store() for _ in range(5)]
    assert clients[0].ping(b"").payload == b""
    server.stop(number)
    for client in clients:
        with pytest.raises(TTransportException):
            client.ping(b"")
        client.close()


def test_nothing_listens_on_the_network_by_default(tmp_path):
    status, printed, _ = run_larderd("--print-config")
    assert status == 0
    listen = next(line for line in printed.splitlines() if line.startswith("listen="))
    assert set(listen.removeprefix("listen=").split(";")) - {""} <= {
        "tcp:127.0.0.1:7400", "tcp:[::1]:7400"}


def test_a_port_that_is_taken(start_server):
    first = start_server()
    second = start_server(listen=[first.address], wait=False)
    second.wait_for_end(69)
    assert f"cannot listen on {first.address}: " in second.stderr()
    assert "in use" in second.stderr()


def test_a_data_directory_that_is_in_use(start_server):
    first = start_server()
    second = start_server(folder=first.folder.with_name("second"), data_dir=first.folder / "data",
                          wait=False)
    second.wait_for_end(69)
    assert "is in use by another server" in second.stderr()
    with first.store() as client:
        client.ping(b"")


def test_a_data_directory_that_is_a_file(start_server, tmp_path):
    (tmp_path / "file").write_text("")
    server = start_server(data_dir=tmp_path / "file", wait=False)
    server.wait_for_end(74)
    assert "cannot use the data directory" in server.stderr()


def test_a_directory_of_another_engine(start_server):
    server = start_server(program=SCRIPTED_LARDERD, config=SCRIPTED)
    server.stop()
    server.config_path.write_text('[store "default"]\nengine=hashmap\n')
    server.start(wait=False)
    server.wait_for_end(78)
    message = server.stderr()
    assert "scripted" in message and "hashmap" in message and "default" in message
    server.config_path.write_text(SCRIPTED)
    server.start()  # nothing was harmed


def test_the_data_directory_is_private(server):
    mode = stat.S_IMODE((server.folder / "data").stat().st_mode)
    assert mode == 0o700


def test_a_unix_socket_left_behind_is_replaced_and_a_live_one_is_not(start_server, tmp_path):
    address = f"unix:{tmp_path}/s"
    first = start_server(listen=[address])
    assert stat.S_IMODE(pathlib.Path(f"{tmp_path}/s").stat().st_mode) == 0o660
    second = start_server(listen=[address], wait=False)
    second.wait_for_end(69)
    first.kill()
    assert pathlib.Path(f"{tmp_path}/s").exists()
    third = start_server(listen=[address])
    with third.store() as client:
        client.ping(b"")


def test_an_inherited_socket(start_server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = start_server(listen=[f"fd:{listener.fileno()}"], pass_fds=[listener.fileno()])
        with server.store(f"tcp:127.0.0.1:{port}") as client:
            assert client.ping(b"x").payload == b"x"


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_the_default_store_is_durable(start_server, ending):
    server = start_server(engine=None)
    with server.store() as client:
        (store,) = client.server_info(None).stores
        assert (store.name, store.engine, store.durability) == ("default", "lsm", "always")
        assert "durable" in store.capabilities
        version = client.put("default", b"k", b"v", None).version
    getattr(server, ending)()
    server.start()
    with server.store() as client:
        found = client.get("default", b"k", None)
        assert (found.value, found.version) == (b"v", version)


@pytest.mark.parametrize("engine", ["hashmap", "lsm"])
def test_versions_are_never_used_twice(start_server, engine):
    server = start_server(engine=engine)
    versions = []
    for ending in ("stop", "stop", "kill", "kill"):
        with server.store() as client:
            versions += [client.put("default", b"k", b"v", None).version for _ in range(3)]
        getattr(server, ending)()
        server.start()
        with server.store() as client:
            found = client.get("default", b"k", None).found
            assert found == (engine == "lsm")  # in memory it is gone, and versions go on
    with server.store() as client:
        versions.append(client.put("default", b"k", b"v", None).version)
    assert versions == sorted(set(versions))


def send_put(connection, key, value=b"v"):
    """Sends a put without waiting for its reply."""
    connection.client.send_put("default", key, value, None)


def ping_until_it_ends(client):
    """Pings until the connection is closed: reactors begin to drain one by one, after it was logged."""
    with pytest.raises(TTransportException):
        for _ in range(100_000):
            client.ping(b"")


def test_requests_under_way_are_finished_before_the_end(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, config=SCRIPTED, hold=hold)
    clients = [server.store() for _ in range(3)]
    for i, client in enumerate(clients):
        send_put(client, b"!delay-0ms:%d" % i)
    server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 3)
    server.send_signal(signal.SIGTERM)
    server.wait_for("draining: ")
    server.wait_until(lambda: not server.accepts_connections(), "the listener is closed")
    hold.unlink()
    for client in clients:
        assert client.client.recv_put().applied
        ping_until_it_ends(client)
        client.close()
    server.wait_for_end()
    assert "cut off" not in server.stderr()


def test_requests_sent_together_are_all_answered_in_a_drain(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, config=SCRIPTED, hold=hold)
    with server.store() as client:
        send_put(client, b"!delay-0ms:a")
        for i in range(50):
            send_put(client, b"%d" % i)
        server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 51)
        server.send_signal(signal.SIGTERM)
        server.wait_for("draining: ")
        hold.unlink()
        for _ in range(51):
            assert client.client.recv_put().applied
        ping_until_it_ends(client)
    server.wait_for_end()


def test_the_time_to_drain_ends(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, hold=hold,
                          config="[server]\ndrain_ms=100ms\n" + SCRIPTED)
    with server.store() as client:
        send_put(client, b"!delay-0ms:a")
        server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 1)
        server.send_signal(signal.SIGTERM)
        server.wait_for("the time to drain is over")
        hold.unlink()  # the end waits for the commit
        server.wait_for_end()


def test_a_second_signal_ends_a_drain(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, hold=hold,
                          config="[server]\ndrain_ms=1h\n" + SCRIPTED)
    with server.store() as client:
        send_put(client, b"!delay-0ms:a")
        server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 1)
        server.send_signal(signal.SIGTERM)
        server.wait_for("draining: ")
        server.send_signal(signal.SIGINT)
        server.wait_for("told to stop again")
        hold.unlink()  # the end waits for the commit
        server.wait_for_end()


def test_a_half_sent_request_does_not_hold_up_the_end(server):
    with raw_socket_to(server.address) as plain:
        plain.sendall(b"\x00\x00\x01\x00\x80\x01")
        server.wait_until(lambda: server.metric('larder_net_read_bytes_total{listener="data"}') == 6)
        server.stop()
        assert plain.recv(100) == b""


def test_a_peer_that_never_reads_does_not_hold_up_the_end(start_server):
    server = start_server(config="[server]\ndrain_ms=500ms\n")
    with server.store() as writer:
        writer.put("default", b"big", bytes(1 << 20), None)
    with server.store() as client:
        for _ in range(100):
            client.client.send_get("default", b"big", None)
        server.wait_until(lambda: server.metric('larder_net_written_bytes_total{listener="data"}') > 0)
        server.stop()


def test_bytes_that_are_no_request_are_logged_once_in_a_while(server):
    for _ in range(20):
        with raw_socket_to(server.address) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            while plain.recv(4096):
                pass
    server.wait_until(
        lambda: server.metric('larder_connections_closed_total{listener="data",reason="malformed"}') == 20)
    assert 0 < server.stderr().count("bytes that are no request") < 20


def test_more_connections_than_allowed(start_server):
    server = start_server(config="[limits]\nconnections=4\nconnections_per_ip=3\n")
    clients = [server.store() for _ in range(3)]
    for client in clients:
        client.ping(b"")
    with pytest.raises(TTransportException):
        with server.store() as fourth:
            fourth.ping(b"")
    clients.pop().close()

    def one_more():
        try:
            with server.store() as client:
                return client.ping(b"").payload == b""
        except TTransportException:
            return False

    server.wait_until(one_more, "room for a connection")
    for client in clients:
        client.close()
