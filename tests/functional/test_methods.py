"""Every method of the Store service through stock clients, over every transport, protocol and address."""

import struct

import pytest
from thrift.Thrift import TApplicationException

from larder import Observe
from larder.ttypes import (
    AppendOptions, BatchOptions, Condition, Durability, Expiry, Failed, FailedCode, GetOptions, Guard,
    IncrementOptions, Indeterminate, InvalidCode, InvalidRequest, KeyRange, MultiGetOptions, Mutation,
    MutationKind, NotApplied, NotHere, NotHereCode, PutOptions, Refused, RefusedCode,
    RemoveRangeOptions, ScanOptions, StopReason)
from larder_harness import PROTOCOLS, SCRIPTED_LARDERD, Connection, Larderd

S = "default"


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory):
    """A server on IPv4, IPv6 and a unix socket."""
    folder = tmp_path_factory.mktemp("everywhere")
    server = Larderd(folder, listen=["tcp:127.0.0.1:0", "tcp:[::1]:0", f"unix:{folder}/socket"])
    yield server
    server.stop()


WAYS = [(place, framing, protocol) for place in range(3) for framing in ("framed", "unframed")
        for protocol in PROTOCOLS]


@pytest.fixture(params=WAYS, ids=lambda way: "-".join([("ipv4", "ipv6", "unix")[way[0]], *way[1:]]))
def client(request, everywhere):
    """A client of one way, on a store without keys."""
    place, framing, protocol = request.param
    address = everywhere.addresses()[place]
    with everywhere.store(address, framing=framing, protocol=protocol) as connection:
        connection.remove_range(S, KeyRange(), None)
        yield connection


def test_every_method(client):
    """One pass through the contract: each method does what it says, over this way."""
    assert client.ping(b"\x00payload").payload == b"\x00payload"
    info = client.server_info(None)
    assert [store.name for store in info.stores] == [S]

    first = client.put(S, b"a", b"1", None)
    assert first.applied and first.existed is None and first.version > 0
    got = client.get(S, b"a", None)
    assert (got.found, got.value, got.version) == (True, b"1", first.version)
    assert not client.get(S, b"nothing", None).found
    assert client.get(S, b"a", GetOptions(if_version_not=first.version)).unchanged
    assert client.get(S, b"a", GetOptions(offset=0, length=0)).value == b""

    denied = client.put(S, b"a", b"2", PutOptions(condition=Condition(absent=True), return_current=True))
    assert (denied.applied, denied.reason) == (False, NotApplied.CONDITION_FAILED)
    assert (denied.current_version, denied.current_value) == (first.version, b"1")

    touched = client.touch(S, b"a", Expiry(ttl_ms=3_600_000), None)
    assert touched.applied and touched.expires_at_ms > info.now_ms and touched.version > first.version

    assert client.increment(S, b"n", 5, IncrementOptions(initial=10)).number == 15
    assert client.get(S, b"n", None).value == struct.pack(">q", 15)
    assert client.increment(S, b"n", 1, IncrementOptions(highest=15)).reason == NotApplied.OUT_OF_RANGE

    assert client.append(S, b"l", b"one", None).length == 3
    assert client.append(S, b"l", b"two", AppendOptions(max_length=6)).length == 6
    assert client.append(S, b"l", b"!", AppendOptions(max_length=6)).reason == NotApplied.TOO_LONG

    batch = client.batch(S, [Mutation(MutationKind.PUT, b"b", value=b"2"),
                             Mutation(MutationKind.INCREMENT, b"n", delta=1),
                             Mutation(MutationKind.REMOVE, b"l")],
                         BatchOptions(guards=[Guard(b"a", Condition(present=True))]))
    assert batch.applied and batch.numbers == [16]
    failed = client.batch(S, [Mutation(MutationKind.REMOVE, b"b")],
                          BatchOptions(guards=[Guard(b"zzz", Condition(present=True))]))
    assert (failed.applied, failed.failed_guard) == (False, 0)

    bulk = client.bulk_write(S, [Mutation(MutationKind.PUT, b"c%03d" % i, value=b"%d" % i)
                                 for i in range(100)], None)
    assert bulk.applied_count == 100 and len(bulk.items) == 100

    many = client.multi_get(S, [b"c001", b"nothing", b"c001"], MultiGetOptions())
    assert [item.found for item in many.items] == [True, False, True]
    assert many.items[0].value == b"1" and many.read_version >= bulk.version

    page = client.scan(S, KeyRange(prefix=b"c"), ScanOptions(limit_items=60))
    rest = client.scan(S, KeyRange(prefix=b"c"),
                       ScanOptions(limit_items=60, page_token=page.next_token))
    assert page.stop_reason == StopReason.LIMIT_ITEMS and rest.stop_reason == StopReason.RANGE_END
    assert [item.key for item in page.items + rest.items] == [b"c%03d" % i for i in range(100)]
    assert client.scan(S, KeyRange(), ScanOptions(count_only=True)).count == 103

    rough = client.range_info(S, [KeyRange(prefix=b"c"), KeyRange(prefix=b"x")], None)
    assert len(rough.infos) == 2

    before = client.checksum(S, KeyRange(), None)
    assert before.keys == 103
    assert client.remove_range(S, KeyRange(prefix=b"c"), RemoveRangeOptions(dry_run=True)).version == 0
    assert client.checksum(S, KeyRange(), None).checksum == before.checksum
    assert client.remove_range(S, KeyRange(start_key=b"c", stop_key=b"d"), None).version > 0
    assert client.checksum(S, KeyRange(), None).keys == 3

    assert client.remove(S, b"a", None).existed
    assert not client.remove(S, b"a", None).existed


