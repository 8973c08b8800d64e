#!/usr/bin/env python3
"""Derives an older and a newer contract from the present one.

usage: contracts.py LARDER.THRIFT FOLDER

Writes FOLDER/{today,older,newer}/larder.thrift:

    today   the contract as it is
    older   without some fields, enum values and a method, as if they had not been invented yet
    newer   with more fields (of every kind), enum values, a struct and a method, as the rules of
            compatibility allow

Every edit must find its place exactly once, so that a change of the contract cannot turn one into
nothing. The edits are the list to read; the stand-in servers (stand_in.py) and the checks of
CHECKS.md from 50 on know them by name.
"""

import pathlib
import re
import sys

API_VERSION = "const i32 API_VERSION = 2"


def struct_without(text, name, *fields):
    """The contract without fields of a struct or exception."""
    head, body, tail = _body(text, rf"(?:struct|exception) {name} ")
    for field in fields:
        body = _once(body, rf"(?m)^  \d+: [^\n]*\b{field}\b[^\n]*\n", "")
    return head + _without_last_comma(body) + tail


def enum_without(text, name, *values):
    """The contract without values of an enum."""
    head, body, tail = _body(text, rf"enum {name} ")
    for value in values:
        body = _once(body, rf"(?m)^  {value} = \d+,?\n", "")
    return head + _without_last_comma(body) + tail


def method_without(text, name):
    """The contract without a method that is not the last one of its service."""
    return _once(text, rf"(?m)^  \w+ {name}\([^\n]*\n    throws [^\n]*\n[^\n]*\),\n", "")


def with_lines(text, kind, name, *lines):
    """The contract with more fields or values at the end of a struct, exception or enum."""
    head, body, tail = _body(text, rf"{kind} {name} ")
    return head + body.rstrip("\n") + "".join(f",\n  {line}" for line in lines) + "\n" + tail


def _body(text, opening):
    """The text before, of and after the body of a definition."""
    found = list(re.finditer(rf"(?m)^{opening}{{\n", text))
    assert len(found) == 1, f"{len(found)} definitions fit {opening!r}"
    start = found[0].end()
    end = text.index("\n}", start) + 1
    return text[:start], text[start:end], text[end:]


def _once(text, pattern, replacement):
    text, count = re.subn(pattern, lambda _: replacement, text)
    assert count == 1, f"{count} places fit {pattern!r}"
    return text


def _without_last_comma(body):
    """What is left must not end in a comma, nor in a comment that has lost its field."""
    return body.rstrip("\n").rstrip(",") + "\n" if body.strip() else body


def older(text):
    text = _once(text, re.escape(API_VERSION), "const i32 API_VERSION = 1")
    text = struct_without(text, "ServerInfo", "limits", "uptime_ms", "topology_epoch")
    text = struct_without(text, "PutOptions", "return_current", "want_existed")
    text = struct_without(text, "RemoveOptions", "want_existed")
    text = struct_without(text, "WriteResult", "current_version", "current_value", "existed",
                          "expires_at_ms", "replayed")
    text = struct_without(text, "GetResult", "full_length", "unchanged", "server_us",
                          "topology_epoch")
    text = struct_without(text, "ScanResult", "examined", "tombstones", "expired", "read_version")
    text = struct_without(text, "ScanItem", "expires_at_ms", "full_length")
    text = struct_without(text, "Refused", "details", "scope")
    text = enum_without(text, "NotApplied", "NOT_A_COUNTER", "OUT_OF_RANGE", "TOO_LONG")
    text = enum_without(text, "RefusedCode", "MEMORY_FULL", "READ_ONLY")
    text = enum_without(text, "StopReason", "LIMIT_ITEMS")
    return method_without(text, "range_info")


def newer(text):
    text = _once(text, re.escape(API_VERSION), "const i32 API_VERSION = 3")
    first = "/** Why a request is invalid. */"
    text = _once(text, re.escape(first), COLOUR + first)
    text = with_lines(text, "struct", "PutOptions", *NEW_FIELDS)
    text = with_lines(text, "struct", "GetResult", *NEW_FIELDS)
    text = with_lines(text, "struct", "WriteResult", *NEW_FIELDS)
    text = with_lines(text, "exception", "Refused", *NEW_FIELDS)
    text = with_lines(text, "enum", "RefusedCode", "TOO_WARM = 90")
    text = with_lines(text, "enum", "NotApplied", "WRONG_MOON = 90")
    text = with_lines(text, "enum", "StopReason", "SUNSET = 90")
    text = with_lines(text, "enum", "MutationKind", "PAINT = 90")
    return _once(text, r"(?m)^service Store \{\n", "service Store {\n" + PAINT)


# A struct that only the newer contract has.
COLOUR = """/** A colour, which only the newer contract knows. */
struct Colour {
  1: string name,
  2: optional list<i64> shades
}

"""

# Fields of every kind, added to requests, results and exceptions.
NEW_FIELDS = (
    "90: optional bool eager",
    "91: optional i8 small",
    "92: optional i16 medium",
    "93: optional i32 large",
    "94: optional double factor",
    "95: optional string hint",
    "96: optional Colour colour",
    "97: optional list<Colour> palette",
    "98: optional map<string, i64> weights",
    "99: optional list<list<binary>> nested",
)

# A method that only the newer contract has.
PAINT = """  /** Paints a key. */
  Colour paint(1: string store, 2: binary key, 3: Colour colour)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

"""


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    text = pathlib.Path(sys.argv[1]).read_text()
    for name, contract in {"today": text, "older": older(text), "newer": newer(text)}.items():
        path = pathlib.Path(sys.argv[2]) / name / "larder.thrift"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(contract)


if __name__ == "__main__":
    main()
