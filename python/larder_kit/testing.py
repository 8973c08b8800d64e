"""A Larder server inside a test, with a clock that the test moves and with faults on demand.

    with LarderServer(clock=1_700_000_000_000) as server:
        with server.store() as client:                          # a stock Thrift client
            client.put("default", b"key", b"value", None)
            refused = server.inject("exception", method="get", outcome="refused", code="overload", times=1)
            ...                                                 # what does your program do now?
            assert refused.hits == 1
            assert server.executed("put") == 1
        server.advance(60_000)

It runs `larder-test-server`: the real server, on free ports of 127.0.0.1 or on a unix socket. The program
is found by the environment variable LARDER_TEST_SERVER, else by PATH. Nothing but the standard library is
needed; store(), admin() and observe() also need the package `thrift` and the stubs that
`thrift --gen py larder.thrift` makes (the package `larder`) on the path.

pytest: `pytest_plugins = ["larder_kit.pytest_plugin"]` in conftest.py brings the fixtures `larder_server`
and `start_larder`.
"""

import base64
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import selectors
import shutil
import subprocess
import tempfile
import threading
import time

# Nothing that the server does takes long; this is how long a broken one may keep a test waiting.
PATIENCE_S = 60

_PROGRAM = "larder-test-server"
_VARIABLE = "LARDER_TEST_SERVER"


class LarderServerError(Exception):
    """The server could not be started, turned a command down, or is gone."""


@dataclasses.dataclass(frozen=True)
class Call:
    """A call that the server has finished.

    outcome is "ok", one of the exceptions ("invalid_request", "not_here", "refused", "indeterminate",
    "failed"), as it was answered or would have been. executed says whether the call did what it asked for,
    or may have done so. Times are microseconds from its arrival: until it was begun, and until its end.
    """

    method: str
    store: str
    key: bytes
    peer: str
    outcome: str
    code: int
    executed: bool
    queue_us: int
    duration_us: int
    request_bytes: int
    reply_bytes: int


class Fault:
    """A fault that was injected."""

    def __init__(self, server, number):
        self._server = server
        self.number = number

    @property
    def hits(self):
        """How many calls it has met. It is an error to ask after clear()."""
        return self._server._ask("hits", fault=self.number)["hits"]


