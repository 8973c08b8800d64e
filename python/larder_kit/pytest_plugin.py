"""Fixtures for pytest: servers that are seen off, whatever the test did.

In conftest.py:

    pytest_plugins = ["larder_kit.pytest_plugin"]

larder_server   a fresh larder_kit.testing.LarderServer for the test; the marker `larder` passes options on:

    @pytest.mark.larder(clock=1_700_000_000_000, stores=["sessions"])
    def test_sessions_expire(larder_server):
        ...

start_larder    a function that starts servers, with the options of LarderServer
"""

import pytest

from larder_kit.testing import LarderServer


def pytest_configure(config):
    config.addinivalue_line("markers", "larder(**options): options of LarderServer for the fixture larder_server")


@pytest.fixture
def start_larder():
    """A function that starts a LarderServer; all are stopped in the end."""
    servers = []

    def start(**options):
        servers.append(LarderServer(**options))
        return servers[-1]

    yield start
    try:
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def larder_server(request, start_larder):
    """A running LarderServer, with the options of the marker `larder`."""
    marker = request.node.get_closest_marker("larder")
    return start_larder(**(marker.kwargs if marker else {}))
