"""The fixtures of the functional tests: servers that are seen off."""

import importlib.util
import pathlib

import larder_harness

_path = pathlib.Path(larder_harness.__file__).with_name("conftest.py")
_spec = importlib.util.spec_from_file_location("functional_conftest", _path)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

server = _module.server
start_server = _module.start_server
