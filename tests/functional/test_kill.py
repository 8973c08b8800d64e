"""larderd is killed under load, in every durability mode; `./dev soak kill` does it at length."""

import os
import random

import pytest

import killing

CYCLES = int(os.environ.get("LARDER_KILL_CYCLES", "6"))


@pytest.mark.parametrize("mode", killing.MODES)
def test_nothing_that_was_acknowledged_is_lost(tmp_path, mode):
    seed = int(os.environ.get("LARDER_SEED", random.randrange(1_000_000)))
    print("LARDER_SEED =", seed)
    figures = killing.run(tmp_path, mode, seed, CYCLES)
    print(dict(figures))
    assert figures["kills"] > 0 and figures["acknowledged"] > 0
