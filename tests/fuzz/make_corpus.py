#!/usr/bin/env python3
"""Writes the seeds of the corpora of the wire's fuzz targets: hostile messages by name, and golden ones;
and of those of the files' formats: golden samples.

usage: make_corpus.py [OUTDIR]      by default tests/fuzz/corpus

Every message with a name below once stopped, crashed or blocked a server made of stock parts. The
corpora hold more files, with hashes for names: what fuzzing found worth keeping.
"""

import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ("fuzz_wire_parse", "fuzz_wire_scan", "fuzz_wire_bridge")
FORMAT_TARGETS = {
    "fuzz_format_blob": ("blob.header", "blob.tail"),
    "fuzz_format_block": ("block.data",),
    "fuzz_format_index": ("block.index", "block.filter"),
    "fuzz_format_log": ("segment.wal", "commits"),
    "fuzz_format_manifest": ("manifest", "edits", "current"),
    "fuzz_format_properties": ("block.properties", "footer", "block.stored", "block.packed"),
    "fuzz_format_ranges": ("block.ranges",),
}


def head(name, kind=1, seqid=1):
    return struct.pack(">HBBI", 0x8001, 0, kind, len(name)) + name + struct.pack(">i", seqid)


def field(kind, number, data):
    return struct.pack(">Bh", kind, number) + data


def text(data, length=None):
    return struct.pack(">i", len(data) if length is None else length) + data


def framed(message, length=None):
    return struct.pack(">I", len(message) if length is None else length) + message


STORE = field(11, 1, text(b"default"))
KEY = field(11, 2, text(b"key"))
COMPACT = b"\x82\x21\x01\x03get"

HOSTILE = {
    "negative-length": head(b"get") + field(11, 2, text(b"", -1)) + b"\0",
    "negative-length-compact": COMPACT + b"\x28\xff\xff\xff\xff\x0f\0",
    "repeated-binary-argument": head(b"get") + STORE + KEY + KEY + b"\0",
    "repeated-binary-in-a-struct": head(b"put") + STORE + KEY + field(
        12, 4, field(11, 6, text(b"id")) * 2 + b"\0") + b"\0",
    "repeated-field-of-another-type": head(b"get") + KEY + field(8, 2, b"\0\0\0\1") + b"\0",
    "empty-frame": framed(b""),
    "nested-unknown-structs": head(b"get") + field(12, 99, b"") * 2000 + b"\0" * 2001,
    "nested-unknown-lists": head(b"get") + field(15, 99, b"") + b"\x0f\0\0\0\1" * 2000,
    "nested-known-structs": head(b"batch") + field(15, 2, b"\x0c\0\0\0\1") + field(
        12, 7, field(12, 7, b"")) * 500,
    "nested-compact-structs": COMPACT + b"\x1c" * 2000,
    "cut-in-a-skipped-string": head(b"get") + field(11, 99, text(b"abc", 100)),
    "all-arguments-missing": head(b"put") + b"\0",
    "string-of-2-gib": head(b"get") + field(11, 1, text(b"", 0x7FFFFFFF)) + b"\0",
    "binary-of-2-gib": head(b"get") + STORE + field(11, 2, text(b"abc", 0x7FFFFFFF)) + b"\0",
    "method-of-2-gib": b"\x80\x01\0\1\x7f\xff\xff\xff" + b"get\0\0\0\1\0",
    "nul-in-a-string": head(b"get") + field(11, 1, text(b"de\0ault")) + KEY + b"\0",
    "nul-in-the-method": head(b"get\0evil") + STORE + KEY + b"\0",
    "two-bytes": b"\x80\x01",
    "two-bytes-of-a-frame": b"\0\0",
    "no-version": text(b"get") + b"\1\0\0\0\1" + STORE + KEY + b"\0",
    "message-type-of-garbage": head(b"get", 0xE7) + STORE + KEY + b"\0",
    "reply-as-a-request": head(b"get", 2) + STORE + KEY + b"\0",
    "list-of-stops": head(b"multi_get") + field(15, 2, b"\x00\x7f\xff\xff\xff") + b"\0",
    "list-of-voids": head(b"multi_get") + field(15, 2, b"\x01\x7f\xff\xff\xff") + b"\0",
    "list-of-many-empty-structs": head(b"batch") + field(15, 2, b"\x0c\0\0\x10\0") + b"\0" * 4097,
    "list-longer-than-its-bytes": head(b"multi_get") + field(15, 2, b"\x0b\0\0\x10\0") + b"\0" * 99,
    "list-of-other-elements": head(b"multi_get") + field(15, 2, b"\x08\0\0\0\1\0\0\0\1") + b"\0",
    "map-of-many-pairs": head(b"store_alter") + field(13, 2, b"\x0b\x0b\0\0\x10\0") + b"\0" * 40000,
    "map-with-text-that-is-none": head(b"store_alter") + field(
        13, 2, b"\x0b\x0b\0\0\0\1" + text(b"a") + text(b"\xff")) + b"\0",
    "varint-without-end": COMPACT + b"\x16" + b"\x80" * 100,
    "varint-too-large": COMPACT + b"\x15\xff\xff\xff\xff\x7f\0",
    "bool-of-two": head(b"get") + field(2, 9, b"\2") + b"\0",
    "ids-counting-down": head(b"get") + b"".join(field(3, i, b"\0") for i in range(900, 0, -1)) + b"\0",
    "bytes-behind-the-end": framed(head(b"get") + STORE + KEY + b"\0\0"),
    "frame-longer-than-its-message": framed(head(b"get") + STORE + KEY + b"\0", 1000),
    "frame-cut-in-a-string": framed(head(b"get") + field(11, 1, text(b"defa", 7))),
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "multiplexed": head(b"Store:get") + STORE + KEY + b"\0",
    "framed": framed(head(b"get") + STORE + KEY + b"\0"),
    "oneway": head(b"get", 4) + STORE + KEY + b"\0",
}