def test_what_is_not_served_says_so(client):
    with pytest.raises(InvalidRequest) as error:
        client.snapshot_open(S, 1000, None)
    assert error.value.code == InvalidCode.UNSUPPORTED and "snapshot_open" in error.value.message


def test_errors_keep_the_connection(client):
    with pytest.raises(InvalidRequest) as error:
        client.get("unknown", b"k", None)
    assert (error.value.code, error.value.field) == (InvalidCode.UNKNOWN_STORE, "store")
    with pytest.raises(InvalidRequest) as error:
        client.put(S, b"", b"v", None)
    assert (error.value.code, error.value.field) == (InvalidCode.BAD_ARGUMENT, "key")
    with pytest.raises(InvalidRequest) as error:
        client.put(S, b"k", b"v", PutOptions(durability=Durability.SYNC))
    assert error.value.code == InvalidCode.UNSUPPORTED
    with pytest.raises(InvalidRequest) as error:
        client.put(S, None, b"v", None)
    assert (error.value.code, error.value.field) == (InvalidCode.BAD_ARGUMENT, "key")
    assert client.ping(b"still").payload == b"still"


def test_every_byte_of_a_large_value_comes_back(client):
    value = bytes(range(256)) * 4096
    assert client.put(S, b"large", value, None).applied
    assert client.get(S, b"large", None).value == value
    assert client.get(S, b"large", GetOptions(offset=300, length=7)).value == value[300:307]


def test_pipelined_requests_take_effect_and_are_answered_in_order(client):
    for i in range(128):
        client.client.send_put(S, b"same", b"%d" % i, None)
    versions = [client.client.recv_put().version for _ in range(128)]
    assert versions == sorted(set(versions))
    assert client.get(S, b"same", None).value == b"127"
    for i in range(100):
        client.client.send_increment(S, b"count", 1, None)
        client.client.send_get(S, b"count", None)
    for i in range(100):
        assert client.client.recv_increment().number == i + 1
        assert client.client.recv_get().value == struct.pack(">q", i + 1)


def test_an_unknown_method_keeps_the_connection(everywhere):
    with Connection(Observe, everywhere.address) as stranger:
        for _ in range(2):
            with pytest.raises(TApplicationException) as error:
                stranger.health(None)
            assert error.value.type == TApplicationException.UNKNOWN_METHOD


def test_stores_are_separate(start_server):
    server = start_server(config='[store "a"]\nengine=hashmap\n[store "b"]\nengine=hashmap\n')
    with server.store() as client:
        client.put("a", b"k", b"of a", None)
        assert not client.get("b", b"k", None).found
        client.put("b", b"k", b"of b", None)
        assert client.get("a", b"k", None).value == b"of a"
        with pytest.raises(InvalidRequest):
            client.get(S, b"k", None)