class Client:
    """A stock Thrift client on an open connection; a context manager. Calls of the service are its methods."""

    def __init__(self, service, address, framed=True, protocol="binary", timeout_s=PATIENCE_S):
        from thrift.protocol import TBinaryProtocol, TCompactProtocol
        from thrift.transport import TTransport

        protocols = {"binary": TBinaryProtocol.TBinaryProtocolAccelerated,
                     "compact": TCompactProtocol.TCompactProtocol}
        transports = {True: TTransport.TFramedTransport, False: TTransport.TBufferedTransport}
        socket = thrift_socket(address)
        socket.setTimeout(timeout_s * 1000)
        self.transport = transports[framed](socket)
        self.transport.open()
        self.client = service.Client(protocols[protocol](self.transport))

    def __getattr__(self, name):
        return getattr(self.client, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.transport.close()


class LarderServer:
    """A running server; a context manager.

    engine     of the store "default"
    stores     further stores: names, or a mapping from names to engines
    config     text of a configuration file: limits, settings, stores with options
    clock      wall time in ms since 1970 at which a clock of its own stands until advance(); None: the real one
    unix       path of a unix socket to listen on (its admin side on PATH.admin); None: free TCP ports
    directory  for data, which stays; None: its files are in memory
    program    the larder-test-server to run; None: LARDER_TEST_SERVER, else PATH
    patience   seconds to wait for an answer of the server before it is given up
    """

    def __init__(self, engine=None, stores=(), config=None, clock=None, unix=None, directory=None,
                 program=None, patience=PATIENCE_S):
        self.patience = patience
        self._lock = threading.Lock()
        self._process = None
        self._unread = b""
        with tempfile.TemporaryDirectory(prefix="larder-kit-") as folder:
            command = [program or find_program()]
            command += _options(engine=engine, unix=unix, directory=directory, clock=clock)
            for name in stores:
                engine_of = stores[name] if isinstance(stores, dict) else None
                command += [f"--store={name}={engine_of}" if engine_of else f"--store={name}"]
            if config is not None:
                path = pathlib.Path(folder) / "config"
                path.write_text(config, encoding="utf-8")
                command += [f"--config={path}"]
            self._start(command)

    # ------------------------------------------------------------------------------- life cycle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def __del__(self):
        if getattr(self, "_process", None) is not None:
            self.kill()

    def stop(self):
        """Ends the server: calls under way are cut off. Again is harmless.

        LarderServerError: it did not end well; or not at all, and was killed.
        """
        if self._process is None:
            return
        process, self._process = self._process, None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # the order to end
        try:
            status = process.wait(self.patience)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        process.stdout.close()
        said = self._said()
        self._stderr.close()
        if status != 0:
            raise LarderServerError(f"the server ended with status {status}\n{said}")

    def kill(self):
        """Ends the server as a crash would."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.wait()
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()
            self._stderr.close()

    @property
    def pid(self):
        return self._hello["pid"]

    @property
    def address(self):
        """Where data is served: "tcp:127.0.0.1:PORT" or "unix:PATH"."""
        return self._hello["address"]

    @property
    def admin_address(self):
        """Where Admin and Observe are served."""
        return self._hello["admin_address"]

    @property
    def port(self):
        """The port of `address`; None: it is a unix socket."""
        match = re.search(r"^tcp:.*:(\d+)$", self.address)
        return int(match.group(1)) if match else None

    # ---------------------------------------------------------------------------------- clients

    def store(self, **options):
        """An open Client of the Store service; options: framed, protocol ("binary", "compact"), timeout_s."""
        return Client(_service("Store"), self.address, **options)

    def admin(self, **options):
        """The same of the Admin service."""
        return Client(_service("Admin"), self.admin_address, **options)

    def observe(self, **options):
        """The same of the Observe service."""
        return Client(_service("Observe"), self.admin_address, **options)

    # --------------------------------------------------------------------------------- commands

    def inject(self, kind, *, method=None, key_prefix=b"", skip=0, times=0, delay_ms=0, outcome=None, code=None,
               retry_after_ms=0):
        """Adds a fault behind those that are there; the first that fits a call meets it. Returns a Fault.

        kind            "delay" (nothing but delay_ms), "exception" (instead of executing the call),
                        "execute_then_exception", "no_reply", "execute_no_reply", "close" (the connection,
                        instead of executing), "execute_close", "half_reply" (executed, then closed)
        method          that it meets; None: all of the Store service
        key_prefix      of the first key of the call
        skip, times     so many fitting calls pass first, and so many are met then (0: all)
        delay_ms        before anything else
        outcome, code   of the exceptions: "refused" and "overload", for instance; a code may be a number; None:
                        the first of the exception
        retry_after_ms  of "refused"
        """
        wanted = {"method": method, "outcome": outcome, "code": None if code is None else _plain(code)}
        fields = {name: value for name, value in wanted.items() if value is not None}
        answer = self._ask("inject", kind=kind, key_prefix_base64=base64.b64encode(key_prefix).decode(),
                           skip=skip, times=times, delay_ms=delay_ms, retry_after_ms=retry_after_ms, **fields)
        return Fault(self, answer["fault"])

    def clear(self):
        """Removes every fault."""
        self._ask("clear")

    def advance(self, ms):
        """Moves the clock, by which records expire, forward or back."""
        self._ask("advance", ms=ms)

    def cut(self):
        """Closes every data connection, as a cut cable would."""
        self._ask("cut")

    def drain(self):
        """Begins a drain: nobody can connect any more, and connections close once they are answered."""
        self._ask("drain")

    def executed(self, method=None):
        """How many calls of the method (None: of the Store service) were executed."""
        return self._ask("executed", **({} if method is None else {"method": method}))["executed"]

    def trace(self, on=True):
        """Begins, or ends, to record calls for calls()."""
        self._ask("trace", on=on)

    def calls(self):
        """The calls that were finished since the trace began, or since the last time this was asked."""
        answer = self._ask("calls")
        if answer["dropped"]:
            raise LarderServerError(f"{answer['dropped']} calls were too many to be recorded; ask more often")
        calls = []
        for fields in answer["calls"]:
            key = base64.b64decode(fields.pop("key_base64"))
            calls.append(Call(key=key, **fields))
        return calls

    # --------------------------------------------------------------------------------- internals

    def _start(self, command):
        self._stderr = tempfile.TemporaryFile(prefix="larder-kit-")
        try:
            self._process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=self._stderr)
        except OSError as error:
            self._stderr.close()
            raise LarderServerError(f"cannot run {command[0]}: {error}") from None
        self._hello = self._read_object()

    def _said(self):
        """What the server has written to standard error."""
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def _read_line(self):
        """The next line of the server; LarderServerError when none comes."""
        end = time.monotonic() + self.patience
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not selector.select(max(0, end - time.monotonic())):
                    raise LarderServerError(f"no answer within {self.patience} s\n{self._said()}")
                part = os.read(self._process.stdout.fileno(), 1 << 16)
                if not part:
                    self._process.wait()
                    raise LarderServerError(
                        f"the server ended with status {self._process.returncode}\n{self._said()}")
                self._unread += part
        line, self._unread = self._unread.split(b"\n", 1)
        return line

    def _read_object(self):
        """The next line as an object. Whatever goes wrong ends the server: nobody knows what the line behind
        it would answer."""
        try:
            line = self._read_line()
            try:
                return json.loads(line)
            except ValueError:
                raise LarderServerError(f"the server says what it should not: {line!r}") from None
        except BaseException:
            self.kill()
            raise

    def _ask(self, command, **fields):
        with self._lock:
            if self._process is None:
                raise LarderServerError("the server was stopped")
            line = json.dumps({"command": command, **fields}).encode() + b"\n"
            with contextlib.suppress(BrokenPipeError):  # the end of its output says why
                self._process.stdin.write(line)
                self._process.stdin.flush()
            answer = self._read_object()
        if not answer["ok"]:
            raise LarderServerError(f"{command}: {answer['error']}")
        return answer


def find_program():
    """The path of larder-test-server; LarderServerError: it is nowhere."""
    named = os.environ.get(_VARIABLE)
    found = named or shutil.which(_PROGRAM)
    if not found:
        raise LarderServerError(f"{_PROGRAM} is not in PATH; install Larder, or name the program by {_VARIABLE}")
    return found


def thrift_socket(address):
    """A Thrift socket, not open yet, to "tcp:HOST:PORT" or "unix:PATH"."""
    from thrift.transport import TSocket

    kind, _, where = address.partition(":")
    if kind == "unix":
        return TSocket.TSocket(unix_socket=where)
    host, _, port = where.rpartition(":")
    return TSocket.TSocket(host=host.strip("[]"), port=int(port))


def _options(**values):
    return [f"--{name}={value}" for name, value in values.items() if value is not None]


def _plain(code):
    """A code as JSON takes it: a name in small letters, or a number, also of an enum."""
    return code.lower() if isinstance(code, str) else int(code)


def _service(name):
    """The module of a service from the generated stubs."""
    try:
        import importlib
        return importlib.import_module(f"larder.{name}")
    except ImportError as error:
        raise LarderServerError(
            f"{error}: a client needs the package thrift and, on the path, the stubs of larder.thrift "
            "(thrift --gen py larder.thrift)") from None
