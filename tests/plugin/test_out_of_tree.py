"""The sample engine, built out of tree from what is installed and nothing else, and then served."""

import os
import pathlib
import shutil
import subprocess

import pytest

from larder_harness import BUILD, PATIENCE, Larderd

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "engine"


def run(*command, **options):
    """Runs a program that must succeed; returns what it prints."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=PATIENCE, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module", name="engines")
def built_engines(tmp_path_factory):
    """A folder with the sample as a module. The installation was moved, the source tree is away."""
    folder = tmp_path_factory.mktemp("engine")
    run("cmake", "--install", BUILD, "--component", "engine", "--prefix", folder / "first")
    (folder / "first").rename(folder / "moved")
    shutil.copytree(SAMPLE, folder / "sample")
    library = next((folder / "moved").rglob("larder-engine.pc")).parent
    environment = {**os.environ, "PKG_CONFIG_PATH": str(library)}
    run("cmake", "-G", "Ninja", "-S", folder / "sample", "-B", folder / "build", env=environment)
    run("cmake", "--build", folder / "build")
    assert "/work/" not in (folder / "build" / "build.ninja").read_text()
    return folder / "build"


def test_the_contract_holds_on_it(engines):
    environment = {**os.environ, "LARDER_ENGINES": str(engines)}
    run(pathlib.Path(BUILD) / "tests" / "larder-conformance", "embedded", "shelf", env=environment)


def test_a_server_serves_it(engines, tmp_path):
    config = f'[server]\nengine_dir={engines}\n[store "default"]\nengine=shelf\n'
    server = Larderd(tmp_path / "server", config=config)
    try:
        with server.store() as store:
            assert store.put("default", b"key", b"value", None).applied
            assert store.get("default", b"key", None).value == b"value"
    finally:
        server.kill()


def test_its_entry_is_all_that_it_shows(engines):
    module = next(engines.glob("liblarder-engine-shelf.so"))
    shown = {line.split()[-1] for line in run("nm", "-D", "--defined-only", module).splitlines()}
    assert shown == {"larder_engine_module"}
