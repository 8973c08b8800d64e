"""Starts Larder servers for tests, talks to them with stock Thrift clients, and sees them off.

    server = Larderd(folder)                     # any free port, nothing but defaults otherwise
    with server.store() as client:
        client.put("default", b"k", b"v", None)
    server.stop()                                # SIGTERM; asserts a clean end

A server's standard error goes to a file; `wait_for(pattern)` waits until it shows a line. Every end is
checked: the exit status, and that no sanitizer has reported anything. In pytest the fixture
`start_server` of conftest.py does the seeing off.

The environment variable LARDER_BUILD names the build folder that has the programs; the Python stubs
must be on PYTHONPATH. CTest sets both.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.transport import TSocket, TTransport

from larder import Admin, Observe, Store
from larder.ttypes import JobState

BUILD = pathlib.Path(os.environ.get("LARDER_BUILD", "build/release"))
LARDERD = BUILD / "bin" / "larderd"
SCRIPTED_LARDERD = BUILD / "tests" / "scripted-larderd"
SLOW_LARDERD = BUILD / "tests" / "slow-larderd"

# Nothing here takes long on a machine of its own; this is how long a broken server may keep a test waiting, in seconds.
PATIENCE = 300

# Whether this build has a sanitizer: everything takes several times as long, and memory.
SANITIZED = re.search(r"^LARDER_SANITIZE:\w+=.", (BUILD / "CMakeCache.txt").read_text(), re.M) is not None
SANITIZER = re.compile(r"Sanitizer|runtime error:|LeakSanitizer|check failed|definitely lost")

FRAMINGS = {"framed": TTransport.TFramedTransport, "unframed": TTransport.TBufferedTransport}
PROTOCOLS = {
    "binary": TBinaryProtocol.TBinaryProtocolAccelerated,
    "plain-binary": TBinaryProtocol.TBinaryProtocol,
    "compact": TCompactProtocol.TCompactProtocol,
    "accelerated-compact": TCompactProtocol.TCompactProtocolAccelerated,
}


class Connection:
    """A stock client on an open connection; a context manager. Calls of the service are its methods."""

    def __init__(self, service, address, framing="framed", protocol="binary", timeout=PATIENCE):
        self.socket = socket_to(address)
        self.socket.setTimeout(timeout * 1000)
        self.transport = FRAMINGS[framing](self.socket)
        self.transport.open()
        self.client = service.Client(PROTOCOLS[protocol](self.transport))

    def __getattr__(self, name):
        return getattr(self.client, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.transport.close()


def split_address(address):
    """("tcp", host, port) or ("unix", path) of an address as larderd prints it."""
    if address.startswith("unix:"):
        return "unix", address[len("unix:"):]
    host, port = re.fullmatch(r"tcp:\[?([^\]]*)\]?:(\d+)", address).groups()
    return "tcp", host, int(port)


def socket_to(address):
    """A Thrift socket to an address, not open yet."""
    kind, *where = split_address(address)
    if kind == "unix":
        return TSocket.TSocket(unix_socket=where[0])
    return TSocket.TSocket(host=where[0], port=where[1])


def raw_socket_to(address, timeout=PATIENCE):
    """A connected plain socket, for bytes that no Thrift client would send."""
    kind, *where = split_address(address)
    if kind == "unix":
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(timeout)
        plain.connect(where[0])
        return plain
    return socket.create_connection(tuple(where), timeout=timeout)


def flush(admin, store="default"):
    """Has a store written to its files, and waits however long the disk takes."""
    result = admin.flush(store, None)
    end = time.monotonic() + PATIENCE
    while not result.done:
        (job,) = admin.job_get(result.job_id, None).jobs
        assert job.state in (JobState.QUEUED, JobState.RUNNING, JobState.DONE), job
        if job.state == JobState.DONE:
            return
        assert time.monotonic() < end, job
        time.sleep(0.01)


class Larderd:
    """A larderd process in a folder of its own.

    folder     for the configuration, the data (folder/data) and the standard error (folder/stderr.N)
    config     text of a configuration file; None: no file
    listen     data addresses, and admin_listen the admin ones; None: as the configuration says
    arguments  further ones
    engine     of the store "default" that a configuration without stores gets: in memory, because most
               tests are not about disks; None: larderd's own choice
    program    another larderd, SCRIPTED_LARDERD for example
    hold       for SCRIPTED_LARDERD: a path; while there is a file, writes with "!delay" do not end
    data_dir   in the folder; None: leave it to the configuration
    pass_fds   file descriptors that it inherits
    wait       False: return without waiting until it is ready
    """

    def __init__(self, folder, config=None, listen=("tcp:127.0.0.1:0",),
                 admin_listen=("tcp:127.0.0.1:0",), arguments=(), engine="hashmap", program=LARDERD,
                 data_dir="data", environment=None, pass_fds=(), wait=True, hold=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config_path = self.folder / "larder.conf"
        self.command = [str(program)]
        self.engine = engine
        if config is not None or engine is not None:
            self.configure(config or "")
            self.command += ["--config", str(self.config_path)]
        if data_dir is not None:
            self.command += ["--data-dir", str(self.folder / data_dir)]
        self.command += [f"--listen={address}" for address in listen or ()]
        self.command += [f"--admin-listen={address}" for address in admin_listen or ()]
        self.command += [str(argument) for argument in arguments]
        self.environment = {**os.environ, **(environment or {})}
        if hold is not None:
            self.environment["LARDER_SCRIPTED_HOLD"] = str(hold)
        self.pass_fds = tuple(pass_fds)
        self.process = None
        self.starts = 0
        self.start(wait)

    def configure(self, config):
        """Writes the configuration file."""
        if self.engine is not None and "[store" not in config:
            config += f'[store "default"]\nengine={self.engine}\n'
        self.config_path.write_text(config)

    def start(self, wait=True):
        """Starts it, for the first time or again with the same command."""
        assert self.process is None, "it is running"
        self.starts += 1
        self.stderr_path = self.folder / f"stderr.{self.starts}"
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stderr=stderr,
                                            stdout=stderr, env=self.environment,
                                            pass_fds=self.pass_fds)
        if wait:
            self.wait_for(r"^ready$")

    @property
    def pid(self):
        return self.process.pid

    def stderr(self):
        return self.stderr_path.read_text(errors="replace")

    def wait_for(self, pattern, count=1):
        """Waits for the count-th line of standard error that has the pattern; returns its match."""
        end = time.monotonic() + PATIENCE
        while True:
            ended = self.process.poll() is not None  # before reading, so that nothing is missed
            matches = list(re.finditer(pattern, self.stderr(), re.MULTILINE))
            if len(matches) >= count:
                return matches[count - 1]
            assert not ended, f"larderd ended with {self.process.returncode}:\n{self.stderr()}"
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.stderr()}"
            time.sleep(0.01)

    def addresses(self, name="data"):
        """All addresses of the data or admin endpoint."""
        return re.findall(rf"^listening {name} (\S.*)$", self.stderr(), re.MULTILINE)

    @property
    def address(self):
        return self.addresses()[0]

    @property
    def admin_address(self):
        return self.addresses("admin")[0]

    def store(self, address=None, **options):
        """A client of the Store service; options as for Connection."""
        return Connection(Store, address or self.address, **options)

    def accepts_connections(self):
        """Whether its first data address takes new connections."""
        try:
            raw_socket_to(self.address).close()
        except ConnectionError:
            return False
        return True

    def admin(self, **options):
        return Connection(Admin, self.admin_address, **options)

    def observe(self, **options):
        return Connection(Observe, self.admin_address, **options)

    def metric(self, series):
        """The value of a series of the metrics, written as there; None: there is none."""
        with self.observe() as client:
            for line in client.metrics(None).text.splitlines():
                name, _, value = line.rpartition(" ")
                if name == series:
                    return float(value)
        return None

    def wait_until(self, condition, what="the condition"):
        """Calls the function until it returns something true, which is returned."""
        end = time.monotonic() + PATIENCE
        while True:
            result = condition()
            if result:
                return result
            assert self.process.poll() is None, f"larderd ended:\n{self.stderr()}"
            assert time.monotonic() < end, f"{what} does not come true:\n{self.stderr()}"
            time.sleep(0.01)

    def resident_bytes(self):
        """Resident memory of the process."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+) kB", status).group(1)) * 1024

    def thread_names(self):
        """Names of the threads of the process."""
        names = []
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            try:
                names.append((task / "comm").read_text().strip())
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended meanwhile
        return names

    def send_signal(self, number):
        self.process.send_signal(number)

    def reload(self, config):
        """Replaces the configuration and has it loaded; returns what was logged about it."""
        before = self.stderr()
        outcomes = len(re.findall(r"^(?:not )?reloaded$", before, re.MULTILINE))
        self.configure(config)
        self.send_signal(signal.SIGHUP)
        self.wait_for(r"^(?:not )?reloaded$", outcomes + 1)
        return self.stderr()[len(before):]

    def wait_for_end(self, status=0):
        """Waits for the end of the process and asserts that it is a clean one."""
        try:
            ended = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"larderd does not end:\n{self.stderr()}") from None
        self.process = None
        assert not SANITIZER.search(self.stderr()), self.stderr()
        assert ended == status, f"exit status {ended}:\n{self.stderr()}"

    def stop(self, number=signal.SIGTERM, status=0):
        """Tells it to stop and asserts a clean end. Stopping twice is fine."""
        if self.process is not None:
            self.send_signal(number)
            self.wait_for_end(status)

    def restart(self):
        self.stop()
        self.start()

    def kill(self):
        """Ends it without asking."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def forget_data(self):
        """Removes the data directory; the server must be stopped."""
        assert self.process is None
        shutil.rmtree(self.folder / "data", ignore_errors=True)


def run_larderd(*arguments, program=LARDERD):
    """Runs larderd to its end; returns the exit status, standard output and standard error."""
    done = subprocess.run([str(program), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE)
    assert not SANITIZER.search(done.stderr), done.stderr
    return done.returncode, done.stdout, done.stderr
