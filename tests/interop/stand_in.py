#!/usr/bin/env python3
"""A stock Thrift server of another contract than ours: what a client of today may meet.

usage: stand_in.py older|newer binary|compact framed|unframed

The stubs of that contract must be on PYTHONPATH. Prints the port of 127.0.0.1 that it listens on,
then serves the Store service, or the few methods of it that the checks call, from a dictionary.
Ends when its standard input does, so it never outlives its starter.

The newer server says what no client of today has heard of: the keys "!moon:..." and "!warm:..." get
outcomes that only its contract has, and every result has fields of every kind that only it has.
"""

import sys
import threading

from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.server import TServer
from thrift.transport import TSocket, TTransport

from larder import Store, constants, ttypes

PROTOCOLS = {
    "binary": TBinaryProtocol.TBinaryProtocolFactory,
    "compact": TCompactProtocol.TCompactProtocolFactory,
}
FRAMINGS = {
    "framed": TTransport.TFramedTransportFactory,
    "unframed": TTransport.TBufferedTransportFactory,
}


class ListeningSocket(TSocket.TServerSocket):
    """A server socket on a free port, which listens before anybody asks for the port."""

    def __init__(self):
        super().__init__("127.0.0.1", 0)
        super().listen()

    def listen(self):
        """The server calls this; it has been done."""

    @property
    def port_taken(self):
        return self.handle.getsockname()[1]


class Handler:
    """What both contracts have."""

    def __init__(self):
        self.lock = threading.Lock()
        self.records = {}
        self.version = 0

    def ping(self, payload):
        return ttypes.PingResult(payload=payload, now_ms=1_700_000_000_000)

    def server_info(self, _options):
        store = ttypes.StoreInfo(name="default", engine="stand-in", capabilities=[],
                                 durability="none")
        return ttypes.ServerInfo(api_version=constants.API_VERSION, server_version="0",
                                 stores=[store])

    def put(self, _store, key, value, options):
        with self.lock:
            if options and options.condition and options.condition.absent and key in self.records:
                return self.not_applied(ttypes.NotApplied.CONDITION_FAILED)
            self.version += 1
            self.records[key] = value, self.version
            return ttypes.WriteResult(applied=True, version=self.version,
                                      reason=ttypes.NotApplied.WAS_APPLIED)

    def not_applied(self, reason):
        return ttypes.WriteResult(applied=False, version=0, reason=reason)

    def get(self, _store, key, _options):
        with self.lock:
            value, version = self.records.get(key, (None, 0))
        return ttypes.GetResult(found=value is not None, value=value, version=version,
                                expires_at_ms=0)

    def scan(self, _store, span, _options):
        with self.lock:
            items = [ttypes.ScanItem(key=key, value=value, version=version)
                     for key, (value, version) in sorted(self.records.items())
                     if key.startswith(span.prefix or b"")]
        return ttypes.ScanResult(items=items, stop_reason=ttypes.StopReason.RANGE_END,
                                 count=len(items))

    def remove_range(self, _store, span, _options):
        with self.lock:
            self.version += 1
            self.records = {key: record for key, record in self.records.items()
                            if not key.startswith(span.prefix or b"")}
            return ttypes.RemoveRangeResult(version=self.version)


class NewerHandler(Handler):
    """What only the newer contract has."""

    def put(self, store, key, value, options):
        if key.startswith(b"!moon:"):
            return self.not_applied(ttypes.NotApplied.WRONG_MOON)
        if key.startswith(b"!warm:"):
            raise ttypes.Refused(code=ttypes.RefusedCode.TOO_WARM, message="it is too warm",
                                 details={}, retry_after_ms=90, scope="server", **new_fields())
        return with_new_fields(super().put(store, key, value, options))

    def not_applied(self, reason):
        return with_new_fields(super().not_applied(reason))

    def get(self, store, key, options):
        return with_new_fields(super().get(store, key, options))

    def scan(self, store, span, options):
        result = super().scan(store, span, options)
        result.stop_reason = ttypes.StopReason.SUNSET
        return result


def new_fields():
    """A value of every kind, for the fields that only the newer contract has."""
    blue = ttypes.Colour(name="blue", shades=[1, -1, 2**63 - 1])
    return {
        "eager": True,
        "small": -1,
        "medium": -2,
        "large": -3,
        "factor": 0.5,
        "hint": "hint",
        "colour": blue,
        "palette": [blue, ttypes.Colour(name="")],
        "weights": {"a": 1, "b": -1},
        "nested": [[b"x", b"\x00\xff"], []],
    }


def with_new_fields(result):
    for name, value in new_fields().items():
        setattr(result, name, value)
    return result


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    contract, protocol, framing = sys.argv[1:]
    handler = {"older": Handler, "newer": NewerHandler}[contract]()
    listening = ListeningSocket()
    server = TServer.TThreadedServer(Store.Processor(handler), listening, FRAMINGS[framing](),
                                     PROTOCOLS[protocol](), daemon=True)
    threading.Thread(target=server.serve, daemon=True).start()
    print(listening.port_taken, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
