"""An optional frame around values that says what they are.

    value = Envelope(payload=b"...", schema_version=3, entity_type="order").encode(checksum=True)
    envelope = decode(value)          # raises EnvelopeError
    is_envelope(value)                # False: a bare value

Every field is optional. Fields that a reader does not know are in `fields`, by id, and are written again
by encode(), unless their id says that they must be understood: then decode() refuses the value.
Applications own the ids 32 to 127. A checksum is always checked when it is there.

docs/formats.md has the bytes; <larder/envelope.h> is the same in C. Nothing but the standard library.
"""

import dataclasses
import zlib
from typing import Optional

FIELD_MAX = 255

_MAGIC = b"\xe1\x1e"
_FORMAT = 1

_END = 0
_SCHEMA_VERSION = 1
_ENTITY_TYPE = 2
_ENTITY_VERSION = 3
_UPDATED_AT = 4
_TRACE_ID = 5
_CHECKSUM = 6
_UNDERSTOOD_FIRST = 128

_CHECKSUM_BYTES = 4
_UINT32_MAX = (1 << 32) - 1
_INT64_MAX = (1 << 63) - 1


class EnvelopeError(ValueError):
    """No envelope. `code` says why, with the names of larder_envelope_code_name()."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


@dataclasses.dataclass
class Envelope:
    """A value and what it is. None: not said."""

    payload: bytes = b""
    schema_version: Optional[int] = None
    entity_type: Optional[str] = None
    entity_version: Optional[int] = None
    updated_at_ms: Optional[int] = None
    trace_id: Optional[bytes] = None
    fields: dict = dataclasses.field(default_factory=dict)
    # Set by decode(): there was a checksum, and it is right.
    checksum: bool = False

    def encode(self, checksum=None):
        """The value. Without `checksum` there is one if there was one."""
        with_checksum = self.checksum if checksum is None else checksum
        known = b"".join(_field(id_, content) for id_, content in self._known())
        further = b"".join(_field(id_, self._further(id_)) for id_ in sorted(self.fields))
        head = _MAGIC + bytes([_FORMAT]) + known
        tail = further + bytes([_END]) + self.payload
        if not with_checksum:
            return head + tail
        head += bytes([_CHECKSUM, _CHECKSUM_BYTES])
        return head + zlib.crc32(tail, zlib.crc32(head)).to_bytes(_CHECKSUM_BYTES, "big") + tail

    def _known(self):
        if self.schema_version is not None:
            yield _SCHEMA_VERSION, _number(self.schema_version, _UINT32_MAX)
        if self.entity_type:
            yield _ENTITY_TYPE, _utf8(self.entity_type)
        if self.entity_version is not None:
            yield _ENTITY_VERSION, _number(self.entity_version, _INT64_MAX)
        if self.updated_at_ms is not None:
            yield _UPDATED_AT, _number(self.updated_at_ms, _INT64_MAX)
        if self.trace_id:
            yield _TRACE_ID, self.trace_id

    def _further(self, id_):
        if not _CHECKSUM < id_ < _UNDERSTOOD_FIRST:
            raise EnvelopeError("bad_order", f"{id_} is no id of a further field")
        return self.fields[id_]


def is_envelope(value):
    """Whether a value begins like an envelope, as no UTF-8 text does; others are bare values."""
    return value[:2] == _MAGIC


def decode(value):
    """The Envelope of a value. Raises EnvelopeError; "no_envelope" is a bare value."""
    value = bytes(value)
    if not is_envelope(value):
        raise EnvelopeError("no_envelope", "the value does not begin like an envelope")
    if len(value) == len(_MAGIC):
        raise EnvelopeError("truncated", "the value ends within the header")
    if value[2] != _FORMAT:
        raise EnvelopeError("unknown_format", f"format {value[2]} is later than {_FORMAT}")
    envelope = Envelope()
    checksum_at = None
    previous = 0
    at = 3
    while True:
        id_, content, behind = _take(value, at)
        if id_ == _END:
            break
        if id_ <= previous:
            raise EnvelopeError("bad_order", f"field {id_} behind field {previous}")
        _read(envelope, id_, content)
        if id_ == _CHECKSUM:
            checksum_at = behind - _CHECKSUM_BYTES
        previous = id_
        at = behind
    if checksum_at is not None:
        _check(value, checksum_at)
    envelope.payload = value[behind:]
    return envelope


def _field(id_, content):
    if len(content) > FIELD_MAX:
        raise EnvelopeError("bad_field", f"field {id_} has {len(content)} bytes; {FIELD_MAX} at most")
    return bytes([id_, len(content)]) + content


def _number(number, highest):
    if not 0 <= number <= highest:
        raise EnvelopeError("bad_field", f"{number} is not from 0 to {highest}")
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _utf8(text):
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EnvelopeError("bad_field", "an entity type with a lone surrogate") from None


def _take(value, at):
    """Id and content of the field at `at`, and where the next one is. The end has no content."""
    if at == len(value):
        raise EnvelopeError("truncated", "the value ends within the header")
    if value[at] == _END:
        return _END, b"", at + 1
    behind = at + 2 + value[at + 1] if at + 1 < len(value) else len(value) + 1
    if behind > len(value):
        raise EnvelopeError("truncated", "the value ends within the header")
    return value[at], value[at + 2:behind], behind


def _read(envelope, id_, content):
    if id_ == _SCHEMA_VERSION:
        envelope.schema_version = _read_number(content, _UINT32_MAX)
    elif id_ == _ENTITY_TYPE:
        envelope.entity_type = _read_text(content)
    elif id_ == _ENTITY_VERSION:
        envelope.entity_version = _read_number(content, _INT64_MAX)
    elif id_ == _UPDATED_AT:
        envelope.updated_at_ms = _read_number(content, _INT64_MAX)
    elif id_ == _TRACE_ID:
        if not content:
            raise EnvelopeError("bad_field", "the trace id is empty")
        envelope.trace_id = content
    elif id_ == _CHECKSUM:
        if len(content) != _CHECKSUM_BYTES:
            raise EnvelopeError("bad_field", f"a checksum has {_CHECKSUM_BYTES} bytes")
        envelope.checksum = True
    elif id_ < _UNDERSTOOD_FIRST:
        envelope.fields[id_] = content
    else:
        raise EnvelopeError("unknown_field", f"field {id_} must be understood")


def _read_number(content, highest):
    if len(content) > 8:
        raise EnvelopeError("bad_field", "a number of more than 64 bits")
    if content[:1] == b"\x00":
        raise EnvelopeError("not_canonical", "a number with leading zeros")
    number = int.from_bytes(content, "big")
    if number > highest:
        raise EnvelopeError("bad_field", f"{number} is over {highest}")
    return number


def _read_text(content):
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise EnvelopeError("bad_field", "the entity type is empty or not UTF-8")
    return text


def _check(value, at):
    stored = int.from_bytes(value[at:at + _CHECKSUM_BYTES], "big")
    if zlib.crc32(value[at + _CHECKSUM_BYTES:], zlib.crc32(value[:at])) != stored:
        raise EnvelopeError("bad_checksum", "the bytes are not those that were written")
