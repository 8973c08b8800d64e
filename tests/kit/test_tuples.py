"""Keys made of typed parts in Python: the shared vectors, random tuples, and what C makes of those."""

import functools
import math
import uuid

import pytest

from larder_kit import tuples
from vectors import (VECTORS, is_documented, item_of, parts_of, random_source, run_c_test,
                     text_of)

ROWS = VECTORS["tuples"]

# Types in the order in which they sort.
TYPES = [type(None), bool, int, float, uuid.UUID, str, bytes, tuple]


def same(a, b):
    """Whether two parts are the same: like ==, but NaN is NaN, and 1 is neither 1.0 nor True."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


def compare(a, b):
    """By the rules, part by part."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        for one, other in zip(a, b):
            order = compare(one, other)
            if order:
                return order
        return (len(a) > len(b)) - (len(a) < len(b))
    if type(a) is not type(b):
        return 1 if TYPES.index(type(a)) > TYPES.index(type(b)) else -1
    if a is None:
        return 0
    if isinstance(a, float) and (math.isnan(a) or math.isnan(b)):
        return math.isnan(a) - math.isnan(b)
    return (a > b) - (a < b)


@pytest.mark.parametrize("row", ROWS["ascending"] + ROWS["valid"], ids=lambda row: row["key"][:40])
def test_writes_and_reads_the_vectors(row):
    tenant = text_of(row, "tenant")
    key = bytes.fromhex(row["key"])
    assert tuples.encode(parts_of(row["parts"]), tenant) == key
    decoded = tuples.decode(key)
    assert decoded.tenant == tenant
    assert same(decoded.parts, parts_of(row.get("read", row["parts"])))


def test_keeps_the_order_of_the_vectors():
    keys = [bytes.fromhex(row["key"]) for row in ROWS["ascending"]]
    assert keys == sorted(keys) and len(set(keys)) == len(keys)


@pytest.mark.parametrize("row", ROWS["invalid"], ids=lambda row: row["key"][:40])
def test_refuses_to_read_what_is_invalid(row):
    with pytest.raises(tuples.TupleError) as caught:
        tuples.decode(bytes.fromhex(row["key"]))
    assert caught.value.code == row["code"]


@pytest.mark.parametrize("row", ROWS["refused"], ids=lambda row: row["why"])
def test_refuses_to_write_what_is_invalid(row):
    with pytest.raises(tuples.TupleError) as caught:
        tuples.encode(parts_of(row["parts"]), text_of(row, "tenant"))
    assert caught.value.code == row["code"]


@pytest.mark.parametrize("row", ROWS["prefixes"], ids=lambda row: row["why"])
def test_prefixes_hold_exactly_the_tuples_that_begin_so(row):
    parts, tenant = parts_of(row["parts"]), text_of(row, "tenant")
    text = text_of(row, "text_prefix")
    prefix = tuples.encode(parts, tenant)
    if text is not None:
        prefix = tuples.encode_text_prefix(parts, text, tenant)
    assert prefix.hex() == row["prefix"]
    stop = tuples.stop_of(prefix)
    assert (stop.hex() if stop else "") == row["stop"]
    for member, within in (("within", True), ("outside", False)):
        for key in map(bytes.fromhex, row[member]):
            assert key.startswith(prefix) == within
            assert (prefix <= key and (stop is None or key < stop)) == within


@pytest.mark.parametrize("part", [1 << 63, -(1 << 63) - 1])
def test_integers_have_64_bits(part):
    with pytest.raises(OverflowError):
        tuples.encode((part,))


@pytest.mark.parametrize("part", [object(), {1}, {}, 1j])
def test_other_types_are_no_parts(part):
    with pytest.raises(TypeError):
        tuples.encode((part,))


def test_the_documented_key_is_right():
    assert is_documented(tuples.encode(("order", 4711), tenant="acme"))
    assert not is_documented(tuples.encode(("order", 4712), tenant="acme"))


def test_a_lone_surrogate_is_no_text():
    with pytest.raises(tuples.TupleError) as caught:
        tuples.encode(("\ud800",))
    assert caught.value.code == "bad_text"


def test_a_stop_of_the_highest_bytes_does_not_exist():
    assert tuples.stop_of(b"") is None
    assert tuples.stop_of(b"\xff\xff") is None


def random_integer(rand):
    return rand.choice((1, -1)) * (rand.getrandbits(63) >> rand.randrange(64)) - rand.randrange(2)


def random_part(rand, depth=0):
    """Few different values, the special ones among them, so that tuples often begin alike."""
    kinds = [
        lambda: None,
        lambda: rand.random() < 0.5,
        lambda: random_integer(rand),
        lambda: rand.choice((0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, rand.gauss(0, 9))),
        lambda: uuid.UUID(int=rand.getrandbits(1) << rand.choice((0, 127))),
        lambda: "".join(rand.choices("\0\x01\x02z\u00e9\U00010000", k=rand.randrange(4))),
        lambda: bytes(rand.choices(b"\0\x01\x02\xff", k=rand.randrange(4))),
        lambda: random_parts(rand, depth + 1),
    ]
    return rand.choice(kinds[:7] if depth == 3 else kinds)()


def random_parts(rand, depth=0):
    return tuple(random_part(rand, depth) for _ in range(rand.randrange(4)))


def test_encodings_sort_as_random_tuples_do():
    rand = random_source()
    parts = [random_parts(rand) for _ in range(3000)]
    for one in parts:
        decoded = tuples.decode(tuples.encode(one)).parts
        assert compare(decoded, one) == 0
    by_key = sorted(parts, key=tuples.encode)
    by_value = sorted(parts, key=functools.cmp_to_key(compare))
    assert [tuples.encode(one) for one in by_key] == [tuples.encode(one) for one in by_value]


def damaged(rand, key):
    """A key with a byte changed, added or taken out."""
    key = bytearray(key)
    at = rand.randrange(len(key) + 1)
    how = rand.randrange(3)
    if how == 0 or at == len(key):
        key.insert(at, rand.choice(b"\0\x01\x02\x03\x05\x18\x19\x1a\x17\x28\x30\x38\x40\x48\xff"))
    elif how == 1:
        del key[at]
    else:
        key[at] ^= 1 << rand.randrange(8)
    return bytes(key)


def row_of(key):
    """What Python says of a key: its list in the vectors, and the row."""
    try:
        decoded = tuples.decode(key)
    except tuples.TupleError as error:
        return "invalid", {"key": key.hex(), "code": error.code}
    row = {"key": key.hex(), "parts": [item_of(part) for part in decoded.parts]}
    if decoded.tenant is not None:
        row["tenant_hex"] = decoded.tenant.encode().hex()
    return "valid", row


def test_c_says_the_same_of_random_keys(tmp_path):
    rand = random_source()
    found = {"ascending": [], "valid": [], "invalid": [], "refused": [], "prefixes": []}
    for _ in range(2000):
        key = tuples.encode(random_parts(rand), rand.choice((None, None, "acme")))
        for one in (key, damaged(rand, key)):
            kind, row = row_of(one)
            found[kind].append(row)
    assert len(found["valid"]) >= 2000 and len(found["invalid"]) > 200
    run_c_test("test_client_tuple", {"tuples": found}, tmp_path / "vectors.json")
