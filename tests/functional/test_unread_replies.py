"""A peer that does not read is owed output_bytes and one reply, whoever answers its requests."""

from larder.ttypes import KeyRange

from hostile import frame, message
from larder_harness import raw_socket_to

STORE = "default"
KIB = 1024
CONFIG = """
[limits]
output_bytes=1M
"""
SMALL = b"s" * 9 * KIB
LARGE = b"l" * 400 * KIB
GETS = 90   # the reactor's: nearly as much as a connection may be owed, whatever the kernel takes of it
PAGES = 6   # the workers': by the size of the replies before them all of these may be under way
BARRIER = 50


def pages_made(server):
    return server.metric('larder_rpc_requests_total{service="Store",method="scan",outcome="ok"}') or 0


def read_exactly(peer, count):
    while count > 0:
        count -= len(peer.recv(min(count, 1 << 20)))


def test_replies_of_reactor_and_workers_count_together(start_server, tmp_path):
    # A local socket, because the kernel takes a fifth of a megabyte there, and not what it has grown to.
    server = start_server(config=CONFIG, listen=(f"unix:{tmp_path}/data.sock",))
    with server.store() as other, raw_socket_to(server.address) as peer:
        other.put(STORE, b"small", SMALL, None)
        other.put(STORE, b"large", LARGE, None)
        peer.sendall(frame(message("get", STORE, b"small", None)) * GETS +
                     frame(message("scan", STORE, KeyRange(prefix=b"large"), None)) * PAGES)
        server.wait_until(lambda: pages_made(server) > 0, "the first page")
        # The workers had all the time they needed for the others.
        for _ in range(BARRIER):
            other.scan(STORE, KeyRange(prefix=b"small"), None)
        assert pages_made(server) == 1 + BARRIER
        # None of them is lost.
        read_exactly(peer, GETS * len(SMALL) + PAGES * len(LARGE))
        server.wait_until(lambda: pages_made(server) == PAGES + BARRIER, "the last page")
