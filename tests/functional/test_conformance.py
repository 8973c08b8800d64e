"""The statements of the contract, over a socket: the same program as the embedded run."""

import os
import subprocess

import pytest

from larder_harness import BUILD, PATIENCE

CONFORMANCE = BUILD / "tests" / "larder-conformance"
STORES = {
    "hashmap": "engine=hashmap",
    "lsm-always": "engine=lsm\ndurability=always",
    "lsm-interval": "engine=lsm\ndurability=interval",
    "lsm-os": "engine=lsm\ndurability=os",
}


@pytest.mark.parametrize("store", STORES)
def test_every_statement_holds_over_the_wire(start_server, store):
    server = start_server(config=f'[store "default"]\n{STORES[store]}\n')
    # The stock framed transport loses its buffers when it goes: the library's leak, not ours.
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run([CONFORMANCE, server.address, store.partition("-")[0]], capture_output=True,
                          text=True, timeout=PATIENCE, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 refuted" in done.stdout
