"""A program that uses the SDK outlives a larderd that is killed, stopped and started under it.

Once more under valgrind, where the environment variable VALGRIND names it.
"""

import os
import subprocess

import pytest

from larder_harness import BUILD, PATIENCE, SANITIZER, Larderd

HAMMER = BUILD / "tests" / "sdk_hammer"
ROUNDS = 4
VALGRIND = [os.environ.get("VALGRIND"), "--quiet", "--leak-check=full", "--error-exitcode=9",
            "--errors-for-leak-kinds=definite,indirect"]


class Hammer:
    """The running program; counts() are those of its next line."""

    def __init__(self, address, under=()):
        self.process = subprocess.Popen([*under, str(HAMMER), address], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def counts(self):
        line = self.process.stdout.readline()
        assert line, "it ended: " + self.process.stderr.read()
        return [int(number) for number in line.split()]

    def await_good(self, more):
        """Waits until so many calls more have succeeded."""
        target = self.counts()[0] + more
        while self.counts()[0] < target:
            pass

    def await_other(self, more):
        """Waits until so many calls more have not."""
        target = self.counts()[1] + more
        while self.counts()[1] < target:
            pass

    def end(self):
        """Ends it; returns what it wrote to standard error."""
        _, stderr = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, stderr
        assert not SANITIZER.search(stderr), stderr
        return stderr

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def hammer_through_kills(tmp_path, listen, under=()):
    server = Larderd(tmp_path / "server", listen=(listen,))
    address = server.address
    server.command[server.command.index(f"--listen={listen}")] = f"--listen={address}"
    hammer = Hammer(address, under)
    try:
        for number in range(ROUNDS):
            hammer.await_good(500)
            if number % 2 == 0:
                server.kill()
            else:
                server.stop()
            hammer.await_other(20)
            server.start()
        hammer.await_good(500)
        assert hammer.end() == ""
        server.stop()
    finally:
        hammer.kill()
        server.kill()


def test_over_a_unix_socket(tmp_path):
    hammer_through_kills(tmp_path, f"unix:{tmp_path}/sock")


def test_over_tcp(tmp_path):
    hammer_through_kills(tmp_path, "tcp:127.0.0.1:0")


@pytest.mark.skipif(not VALGRIND[0], reason="no valgrind for this build")
def test_under_valgrind(tmp_path):
    hammer_through_kills(tmp_path, f"unix:{tmp_path}/sock", VALGRIND)
