"""Larder from Python: every method, every outcome, every extreme. CHECKS.md has the list."""

import struct

from thrift.Thrift import TApplicationException, TMessageType, TType

from common import S, check, connect, raises, run
from larder import Observe, Store
from larder.constants import API_VERSION
from larder.ttypes import (
    AppendOptions, BatchOptions, Condition, Durability, Expiry, Failed, FailedCode, Fence,
    GetOptions, Guard, HotDimension, IncrementOptions, Indeterminate, IndeterminateCode,
    InvalidCode, InvalidRequest, JobState, KeyRange, MultiGetOptions, Mutation, MutationKind,
    NotApplied, NotHere, NotHereCode, PutOptions, RangeInfoOptions, Refused, RefusedCode, RemoveOptions,
    RemoveRangeOptions, ScanOptions, ServerInfoOptions, StopReason, StoreMode, StoreSpec)

ALL = bytes(range(256))
I64_MAX, I64_MIN = 2**63 - 1, -2**63


def pattern(length):
    return bytes(i % 251 for i in range(251)) * (length // 251) + bytes(range(length % 251))


def put(key, value, **more):
    return Mutation(kind=MutationKind.PUT, key=key, value=value, **more)


def increment(key, delta):
    return Mutation(kind=MutationKind.INCREMENT, key=key, delta=delta)


# --------------------------------------------------------------------------------------------- data


@check(1, "ping")
def ping(servers):
    result = servers.data.ping(b"\x00\xff\x80\nlarder")
    assert result.payload == b"\x00\xff\x80\nlarder" and result.now_ms > 1_600_000_000_000
    assert servers.data.ping(b"").payload == b""


@check(2, "server_info")
def server_info(servers):
    for options in (ServerInfoOptions(client="interop", api_version=API_VERSION), None):
        info = servers.data.server_info(options)
        assert info.api_version == API_VERSION
        assert [store.name for store in info.stores] == [S]
        limits = {limit.name: (limit.value, limit.unit) for limit in info.limits}
        assert limits["value_bytes"] == (1048576, "bytes")
        assert "put" in info.methods


@check(3, "put and get")
def put_and_get(servers):
    written = servers.data.put(S, b"k", b"v", None)
    assert written.applied and written.existed is None and written.version > 0
    assert written.reason == NotApplied.WAS_APPLIED
    got = servers.data.get(S, b"k", None)
    assert (got.found, got.value, got.version) == (True, b"v", written.version)
    assert (got.expires_at_ms, got.full_length) == (0, 1)
    got = servers.data.get(S, b"none", None)
    assert (got.found, got.value, got.version) == (False, None, 0)


@check(4, "empty options")
def empty_options(servers):
    written = servers.data.put(S, b"k", b"v", PutOptions())
    got = servers.data.get(S, b"k", GetOptions())
    assert (got.found, got.value, got.version) == (True, b"v", written.version)
    assert len(servers.data.scan(S, KeyRange(), ScanOptions()).items) == 1


@check(5, "an empty value")
def an_empty_value(servers):
    assert servers.data.put(S, b"k", b"", None).applied
    got = servers.data.get(S, b"k", None)
    assert (got.found, got.value, got.full_length) == (True, b"", 0)


@check(6, "every byte")
def every_byte(servers):
    servers.data.put(S, ALL, ALL[::-1], None)
    assert servers.data.get(S, ALL, None).value == ALL[::-1]
    for key in (b"\x00", b"\x7f", b"\x80", b"\xff", b"\x00\x00"):
        servers.data.put(S, key, key, None)
    items = servers.data.scan(S, KeyRange(), None).items
    assert [item.key for item in items] == [b"\x00", b"\x00\x00", ALL, b"\x7f", b"\x80", b"\xff"]
    assert all(item.value == item.key for item in items if item.key != ALL)


@check(7, "the longest value")
def the_longest_value(servers):
    value = pattern(1048576)
    assert servers.data.put(S, b"k", value, None).applied
    assert servers.data.get(S, b"k", None).value == value
    part = servers.data.get(S, b"k", GetOptions(offset=1048570, length=100))
    assert (part.value, part.full_length) == (value[-6:], 1048576)


@check(8, "a value too long")
def a_value_too_long(servers):
    with raises(InvalidRequest, code=InvalidCode.OVER_LIMIT, field="value", limit=1048576,
                actual=1048577):
        servers.data.put(S, b"k", pattern(1048577), None)
    assert not servers.data.get(S, b"k", None).found


@check(9, "keys at their limits")
def keys_at_their_limits(servers):
    assert servers.data.put(S, pattern(1024), b"v", None).applied
    assert servers.data.get(S, pattern(1024), None).value == b"v"
    with raises(InvalidRequest, code=InvalidCode.OVER_LIMIT, field="key", limit=1024, actual=1025):
        servers.data.put(S, pattern(1025), b"v", None)
    with raises(InvalidRequest, code=InvalidCode.BAD_ARGUMENT, field="key", limit=1, actual=0):
        servers.data.put(S, b"", b"v", None)


@check(10, "conditions")
def conditions(servers):
    version = servers.data.put(S, b"k", b"\x00\xff", None).version
    denied = servers.data.put(S, b"k", b"2", PutOptions(condition=Condition(absent=True),
                                                        return_current=True))
    assert (denied.applied, denied.reason) == (False, NotApplied.CONDITION_FAILED)
    assert (denied.current_version, denied.current_value) == (version, b"\x00\xff")
    denied = servers.data.put(S, b"k", b"2",
                              PutOptions(condition=Condition(version_equal=version - 1)))
    assert not denied.applied and denied.current_value is None
    holds = Condition(value_equal=b"\x00\xff", present=True, version_at_most=version)
    assert servers.data.put(S, b"k", b"2", PutOptions(condition=holds)).applied


@check(11, "reading less")
def reading_less(servers):
    version = servers.data.put(S, b"k", b"value", None).version
    got = servers.data.get(S, b"k", GetOptions(if_version_not=version))
    assert got.unchanged and got.value is None
    got = servers.data.get(S, b"k", GetOptions(want_value=False))
    assert (got.found, got.value, got.full_length) == (True, None, 5)
    assert servers.data.get(S, b"k", GetOptions(offset=1, length=3)).value == b"alu"


@check(12, "expiry")
def expiry(servers):
    now = servers.data.ping(b"").now_ms
    written = servers.data.put(S, b"k", b"v", PutOptions(expiry=Expiry(ttl_ms=3_600_000)))
    assert written.expires_at_ms > now
    assert servers.data.touch(S, b"k", Expiry(at_ms=4_102_444_800_000), None).applied
    assert servers.data.get(S, b"k", None).expires_at_ms == 4_102_444_800_000
    servers.data.put(S, b"k", b"w", PutOptions(expiry=Expiry(keep=True)))
    assert servers.data.get(S, b"k", None).expires_at_ms == 4_102_444_800_000
    servers.data.touch(S, b"k", Expiry(), None)
    assert servers.data.get(S, b"k", None).expires_at_ms == 0
    servers.data.put(S, b"k", b"x", PutOptions(expiry=Expiry(at_ms=1)))
    assert not servers.data.get(S, b"k", None).found
    denied = servers.data.touch(S, b"k", Expiry(ttl_ms=1000), None)
    assert (denied.applied, denied.reason) == (False, NotApplied.KEY_ABSENT)


@check(13, "remove")
def remove(servers):
    servers.data.put(S, b"k", b"v", None)
    first = servers.data.remove(S, b"k", None)
    again = servers.data.remove(S, b"k", None)
    assert (first.applied, first.existed, again.applied, again.existed) == (True, True, True, False)
    blind = servers.data.remove(S, b"k", RemoveOptions(want_existed=False))
    assert (blind.applied, blind.existed) == (True, None)
    for existed in (False, True):
        written = servers.data.put(S, b"k", b"v", PutOptions(want_existed=True))
        assert (written.applied, written.existed) == (True, existed)
    servers.data.remove(S, b"k", None)
    denied = servers.data.remove(S, b"k", RemoveOptions(condition=Condition(present=True)))
    assert (denied.applied, denied.reason) == (False, NotApplied.CONDITION_FAILED)
    assert denied.existed is False


@check(14, "counters")
def counters(servers):
    assert servers.data.increment(S, b"n", 5, IncrementOptions(initial=10)).number == 15
    assert servers.data.get(S, b"n", None).value == bytes.fromhex("000000000000000f")
    assert servers.data.increment(S, b"n", -20, None).number == -5
    assert servers.data.get(S, b"n", None).value == bytes.fromhex("fffffffffffffffb")
    denied = servers.data.increment(S, b"n", 1, IncrementOptions(highest=-5))
    assert (denied.applied, denied.reason, denied.number) == (False, NotApplied.OUT_OF_RANGE, -5)
    servers.data.put(S, b"t", b"text", None)
    assert servers.data.increment(S, b"t", 1, None).reason == NotApplied.NOT_A_COUNTER


@check(15, "both ends of i64")
def both_ends_of_i64(servers):
    for key, end, step in ((b"max", I64_MAX, 1), (b"min", I64_MIN, -1)):
        assert servers.data.increment(S, key, end, None).number == end
        assert servers.data.get(S, key, None).value == struct.pack(">q", end)
        denied = servers.data.increment(S, key, step, None)
        assert (denied.reason, denied.number) == (NotApplied.OUT_OF_RANGE, end)
    assert servers.data.increment(S, b"big", 2**53 + 1, None).number == 2**53 + 1


@check(16, "append")
def append(servers):
    assert servers.data.append(S, b"l", b"one", None).length == 3
    assert servers.data.append(S, b"l", b"\x00\xff", None).length == 5
    assert servers.data.get(S, b"l", None).value == b"one\x00\xff"
    denied = servers.data.append(S, b"l", b"!", AppendOptions(max_length=5))
    assert (denied.reason, denied.length) == (NotApplied.TOO_LONG, 5)
    denied = servers.data.append(S, b"none", b"x", AppendOptions(create=False))
    assert denied.reason == NotApplied.KEY_ABSENT


@check(17, "batch")
def batch(servers):
    servers.data.put(S, b"old", b"1", None)
    mutations = [put(b"new", b"2"), increment(b"n", 7), Mutation(MutationKind.REMOVE, b"old"),
                 Mutation(MutationKind.REMOVE_RANGE, b"x", stop_key=b"y")]
    options = BatchOptions(guards=[Guard(b"old", Condition(present=True)),
                                   Guard(b"new", Condition(absent=True))])
    done = servers.data.batch(S, mutations, options)
    assert done.applied and done.version > 0 and done.numbers == [7]
    assert (done.failed_guard, done.failed_mutation) == (-1, -1)
    assert servers.data.get(S, b"new", None).version == done.version
    assert not servers.data.get(S, b"old", None).found
    denied = servers.data.batch(S, mutations, options)
    assert (denied.applied, denied.reason, denied.failed_guard) == (
        False, NotApplied.CONDITION_FAILED, 0)
    denied = servers.data.batch(
        S, [put(b"a", b"1"), put(b"new", b"3", condition=Condition(absent=True))], None)
    assert (denied.applied, denied.failed_mutation) == (False, 1)
    assert not servers.data.get(S, b"a", None).found


@check(18, "bulk_write")
def bulk_write(servers):
    done = servers.data.bulk_write(
        S, [put(b"a", b"1"), put(b"a", b"2", condition=Condition(absent=True)), increment(b"n", 3)],
        None)
    first, second, third = done.items
    assert (first.applied, second.applied, third.applied) == (True, False, True)
    assert second.reason == NotApplied.CONDITION_FAILED and second.current_version == first.version
    assert third.number == 3 and done.applied_count == 2


@check(19, "multi_get")
def multi_get(servers):
    servers.data.put(S, b"a", b"1", None)
    servers.data.put(S, b"b", b"", None)
    keys = [b"b", b"none", b"a", b"a"]
    items = servers.data.multi_get(S, keys, None).items
    assert [item.found for item in items] == [True, False, True, True]
    assert [item.value for item in items] == [b"", None, b"1", b"1"]
    items = servers.data.multi_get(S, keys, MultiGetOptions(want_values=False)).items
    assert [(item.value, item.full_length) for item in items] == [
        (None, 0), (None, 0), (None, 1), (None, 1)]
    assert servers.data.multi_get(S, [], None).items == []


@check(20, "scan")
def scan(servers):
    keys = [b"a%02d" % i for i in range(10)]
    servers.data.bulk_write(S, [put(key, key) for key in [*keys, b"b00"]], None)
    pages, token = [], None
    while not pages or token:
        page = servers.data.scan(S, KeyRange(prefix=b"a"),
                                 ScanOptions(limit_items=4, page_token=token))
        pages.append([item.key for item in page.items])
        assert all(item.value == item.key for item in page.items)
        token = page.next_token
        assert page.stop_reason == (StopReason.LIMIT_ITEMS if token else StopReason.RANGE_END)
    assert pages == [keys[:4], keys[4:8], keys[8:]]
    back = servers.data.scan(S, KeyRange(start_key=b"a05", stop_key=b"b00"),
                             ScanOptions(reverse=True))
    assert [item.key for item in back.items] == keys[:4:-1]
    bare = servers.data.scan(S, KeyRange(), ScanOptions(keys_only=True))
    assert all((item.value, item.full_length) == (None, 3) for item in bare.items)
    counted = servers.data.scan(S, KeyRange(), ScanOptions(count_only=True))
    assert (counted.items, counted.count) == ([], 11)


@check(21, "range_info")
def range_info(servers):
    servers.data.bulk_write(S, [put(b"k%02d" % i, pattern(1000)) for i in range(100)], None)
    infos = servers.data.range_info(S, [KeyRange(), KeyRange(prefix=b"none")],
                                    RangeInfoOptions(split_bytes=10_000)).infos
    assert len(infos) == 2 and infos[0].estimated_keys > 0
    assert infos[0].split_keys == sorted(infos[0].split_keys) != []
    assert 0.0 <= infos[0].dead_ratio <= 1.0


@check(22, "checksum")
def checksum(servers):
    sums = []
    for value in (b"value", b"other", b"value"):
        servers.data.put(S, b"key", value, None)
        sums.append(servers.data.checksum(S, KeyRange(), None))
    assert (sums[0].keys, sums[0].bytes) == (1, 8)
    assert sums[0].checksum == sums[2].checksum != sums[1].checksum


@check(23, "remove_range")
def remove_range(servers):
    servers.data.bulk_write(S, [put(key, b"v") for key in (b"a0", b"a1", b"b0")], None)
    assert servers.data.remove_range(S, KeyRange(prefix=b"a"),
                                     RemoveRangeOptions(dry_run=True)).version == 0
    assert servers.data.scan(S, KeyRange(), ScanOptions(count_only=True)).count == 3
    assert servers.data.remove_range(S, KeyRange(prefix=b"a"), None).version > 0
    assert servers.data.scan(S, KeyRange(), ScanOptions(count_only=True)).count == 1


@check(24, "many at once")
def many_at_once(servers):
    keys = [b"key%05d" % i for i in range(2000)]
    assert servers.data.bulk_write(S, [put(key, key) for key in keys], None).applied_count == 2000
    counters_of_batch = [increment(b"n%05d" % i, 1) for i in range(2000)]
    assert servers.data.batch(S, counters_of_batch, None).numbers == [1] * 2000
    items = servers.data.multi_get(S, keys[::-1], None).items
    assert [item.value for item in items] == keys[::-1]
    page = servers.data.scan(S, KeyRange(prefix=b"key"), ScanOptions(limit_items=10_000))
    assert [item.key for item in page.items] == keys


@check(25, "too many at once")
def too_many_at_once(servers):
    with raises(InvalidRequest, code=InvalidCode.OVER_LIMIT, field="keys", limit=32768,
                actual=32769):
        servers.data.multi_get(S, [b"x"] * 32769, None)


@check(26, "pipelining")
def pipelining(servers):
    for i in range(50):
        servers.data.send_put(S, b"same", b"%d" % i, None)
        servers.data.send_increment(S, b"n", 1, None)
    versions = []
    for i in range(50):
        versions.append(servers.data.recv_put().version)
        assert servers.data.recv_increment().number == i + 1
    assert versions == sorted(set(versions))
    assert servers.data.get(S, b"same", None).value == b"49"


# ------------------------------------------------------------------------------------------ refused


@check(27, "InvalidRequest")
def invalid_request(servers):
    with raises(InvalidRequest, code=InvalidCode.UNKNOWN_STORE, details={}, field="store", limit=0,
                actual=0):
        servers.data.get("unknown", b"k", None)


@check(28, "names in other scripts")
def names_in_other_scripts(servers):
    try:
        servers.data.get("vorräte", b"k", None)
        raise AssertionError("no InvalidRequest")
    except InvalidRequest as error:
        assert (error.code, error.field) == (InvalidCode.UNKNOWN_STORE, "store")
        assert r"\xc3\xa4" in error.message


@check(29, "bad arguments")
def bad_arguments(servers):
    with raises(InvalidRequest, code=InvalidCode.BAD_TOKEN, field="options.page_token"):
        servers.data.scan(S, KeyRange(), ScanOptions(page_token=b"xxx"))
    for code, field, options in (
            (InvalidCode.UNSUPPORTED, "options.durability", PutOptions(durability=Durability.SYNC)),
            (InvalidCode.UNSUPPORTED, "options.request_id", PutOptions(request_id=ALL[:16])),
            (InvalidCode.UNSUPPORTED, "options.fence", PutOptions(fence=Fence("lease", 1))),
            (InvalidCode.BAD_ARGUMENT, "options.expiry.ttl_ms",
             PutOptions(expiry=Expiry(ttl_ms=0)))):
        with raises(InvalidRequest, code=code, field=field):
            servers.data.put(S, b"k", b"v", options)


def assert_unserved(client, calls):
    for method, arguments in calls.items():
        try:
            getattr(client, method)(*arguments)
            raise AssertionError(f"{method} is served")
        except InvalidRequest as error:
            assert error.code == InvalidCode.UNSUPPORTED, method
            assert error.message.startswith(method), error.message


@check(30, "methods that are not served")
def methods_that_are_not_served(servers):
    assert_unserved(servers.data, {
        "lease_acquire": (S, "lease", "me", 1000, None),
        "lease_renew": (S, "lease", 1, None),
        "lease_release": (S, "lease", 1, None),
        "lease_get": (S, "lease", None),
        "lease_list": (S, "", None),
        "snapshot_open": (S, 1000, None),
        "snapshot_renew": (S, 1, 1000, None),
        "snapshot_close": (S, 1, None),
        "snapshot_list": (S, None),
        "changes": (S, 0, None),
        "topology": (None,),
        "locate": (S, b"k", None),
        "authenticate": ("id", b"\x00secret"),
    })


@check(31, "an unknown method")
def an_unknown_method(servers):
    stranger = connect(Observe, "DATA")
    with raises(TApplicationException, type=TApplicationException.UNKNOWN_METHOD):
        stranger.health(None)
    assert Store.Client(stranger._iprot).ping(b"still").payload == b"still"


def call_by_hand(client, method, sequence_id, write_arguments):
    """Sends a message that no generated code would, returns the sequence id of the reply."""
    out = client._oprot
    out.writeMessageBegin(method, TMessageType.CALL, sequence_id)
    out.writeStructBegin("arguments")
    write_arguments(out)
    out.writeFieldStop()
    out.writeStructEnd()
    out.writeMessageEnd()
    out.trans.flush()
    return client._iprot.readMessageBegin()[2]


def write_text(out, field, text):
    out.writeFieldBegin("", TType.STRING, field)
    out.writeString(text)
    out.writeFieldEnd()


def read_result(client, result):
    result.read(client._iprot)
    client._iprot.readMessageEnd()
    return result


@check(32, "a missing argument")
def a_missing_argument(servers):
    with raises(InvalidRequest, code=InvalidCode.BAD_ARGUMENT, field="key"):
        servers.data.get(S, None, None)


@check(33, "fields from elsewhere")
def fields_from_elsewhere(servers):

    def write_arguments(out):
        write_text(out, 1, "here")
        for field, kind, write in (
                (90, TType.BOOL, lambda: out.writeBool(True)),
                (91, TType.BYTE, lambda: out.writeByte(-1)),
                (92, TType.I16, lambda: out.writeI16(-2)),
                (93, TType.I32, lambda: out.writeI32(-3)),
                (94, TType.I64, lambda: out.writeI64(I64_MIN)),
                (95, TType.DOUBLE, lambda: out.writeDouble(0.5))):
            out.writeFieldBegin("", kind, field)
            write()
            out.writeFieldEnd()
        write_text(out, 96, "text")
        out.writeFieldBegin("", TType.STRUCT, 97)
        out.writeStructBegin("")
        out.writeFieldBegin("", TType.I64, 1)
        out.writeI64(I64_MAX)
        out.writeFieldEnd()
        out.writeFieldStop()
        out.writeStructEnd()
        out.writeFieldEnd()
        out.writeFieldBegin("", TType.LIST, 98)
        out.writeListBegin(TType.STRING, 2)
        out.writeString("one")
        out.writeString("two")
        out.writeListEnd()
        out.writeFieldEnd()
        out.writeFieldBegin("", TType.MAP, 99)
        out.writeMapBegin(TType.STRING, TType.I64, 1)
        out.writeString("one")
        out.writeI64(1)
        out.writeMapEnd()
        out.writeFieldEnd()

    call_by_hand(servers.data, "ping", 1, write_arguments)
    assert read_result(servers.data, Store.ping_result()).success.payload == b"here"


@check(34, "sequence ids")
def sequence_ids(servers):
    for sequence_id in (1, 0, -1, 2**31 - 1, -2**31):
        came_back = call_by_hand(servers.data, "ping", sequence_id,
                                 lambda out: write_text(out, 1, "here"))
        assert came_back == sequence_id, came_back
        assert read_result(servers.data, Store.ping_result()).success.payload == b"here"


# --------------------------------------------------------------------------------------- management


@check(35, "health")
def health(servers):
    result = servers.observe.health(None)
    assert result.live and result.ready
    assert [check.passed for check in result.checks if check.name == "store:default"] == [True]


@check(36, "metrics")
def metrics(servers):
    assert "\nlarder_build_info" in servers.observe.metrics(None).text


@check(37, "store_stats")
def store_stats(servers):
    servers.data.put(S, b"key", b"value", None)
    stats = servers.observe.store_stats(S, None)
    assert (stats.store, stats.engine, stats.keys, stats.data_bytes) == (S, "hashmap", 1, 8)
    assert [row.count > 0 for row in stats.operations if row.operation == "put"] == [True]
    assert stats.engine_figures
    with raises(InvalidRequest, code=InvalidCode.UNKNOWN_STORE):
        servers.observe.store_stats("unknown", None)


@check(38, "stores and jobs")
def stores_and_jobs(servers):
    store, = servers.admin.store_list(None).stores
    assert (store.info.name, store.spec.engine, store.state) == (S, "hashmap", "serving")
    verified = servers.admin.verify(S, None)
    assert (verified.done, verified.job_id) == (True, 0)
    job = servers.admin.job_list(None).jobs[0]
    assert (job.kind, job.store, job.state) == ("verify", S, JobState.DONE)
    assert servers.admin.job_get(job.job_id, None).jobs == [job]
    with raises(InvalidRequest, code=InvalidCode.NOT_FOUND, field="job_id"):
        servers.admin.job_get(1_000_000, None)


@check(39, "Observe, not served")
def observe_not_served(servers):
    assert_unserved(servers.observe, {
        "levels": (S, None),
        "files": (S, None),
        "hot_keys": (S, HotDimension.BYTES, None),
        "hot_prefixes": (S, HotDimension.MISSES, None),
        "events": (0, None),
        "slow_log": (1000, None),
        "explain": (S, b"k", None),
        "doctor": (None,),
    })


@check(40, "Admin, not served")
def admin_not_served(servers):
    assert_unserved(servers.admin, {
        "store_create": (StoreSpec("new", "hashmap", {}), None),
        "store_alter": (S, {"memory_bytes": "1G"}, None),
        "store_drop": (S, 0, None),
        "store_recall": (S, "new", None),
        "store_rename": (S, "new", None),
        "config_plan": ("", None),
        "config_apply": ("", "plan", None),
        "config_export": (None,),
        "flush": (S, None),
        "compact": (S, KeyRange(), None),
        "backup_create": (S, "/nowhere", 0, None),
        "backup_list": (S, None),
        "backup_verify": (1, None),
        "backup_restore": (1, "new", None),
        "job_cancel": (1, None),
        "mode_set": (S, StoreMode.READ_ONLY, None),
        "shutdown": (None,),
    })


# ----------------------------------------------------------------------------------------- outcomes


@check(41, "Refused", on="scripted")
def refused(servers):
    with raises(Refused, code=RefusedCode.OVERLOAD, details={}, retry_after_ms=200,
                scope="store:default"):
        servers.scripted.put(S, b"!refuse-overload!retry-200ms:a", b"v", None)


@check(42, "every refusal", on="scripted")
def every_refusal(servers):
    for verb, code in ((b"disk_full", RefusedCode.DISK_FULL),
                       (b"memory_full", RefusedCode.MEMORY_FULL),
                       (b"closing", RefusedCode.DRAINING),
                       (b"deadline", RefusedCode.DEADLINE),
                       (b"read_only", RefusedCode.READ_ONLY)):
        with raises(Refused, code=code):
            servers.scripted.put(S, b"!refuse-" + verb + b":a", b"v", None)


@check(43, "Indeterminate", on="scripted")
def indeterminate(servers):
    with raises(Indeterminate, code=IndeterminateCode.ENGINE_UNKNOWN, request_id=b""):
        servers.scripted.put(S, b"!unknown:a", b"v", None)
    assert not servers.scripted.get(S, b"!unknown:a", None).found
    with raises(Indeterminate, code=IndeterminateCode.ENGINE_UNKNOWN):
        servers.scripted.put(S, b"!unknown-applied:b", b"v", None)
    assert servers.scripted.get(S, b"!unknown-applied:b", None).found
    with raises(Indeterminate, code=IndeterminateCode.DEADLINE):
        servers.scripted.put(S, b"!delay-1000ms:c", b"v", PutOptions(deadline_ms=200))


@check(44, "Failed", on="scripted")
def failed(servers):
    with raises(Failed, code=FailedCode.CORRUPTION, details={}):
        servers.scripted.put(S, b"!fail-corruption:a", b"v", None)
    with raises(Failed, code=FailedCode.IO_ERROR):
        servers.scripted.put(S, b"!fail-io:a", b"v", None)
    with raises(Failed, code=FailedCode.POISONED):
        servers.scripted.get(S, b"!read-poisoned:a", None)


@check(45, "NotHere", on="scripted")
def not_here(servers):
    with raises(NotHere, code=NotHereCode.WRONG_OWNER, details={}, epoch=7,
                owner="owner.example:7400", shard_id=3):
        servers.scripted.put(S, b"!elsewhere:a", b"v", None)


@check(46, "after every exception", on="scripted")
def after_every_exception(servers):
    for _ in range(3):
        for key, kind in ((b"", InvalidRequest), (b"!elsewhere:a", NotHere),
                          (b"!refuse-overload:a", Refused), (b"!unknown:a", Indeterminate),
                          (b"!fail-corruption:a", Failed)):
            with raises(kind):
                servers.scripted.put(S, key, b"v", None)
            assert servers.scripted.put(S, b"plain", b"v", None).applied


@check(47, "drain", on="scripted")
def drain(servers):
    assert servers.scripted_admin.drain(0, None).in_flight == 0
    result = servers.scripted_observe.health(None)
    assert result.live and not result.ready


# ---------------------------------------------------------------------------------------- stand-ins


@check(51, "an older server", on="older")
def an_older_server(servers):
    info = servers.older.server_info(None)
    assert info.api_version == 1 and not info.limits
    assert servers.older.put(S, b"k", b"v", None).applied
    got = servers.older.get(S, b"k", None)
    assert (got.found, got.value) == (True, b"v") and not got.full_length


@check(52, "an older server skips options", on="older")
def an_older_server_skips_options(servers):
    servers.older.put(S, b"k", b"v", None)
    denied = servers.older.put(S, b"k", b"v", PutOptions(condition=Condition(absent=True),
                                                         return_current=True))
    assert (denied.applied, denied.reason) == (False, NotApplied.CONDITION_FAILED)


@check(53, "an older server lacks a method", on="older")
def an_older_server_lacks_a_method(servers):
    with raises(TApplicationException, type=TApplicationException.UNKNOWN_METHOD):
        servers.older.range_info(S, [KeyRange()], None)
    assert servers.older.ping(b"still").payload == b"still"


@check(54, "a newer server sends more fields", on="newer")
def a_newer_server_sends_more_fields(servers):
    version = servers.newer.put(S, b"k", b"v", None).version
    got = servers.newer.get(S, b"k", None)
    assert (got.found, got.value, got.version) == (True, b"v", version)


@check(55, "a newer server sends new values", on="newer")
def a_newer_server_sends_new_values(servers):
    denied = servers.newer.put(S, b"!moon:a", b"v", None)
    assert (denied.applied, denied.reason) == (False, 90)
    servers.newer.put(S, b"k", b"v", None)
    page = servers.newer.scan(S, KeyRange(prefix=b"k"), None)
    assert (len(page.items), page.stop_reason) == (1, 90)


@check(56, "a newer server refuses in a new way", on="newer")
def a_newer_server_refuses_in_a_new_way(servers):
    with raises(Refused, code=90, retry_after_ms=90, scope="server"):
        servers.newer.put(S, b"!warm:a", b"v", None)


if __name__ == "__main__":
    run()
