"""Clients of every behaviour, good and bad, for test_hostile_clients.py.

usage: hostile.py ROLE COUNT HOST PORT SECONDS SEED

Runs COUNT clients of one role, a thread each, until SECONDS have passed; prints one JSON object with
what they saw. Roles:

  polite     one request at a time, over random stock transports and protocols; checks every reply
  pipeliner  128 requests in one write, then 128 replies, which must be the right ones in order
  dripper    a good request, one byte a second
  deaf       sends large reads and never reads a byte
  cutter     sends a part of a request and resets the connection
  mangler    every malformed message below, in turn
"""

import json
import random
import socket
import struct
import sys
import threading
import time

from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.transport import TSocket, TTransport

from larder import Store
from larder.ttypes import InvalidRequest

STORE = "default"
PIPELINE = 128


def frame(payload):
    return struct.pack(">i", len(payload)) + payload


def message(method, *arguments, seqid=7):
    """The bytes of a call in unframed strict binary, as the stock client makes them."""
    memory = TTransport.TMemoryBuffer()
    client = Store.Client(TBinaryProtocol.TBinaryProtocol(memory))
    client._seqid = seqid
    getattr(client, "send_" + method)(*arguments)
    return memory.getvalue()


def reply(method, payload):
    """What the stock client makes of the bytes of a reply: its result, or raises."""
    memory = TTransport.TMemoryBuffer(payload)
    client = Store.Client(TBinaryProtocol.TBinaryProtocol(memory))
    return getattr(client, "recv_" + method)()


def header(method=b"get", kind=1, version=0x80010000, seqid=1):
    return struct.pack(">Ii", version | kind, len(method)) + method + struct.pack(">i", seqid)


def text_field(number, value, length=None):
    return struct.pack(">bhi", 11, number, len(value) if length is None else length) + value


def nested(levels):
    return b"\x0c\x00\x09" * levels + b"\x00" * levels


STOP = b"\x00"
GOOD_ARGUMENTS = text_field(1, STORE.encode()) + text_field(2, b"k")

# Each kills, stalls or bloats the stock runtime; here each may cost only its own connection.
MALFORMED = {
    "binary of length -1": header() + text_field(1, b"default") + text_field(2, b"", -1) + STOP,
    "binary of 2 GiB": header() + text_field(1, b"default") + text_field(2, b"", 0x7FFFFFFF) + STOP,
    "string of 2 GiB": header() + text_field(1, b"", 0x7FFFFFFF) + STOP,
    "method of 2 GiB": struct.pack(">Ii", 0x80010001, 0x7FFFFFFF) + b"get",
    "method of length -1": struct.pack(">Ii", 0x80010001, -1),
    "method with NUL": header(b"get\x00evil") + GOOD_ARGUMENTS + STOP,
    "duplicate field": header() + GOOD_ARGUMENTS + text_field(2, b"again") + STOP,
    "duplicate unknown field": header() + GOOD_ARGUMENTS + text_field(77, b"a") * 2 + STOP,
    "nested unknown structs": header() + nested(200_000) + STOP,
    "no arguments": header() + STOP,
    "no version": struct.pack(">i", 3) + b"get" + b"\x01" + struct.pack(">i", 1) + STOP,
    "message type REPLY": header(kind=2) + GOOD_ARGUMENTS + STOP,
    "message type 77": header(kind=77) + GOOD_ARGUMENTS + STOP,
    "unknown method": header(b"drop_tables") + STOP,
    "unknown field type": header() + b"\x09\x00\x05" + STOP,
    "list of 2 billion": header(b"multi_get") + text_field(1, b"default")
                         + b"\x0f\x00\x02\x0b" + struct.pack(">i", 2_000_000_000) + STOP,
    "list of -1": header(b"multi_get") + text_field(1, b"default")
                  + b"\x0f\x00\x02\x0b" + struct.pack(">i", -1) + STOP,
    "list of STOP": header(b"multi_get") + text_field(1, b"default")
                    + b"\x0f\x00\x02\x00" + struct.pack(">i", 1_000_000_000) + STOP,
    "map of 2 billion": header() + b"\x0d\x00\x07\x0b\x0b" + struct.pack(">i", 2_000_000_000) + STOP,
    "store with NUL": header() + text_field(1, b"def\x00ault") + text_field(2, b"k") + STOP,
    "store not UTF-8": header() + text_field(1, b"\xff\xfe") + text_field(2, b"k") + STOP,
    "bool of 7": header() + GOOD_ARGUMENTS + b"\x0c\x00\x03" + b"\x02\x00\x04\x07" + STOP + STOP,
    "compact varint without end": b"\x82\x21\x01" + b"\xff" * 64,
    "compact length of 4 GiB": b"\x82\x21\x01\x03get\x18\xff\xff\xff\xff\x0f",
    "compact nested lists": b"\x82\x21\x01\x03get" + b"\x99" + b"\x19" * 100_000,
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 200,
    "random bytes": bytes(random.Random(1).randrange(256) for _ in range(4096)),
}
# Whole frames whose frame header is at fault.
MALFORMED_FRAMES = {
    "empty frame": b"\x00\x00\x00\x00",
    "frame of -1": b"\xff\xff\xff\xff" + header() + GOOD_ARGUMENTS + STOP,
    "frame of 2 GiB": b"\x7f\xff\xff\xff" + header() + GOOD_ARGUMENTS + STOP,
    "frame too short": struct.pack(">i", 9) + header() + GOOD_ARGUMENTS + STOP,
    "frame too long": frame(header() + GOOD_ARGUMENTS + STOP + b"trailing"),
    "two messages in a frame": frame((header() + GOOD_ARGUMENTS + STOP) * 2),
    "frame within a string": frame(header() + text_field(1, b"default", 4000)),
}


