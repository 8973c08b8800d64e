"""The C SDK as users get it: installed into a folder of its own, then moved, and programs in C and C++
that know nothing but that folder, built with pkg-config (shared and static) and with CMake."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from larder_harness import BUILD, PATIENCE, Larderd

CONSUMER = pathlib.Path(__file__).parent / "consumer"
COMPILERS = {"c": ["gcc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"],
             "cc": ["g++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]}


def run(*command, **options):
    """Runs a program that must succeed; returns what it prints."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=PATIENCE, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module", name="prefix")
def installed(tmp_path_factory):
    """Where the SDK lies, after it was installed elsewhere and moved."""
    folder = tmp_path_factory.mktemp("package")
    run("cmake", "--install", BUILD, "--component", "sdk", "--prefix", folder / "first")
    (folder / "first").rename(folder / "moved")
    return folder / "moved"


@pytest.fixture(name="server")
def running_server(tmp_path):
    server = Larderd(tmp_path / "server")
    yield server
    try:
        server.stop()
    finally:
        server.kill()


@pytest.fixture(name="library")
def library_folder(prefix):
    return next(prefix.rglob("liblarder.a")).parent


@pytest.fixture(name="packages")
def package_environment(library):
    return {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig")}


def compile_with(environment, language, output, *arguments):
    flags = run("pkg-config", *arguments, "--cflags", "--libs", "larder", env=environment).split()
    static = ["-static"] if "--static" in arguments else []
    run(*COMPILERS[language], *static, "-o", output, CONSUMER / f"consumer.{language}", *flags)


def needed(program):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", program))


@pytest.mark.parametrize("language", COMPILERS)
def test_pkg_config_shared(language, packages, library, server, tmp_path):
    program = tmp_path / "program"
    compile_with(packages, language, program)
    assert "liblarder.so.0" in needed(program)
    run(program, server.address, env={**os.environ, "LD_LIBRARY_PATH": str(library)})


@pytest.mark.parametrize("language", COMPILERS)
def test_pkg_config_static(language, packages, server, tmp_path):
    program = tmp_path / "program"
    compile_with(packages, language, program, "--static")
    assert needed(program) == []
    run(program, server.address)


def test_cmake_package(prefix, server, tmp_path):
    run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path)
    for kind in ("larder", "larder_static"):
        for name in ("consumer", "consumer_cc"):
            program = tmp_path / f"{name}_{kind}"
            assert ("liblarder.so.0" in needed(program)) == (kind == "larder")
            run(program, server.address)


def test_a_later_version_is_not_found(prefix, tmp_path):
    shutil.copytree(CONSUMER, tmp_path / "source")
    lists = tmp_path / "source" / "CMakeLists.txt"
    lists.write_text(lists.read_text().replace("Larder 0.1", "Larder 0.2"))
    done = subprocess.run(["cmake", "-G", "Ninja", "-S", tmp_path / "source", "-B", tmp_path / "build",
                           f"-DCMAKE_PREFIX_PATH={prefix}"], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    assert done.returncode != 0
    assert "requested version" in done.stderr


def test_only_public_symbols_are_exported(library):
    for file, arguments in (("liblarder.so", ["-D"]), ("liblarder.a", ["-g"])):
        names = re.findall(r"^\S+ [A-Z] (\S+)$",
                           run("nm", *arguments, "--defined-only", library / file), re.MULTILINE)
        assert "larder_client_call" in names and "larder_get" in names
        assert [name for name in names if not name.startswith("larder_")] == []


def test_both_have_the_functions_of_the_headers(prefix, library):
    """Every function that a header of the SDK declares is in both libraries."""
    names = set()
    for header in prefix.rglob("*.h"):
        if header.name in ("test_server.h", "check.h"):
            continue  # of another library
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)
        text = re.sub(r"^static inline.*?^\}", "", text, flags=re.DOTALL | re.MULTILINE)
        names |= set(re.findall(r"^[A-Za-z_][\w \*]*?\b(larder_\w+)\(", text, re.MULTILINE))
    assert len(names) > 150
    for file, arguments in (("liblarder.so", ["-D"]), ("liblarder.a", ["-g"])):
        exported = run("nm", *arguments, "--defined-only", library / file)
        assert [name for name in sorted(names) if not re.search(rf" {name}$", exported, re.M)] == []


def test_it_needs_nothing_but_libc(library):
    assert needed(library / "liblarder.so") == ["libc.so.6"]
    undefined = run("nm", "-u", library / "liblarder.a")
    assert not re.search(r"\b(g_|thrift_|XXH|base_|client_|wire_)\w+", undefined)
