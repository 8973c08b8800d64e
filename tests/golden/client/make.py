#!/usr/bin/env python3
"""Makes calls and replies of every method with the stock Python client, in both protocols.

usage: make.py [OUTDIR]      writes binary.txt and compact.txt, by default beside this script

A line is: KIND SERVICE METHOD CASE HEX, without frame header. Unlike the messages of
tests/golden/wire these hold nothing but what the contract allows, so that a client that knows it
reads them without loss and writes them again to the byte. The cases:
  full      every field, containers of two elements
  sparse    every other optional field; what is required is at its extremes
  empty     no optional field; empty texts and containers; zeros
  long      as sparse, with containers of 17 elements (only where a method has some)
  others    calls as programs make them, see calls()
  invalid, elsewhere, refused, indeterminate, failed     an exception with every field
Values follow from field ids alone, so the files change only with the contract.
"""

import dataclasses
import importlib
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, "/usr/lib/python3/dist-packages")

from thrift.Thrift import TMessageType  # noqa: E402
from thrift.protocol import TBinaryProtocol, TCompactProtocol  # noqa: E402
from thrift.transport import TTransport  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
IDL = ROOT / "thrift" / "larder.thrift"
sys.path.insert(0, str(ROOT / "gen-client"))
sys.dont_write_bytecode = True

import contract as contract_module  # noqa: E402

SEQID = -2
I32 = (0, 1, -1, 127, 128, -32768, 2147483647, -2147483648)
I64 = (0, 1, -1, 1 << 40, -(1 << 62), 9223372036854775807, -9223372036854775808)


@dataclasses.dataclass
class Case:
    name: str
    elements: int  # of a container
    optional: object  # seed -> whether an optional field is there
    zero: bool = False


CASES = (
    Case("full", 2, lambda seed: True),
    Case("sparse", 1, lambda seed: seed % 2 == 0),
    Case("empty", 0, lambda seed: False, zero=True),
    Case("long", 17, lambda seed: seed % 3 == 0),
)


class Maker:
    """Makes values of one case."""

    def __init__(self, contract, types, case):
        self.contract, self.types, self.case = contract, types, case

    def plain(self, kind, seed):
        if self.case.zero:
            return {"bool": False, "i32": 0, "i64": 0, "double": 0.0, "string": "", "binary": b""}[kind]
        if kind == "bool":
            return seed % 2 == 1
        if kind == "i32":
            return I32[seed % len(I32)]
        if kind == "i64":
            return I64[seed % len(I64)]
        if kind == "double":
            return seed / 4 - 1.5
        if kind == "string":
            return f"t\u00ebxt-{seed}"
        return bytes((0, 255, seed % 256)) * (seed % 5)

    def value(self, kind, seed):
        if kind.kind == "enum":
            members = self.contract.enums[kind.name].members
            return members[seed % len(members)][1]
        if kind.kind == "struct":
            return self.struct(getattr(self.types, kind.name), self.contract.structs[kind.name].fields,
                               seed)
        if kind.kind == "list":
            return [self.value(kind.element, seed + i) for i in range(self.case.elements)]
        if kind.kind == "map":
            return {f"{i}-{seed}": self.value(kind.element, seed + i)
                    for i in range(self.case.elements)}
        return self.plain(kind.kind, seed)

    def struct(self, cls, fields, seed):
        """Fields that are left out are None, also where Python would write a default."""
        values = {}
        for field in fields:
            at = seed + field.number
            optional = field.optional or field.name == "options"
            values[field.name] = (self.value(field.type, at)
                                  if not optional or self.case.optional(at) else None)
        return cls(**values)


def has_container(contract, fields):
    return any(field.type.kind in ("list", "map") for field in fields)