@pytest.mark.parametrize("framing", ["framed", "unframed"])
@pytest.mark.parametrize("protocol", ["binary", "compact"])
def test_every_outcome_reaches_a_client(start_server, hold, framing, protocol):
    server = start_server(program=SCRIPTED_LARDERD, hold=hold,
                          config='[store "default"]\nengine=scripted\n')
    with server.store(framing=framing, protocol=protocol) as client:
        with pytest.raises(Indeterminate):  # the deadline passes while the write is under way
            client.put(S, b"!delay-0ms:g", b"v", PutOptions(deadline_ms=2000))
        hold.unlink()
        with pytest.raises(Refused) as refused:
            client.put(S, b"!refuse-overload!retry-200ms:a", b"v", None)
        assert (refused.value.code, refused.value.retry_after_ms) == (RefusedCode.OVERLOAD, 200)
        with pytest.raises(Refused) as refused:
            client.put(S, b"!refuse-memory_full:a", b"v", None)
        assert refused.value.code == RefusedCode.MEMORY_FULL
        with pytest.raises(Indeterminate):
            client.put(S, b"!unknown-applied:b", b"v", None)
        assert client.get(S, b"!unknown-applied:b", None).value == b"v"
        with pytest.raises(Indeterminate):
            client.put(S, b"!delay-20ms!unknown:c", b"v", None)
        assert not client.get(S, b"!delay-20ms!unknown:c", None).found
        with pytest.raises(Failed) as failed:
            client.put(S, b"!fail-corruption:d", b"v", None)
        assert failed.value.code == FailedCode.CORRUPTION
        with pytest.raises(Failed):
            client.get(S, b"!read-io:e", None)
        with pytest.raises(NotHere) as elsewhere:
            client.get(S, b"!elsewhere:h", None)
        assert elsewhere.value.code == NotHereCode.WRONG_OWNER
        assert (elsewhere.value.owner, elsewhere.value.epoch) == ("owner.example:7400", 7)
        assert elsewhere.value.shard_id == 3
        assert client.put(S, b"!delay-20ms:f", b"v", None).applied
        assert client.put(S, b"plain", b"v", None).applied


def test_not_here_is_told_of_the_first_key_of_every_method(start_server):
    server = start_server(program=SCRIPTED_LARDERD, config='[store "default"]\nengine=scripted\n')
    key = b"!elsewhere:k"
    put = Mutation(kind=MutationKind.PUT, key=key, value=b"v")
    calls = [lambda c: c.put(S, key, b"v", None), lambda c: c.remove(S, key, None),
             lambda c: c.increment(S, key, 1, None), lambda c: c.multi_get(S, [key, b"x"], None),
             lambda c: c.batch(S, [put], None), lambda c: c.bulk_write(S, [put], None),
             lambda c: c.scan(S, KeyRange(start_key=key), None),
             lambda c: c.scan(S, KeyRange(prefix=key), None),
             lambda c: c.range_info(S, [KeyRange(start_key=key)], None),
             lambda c: c.locate(S, key, None)]
    with server.store() as client:
        for call in calls:
            with pytest.raises(NotHere):
                call(client)
        with pytest.raises(Failed):
            client.get(S, b"!misspelt:k", None)
        assert client.scan(S, KeyRange(), None).items == []


def test_a_slow_write_delays_its_own_connection_only(start_server, hold):
    server = start_server(program=SCRIPTED_LARDERD, config='[store "default"]\nengine=scripted\n', hold=hold)
    with server.store() as slow, server.store() as other:
        slow.client.send_put(S, b"!delay-0ms:k", b"new", None)
        slow.client.send_get(S, b"!delay-0ms:k", None)
        server.wait_until(lambda: server.metric('larder_net_in_flight{listener="data"}') == 2)
        assert not other.get(S, b"!delay-0ms:k", None).found  # answered while that one waits
        hold.unlink()
        assert slow.client.recv_put().applied
        assert slow.client.recv_get().value == b"new"
