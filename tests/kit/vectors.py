"""The vectors of tuple keys and envelopes, as rows and as Python values."""

import json
import os
import pathlib
import random
import struct
import subprocess
import uuid

ROOT = pathlib.Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/golden/client_codecs/vectors.json").read_text())
BUILD = pathlib.Path(os.environ.get("LARDER_BUILD", ROOT / "build/release"))


def part_of(item):
    """A part of a tuple, from the vectors."""
    (kind, value), = item.items()
    return {
        "null": lambda: None,
        "boolean": lambda: value,
        "integer": lambda: int(value),
        "double": lambda: struct.unpack(">d", bytes.fromhex(value))[0],
        "uuid": lambda: uuid.UUID(value),
        "text": lambda: value,
        "text_hex": lambda: bytes.fromhex(value).decode(),
        "bytes": lambda: bytes.fromhex(value),
        "tuple": lambda: parts_of(value),
    }[kind]()


def parts_of(items):
    return tuple(part_of(item) for item in items)


def item_of(part):
    """The reverse of part_of()."""
    if part is None:
        return {"null": True}
    if isinstance(part, bool):
        return {"boolean": part}
    if isinstance(part, int):
        return {"integer": str(part)}
    if isinstance(part, float):
        return {"double": struct.pack(">d", part).hex()}
    if isinstance(part, uuid.UUID):
        return {"uuid": part.hex}
    if isinstance(part, str):
        return {"text_hex": part.encode().hex()}
    if isinstance(part, bytes):
        return {"bytes": part.hex()}
    return {"tuple": [item_of(inner) for inner in part]}


def text_of(row, member):
    """A member as text, or that with "_hex"; None: there is none."""
    if f"{member}_hex" in row:
        return bytes.fromhex(row[f"{member}_hex"]).decode()
    return row.get(member)


def random_source():
    """A random source whose seed is printed, or taken from LARDER_SEED."""
    seed = int(os.environ.get("LARDER_SEED", random.randrange(1_000_000)))
    print("LARDER_SEED =", seed)
    return random.Random(seed)


def run_c_test(program, vectors, path):
    """Has the C test of a codec read other vectors."""
    path.write_text(json.dumps(vectors))
    done = subprocess.run([BUILD / "tests" / program], capture_output=True, text=True, timeout=240,
                          env={**os.environ, "LARDER_VECTORS": str(path)}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def is_documented(encoded):
    """Whether docs/formats.md shows these bytes, however it spaces them."""
    lines = (ROOT / "docs/formats.md").read_text().splitlines()
    return encoded.hex() in {"".join(line.split()) for line in lines}
