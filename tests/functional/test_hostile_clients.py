"""Sixty-four clients of every behaviour at once, for a minute: nobody good notices the bad ones."""

import json
import pathlib
import random
import os
import subprocess
import sys
import time

from larder_harness import PATIENCE, SANITIZED

SECONDS = int(os.environ.get("LARDER_HOSTILE_SECONDS", "60"))
ROLES = {"polite": 20, "pipeliner": 8, "dripper": 10, "deaf": 8, "cutter": 8, "mangler": 10}
assert sum(ROLES.values()) == 64

MIB = 1024 * 1024
IN_FLIGHT_MAX = 64 * MIB
# What a server may use besides requests and replies: stores, stacks, the allocator's slack.
REST_MAX = 160 * MIB
CONFIG = f"""
[limits]
connections_per_ip=1024
output_bytes=2M
in_flight_bytes={IN_FLIGHT_MAX}
request_ms=5s
write_stall_ms=10s

[store "default"]
engine=hashmap
"""


def test_good_clients_do_not_notice_bad_ones(start_server):
    seed = int(os.environ.get("LARDER_SEED", random.randrange(1_000_000)))
    print("LARDER_SEED =", seed)
    server = start_server(config=CONFIG)
    host, port = server.address.rsplit(":", 2)[1:]
    script = pathlib.Path(__file__).with_name("hostile.py")
    crowd = [subprocess.Popen([sys.executable, script, role, str(count), host, port, str(SECONDS),
                               str(seed + number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
             for number, (role, count) in enumerate(ROLES.items())]
    highest = 0
    try:
        while any(process.poll() is None for process in crowd):
            highest = max(highest, server.resident_bytes())
            time.sleep(0.2)
        results = []
        for process in crowd:
            printed, said = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, said.decode()
            results.append(json.loads(printed))
    finally:
        for process in crowd:
            process.kill()
            process.communicate()
    for result in results:
        print(result["role"], result["seen"])
    print("highest resident memory:", highest // MIB, "MiB")
    with server.observe() as client:
        for line in client.metrics(None).text.splitlines():
            if line.startswith(("larder_connections", "larder_net", "larder_overload")):
                print(line)

    assert [result["wrong"] for result in results] == [[] for _ in ROLES]
    seen = {result["role"]: result["seen"] for result in results}
    assert seen["polite"]["checked"] > 100 and seen["pipeliner"]["checked"] >= 128
    assert seen["mangler"]["malformed"] > 100 and seen["cutter"]["cuts"] > 100
    assert seen["deaf"]["made to wait"] > 0 and seen["dripper"]["bytes"] > 0
    if not SANITIZED:  # sanitizers multiply memory
        assert highest < IN_FLIGHT_MAX + REST_MAX

    # Whoever is gone is forgotten, and the server is as good as new.
    server.wait_until(lambda: server.metric("larder_connections{listener=\"data\"}") == 0, "no connection is left")
    with server.store() as client:
        assert client.ping(b"still here").payload == b"still here"
