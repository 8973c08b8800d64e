#!/usr/bin/python3
"""Kills larderd under load, again and again, and checks what is left.

usage: killing.py [--cycles N] [--modes always,interval,os] [--seed N] [--folder DIR]

Each writer has keys and a connection of its own and pipelines puts, removes, conditional puts, increments,
batches, bulk writes and range removes, in an order that it knows. A killed process keeps what the operating
system has (that is so in every durability mode), so after a restart:

    K-1  the keys of a writer are as some prefix of its operations left them, and the prefix holds every
         operation that was acknowledged; so nothing acknowledged is lost, and no batch is half there
    K-2  a version that was acknowledged or seen belongs to one commit for ever, and new versions are above
         all of them
    K-3  larderd --verify finds no damage, whatever moment the process was killed at

Write buffers and tables are tiny, so that flushes, compactions and new segments are always under way; a third
of the values go to blob files.
Sometimes the server is killed again while it recovers, and sometimes it is stopped as it should be.
"""

import argparse
import collections
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time

from thrift.Thrift import TException

from larder.ttypes import (
    BatchOptions, Condition, KeyRange, Mutation, MutationKind, PutOptions, RemoveOptions, ScanOptions)
from larder_harness import LARDERD, PATIENCE, Larderd

MODES = ("always", "interval", "os")
STORE = "default"
WRITERS = 4
WINDOW = 32
KEYS = 150
CONFIG = """[server]
log_level=warning
[store "default"]
engine=lsm
durability={mode}
sync_interval=20ms
write_buffer=128K
table_bytes=64K
base_bytes=256K
level_multiplier=4
block_cache=256K
blob_min_bytes=400
"""


class Operation:
    """Something that was sent: how it is sent, what it does to the keys, and how its reply is read."""

    def __init__(self, number, send, apply, reply):
        self.number, self.send, self.apply, self.reply = number, send, apply, reply


class Writer:
    """One connection's operations, and the state that they lead to."""

    def __init__(self, number, seed, versions):
        self.prefix = b"w%d:" % number
        self.random = random.Random(seed)
        self.versions = versions  # of all writers: version -> number of the operation
        self.number = number
        self.count = 0
        self.state = {}  # after everything that was acknowledged
        self.pending = collections.deque()  # operations without a reply, in order
        self.last_version = 0
        self.acknowledged = 0
        self.problem = None

    # ---------------------------------------------------------------------------- operations

    def key(self):
        return self.prefix + b"k%03d" % self.random.randrange(KEYS)

    def value(self, name):
        return b"%d:" % name + self.random.randbytes(self.random.randrange(20, 600))

    def next_name(self):
        """A number that no other operation of any writer has."""
        self.count += 1
        return self.count * WRITERS + self.number

    def put(self, client):
        name, key = self.next_name(), self.key()
        value, absent = self.value(name), self.random.random() < 0.2
        options = PutOptions(condition=Condition(absent=True)) if absent else None

        def apply(state):
            if not absent or key not in state:
                state[key] = value

        return Operation(name, lambda: client.send_put(STORE, key, value, options), apply,
                         lambda: [client.recv_put().version])

    def remove(self, client):
        name, key = self.next_name(), self.key()
        options = RemoveOptions(want_existed=self.random.random() < 0.5)
        return Operation(name, lambda: client.send_remove(STORE, key, options),
                         lambda state: state.pop(key, None), lambda: [client.recv_remove().version])

    def increment(self, client):
        name, key, delta = self.next_name(), self.prefix + b"n%d" % self.random.randrange(5), self.random.randrange(9)

        def apply(state):
            state[key] = struct.pack(">q", struct.unpack(">q", state.get(key, bytes(8)))[0] + delta)

        return Operation(name, lambda: client.send_increment(STORE, key, delta, None), apply,
                         lambda: [client.recv_increment().version])

    def mutations(self, count):
        """Mutations of a batch or bulk write, and for each what it does."""
        mutations, applies = [], []
        for _ in range(count):
            name, key = self.next_name(), self.key()
            if self.random.random() < 0.25:
                mutations.append(Mutation(MutationKind.REMOVE, key))
                applies.append(lambda state, key=key: state.pop(key, None))
            else:
                value = self.value(name)
                mutations.append(Mutation(MutationKind.PUT, key, value=value))
                applies.append(lambda state, key=key, value=value: state.__setitem__(key, value))
        return mutations, applies

    def batch(self, client):
        mutations, applies = self.mutations(self.random.randrange(2, 9))

        def apply(state):
            for each in applies:
                each(state)

        return Operation(self.next_name(), lambda: client.send_batch(STORE, mutations, BatchOptions()), apply,
                         lambda: [client.recv_batch().version])

    def bulk(self, client):
        """Its mutations are commits of their own: one operation each, acknowledged together."""
        mutations, applies = self.mutations(self.random.randrange(2, 9))
        operations = [Operation(self.next_name(), lambda: None, apply, lambda: []) for apply in applies]
        operations[0].send = lambda: client.send_bulk_write(STORE, mutations, None)
        operations[-1].reply = lambda: [item.version for item in client.recv_bulk_write().items]
        return operations

    def remove_range(self, client):
        start = self.random.randrange(KEYS)
        first, behind = (self.prefix + b"k%03d" % n for n in (start, start + self.random.randrange(1, 20)))

        def apply(state):
            for key in [key for key in state if first <= key < behind]:
                del state[key]

        return Operation(self.next_name(),
                         lambda: client.send_remove_range(STORE, KeyRange(start_key=first, stop_key=behind), None),
                         apply, lambda: [client.recv_remove_range().version])

    def draw(self, client):
        (kind,) = self.random.choices(
            (self.put, self.remove, self.increment, self.batch, self.bulk, self.remove_range),
            (60, 10, 8, 15, 5, 2))
        drawn = kind(client)
        return drawn if isinstance(drawn, list) else [drawn]

    # -------------------------------------------------------------------------------- running

    def run(self, server, stopping):
        """Sends until the connection breaks or it is told to stop; then waits for what is left."""
        try:
            with server.store() as connection:
                while not stopping.is_set():
                    for operation in self.draw(connection.client):
                        self.pending.append(operation)
                        operation.send()
                    if len(self.pending) >= WINDOW:
                        self.take_reply()
                while self.pending:
                    self.take_reply()
        except (TException, OSError, EOFError):
            pass  # killed
        except Exception as problem:  # an assertion: it is raised where the writers are joined
            self.problem = problem

    def take_reply(self):
        """Reads the next reply; operations without one of their own belong to the next that has one."""
        operations = [self.pending[0]]
        versions = operations[0].reply()
        while not versions:
            operations.append(self.pending[len(operations)])
            versions = operations[-1].reply()
        for operation in operations:
            operation.apply(self.state)
            self.pending.popleft()
            self.acknowledged += 1
        for version in filter(None, versions):
            assert version > self.last_version, f"version {version} after {self.last_version}"
            assert self.versions.setdefault(version, self.number) == self.number, f"version {version} twice"
            self.last_version = version

    # ------------------------------------------------------------------------------- checking

    def check(self, client):
        """K-1: what is there is what a prefix of the operations left, with all that were acknowledged."""
        found, versions = {}, {}
        options = ScanOptions(limit_items=10000, limit_bytes=16 << 20)
        page = client.scan(STORE, KeyRange(prefix=self.prefix), options)
        assert page.next_token is None
        for item in page.items:
            found[item.key] = item.value
            versions[item.key] = item.version
        unknown = 0
        while found != self.state:
            assert self.pending, f"writer {self.number}: {self.difference(found)}"
            self.pending.popleft().apply(self.state)
            unknown += 1
        self.pending.clear()
        for key, version in versions.items():
            owner = self.versions.setdefault(version, self.number)
            assert owner == self.number, f"version {version} of {key} was that of another commit"
        return unknown

    def difference(self, found):
        keys = sorted(set(found) | set(self.state))
        lines = [f"{key}: found {found.get(key, b'nothing')[:12]}, not {self.state.get(key, b'nothing')[:12]}"
                 for key in keys if found.get(key) != self.state.get(key)]
        return f"{len(lines)} keys differ from every prefix; from the last one: {'; '.join(lines[:5])}"


