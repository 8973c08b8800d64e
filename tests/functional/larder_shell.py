"""Runs the command `larder`: once, as a script, or on a terminal of its own.

    larder = Larder(server.address, folder)
    larder("get", "default", "a").out              # asserts exit status 0
    larder("get", "default", "b", status=1).err
    larder.json("get", "default", "a")["version"]
    with larder.terminal() as terminal: ...

Nothing of the environment of the test leaks into it, and no sanitizer may report anything.
"""

import base64
import codecs
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from larder_harness import BUILD, PATIENCE, SANITIZER

LARDER = BUILD / "bin" / "larder"

# The exit statuses of the README.
OK, NEGATIVE, INVALID, NOT_HERE, REFUSED, INDETERMINATE, FAILED, UNREACHABLE, LOST, PROTOCOL = range(10)
FILE, USAGE, INTERRUPTED = 11, 64, 130

class Done:
    """A run that has ended: status, out and err as bytes."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def text(self):
        return self.out.decode()

    @property
    def said(self):
        return self.err.decode(errors="replace")

    @property
    def objects(self):
        """The output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def __repr__(self):
        return f"status {self.status}, out {self.out!r}, err {self.err!r}"


def value_of(field):
    """The bytes of {"text": ...} or {"base64": ...}."""
    (kind, text), = field.items()
    return text.encode() if kind == "text" else base64.b64decode(text, validate=True)


class Larder:
    """The command with an environment: the address of a server, a folder for files and its home."""

    def __init__(self, address, folder, admin=None, **environment):
        self.folder = folder
        kept = ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment |= {"HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        self.environment |= {"LARDER_SERVER": address} if address else {}
        self.environment |= {"LARDER_ADMIN": admin} if admin else {}
        self.environment |= environment

    def popen(self, *arguments, **options):
        command = [os.fsencode(LARDER)] + [a if isinstance(a, bytes) else str(a) for a in arguments]
        return subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def __call__(self, *arguments, status=OK, stdin=b""):
        """Runs it to its end, which has to be with this status."""
        process = self.popen(*arguments, stdin=subprocess.PIPE)
        try:
            out, err = process.communicate(stdin, PATIENCE)
        finally:
            process.kill()
            process.wait()
        done = Done(process.returncode, out, err)
        assert not SANITIZER.search(done.said), done.said
        assert done.status == status, done
        return done

    def json(self, *arguments, **options):
        """The one object that it prints with --json."""
        done = self("--json", *arguments, **options)
        assert len(done.objects) == 1, done
        return done.objects[0]

    @contextlib.contextmanager
    def terminal(self, *arguments, rows=24, columns=200, **environment):
        terminal = Terminal([os.fsencode(LARDER), *map(str, arguments)], {**self.environment, **environment},
                            self.folder, rows, columns)
        try:
            yield terminal
        finally:
            terminal.close()


class Screen:
    """What a terminal shows for what was written to it: lines, as long as they like, and a cursor."""

    # A control sequence, a character alone, or a piece of text.
    TOKEN = re.compile(r"\x1b\[(?P<mode>\?)?(?P<numbers>[0-9;]*)(?P<final>[@-~])|\x1b[^\[]|[\r\n\b\a\t]|[^\x1b\r\n\b\a\t]+")

    def __init__(self):
        self.lines = [""]
        self.row = self.column = 0
        self.inserting = False
        self.rest = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data):
        self.rest += self.decoder.decode(data)
        at = 0
        for token in self.TOKEN.finditer(self.rest):
            if token.start() != at:
                break
            at = token.end()
            self.take(token)
        self.rest = self.rest[at:]

    def take(self, token):
        text = token.group()
        if token["final"]:
            if not token["mode"]:
                self.control(token["final"], int(token["numbers"].partition(";")[0] or 0))
        elif text == "\r":
            self.column = 0
        elif text == "\n":
            self.move(self.row + 1)
        elif text == "\b":
            self.column = max(0, self.column - 1)
        elif text[0] not in "\x1b\a":
            self.put(text)

    def move(self, row):
        self.row = max(0, row)
        self.lines += [""] * (self.row + 1 - len(self.lines))

    def put(self, text):
        line = self.lines[self.row].ljust(self.column)
        behind = self.column if self.inserting else self.column + len(text)
        self.lines[self.row] = line[:self.column] + text + line[behind:]
        self.column += len(text)

    def control(self, final, number):
        line, column, count = self.lines[self.row], self.column, max(1, number)
        if final in "AB":
            self.move(self.row + (count if final == "B" else -count))
        elif final in "CD":
            self.column = max(0, column + (count if final == "C" else -count))
        elif final == "G":
            self.column = count - 1
        elif final == "K":
            self.lines[self.row] = line[:column]
        elif final == "J":
            self.lines[self.row:] = [line[:column]]
        elif final == "P":
            self.lines[self.row] = line[:column] + line[column + count:]
        elif final == "@":
            self.lines[self.row] = line[:column] + " " * count + line[column:]
        elif final in "hl" and number == 4:
            self.inserting = final == "h"