def calls(store, types):
    """Calls as programs make them: (method, case, arguments)."""
    get = types.GetOptions(deadline_ms=250, snapshot_id=1 << 40, if_version_not=77, want_value=False,
                           offset=3, length=9)
    yield "get", "options", store.get_args("s", b"k\x00", get)
    multi_get = types.MultiGetOptions(deadline_ms=1, snapshot_id=2, limit_bytes=4096,
                                      want_values=False)
    yield "multi_get", "options", store.multi_get_args("s", [b"a", b"", b"\xff"], multi_get)
    condition = types.Condition(absent=True, present=True, version_equal=0, version_at_most=-1,
                                value_equal=b"old")
    put = types.PutOptions(deadline_ms=5000, condition=condition, return_current=True,
                           want_existed=None)
    yield "put", "conditions", store.put_args("s", b"k", b"v", put)
    put = types.PutOptions(expiry=types.Expiry(ttl_ms=60000), durability=types.Durability.SYNC,
                           fence=types.Fence("leader", 12), request_id=bytes(range(16)),
                           return_current=None, want_existed=None)
    yield "put", "strict", store.put_args("s", b"k", b"v", put)
    put = types.PutOptions(want_existed=True, return_current=None)
    yield "put", "existed", store.put_args("s", b"k", b"v", put)
    remove = types.RemoveOptions(want_existed=False, return_current=False)
    yield "remove", "blind", store.remove_args("s", b"k", remove)
    counter = types.Mutation(types.MutationKind.INCREMENT, b"n", delta=-7)
    record = types.Mutation(types.MutationKind.PUT, b"k", b"v", expiry=types.Expiry(keep=True),
                            condition=types.Condition(version_equal=9))
    span = types.Mutation(types.MutationKind.REMOVE_RANGE, b"a", stop_key=b"b")
    batch = types.BatchOptions(guards=[types.Guard(b"g", types.Condition(present=True))],
                               return_current=False)
    yield "batch", "mixed", store.batch_args("s", [counter, record, span], batch)
    yield "scan", "everything", store.scan_args("s", types.KeyRange(), None)
    yield "touch", "never", store.touch_args("s", b"k", types.Expiry(), None)
    info = types.ServerInfoOptions(client="test 1", api_version=1)
    yield "server_info", "client", store.server_info_args(info)


def encode(factory, name, kind, body):
    transport = TTransport.TMemoryBuffer()
    protocol = factory.getProtocol(transport)
    protocol.writeMessageBegin(name, kind, SEQID)
    body.write(protocol)
    protocol.writeMessageEnd()
    return transport.getvalue().hex()


def messages(contract, types, modules, factory):
    for number, method in enumerate(contract.methods):
        module = modules[method.service]
        arguments = getattr(module, f"{method.name}_args")
        result = getattr(module, f"{method.name}_result")
        results = contract.structs[method.result].fields
        for case in CASES:
            maker = Maker(contract, types, case)
            if case.name != "long" or has_container(contract, method.arguments):
                body = maker.struct(arguments, method.arguments, number)
                yield "request", method, case.name, encode(factory, method.name, TMessageType.CALL, body)
            if case.name != "long" or has_container(contract, results):
                body = result(success=maker.struct(getattr(types, method.result), results, number))
                yield "reply", method, case.name, encode(factory, method.name, TMessageType.REPLY, body)
    methods = {method.name: method for method in contract.methods}
    for name in ("get", "flush", "health"):
        method = methods[name]
        result = getattr(modules[method.service], f"{name}_result")
        for spec in result.thrift_spec[1:]:
            cls = spec[3][0]
            body = Maker(contract, types, CASES[0]).struct(
                cls, contract.structs[cls.__name__].fields, spec[0])
            yield "reply", method, spec[2], encode(factory, name, TMessageType.REPLY,
                                                   result(**{spec[2]: body}))
    for name, case, arguments in calls(modules["Store"], types):
        yield "request", methods[name], case, encode(factory, name, TMessageType.CALL, arguments)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    with tempfile.TemporaryDirectory() as work:
        for kind in ("py", "xml"):
            subprocess.run(["thrift", "--gen", kind, "-out", work, str(IDL)], check=True)
        contract = contract_module.read(f"{work}/larder.xml")
        sys.path.insert(0, work)
        modules = {name: importlib.import_module(f"larder.{name}")
                   for name in {method.service for method in contract.methods}}
        types = importlib.import_module("larder.ttypes")
        for protocol, factory in (("binary", TBinaryProtocol.TBinaryProtocolFactory()),
                                  ("compact", TCompactProtocol.TCompactProtocolFactory())):
            lines = [f"{kind} {method.service} {method.name} {case} {data}\n"
                     for kind, method, case, data in messages(contract, types, modules, factory)]
            (out / f"{protocol}.txt").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
