"""Keys made of typed parts, whose bytes sort as the parts do.

    key = encode(("order", 4711), tenant="acme")
    decode(key)                       # Key(tenant="acme", parts=("order", 4711))
    prefix = encode(("order",), tenant="acme")
    KeyRange(prefix=prefix)           # a scan of every tuple that begins so

Parts are None, bool, int (64 bits, signed), float, uuid.UUID, str, bytes, and tuples or lists of parts.
They sort by type in this order, then by value; a tuple that ends first is the lower one. -0.0 is
written as 0.0, and every NaN as one NaN that sorts above infinity.

No encoded part begins with another one, so the bytes of a shorter tuple are the prefix of exactly those
that begin with it. Each tuple has one encoding, and decode() accepts no other bytes.

docs/formats.md has the bytes; <larder/tuple.h> is the same in C. Nothing but the standard library.
"""

import re
import struct
import uuid
from typing import NamedTuple, Optional

DEPTH_MAX = 16

_END = 0x00
_TENANT = 0x03
_NULL = 0x05
_FALSE = 0x08
_TRUE = 0x09
_ZERO = 0x18
_DOUBLE = 0x28
_UUID = 0x30
_TEXT = 0x38
_BYTES = 0x40
_OPEN = 0x48

_SIGN = 1 << 63
_ONES = (1 << 64) - 1
_NAN = 0x7FF8000000000000
_INFINITY = 0x7FF0000000000000

# How 00 and 01 are written within texts and bytes.
_PAIR = re.compile(rb"\x01[\x01\x02]")


