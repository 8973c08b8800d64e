"""The runner itself: what it takes for a pass, and that its contracts differ from ours."""

import pathlib

import pytest

import contracts
import interop

LARDER_THRIFT = pathlib.Path(__file__).resolve().parents[2] / "thrift" / "larder.thrift"
EXPECTED = {1: "ping", 2: "get"}


def verdicts(out, status=0, skips=()):
    return interop.verdicts(EXPECTED, dict(skips), out, "", status)


def test_two_ok_lines_pass():
    assert verdicts("ok 1 - ping\nsomething else\nok 2\n") == {1: "ok", 2: "ok"}


@pytest.mark.parametrize("out, number", [
    ("not ok 1 - ping: no reply\nok 2\n", 1),
    ("ok 1 - ping\n", 2),
    ("ok 1\nok 2\nok 2\n", 2),
    ("ok 1\nok 2\nok 3\n", 3),
    ("ok 1\nok 2 # SKIP too hard\n", 2),
    ("", 1),
])
def test_anything_else_fails(out, number):
    assert verdicts(out)[number] not in ("ok", "skipped")


def test_a_bad_exit_status_fails():
    assert verdicts("ok 1\nok 2\n", status=1)[0] == "exit status 1"


def test_a_skip_needs_its_reason():
    said = verdicts("ok 1\nok 2 - get # SKIP no gets\n", skips={2: "no gets"})
    assert said == {1: "ok", 2: "skipped"}


def test_there_are_checks_in_every_part():
    numbers = {part: set(names) for part, names in interop.checks().items()}
    assert set(numbers) == set(interop.PARTS) and all(numbers.values())
    assert sum(map(len, numbers.values())) == len(set().union(*numbers.values()))


def test_every_language_is_complete():
    for path in interop.HERE.glob("*/interop.json"):
        language = interop.Language(path.parent.name)
        assert language.transports(), path
        assert all(reason.strip() for reason in [*language.cannot.values(), *language.skips.values()])


def test_the_contracts_differ_as_they_say():
    today = LARDER_THRIFT.read_text()
    older, newer = contracts.older(today), contracts.newer(today)
    assert "range_info(" not in older and "range_info(" in today
    assert "MEMORY_FULL" not in older and len(older) < len(today)
    assert "Colour paint(" in newer and "TOO_WARM = 90" in newer and len(newer) > len(today)


def test_an_edit_that_finds_nothing_is_an_error():
    with pytest.raises(AssertionError):
        contracts.struct_without(LARDER_THRIFT.read_text(), "GetResult", "no_such_field")
