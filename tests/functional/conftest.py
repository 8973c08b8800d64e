"""Fixtures: servers that are seen off, whatever the test did."""

import itertools

import pytest

from larder_harness import Larderd

pytest_plugins = ["larder_kit.pytest_plugin"]


@pytest.fixture
def start_server(tmp_path):
    """A function that starts a Larderd, each in a folder of its own; all are stopped in the end."""
    servers = []
    numbers = itertools.count()

    def start(folder=None, **options):
        server = Larderd(folder or tmp_path / f"server{next(numbers)}", **options)
        servers.append(server)
        return server

    yield start
    try:
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def hold(tmp_path):
    """A file that is there until the test removes it, for the option `hold` of a Larderd."""
    path = tmp_path / "hold"
    path.touch()
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def server(start_server):
    """A running server with defaults but in memory, on free ports of the IPv4 loopback."""
    return start_server()
