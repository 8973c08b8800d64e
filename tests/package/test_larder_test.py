"""larder-test as users get it: the example of its README, built with what is installed and run."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from larder_harness import PATIENCE, SANITIZER
from test_package import installed, run  # noqa: F401  (a fixture)

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "tests" / "unit" / "test_testkit_example.c"
STRICT = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror"]
FOR_CMAKE = """
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(Larder 0.1 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
foreach(kind larder_test larder_test_static)
  add_executable(${kind} orders.c)
  target_link_libraries(${kind} Larder::${kind} PkgConfig::CHECK)
endforeach()
"""


@pytest.fixture(name="library")
def library_folder(prefix):
    return next(prefix.rglob("liblarder-test.a")).parent


def flags(library, *packages):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig")}
    return run("pkg-config", "--cflags", "--libs", *packages, env=environment).split()


def passes(program, **environment):
    """The example runs as a test program does."""
    assert "100%: Checks: 2" in run(program, env={**os.environ, **environment})


def test_shared_by_pkg_config(library, tmp_path):
    program = tmp_path / "orders"
    run(*STRICT, EXAMPLE, "-o", program, *flags(library, "larder-test", "check"))
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", program))
    assert "liblarder-test.so.0" in needed
    passes(program, LD_LIBRARY_PATH=str(library))


def test_static_by_name(prefix, library, tmp_path):
    program = tmp_path / "orders"
    others = flags(library, "check", "thrift_c_glib", "glib-2.0", "gobject-2.0", "libxxhash",
                   "libzstd")
    run(*STRICT, "-I", prefix / "include", EXAMPLE, "-o", program,
        library / "liblarder-test.a", library / "liblarder.a", *others)
    passes(program)


def test_cmake_package(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(FOR_CMAKE)
    (tmp_path / "orders.c").write_text(EXAMPLE.read_text())
    run("cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "build")
    for kind in ("larder_test", "larder_test_static"):
        passes(tmp_path / "build" / kind)


def test_the_headers_are_c_plus_plus(library, tmp_path):
    source = tmp_path / "test.cc"
    source.write_text("#include <larder/check.h>\n"
                      "void use(LarderReply *reply) { larder_assert_ok(reply); }\n")
    run("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", source,
        *flags(library, "larder-test", "check"))


def test_nothing_else_is_exported(prefix, library):
    header = (prefix / "include" / "larder" / "test_server.h").read_text()
    functions = re.findall(r"^[A-Za-z].*?\b(larder_test_\w+)\(", header, re.MULTILINE)
    for file, option in (("liblarder-test.so", "-D"), ("liblarder-test.a", "-g")):
        names = re.findall(r"^\S+ [A-Z] (\S+)$", run("nm", option, "--defined-only", library / file),
                           re.MULTILINE)
        assert sorted(names) == sorted(functions)


def test_no_leak_and_no_error_in_the_example(library, tmp_path):
    program = tmp_path / "orders"
    run(*STRICT, "-g", EXAMPLE, "-o", program, *flags(library, "larder-test", "check"))
    done = subprocess.run(["valgrind", "--leak-check=full", "--error-exitcode=9", str(program)],
                          env={**os.environ, "LD_LIBRARY_PATH": str(library), "CK_FORK": "no",
                               "G_SLICE": "always-malloc"},
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0 and "ERROR SUMMARY: 0 errors" in done.stderr, done.stderr
    assert not SANITIZER.search(re.sub("definitely lost: 0 bytes", "", done.stderr)), done.stderr


def test_the_python_modules(prefix):
    folder = prefix / "share" / "larder" / "python"
    run(sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); "
        "from larder_kit import envelope, testing, tuples", cwd="/")
