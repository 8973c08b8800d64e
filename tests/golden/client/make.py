#!/usr/bin/env python3
"""Writes requests.h: calls with options as the stock Python client writes them.

usage: make.py [FILE]        by default requests.h beside this script

The golden messages of tests/golden/wire set every field at once, which no call of the C client does;
these are calls as programs make them. Without frame header.
"""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, "/usr/lib/python3/dist-packages")

from thrift.Thrift import TMessageType  # noqa: E402
from thrift.protocol import TBinaryProtocol, TCompactProtocol  # noqa: E402
from thrift.transport import TTransport  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
IDL = HERE.parent.parent.parent / "thrift" / "larder.thrift"
SEQID = -2
COLUMNS = 88


def cases(store, types):
    """(name, method, arguments)"""
    get, put = store.get_args, store.put_args
    yield "GET_ALL", "get", get("s", b"k\x00", types.GetOptions(
        deadline_ms=250, snapshot_id=1 << 40, if_version_not=77, want_value=False, offset=3, length=9))
    yield "MULTI_GET_ALL", "multi_get", store.multi_get_args("s", [b"a", b"", b"\xff"], types.MultiGetOptions(
        deadline_ms=1, snapshot_id=2, limit_bytes=4096, want_values=False))
    yield "MULTI_GET_NONE", "multi_get", store.multi_get_args("s", [], None)
    yield "PUT_CONDITIONS", "put", put("s", b"k", b"v", types.PutOptions(
        deadline_ms=5000, condition=types.Condition(
            absent=True, present=True, version_equal=0, version_at_most=-1, value_equal=b"old"),
        return_current=True))
    yield "PUT_AFTER_SYNC_FENCE_ID", "put", put("s", b"k", b"v", types.PutOptions(
        expiry=types.Expiry(ttl_ms=60000), durability=types.Durability.SYNC,
        fence=types.Fence("leader", 12), request_id=bytes(range(16))))
    yield "PUT_AT", "put", put("s", b"k", b"", types.PutOptions(expiry=types.Expiry(at_ms=1 << 41)))
    yield "PUT_KEEP", "put", put("s", b"k", b"v", types.PutOptions(expiry=types.Expiry(keep=True)))
    yield "SERVER_INFO", "server_info", store.server_info_args(
        types.ServerInfoOptions(client="test 1", api_version=1))


def encode(factory, method, arguments):
    transport = TTransport.TMemoryBuffer()
    protocol = factory.getProtocol(transport)
    protocol.writeMessageBegin(method, TMessageType.CALL, SEQID)
    # An unset option with a default would be written by Python's client: None leaves it out.
    for value in vars(arguments).values():
        for name, preset in vars(value).items() if hasattr(value, "thrift_spec") else ():
            if preset is False and name == "return_current" or preset == 0 and name == "offset" \
                    or preset is True and name in ("want_value", "want_values"):
                setattr(value, name, None)
    arguments.write(protocol)
    protocol.writeMessageEnd()
    return transport.getvalue().hex()


def literal(text):
    parts = [text[i:i + COLUMNS] for i in range(0, len(text), COLUMNS)]
    return "\n".join(f'    "{part}"' for part in parts)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "requests.h"
    guard = "LARDER_TESTS_GOLDEN_CLIENT_REQUESTS_H"
    lines = ["/*", " * requests.h: calls with options as the stock Python client writes them, in hexadecimal.",
             " *", " * Made by make.py, which says what each holds.", " */", f"#ifndef {guard}",
             f"#define {guard}", "", "/* clang-format off */"]
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["thrift", "--gen", "py", "-out", work, str(IDL)], check=True)
        sys.path.insert(0, work)
        from larder import Store, ttypes
        for protocol, factory in (("BINARY", TBinaryProtocol.TBinaryProtocolFactory()),
                                  ("COMPACT", TCompactProtocol.TCompactProtocolFactory())):
            for name, method, arguments in cases(Store, ttypes):
                lines.append(f"static const char {protocol}_{name}[] =")
                lines.append(literal(encode(factory, method, arguments)) + ";")
    lines += ["/* clang-format on */", "", "#endif"]
    out.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
