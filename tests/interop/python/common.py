"""What the three programs share: connections to the servers, and TAP.

A program lists its checks with the decorator `check` and ends with `run()`:

    @check(3, "put and get")
    def put_and_get(servers):
        assert servers.data.put(S, b"k", b"v", None).applied
"""

import contextlib
import os
import sys
import traceback

from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.transport import TSocket, TTransport

from larder import Admin, Observe, Store
from larder.ttypes import KeyRange

S = "default"
PROTOCOLS = {
    "binary": TBinaryProtocol.TBinaryProtocolAccelerated,
    "compact": TCompactProtocol.TCompactProtocolAccelerated,
}
FRAMINGS = {"framed": TTransport.TFramedTransport, "unframed": TTransport.TBufferedTransport}


def connect(service, server):
    """A client of a service, connected to the server whose port is in the environment."""
    socket = TSocket.TSocket("127.0.0.1", int(os.environ[f"INTEROP_{server}_PORT"]))
    transport = FRAMINGS[os.environ["INTEROP_FRAMING"]](socket)
    transport.open()
    return service.Client(PROTOCOLS[os.environ["INTEROP_PROTOCOL"]](transport))


class Servers:
    """One connection to each, opened when it is first used."""

    PLACES = {
        "data": (Store, "DATA"),
        "admin": (Admin, "ADMIN"),
        "observe": (Observe, "ADMIN"),
        "scripted": (Store, "SCRIPTED"),
        "scripted_admin": (Admin, "SCRIPTED_ADMIN"),
        "scripted_observe": (Observe, "SCRIPTED_ADMIN"),
        "older": (Store, "OLDER"),
        "newer": (Store, "NEWER"),
    }

    def __getattr__(self, name):
        client = connect(*self.PLACES[name])
        setattr(self, name, client)
        return client


CHECKS = []


def check(number, name, on="data"):
    """Marks a function as a check, which begins on a server without keys."""

    def mark(function):
        CHECKS.append((number, name, on, function))
        return function

    return mark


@contextlib.contextmanager
def raises(kind, **fields):
    """Asserts that the block ends with this exception, and that the exception has these fields."""
    try:
        yield
    except kind as error:
        for name, wanted in fields.items():
            found = getattr(error, name)
            assert found == wanted, f"{name} is {found!r}, not {wanted!r}"
        return
    raise AssertionError(f"no {kind.__name__}")


def run():
    """Runs all checks, prints TAP, and exits."""
    servers, failed = Servers(), 0
    for number, name, on, function in CHECKS:
        try:
            getattr(servers, on).remove_range(S, KeyRange(), None)
            function(servers)
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            traceback.print_exc()
            print(f"not ok {number} - {name}: {error!r}".replace("#", ""), flush=True)
    sys.exit(1 if failed else 0)
