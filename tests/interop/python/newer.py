"""A Python client of a newer contract meets the server of today. CHECKS.md, 71 to 74."""

from thrift.Thrift import TApplicationException

from common import S, check, raises, run
from larder.ttypes import (Colour, Condition, InvalidCode, InvalidRequest, Mutation, MutationKind,
                           PutOptions, Refused, RefusedCode)

NEW_FIELDS = ("eager", "small", "medium", "large", "factor", "hint", "colour", "palette", "weights",
              "nested")
BLUE = Colour(name="blue", shades=[1, -1])


@check(71, "options with more fields")
def options_with_more_fields(servers):
    options = PutOptions(condition=Condition(absent=True), eager=True, small=-1, medium=-2,
                         large=-3, factor=0.5, hint="hint", colour=BLUE, palette=[BLUE, BLUE],
                         weights={"a": 1}, nested=[[b"x", b"\x00"], []])
    assert servers.data.put(S, b"k", b"v", options).applied
    got = servers.data.get(S, b"k", None)
    assert (got.found, got.value) == (True, b"v")
    assert all(getattr(got, field) is None for field in NEW_FIELDS)


@check(72, "a method that is missing")
def a_method_that_is_missing(servers):
    with raises(TApplicationException, type=TApplicationException.UNKNOWN_METHOD):
        servers.data.paint(S, b"k", BLUE)
    assert servers.data.ping(b"still").payload == b"still"


@check(73, "a value that is missing")
def a_value_that_is_missing(servers):
    with raises(InvalidRequest, code=InvalidCode.OVER_LIMIT, field="mutations[0].kind", limit=4,
                actual=90):
        servers.data.bulk_write(S, [Mutation(MutationKind.PAINT, b"k")], None)


@check(74, "exceptions with fewer fields", on="scripted")
def exceptions_with_fewer_fields(servers):
    with raises(Refused, code=RefusedCode.OVERLOAD, retry_after_ms=200, colour=None, hint=None):
        servers.scripted.put(S, b"!refuse-overload!retry-200ms:a", b"v", None)


if __name__ == "__main__":
    run()
