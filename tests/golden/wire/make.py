#!/usr/bin/env python3
"""Makes golden messages of every method with the stock Python client, in both protocols.

usage: make.py [OUTDIR]      writes binary.txt and compact.txt, by default beside this script

A line is: KIND SERVICE METHOD CASE HEX, without frame header. The kinds and cases:
  request bare   required arguments only
  request full   every field of every struct set; containers have two elements, maps one
  reply   success, and one case per exception of the contract, all fields set
  reply   unknown: a TApplicationException
Values follow from field ids alone, so the files change only with the contract. Sequence ids include
negative ones.
"""

import importlib
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, "/usr/lib/python3/dist-packages")

from thrift.Thrift import TApplicationException, TMessageType, TType  # noqa: E402
from thrift.protocol import TBinaryProtocol, TCompactProtocol  # noqa: E402
from thrift.transport import TTransport  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
IDL = HERE.parent.parent.parent / "thrift" / "larder.thrift"
SERVICES = ("Store", "Admin", "Observe")
NUMBERS = (0, 1, -1, 127, 128, -32768, 2147483647, -2147483648)
WIDE = (0, 1, -1, 1 << 40, -(1 << 62), 9223372036854775807, -9223372036854775808)


def value_of(kind, arguments, seed):
    """A value of a type as thrift_spec gives it; `seed` makes neighbours differ."""
    if kind == TType.BOOL:
        return seed % 2 == 1
    if kind == TType.BYTE:
        return seed % 100
    if kind == TType.I16:
        return seed - 500
    if kind == TType.I32:
        return NUMBERS[seed % len(NUMBERS)]
    if kind == TType.I64:
        return WIDE[seed % len(WIDE)]
    if kind == TType.DOUBLE:
        return seed / 4 - 1.5
    if kind == TType.STRING:
        return f"t\u00ebxt-{seed}" if arguments == "UTF8" else bytes((0, 255, seed % 256)) * (seed % 5)
    if kind == TType.STRUCT:
        return filled(arguments[0], seed)
    if kind == TType.LIST:
        return [value_of(arguments[0], arguments[1], seed + i) for i in range(2)]
    if kind == TType.MAP:
        return {value_of(arguments[0], arguments[1], seed):
                value_of(arguments[2], arguments[3], seed + 1)}
    raise SystemExit(f"no value for type {kind}")


def filled(cls, seed, only=None):
    """An instance with every field set, or only those that `only` lets pass."""
    values = {}
    for spec in cls.thrift_spec:
        if spec is not None and (only is None or only(spec)):
            values[spec[2]] = value_of(spec[1], spec[3], seed + spec[0])
    return cls(**values)


def encode(factory, name, kind, seqid, body):
    transport = TTransport.TMemoryBuffer()
    protocol = factory.getProtocol(transport)
    protocol.writeMessageBegin(name, kind, seqid)
    body.write(protocol)
    protocol.writeMessageEnd()
    return transport.getvalue().hex()


def messages(factory, service, module):
    for index, name in enumerate(method for method in dir(module) if method.endswith("_args")):
        method = name[:-len("_args")]
        seqid = (1, -1, 0, 2147483647, -2147483648, 300)[index % 6]
        arguments = getattr(module, name)
        result = getattr(module, f"{method}_result")
        bare = filled(arguments, index, lambda spec: spec[2] != "options")
        yield "request", method, "bare", encode(factory, method, TMessageType.CALL, seqid, bare)
        yield "request", method, "full", encode(factory, method, TMessageType.CALL, seqid,
                                                filled(arguments, index))
        for spec in (spec for spec in result.thrift_spec if spec is not None):
            yield "reply", method, spec[2], encode(
                factory, method, TMessageType.REPLY, seqid,
                filled(result, index, lambda other, wanted=spec: other is wanted))
        unknown = TApplicationException(TApplicationException.UNKNOWN_METHOD, "no such method")
        yield "reply", method, "unknown", encode(factory, method, TMessageType.EXCEPTION, seqid,
                                                 unknown)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["thrift", "--gen", "py", "-out", work, str(IDL)], check=True)
        sys.path.insert(0, work)
        modules = {name: importlib.import_module(f"larder.{name}") for name in SERVICES}
        for protocol, factory in (("binary", TBinaryProtocol.TBinaryProtocolFactory()),
                                  ("compact", TCompactProtocol.TCompactProtocolFactory())):
            lines = [f"{kind} {service} {method} {case} {data}\n"
                     for service, module in modules.items()
                     for kind, method, case, data in messages(factory, service, module)]
            (out / f"{protocol}.txt").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
