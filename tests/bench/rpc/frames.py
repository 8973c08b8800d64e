"""How long a request and its reply are on the wire: one of each, asked of a larderd.

The requests are those that larder-load sends (strict binary protocol, framed), of the same sizes.
"""
import socket
import struct

T_STOP, T_I64, T_STRING, T_STRUCT, T_LIST = 0, 10, 11, 12, 15
LIMIT_ITEMS = 6  # of ScanOptions


def text(value):
    return struct.pack(">i", len(value)) + value


def field(kind, number, value):
    return struct.pack(">bh", kind, number) + value


def call(method, *fields):
    body = struct.pack(">I", 0x80010001) + text(method) + struct.pack(">i", 1) + b"".join(fields)
    return text(body + bytes([T_STOP]))


def receive(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise SystemExit("larderd closed the connection")
        data += piece
    return data


def ask(connection, request):
    """The length of the request and of its reply."""
    connection.sendall(request)
    length = struct.unpack(">i", receive(connection, 4))[0]
    receive(connection, length)
    return len(request), length + 4


def measure(port, value_size, count):
    """By workload: the lengths of request and reply, with `count` keys or entries where it has several."""
    store = field(T_STRING, 1, text(b"default"))
    keys = [b"frame%011d" % i for i in range(count)]
    value = field(T_STRING, 3, text(bytes(value_size)))
    frames = {}
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for key in keys:
            put = call(b"put", store, field(T_STRING, 2, text(key)), value)
            frames["put"] = ask(connection, put)
        frames["get"] = ask(connection, call(b"get", store, field(T_STRING, 2, text(keys[0]))))
        listed = struct.pack(">bi", T_STRING, count) + b"".join(text(key) for key in keys)
        frames["multi_get"] = ask(connection, call(b"multi_get", store, field(T_LIST, 2, listed)))
        key_range = field(T_STRING, 1, text(keys[0])) + bytes([T_STOP])
        options = field(T_I64, LIMIT_ITEMS, struct.pack(">q", count)) + bytes([T_STOP])
        scan = call(b"scan", store, field(T_STRUCT, 2, key_range), field(T_STRUCT, 3, options))
        frames["seekrandom"] = ask(connection, scan)
    return frames
