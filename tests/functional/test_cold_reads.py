"""Reads that need disk are the workers': they hold up nobody whose records are in memory."""

import re
import select

from larder import Store
from thrift.protocol import TBinaryProtocol
from thrift.transport import TTransport

from larder_harness import SLOW_LARDERD, flush, raw_socket_to

# A cache of eight blocks or so in each of its parts, so that most of these are on disk.
CONFIG = """[server]
reactors=1
workers=2
[store "default"]
engine=lsm
durability=os
block_cache=1M
compression=none
"""
RECORDS = 4000
VALUE = bytes(1000)
HOT_READS = 500


def key(number):
    return b"record%06d" % number


def request(number, count=1):
    """The bytes of `count` pipelined gets of a record, framed."""
    out = TTransport.TMemoryBuffer()
    framed = TTransport.TFramedTransport(out)
    client = Store.Client(TBinaryProtocol.TBinaryProtocolAccelerated(framed))
    client.send_get("default", key(number), None)
    return out.getvalue() * count


def answered(connection):
    return bool(select.select([connection], [], [], 0)[0])


def start_with_tables(start_server, tmp_path, delay_us):
    """A server whose records are in tables on disk, and nothing in its cache."""
    server = start_server(config=CONFIG, program=SLOW_LARDERD, environment={
        "LARDER_SLOW_READ_US": str(delay_us), "LARDER_SLOW_HOLD": str(tmp_path / "hold")})
    with server.store() as client:
        for number in range(RECORDS):
            client.put("default", key(number), VALUE, None)
    with server.admin() as admin:
        flush(admin)
    server.restart()
    return server


def readers(server):
    """How often reactors and workers have read, said at the end."""
    server.stop()
    said = re.search(r"reads by reactors: (\d+), by workers: (\d+)", server.stderr())
    return int(said[1]), int(said[2])


def test_cold_reads_wait_and_nobody_else_does(start_server, tmp_path):
    server = start_with_tables(start_server, tmp_path, 0)
    hold = tmp_path / "hold"
    with server.store() as hot, raw_socket_to(server.address) as cold, \
            raw_socket_to(server.address) as behind:
        assert hot.get("default", key(0), None).value == VALUE  # now it is in memory
        hold.touch()
        cold.sendall(request(RECORDS // 2))
        # The same connection: a hot read behind the cold one keeps its place.
        behind.sendall(request(RECORDS - 1) + request(0))
        for _ in range(HOT_READS):
            assert hot.get("default", key(0), None).value == VALUE
        # All of these came and went while both cold ones were in the middle of their reads.
        assert not answered(cold) and not answered(behind)
        hold.unlink()
        for connection, replies in ((cold, 1), (behind, 2)):
            got = b""
            while got.count(VALUE) < replies:
                piece = connection.recv(1 << 16)
                assert piece
                got += piece
    reactors, workers = readers(server)
    assert reactors == 0 and workers >= 2


def test_slow_reads_are_never_the_reactors(start_server, tmp_path):
    server = start_with_tables(start_server, tmp_path, 5000)
    wanted = range(0, RECORDS, RECORDS // 40)
    with server.store() as hot, raw_socket_to(server.address) as cold:
        assert hot.get("default", key(1), None).value == VALUE
        cold.sendall(b"".join(request(number) for number in wanted))
        got = b""
        while got.count(VALUE) < len(wanted):
            assert hot.get("default", key(1), None).value == VALUE
            if answered(cold):
                got += cold.recv(1 << 16)
    reactors, workers = readers(server)
    assert reactors == 0 and workers >= len(wanted) // 2