def set_window_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Terminal:
    """A program on a terminal of its own. `written` is all that it has written, `screen` what that shows."""

    def __init__(self, command, environment, folder, rows, columns):
        self.written = b""
        self.screen = Screen()
        self.seen = 0  # the line at which the last match ended
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            set_window_size(0, rows, columns)
            os.chdir(folder)
            os.execve(command[0], command, environment)

    def resize(self, rows, columns):
        set_window_size(self.fd, rows, columns)

    def read(self):
        """Reads what is there, waiting for something. False: there will be nothing any more."""
        ready, _, _ = select.select([self.fd], [], [], PATIENCE)
        assert ready, f"nothing comes behind {self.text()!r}"
        try:
            part = os.read(self.fd, 65536)
        except OSError:  # the other side is closed
            return False
        self.written += part
        self.screen.write(part)
        return bool(part)

    def text(self):
        """What is shown from the line on at which the last match ended, blanks before the cursor included."""
        lines = list(self.screen.lines)
        lines[self.screen.row] = lines[self.screen.row].ljust(self.screen.column)
        return "\n".join(lines[self.seen:])

    def expect(self, pattern):
        """Waits until text() has the pattern; returns the match."""
        while True:
            match = re.search(pattern, self.text(), re.DOTALL)
            if match:
                self.seen += self.text()[:match.end()].count("\n")
                return match
            assert self.read(), f"no {pattern!r} in {self.text()!r}"

    def complete(self, pattern):
        """Presses the tab key until text() has the pattern: larder gives up soon, with a bell, on a slow server."""
        for _ in range(10):
            bells = self.written.count(b"\a")
            self.type("\t")
            while self.written.count(b"\a") == bells:
                if re.search(pattern, self.text(), re.DOTALL):
                    return self.expect(pattern)
                assert self.read(), f"no {pattern!r} in {self.text()!r}"
        raise AssertionError(f"no {pattern!r} in {self.text()!r}")

    def type(self, text):
        os.write(self.fd, text.encode())

    def run(self, line, pattern=None):
        """Types a line and waits for its output (None: it has none) and the prompt behind it."""
        self.type(line + "\r")
        output = "" if pattern is None else r"\n(?:.*\n)?" + pattern + ".*"
        return self.expect(output + r"\nlarder [^\n]*> $")

    def wait(self):
        """Waits for the end; returns the exit status."""
        while self.read():
            pass
        _, status = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)
        assert not SANITIZER.search(self.written.decode(errors="replace")), self.written
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def wait_until(condition, what):
    """Calls the function until it returns something true, which is returned."""
    end = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, what
        time.sleep(0.005)


def line_of(key, value, **more):
    """A line of JSON Lines, as export writes it for text."""
    record = {"key": {"text": key}, "value": {"text": value}, **more}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write_records(path, count, size=100):
    with open(path, "wb") as file:
        for i in range(count):
            file.write(line_of(f"key{i:07}", f"{i} ".ljust(size, "x")))
    return path


def same(one, other):
    """Compares files without loading them into a message."""
    return subprocess.run(["cmp", str(one), str(other)], capture_output=True).returncode == 0


def end(process):
    process.kill()
    process.communicate()