class Killing:
    """A server and its writers, through any number of cycles."""

    def __init__(self, folder, mode, seed):
        self.random = random.Random(seed)
        self.versions = {}
        self.writers = [Writer(i, seed * WRITERS + i, self.versions) for i in range(WRITERS)]
        self.server = Larderd(folder, config=CONFIG.format(mode=mode))
        self.figures = collections.Counter()

    def cycle(self):
        """Load, the end of the process, a restart, and a look at everything."""
        stopping = threading.Event()
        threads = [threading.Thread(target=writer.run, args=(self.server, stopping)) for writer in self.writers]
        for thread in threads:
            thread.start()
        time.sleep(self.random.uniform(0.01, 0.5))
        if self.server.starts == 1:  # however slow the machine is, there is something to lose
            self.server.wait_until(lambda: any(writer.acknowledged or writer.problem
                                               for writer in self.writers), "a reply")
        if self.random.random() < 0.1:
            stopping.set()
            for thread in threads:
                thread.join()
            self.server.stop()
            self.figures["stops"] += 1
        else:
            self.server.kill()
            self.figures["kills"] += 1
        for thread in threads:
            thread.join()
        for writer in self.writers:
            if writer.problem is not None:
                raise writer.problem
        self.restart()
        self.check()

    def restart(self):
        while self.random.random() < 0.2:
            self.server.start(wait=False)
            time.sleep(self.random.uniform(0, 0.2))
            self.server.kill()
            self.figures["kills in recovery"] += 1
        if self.random.random() < 0.3:
            self.verify()
        self.server.start()

    def verify(self):
        """K-3."""
        done = subprocess.run([LARDERD, "--verify", self.server.folder / "data"], capture_output=True, text=True,
                              timeout=PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        self.figures["verifications"] += 1

    def check(self):
        with self.server.store() as client:
            for writer in self.writers:
                self.figures["found though never acknowledged"] += writer.check(client)
            # K-2
            version = client.put(STORE, b"last", b"", None).version
            assert version > max(self.versions, default=0), f"version {version} again"
            self.versions[version] = None
        for writer in self.writers:
            self.figures["acknowledged"] += writer.acknowledged
            writer.acknowledged = 0

    def end(self):
        try:
            self.server.stop()
        finally:
            self.server.kill()


def run(folder, mode, seed, cycles, tell=lambda text: None):
    """So many cycles. The figures."""
    killing = Killing(folder, mode, seed)
    try:
        for number in range(cycles):
            killing.cycle()
            if (number + 1) % 25 == 0:
                tell(f"{mode}: {number + 1} cycles, {dict(killing.figures)}")
    finally:
        killing.end()
    return killing.figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=100, help="in each mode")
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--folder", help="kept afterwards")
    arguments = parser.parse_args()
    print("seed", arguments.seed, flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.folder or temporary)
        for mode in arguments.modes.split(","):
            figures = run(folder / mode, mode, arguments.seed, arguments.cycles,
                          lambda text: print(text, flush=True))
            print(f"{mode}: nothing was lost in {arguments.cycles} cycles: {dict(figures)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
