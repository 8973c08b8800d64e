"""larderd on every engine that there is, chosen by one line of its configuration."""

import os
import pathlib
import re

import pytest

from larder.ttypes import KeyRange, PutOptions, Condition
from larder_harness import Larderd, run_larderd

MODULES = pathlib.Path(os.environ["LARDER_ENGINES"])
IN_MODULES = sorted(re.fullmatch(r"liblarder-engine-(.*)\.so", file.name)[1]
                    for file in MODULES.glob("liblarder-engine-*.so"))
DURABLE = ["lsm", *IN_MODULES]
S = "default"


def configuration(engine, *options):
    return "\n".join(['[store "default"]', f"engine={engine}", *options, ""])


@pytest.fixture(name="start")
def starting(tmp_path):
    servers = []

    def start(config, folder="server", **options):
        server = Larderd(tmp_path / folder, config=config, **options)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.kill()


def fill(server):
    """A few of everything; what a scan shows afterwards."""
    with server.store() as store:
        for i in range(100):
            assert store.put(S, b"key%03d" % i, b"value %d" % i, None).applied
        assert store.increment(S, b"counter", 5, None).number == 5
        assert store.remove(S, b"key050", None).applied
        store.remove_range(S, KeyRange(start_key=b"key010", stop_key=b"key020"), None)
        denied = store.put(S, b"key001", b"x", PutOptions(condition=Condition(absent=True)))
        assert not denied.applied
    return everything(server)


def everything(server):
    with server.store() as store:
        page = store.scan(S, KeyRange(), None)
        return [(record.key, record.value) for record in page.items]


def test_one_line_is_all(start):
    """The same calls have the same effect, and the same file but for a line."""
    shown = {}
    for engine in ["hashmap", *DURABLE]:
        server = start(configuration(engine), folder=engine)
        shown[engine] = fill(server)
        with server.store() as store:
            assert store.server_info(None).stores[0].engine == engine
        server.stop()
    assert len(shown["hashmap"]) == 90
    assert all(records == shown["hashmap"] for records in shown.values())


@pytest.mark.parametrize("durability", ["always", "interval", "os"])
@pytest.mark.parametrize("engine", DURABLE)
def test_a_dead_process_loses_nothing(start, engine, durability):
    server = start(configuration(engine, f"durability={durability}"))
    before = fill(server)
    server.kill()
    server.start()
    assert everything(server) == before
    with server.store() as store:
        assert store.put(S, b"later", b"1", None).applied
    server.restart()
    assert everything(server) == [*before, (b"later", b"1")]


@pytest.mark.parametrize("engine", IN_MODULES)
def test_the_directory_of_another_engine_is_refused(start, engine):
    for first, second in ((engine, "lsm"), ("lsm", engine)):
        server = start(configuration(first), folder=first + second)
        before = fill(server)
        server.stop()
        server.configure(configuration(second))
        server.start(wait=False)
        server.wait_for_end(status=78)
        said = server.stderr()
        assert f"holds data of the engine '{first}', not '{second}'" in said
        assert "export" in said and "import" in said
        server.configure(configuration(first))
        server.start()
        assert everything(server) == before


def test_an_engine_that_is_not_there(tmp_path):
    """The message says what was looked for, and where."""
    path = tmp_path / "larder.conf"
    path.write_text(f"[server]\nengine_dir={tmp_path}\n" + configuration("shelves"))
    status, _, said = run_larderd("--check-config", "--config", path)
    assert status != 0
    assert 'there is no "shelves"' in said
    assert f"no file liblarder-engine-shelves.so in {tmp_path}" in said


def test_a_module_that_is_none(tmp_path):
    (tmp_path / "liblarder-engine-odd.so").write_text("not a shared object")
    path = tmp_path / "larder.conf"
    path.write_text(configuration("odd") + f"[server]\nengine_dir={tmp_path}\n")
    status, _, said = run_larderd("--check-config", "--config", path)
    assert status != 0
    assert f"{tmp_path}/liblarder-engine-odd.so cannot be loaded" in said
