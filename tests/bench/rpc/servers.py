"""The servers that compare.py measures: each on a free port or a local socket, in a directory of its own."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

SERVER_PROCESSOR = 0
LOAD_PROCESSOR = 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(processor, command):
    """A command on one processor, if there are two and taskset is there."""
    if (os.cpu_count() or 1) < 2 or shutil.which("taskset") is None:
        return command
    return ["taskset", "-c", str(processor)] + command


class Server:
    """
    A server that runs until end(). `command` makes its command line of the server itself; `target` is
    what larder-load calls its kind. `local`: it listens on a local socket, and not on a port.
    """

    def __init__(self, name, command, target, local=False):
        self.name = name
        self.port = free_port()
        self.directory = tempfile.mkdtemp(prefix="larder-bench-")
        self.socket = os.path.join(self.directory, "socket") if local else None
        self.address = f"unix:{self.socket}" if local else f"tcp:127.0.0.1:{self.port}"
        self.target = target + self.address
        self.log = open(os.path.join(self.directory, "log"), "wb")
        self.process = subprocess.Popen(pinned(SERVER_PROCESSOR, command(self)), stdout=self.log,
                                        stderr=self.log)
        try:
            self.await_start()
        except BaseException:
            self.end()
            raise

    def is_there(self):
        family = socket.AF_UNIX if self.socket else socket.AF_INET
        with socket.socket(family) as probe:
            return probe.connect_ex(self.socket or ("127.0.0.1", self.port)) == 0

    def await_start(self):
        for _ in range(200):
            if self.is_there():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        said = pathlib.Path(self.directory, "log").read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"{self.name} does not listen:\n{said[-2000:]}")

    def cpu_seconds(self):
        """Processor time that the server has used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def larderd(binaries, engine, options, program=None, local=False):
    """`program`: words to start it with, instead of the one among the binaries."""
    def command(server):
        conf = pathlib.Path(server.directory) / "larder.conf"
        settings = "".join(f"{key}={value}\n" for key, value in options.items())
        conf.write_text(f"[server]\nreactors=1\ndata_dir={server.directory}/data\n"
                        f'[store "default"]\nengine={engine}\n{settings}')
        return [*(program or [str(binaries / "larderd")]), "--config", str(conf), "--listen",
                server.address, "--admin-listen", "tcp:127.0.0.1:0"]

    return Server("larderd", command, "", local)


def redis(options, local=False):
    def command(server):
        where = ["--port", "0", "--unixsocket", server.socket] if local else ["--port", str(server.port)]
        return ["redis-server", *where, "--bind", "127.0.0.1", "--dir", server.directory, "--save", "",
                *options]

    return Server("redis", command, "redis:", local)


def memcached(local=False):
    """One thread, as many as the others have; it does not run as root unless it is told to."""
    def command(server):
        user = ["-u", "root"] if os.geteuid() == 0 else []
        where = ["-s", server.socket] if local else ["-p", str(server.port), "-l", "127.0.0.1", "-U", "0"]
        return ["memcached", *where, "-t", "1", "-m", "1024", *user]

    return Server("memcached", command, "memcached:", local)


def echo(program, frames, local=False):
    def command(server):
        return [str(program), "serve", server.socket or str(server.port), str(frames[0]), str(frames[1])]

    return Server("echo", command, "", local)