class Client:
    """What all roles share: an address, a deadline, a random source and a tally."""

    def __init__(self, name, host, port, deadline, rand):
        self.name = name.encode()
        self.host, self.port = host, port
        self.deadline = deadline
        self.rand = rand
        self.seen = {}
        self.wrong = []

    def count(self, what, amount=1):
        self.seen[what] = self.seen.get(what, 0) + amount

    def running(self):
        return time.monotonic() < self.deadline and len(self.wrong) < 5

    def connect(self):
        connection = socket.create_connection((self.host, self.port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def reset(self, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def key(self, number):
        return b"hostile/%s/%d" % (self.name, number)

    def polite(self):
        while self.running():
            plain = TSocket.TSocket(self.host, self.port)
            plain.setTimeout(60_000)
            transport = self.rand.choice([TTransport.TFramedTransport, TTransport.TBufferedTransport])(plain)
            protocol = self.rand.choice([TBinaryProtocol.TBinaryProtocolAccelerated,
                                         TBinaryProtocol.TBinaryProtocol,
                                         TCompactProtocol.TCompactProtocol])(transport)
            client = Store.Client(protocol)
            transport.open()
            for _ in range(200):
                if not self.running():
                    break
                self.polite_call(client)
            transport.close()

    def polite_call(self, client):
        key = self.key(self.rand.randrange(50))
        value = self.rand.randbytes(self.rand.choice([0, 1, 100, 5000]))
        written = client.put(STORE, key, value, None)
        read = client.get(STORE, key, None)
        if not written.applied or not read.found or read.value != value or read.version != written.version:
            self.wrong.append(f"put {written} and then get {read}")
        try:
            client.get("no-such-store", key, None)
            self.wrong.append("an unknown store was found")
        except InvalidRequest as error:
            if error.code != 3:
                self.wrong.append(f"unknown store: {error}")
        self.count("checked", 3)

    def pipeliner(self):
        connection = self.connect()
        stream = connection.makefile("rb")
        while self.running():
            values = [self.rand.randbytes(self.rand.randrange(300)) for _ in range(PIPELINE // 2)]
            calls = b""
            for number, value in enumerate(values):
                calls += frame(message("put", STORE, self.key(number % 8), value, None, seqid=2 * number))
                calls += frame(message("get", STORE, self.key(number % 8), None, seqid=2 * number + 1))
            connection.sendall(calls)
            for number, value in enumerate(values):
                self.expect_reply(stream, "put", 2 * number)
                result = self.expect_reply(stream, "get", 2 * number + 1)
                if result.value != value:
                    self.wrong.append(f"reply {number} is not the value that was put just before")
            self.count("checked", PIPELINE)
        connection.close()

    def expect_reply(self, stream, method, seqid):
        length = struct.unpack(">i", stream.read(4))[0]
        payload = stream.read(length)
        at = 8 + len(method)
        if payload[8:at] != method.encode() or struct.unpack(">i", payload[at:at + 4])[0] != seqid:
            self.wrong.append(f"expected the reply to {method} {seqid}, got {payload[:32]!r}")
        return reply(method, payload)

    def dripper(self):
        while self.running():
            connection = self.connect()
            try:
                for byte in frame(message("put", STORE, b"drip", b"x" * 100, None)):
                    if not self.running():
                        break
                    connection.send(bytes([byte]))
                    self.count("bytes")
                    time.sleep(1)
            except OSError:
                self.count("cut off by the server")
            connection.close()

    def deaf(self):
        while self.running():
            connection = self.connect()
            connection.settimeout(1)
            calls = frame(message("get", STORE, b"big", None)) * 64
            try:
                connection.sendall(frame(message("put", STORE, b"big", b"x" * 500_000, None)))
                while self.running():
                    connection.sendall(calls)
                    self.count("reads sent", 64)
            except socket.timeout:
                self.count("made to wait")
                while self.running() and self.still_open(connection):
                    time.sleep(0.5)
            except OSError:
                self.count("cut off by the server")
            self.reset(connection)

    def still_open(self, connection):
        """Whether the server keeps the connection, without reading from it."""
        return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0

    def cutter(self):
        whole = frame(message("put", STORE, b"cut", b"x" * 2000, None))
        large = frame(message("put", STORE, b"cut", b"x" * 900_000, None))
        while self.running():
            connection = self.connect()
            request = self.rand.choice([whole, whole, whole, large])
            part = request[:self.rand.randrange(len(request))]
            try:
                connection.sendall(whole * self.rand.randrange(3) + part)
            except ConnectionError:
                self.count("cut off by the server")
            if self.rand.random() < 0.5:
                self.reset(connection)
            else:
                connection.close()
            self.count("cuts")
            time.sleep(0.01)

    def mangler(self):
        bad = [frame(payload) for payload in MALFORMED.values()] + list(MALFORMED.values()) \
            + list(MALFORMED_FRAMES.values())
        while self.running():
            connection = self.connect()
            connection.settimeout(30)
            request = self.rand.choice(bad)
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except ConnectionError:
                self.count("reset")
            except socket.timeout:
                self.wrong.append(f"no answer and no end after {request[:40]!r}")
            connection.close()
            self.count("malformed")
            time.sleep(0.005)

    def run(self, role):
        try:
            getattr(self, role)()
        except Exception as error:  # whatever it is, the test has to see it
            self.wrong.append(f"{type(error).__name__}: {error}")


def main():
    role, count, host, port, seconds, seed = sys.argv[1:]
    deadline = time.monotonic() + float(seconds)
    clients = [Client(f"{role}-{number}", host, int(port), deadline, random.Random(int(seed) * 1000 + number))
               for number in range(int(count))]
    threads = [threading.Thread(target=client.run, args=(role,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = {"role": role, "wrong": [], "seen": {}}
    for client in clients:
        total["wrong"] += client.wrong
        for what, amount in client.seen.items():
            total["seen"][what] = total["seen"].get(what, 0) + amount
    print(json.dumps(total))


if __name__ == "__main__":
    main()