class TupleError(ValueError):
    """No key. `code` says why, with the names of larder_tuple_code_name()."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Key(NamedTuple):
    """A decoded key. `tenant` is None when the key has none."""

    tenant: Optional[str]
    parts: tuple


def encode(parts, tenant=None):
    """The key of a tuple, which is also the prefix of all tuples that begin with it."""
    out = bytearray()
    if tenant is not None:
        _write_tenant(out, tenant)
    for part in parts:
        _write(out, part, 0)
    return bytes(out)


def encode_text_prefix(parts, text, tenant=None):
    """The prefix of all tuples that begin with `parts`, followed by a text that begins with `text`."""
    out = bytearray(encode(parts, tenant))
    out.append(_TEXT)
    out += _escape(_utf8(text))
    return bytes(out)


def decode(key):
    """The tuple of a key. Raises TupleError."""
    return _Reader(bytes(key)).read()


def stop_of(prefix):
    """The lowest bytes above all that begin with `prefix`; None: there are none."""
    trimmed = prefix.rstrip(b"\xff")
    return trimmed[:-1] + bytes([trimmed[-1] + 1]) if trimmed else None


def _utf8(text):
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise TupleError("bad_text", "a text with a lone surrogate has no UTF-8") from None


def _escape(data):
    """00 becomes 01 01, and 01 becomes 01 02."""
    return data.replace(b"\x01", b"\x01\x02").replace(b"\x00", b"\x01\x01")


def _write_tenant(out, tenant):
    if not isinstance(tenant, str):
        raise TypeError(f"a tenant is a str, not {type(tenant).__name__}")
    if not tenant:
        raise TupleError("bad_tenant", "a tenant has a name")
    out.append(_TENANT)
    out += _escape(_utf8(tenant))
    out.append(_END)


def _write(out, part, depth):
    if part is None:
        out.append(_NULL)
    elif isinstance(part, bool):
        out.append(_TRUE if part else _FALSE)
    elif isinstance(part, int):
        _write_integer(out, part)
    elif isinstance(part, float):
        out.append(_DOUBLE)
        out += struct.pack(">Q", _ordered_of_double(part))
    elif isinstance(part, uuid.UUID):
        out.append(_UUID)
        out += part.bytes
    elif isinstance(part, str):
        out.append(_TEXT)
        out += _escape(_utf8(part))
        out.append(_END)
    elif isinstance(part, (bytes, bytearray, memoryview)):
        out.append(_BYTES)
        out += _escape(bytes(part))
        out.append(_END)
    elif isinstance(part, (tuple, list)):
        _write_tuple(out, part, depth)
    else:
        raise TypeError(f"{type(part).__name__} is no part of a key")


def _write_tuple(out, parts, depth):
    if depth == DEPTH_MAX:
        raise TupleError("too_deep", f"more than {DEPTH_MAX} tuples within tuples")
    out.append(_OPEN)
    for part in parts:
        _write(out, part, depth + 1)
    out.append(_END)


def _integer_bytes(value):
    """How many bytes an integer takes behind its type."""
    if value < 0:
        return max(1, ((~value).bit_length() + 7) // 8)
    return (value.bit_length() + 7) // 8


def _write_integer(out, value):
    if not -_SIGN <= value < _SIGN:
        raise OverflowError("an integer of a key has 64 bits")
    count = _integer_bytes(value)
    out.append(_ZERO - count if value < 0 else _ZERO + count)
    out += (value & ((1 << 8 * count) - 1)).to_bytes(count, "big")


def _ordered_of_double(value):
    if value != value:
        bits = _NAN
    elif value == 0:
        bits = 0
    else:
        bits = struct.unpack(">Q", struct.pack(">d", value))[0]
    return bits ^ _ONES if bits & _SIGN else bits | _SIGN


class _Reader:
    """Reads one key from its first byte to its last."""

    def __init__(self, key):
        self.key = key
        self.at = 0

    def read(self):
        tenant = None
        if self.key[:1] == bytes([_TENANT]):
            self.at = 1
            tenant = self._text()
            if not tenant:
                raise TupleError("bad_tenant", "a tenant has a name")
        parts = []
        while self.at < len(self.key):
            parts.append(self._part(0))
        return Key(tenant, tuple(parts))

    def _part(self, depth):
        tag = self.key[self.at]
        self.at += 1
        if _ZERO - 8 <= tag <= _ZERO + 8:
            return self._integer(tag)
        if tag == _OPEN:
            return self._tuple(depth)
        simple = {_NULL: None, _FALSE: False, _TRUE: True}
        if tag in simple:
            return simple[tag]
        read = {_DOUBLE: self._double, _UUID: self._uuid, _TEXT: self._text, _BYTES: self._bytes}
        if tag in read:
            return read[tag]()
        self.at -= 1
        if tag == _END:
            raise TupleError("unbalanced", f"byte {self.at}: the end of a tuple that is not open")
        if tag == _TENANT:
            raise TupleError("bad_tenant", f"byte {self.at}: a tenant is the first part of a key")
        raise TupleError("bad_type", f"byte {self.at}: no part begins with {tag:#04x}")

    def _take(self, count):
        if len(self.key) - self.at < count:
            raise TupleError("truncated", "the key ends within a part")
        taken = self.key[self.at:self.at + count]
        self.at += count
        return taken

    def _integer(self, tag):
        count = abs(tag - _ZERO)
        value = int.from_bytes(self._take(count), "big")
        if tag < _ZERO:
            value -= 1 << 8 * count
        if _integer_bytes(value) != count or not -_SIGN <= value < _SIGN:
            raise TupleError("not_canonical", "an integer is not written like this")
        return value

    def _double(self):
        ordered = struct.unpack(">Q", self._take(8))[0]
        bits = ordered ^ _SIGN if ordered & _SIGN else ordered ^ _ONES
        nan = bits & ~_SIGN > _INFINITY
        if bits == _SIGN or (nan and bits != _NAN):
            raise TupleError("not_canonical", "a double is not written like this")
        return struct.unpack(">d", struct.pack(">Q", bits))[0]

    def _uuid(self):
        return uuid.UUID(bytes=self._take(16))

    def _escaped(self):
        end = self.key.find(_END, self.at)
        if end < 0:
            raise TupleError("truncated", "the key ends within a part")
        escaped = self.key[self.at:end]
        self.at = end + 1
        if b"\x01" in _PAIR.sub(b"", escaped):
            raise TupleError("bad_escape", "01 stands before neither 01 nor 02")
        return escaped

    def _text(self):
        try:
            return _unescape(self._escaped()).decode()
        except UnicodeDecodeError:
            raise TupleError("bad_text", "a text is not UTF-8") from None

    def _bytes(self):
        return _unescape(self._escaped())

    def _tuple(self, depth):
        if depth == DEPTH_MAX:
            raise TupleError("too_deep", f"more than {DEPTH_MAX} tuples within tuples")
        parts = []
        while self._peek() != _END:
            parts.append(self._part(depth + 1))
        self.at += 1
        return tuple(parts)

    def _peek(self):
        if self.at == len(self.key):
            raise TupleError("truncated", "the key ends within a tuple")
        return self.key[self.at]


def _unescape(escaped):
    return _PAIR.sub(lambda pair: b"\x00" if pair[0] == b"\x01\x01" else b"\x01", escaped)
