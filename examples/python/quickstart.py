"""Larder in one program: put, get, put under a condition, scan, and what can go wrong."""

import os
import sys

from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TFramedTransport

from larder import Store
from larder.ttypes import Condition, InvalidRequest, KeyRange, PutOptions, Refused

transport = TFramedTransport(TSocket("127.0.0.1", int(os.environ.get("LARDER_PORT", "7400"))))
transport.open()
client = Store.Client(TBinaryProtocolAccelerated(transport))

try:
    client.put("default", b"greeting", b"hello", None)
    found = client.get("default", b"greeting", None)
    print(f"greeting is {found.value.decode()}")

    # A condition that does not hold is a result, not an exception.
    absent = PutOptions(condition=Condition(absent=True))
    if not client.put("default", b"greeting", b"welcome", absent).applied:
        print("not created: greeting is there already")
    unchanged = PutOptions(condition=Condition(version_equal=found.version))
    if client.put("default", b"greeting", b"welcome", unchanged).applied:
        print("replaced: nobody had changed greeting")

    for city, people in ((b"city:Cairo", b"10"), (b"city:Lima", b"11"), (b"city:Oslo", b"1")):
        client.put("default", city, people, None)
    for item in client.scan("default", KeyRange(prefix=b"city:"), None).items:
        print(f"{item.key.decode()} has {item.value.decode()} million people")

    client.get("nowhere", b"greeting", None)
except InvalidRequest as invalid:  # correct the call
    print(f"invalid request: {invalid.message}")
except Refused as refused:  # certainly not executed: try again later
    sys.exit(f"refused: {refused.message}; try again in {refused.retry_after_ms} ms")
finally:
    transport.close()
