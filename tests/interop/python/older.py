"""A Python client of an older contract meets the server of today. CHECKS.md, 61 to 64."""

from common import S, check, raises, run
from larder.ttypes import IncrementOptions, KeyRange, Refused, ScanOptions, StopReason


@check(61, "results with more fields")
def results_with_more_fields(servers):
    written = servers.data.put(S, b"k", b"v", None)
    got = servers.data.get(S, b"k", None)
    assert written.applied
    assert (got.found, got.value, got.version) == (True, b"v", written.version)
    info = servers.data.server_info(None)
    assert info.api_version == 2 and [store.name for store in info.stores] == [S]


@check(62, "reasons not yet invented")
def reasons_not_yet_invented(servers):
    denied = servers.data.increment(S, b"n", 1, IncrementOptions(highest=0))
    assert (denied.applied, denied.reason) == (False, 5)


@check(63, "pages that end in an unknown way")
def pages_that_end_in_an_unknown_way(servers):
    servers.data.put(S, b"a", b"1", None)
    servers.data.put(S, b"b", b"2", None)
    page = servers.data.scan(S, KeyRange(), ScanOptions(limit_items=1))
    assert ([item.key for item in page.items], page.stop_reason) == ([b"a"], 2)
    page = servers.data.scan(S, KeyRange(), ScanOptions(limit_items=1, page_token=page.next_token))
    assert ([item.key for item in page.items], page.stop_reason) == ([b"b"], StopReason.RANGE_END)


@check(64, "exceptions with more fields", on="scripted")
def exceptions_with_more_fields(servers):
    with raises(Refused, code=4, retry_after_ms=200):
        servers.scripted.put(S, b"!refuse-memory_full!retry-200ms:a", b"v", None)
    assert servers.scripted.put(S, b"plain", b"v", None).applied


if __name__ == "__main__":
    run()
