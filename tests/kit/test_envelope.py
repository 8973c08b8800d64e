"""The envelope of values in Python: the shared vectors, and what C makes of random ones."""

import pytest

from larder_kit import envelope
from larder_kit.envelope import Envelope, EnvelopeError
from vectors import VECTORS, is_documented, random_source, run_c_test, text_of

ROWS = VECTORS["envelopes"]


def envelope_of(row):
    """An Envelope, and whether it has a checksum."""
    numbers = {name: int(row[name]) for name in ("schema_version", "entity_version", "updated_at_ms")
               if name in row}
    return Envelope(payload=bytes.fromhex(row["payload"]), entity_type=text_of(row, "entity_type"),
                    trace_id=bytes.fromhex(row["trace_id"]) if "trace_id" in row else None,
                    fields={int(id_): bytes.fromhex(content)
                            for id_, content in row.get("fields", {}).items()},
                    checksum=row.get("checksum", False), **numbers)


def row_of(one):
    """The reverse of envelope_of()."""
    row = {name: str(getattr(one, name)) for name in ("schema_version", "entity_version", "updated_at_ms")
           if getattr(one, name) is not None}
    if one.entity_type:
        row["entity_type_hex"] = one.entity_type.encode().hex()
    if one.trace_id:
        row["trace_id"] = one.trace_id.hex()
    if one.fields:
        row["fields"] = {str(id_): one.fields[id_].hex() for id_ in sorted(one.fields)}
    if one.checksum:
        row["checksum"] = True
    return {**row, "payload": one.payload.hex()}


@pytest.mark.parametrize("row", ROWS["valid"], ids=lambda row: row.get("why"))
def test_writes_and_reads_the_vectors(row):
    expected = envelope_of(row["envelope"])
    value = bytes.fromhex(row["value"])
    assert expected.encode() == value
    assert envelope.is_envelope(value)
    assert envelope.decode(value) == expected


@pytest.mark.parametrize("row", ROWS["invalid"], ids=lambda row: row["value"][:40])
def test_refuses_to_read_what_is_invalid(row):
    with pytest.raises(EnvelopeError) as caught:
        envelope.decode(bytes.fromhex(row["value"]))
    assert caught.value.code == row["code"]


@pytest.mark.parametrize("row", ROWS["refused"], ids=lambda row: row["why"])
def test_refuses_to_write_what_is_invalid(row):
    with pytest.raises(EnvelopeError) as caught:
        envelope_of(row["envelope"]).encode()
    assert caught.value.code == row["code"]


def test_the_caller_decides_about_the_checksum():
    plain = Envelope(b"data").encode()
    checked = Envelope(b"data").encode(checksum=True)
    assert not envelope.decode(plain).checksum
    assert envelope.decode(checked).checksum
    assert envelope.decode(checked).encode() == checked
    assert envelope.decode(checked).encode(checksum=False) == plain


def test_the_documented_envelope_is_right():
    assert is_documented(Envelope(b"hi", schema_version=1).encode())


def test_a_type_that_is_no_utf8_is_refused():
    with pytest.raises(EnvelopeError) as caught:
        Envelope(entity_type="\ud800").encode()
    assert caught.value.code == "bad_field"


def random_envelope(rand):
    def maybe(value):
        return value if rand.random() < 0.5 else None

    def number(bits):
        return rand.getrandbits(bits) >> rand.randrange(bits)

    return Envelope(payload=rand.randbytes(rand.randrange(20)), schema_version=maybe(number(32)),
                    entity_type=maybe("order\u00e9"), entity_version=maybe(number(63)),
                    updated_at_ms=maybe(number(63)), trace_id=maybe(rand.randbytes(16)),
                    fields={rand.randrange(7, 128): rand.randbytes(rand.randrange(3))
                            for _ in range(rand.randrange(3))},
                    checksum=rand.random() < 0.3)


def damaged(rand, value):
    """A value with a byte changed or taken out."""
    value = bytearray(value)
    at = rand.randrange(len(value))
    if rand.randrange(2):
        del value[at]
    else:
        value[at] = rand.choice((0, 1, 2, 3, 6, 32, 128, 255, value[at] ^ 1))
    return bytes(value)


def test_c_says_the_same_of_random_envelopes(tmp_path):
    rand = random_source()
    found = {"valid": [], "invalid": [], "refused": []}
    for _ in range(2000):
        value = random_envelope(rand).encode()
        for one in (value, damaged(rand, value)):
            try:
                found["valid"].append({"envelope": row_of(envelope.decode(one)), "value": one.hex()})
            except EnvelopeError as error:
                found["invalid"].append({"value": one.hex(), "code": error.code})
    assert len(found["valid"]) >= 2000 and len(found["invalid"]) > 200
    run_c_test("test_client_envelope", {"envelopes": found}, tmp_path / "vectors.json")
