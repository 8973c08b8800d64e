#!/usr/bin/env python3
"""Lint of what a compiler does not see.

Checks every C file of ours: includes follow the include table, files and functions keep their
length, a file comment says what the file is, banned calls do not occur, lines fit.

usage: tidy.py ROOT         check the tree; exit 1 and list what is wrong
       tidy.py --self-test  plant one violation of each kind and prove that each is found
"""

import pathlib
import re
import sys
import tempfile

C_LINES_MAX = 600
H_LINES_MAX = 220
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

# Files that may be longer, each with the reason.
LONGER_FILES = {
    "include/larder/client.h": "the SDK's own contract, read as a whole",
    "include/larder/types.h": "generated",
    "include/larder/calls.h": "generated",
    "engine/engine.h": "the storage interface is one contract, read as a whole",
}

# "May include", besides the folder itself, GLib and libc. The order is that of the layers.
INCLUDE_TABLE = {
    "engine/base": [],
    "engine/engine.h": ["engine/base"],
    "engine/option.h": ["engine/base", "engine/engine.h"],
    "engine/env": ["engine/base"],
    "engine/format": ["engine/base"],
    "engine/commit": ["engine/base", "engine/env", "engine/engine.h"],
    "engine/table": ["engine/base", "engine/env", "engine/format"],
    "engine/hashmap": ["engine/base", "engine/engine.h", "engine/commit"],
    "engine/arena": ["engine/base", "engine/engine.h", "engine/commit"],
    "engine/plugin": ["engine/base", "engine/engine.h", "engine/commit"],
    "engine/lsm": ["engine/base", "engine/env", "engine/format", "engine/table", "engine/commit",
                   "engine/engine.h"],
    "engine": ["engine"],
    "service/wire": ["engine/base"],
    "service/net": ["engine/base"],
    "service/obs": ["engine/base"],
    "service/store": ["engine/base", "engine/engine.h", "service/obs"],
    "service/rpc": ["engine/base", "service/wire", "service/store", "service/obs", "gen-c_glib"],
    "service/admin": ["engine/base", "service/store", "service/obs", "gen-c_glib"],
    "include/larder": [],
    "gen-client": ["include/larder", "service/client"],
    "service/client": ["engine/base", "service/wire", "include/larder", "gen-client"],
    "service/cli": ["include/larder", "engine/base", "engine/env"],
    "service/testkit": ["include/larder", "engine/base", "engine/engine.h", "engine/env", "service/net",
                        "service/obs", "service/store", "service/rpc", "service"],
    "service": ["engine/base", "engine/engine.h", "engine/option.h", "engine/env", "service/wire",
                "service/net", "service/obs", "service/store", "service/rpc", "service/admin", "service"],
    "loadgen": ["engine/base", "engine/engine.h", "engine/option.h", "engine/env", "service/client",
                "include/larder"],
    "examples": ["include/larder", "gen-c_glib"],
    "examples/engine": ["engine/base", "engine/env", "engine/commit", "engine/engine.h"],
    "tests": ["engine", "service", "loadgen", "tests", "gen-c_glib", "gen-client", "include/larder"],
}

# Call -> what to use instead.
BANNED_CALLS = {
    "sprintf": "snprintf, or base_buf_printf",
    "vsprintf": "vsnprintf",
    "strcpy": "a slice or a buffer",
    "strcat": "a slice or a buffer",
    "gets": "anything else",
    "strtok": "a slice",
    "atoi": "a parser that reports errors",
    "atol": "a parser that reports errors",
    "atof": "a parser that reports errors",
    "rand": "base_rand_next",
    "srand": "base_rand",
    "signal": "sigaction, or signalfd",
    "select": "epoll, or poll",
    "alloca": "a buffer",
    "assert": "BASE_CHECK",
    "atomic_thread_fence": "an ordered load or store, which the thread sanitizer understands",
    "g_mutex_lock": "pthread_mutex_lock",
    "g_thread_new": "pthread_create",
    "localtime": "localtime_r",
    "gmtime": "gmtime_r",
    "strerror": "strerror_r, or %m",
}