VALUE = field(11, 3, text(b"value"))
I64 = struct.pack(">q", 1)
GET_OPTIONS = field(10, 1, I64) + field(2, 4, b"\1") + field(10, 5, I64) + b"\0"
PUT_OPTIONS = field(12, 3, field(10, 1, I64) + b"\0") + field(8, 4, b"\0\0\0\1") + field(
    2, 7, b"\0") + field(2, 8, b"\1") + b"\0"

SHAPES = {
    "get": head(b"get") + STORE + KEY + b"\0",
    "get-options": framed(head(b"get") + STORE + KEY + field(12, 3, GET_OPTIONS) + b"\0"),
    "put": framed(head(b"put") + STORE + KEY + VALUE + b"\0"),
    "put-options": head(b"put") + STORE + KEY + VALUE + field(12, 4, PUT_OPTIONS) + b"\0",
    "put-condition": head(b"put") + STORE + KEY + VALUE + field(12, 4, field(12, 2, b"\0") + b"\0") + b"\0",
    "remove": framed(head(b"remove") + STORE + KEY + b"\0"),
    "remove-options": head(b"remove") + STORE + KEY + field(12, 3, field(2, 8, b"\1") + b"\0") + b"\0",
}


def golden():
    for protocol in ("binary", "compact"):
        path = HERE.parent / "golden" / "wire" / f"{protocol}.txt"
        for line in path.read_text(encoding="ascii").splitlines():
            kind, service, method, case, data = line.split(" ")
            if (kind, case) in (("request", "full"), ("reply", "success")):
                yield f"{protocol}-{kind}-{service}-{method}".lower(), bytes.fromhex(data)


def client():
    """Golden replies behind the number of their method, which is its place among the requests."""
    methods = []
    for protocol in ("binary", "compact"):
        path = HERE.parent / "golden" / "client" / f"{protocol}.txt"
        for line in path.read_text(encoding="ascii").splitlines():
            kind, _, method, case, data = line.split(" ")
            if method not in methods:
                methods.append(method)
            if kind == "reply" and case != "long":
                yield (f"{protocol}-{method}-{case}",
                       bytes([methods.index(method)]) + bytes.fromhex(data))


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "corpus"
    seeds = {f"hostile-{name}": data for name, data in HOSTILE.items()}
    for target in TARGETS:
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds.items():
            (folder / name).write_bytes(data)
    (out / "fuzz_rpc_shape").mkdir(exist_ok=True)
    for name, data in SHAPES.items():
        (out / "fuzz_rpc_shape" / name).write_bytes(data)
    if len(sys.argv) > 1:
        (out / "fuzz_client_reply").mkdir(exist_ok=True)
        for name, data in client():
            (out / "fuzz_client_reply" / name).write_bytes(data)
        for name, data in golden():
            for target in TARGETS:
                (out / target / name).write_bytes(data)
    for target, samples in FORMAT_TARGETS.items():
        (out / target).mkdir(parents=True, exist_ok=True)
        for sample in samples:
            data = (HERE.parent / "golden" / "format" / sample).read_bytes()
            (out / target / f"golden-{sample}").write_bytes(data)
    (out / "fuzz_canary").mkdir(exist_ok=True)
    (out / "fuzz_canary" / "crash").write_bytes(b"egg")


if __name__ == "__main__":
    main()