# Calls that only some folders may make: the rest of the code goes through their interface.
RESERVED_CALLS = {
    "fsync": ["engine/env"],
    "fdatasync": ["engine/env"],
    "rename": ["engine/env"],
    "abort": ["engine/base"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
FUNCTION = re.compile(r"^([a-zA-Z_]\w*)\(")


def layer_of(path):
    """The row of the include table that a path belongs to: the longest that matches."""
    if path in INCLUDE_TABLE:
        return path
    folder = path.rsplit("/", 1)[0]
    while folder not in INCLUDE_TABLE and "/" in folder:
        folder = folder.rsplit("/", 1)[0]
    return folder if folder in INCLUDE_TABLE else None


def generated_header(name):
    return name.startswith("larder_rpc_") or name == "larder_methods.h"


def may_include(layer, target):
    """Whether a file of `layer` may include the file `target` (both relative to the root)."""
    if layer == "tests" or target == "engine/engine.h" and layer == "engine":
        return True
    target_layer = layer_of(target)
    if target_layer == layer:
        return True
    for allowed in INCLUDE_TABLE[layer]:
        if target == allowed or target_layer == allowed:
            return True
        if allowed == "engine" and layer == "engine" and target.startswith("engine/"):
            return True
    return False


def check_includes(path, lines):
    layer = layer_of(path)
    if layer is None:
        yield 1, "belongs to no row of the include table"
        return
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        bracket, target = match.groups()
        if generated_header(target):
            if layer != "tests" and "gen-c_glib" not in INCLUDE_TABLE[layer]:
                yield number, f"{layer} may not include generated code"
        elif target.startswith("larder/"):
            if bracket == '"':
                yield number, f"public headers are included as <{target}>"
            if not may_include(layer, "include/" + target):
                yield number, f"{layer} may not include <{target}>"
        elif target.startswith(("engine/", "service/", "loadgen/", "tests/", "gen-client/")):
            if bracket == "<":
                yield number, f'our own headers are included as "{target}"'
            if not may_include(layer, target):
                yield number, f"{layer} may not include {target}"
        elif bracket == '"':
            yield number, f'"{target}" is not rooted at the repository'


def strip_comments_and_strings(text):
    """The text with comments and literals blanked out, line numbers kept."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def check_calls(path, code_lines):
    layer = layer_of(path)
    for number, line in enumerate(code_lines, 1):
        for name, instead in BANNED_CALLS.items():
            if re.search(rf"(?<![\w.>]){name}\s*\(", line):
                yield number, f"{name}() is banned: use {instead}"
        for name, layers in RESERVED_CALLS.items():
            if layer not in layers + ["tests"] and re.search(rf"(?<![\w.>]){name}\s*\(", line):
                yield number, f"{name}() belongs to {', '.join(layers)}"


def check_lengths(path, lines, code_lines):
    longest = C_LINES_MAX if path.endswith(".c") else H_LINES_MAX
    if len(lines) > longest and path not in LONGER_FILES and not path.startswith("tests/unit/"):
        yield 1, f"{len(lines)} lines; {longest} at most: is there a second noun in it?"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns; {COLUMNS_MAX} at most"
        if "\t" in line:
            yield number, "a tab"
    name, start = None, None
    for number, line in enumerate(code_lines, 1):
        match = FUNCTION.match(line)
        if match:
            name = match.group(1)
        if line.startswith("{"):
            start = number
        if line.startswith("}") and start is not None:
            if name and number - start - 1 > FUNCTION_LINES_MAX:
                yield start, f"{name}() has {number - start - 1} lines; {FUNCTION_LINES_MAX} at most"
            name, start = None, None


def check_comment(path, text):
    stem = path.rsplit("/", 1)[1]
    if not text.startswith(f"/*\n * {stem}: "):
        yield 1, f"the file must begin with a comment '/*\\n * {stem}: what it is ...'"


def check_guard(path, text):
    if path.endswith(".h"):
        guard = "LARDER_" + re.sub(r"[^A-Za-z0-9]", "_", path.removeprefix("include/larder/")).upper()
        if f"#ifndef {guard}\n#define {guard}\n" not in text:
            yield 1, f"the include guard must be {guard}"


def check_file(root, path):
    text = (root / path).read_text()
    lines = text.split("\n")[:-1]
    code_lines = strip_comments_and_strings(text).split("\n")
    yield from check_includes(path, lines)
    yield from check_calls(path, code_lines)
    yield from check_lengths(path, lines, code_lines)
    yield from check_comment(path, text)
    yield from check_guard(path, text)


def check_tree(root):
    """Every violation of the tree, as "path:line: text"."""
    found = []
    for top in ("include", "engine", "service", "loadgen", "examples", "tests"):
        for file in sorted((root / top).rglob("*.[ch]")):
            path = file.relative_to(root).as_posix()
            found += [f"{path}:{line}: {what}" for line, what in check_file(root, path)]
    return found


PLANTED = {
    "engine/base/up.h": ('/*\n * up.h: x.\n */\n#ifndef LARDER_ENGINE_BASE_UP_H\n'
                         '#define LARDER_ENGINE_BASE_UP_H\n#include "engine/engine.h"\n#endif\n',
                         "engine/base may not include engine/engine.h"),
    "service/net/peek.c": ('/*\n * peek.c: x.\n */\n#include "service/wire/parser.h"\n',
                           "service/net may not include service/wire/parser.h"),
    "service/rpc/engine.c": ('/*\n * engine.c: x.\n */\n#include "engine/hashmap/hashmap.h"\n',
                             "service/rpc may not include engine/hashmap/hashmap.h"),
    "service/store/gen.c": ('/*\n * gen.c: x.\n */\n#include "larder_rpc_store.h"\n',
                            "may not include generated code"),
    "engine/base/near.c": ('/*\n * near.c: x.\n */\n#include "near.h"\n', "is not rooted"),
    "engine/base/call.c": ("/*\n * call.c: x.\n */\nint\nf(char *a)\n{\n    return atoi(a);\n}\n",
                           "atoi() is banned"),
    "service/store/sync.c": ("/*\n * sync.c: x.\n */\nint\nf(int a)\n{\n    return fsync(a);\n}\n",
                             "fsync() belongs to engine/env"),
    "engine/base/bare.c": ("int x;\n", "the file must begin with a comment"),
    "engine/base/long.c": ("/*\n * long.c: x.\n */\n" + "int x;\n" * 700, "600 at most"),
    "engine/base/function.c": ("/*\n * function.c: x.\n */\nvoid\nf(void)\n{\n" + "    ;\n" * 71 + "}\n",
                               "f() has 71 lines"),
    "engine/base/wide.c": ("/*\n * wide.c: x.\n */\n// " + "x" * 100 + "\n", "103 columns"),
    "engine/base/guard.h": ("/*\n * guard.h: x.\n */\n#ifndef A\n#define A\n#endif\n",
                            "the include guard must be LARDER_ENGINE_BASE_GUARD_H"),
}


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, (text, _) in PLANTED.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        found = check_tree(root)
        missed = [f"{path}: {what}" for path, (_, what) in PLANTED.items()
                  if not any(line.startswith(path) and what in line for line in found)]
        extra = [line for line in found
                 if not any(line.startswith(path) and what in line
                            for path, (_, what) in PLANTED.items())]
    return [f"not found: {line}" for line in missed] + [f"found for nothing: {line}" for line in extra]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--self-test":
        found = self_test()
    else:
        found = check_tree(pathlib.Path(sys.argv[1]))
    print("\n".join(found) if found else "tidy")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
