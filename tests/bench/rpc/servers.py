"""The servers that compare.py measures: each on a free port, in a directory of its own."""
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
    """A server that runs until end(). `command` makes its command line of the server itself."""

    def __init__(self, name, command, target):
        self.name = name
        self.port = free_port()
        self.target = target.format(port=self.port)
        self.directory = tempfile.mkdtemp(prefix="larder-bench-")
        self.log = open(os.path.join(self.directory, "log"), "wb")
        self.process = subprocess.Popen(pinned(SERVER_PROCESSOR, command(self)), stdout=self.log,
                                        stderr=self.log)
        try:
            self.await_port()
        except BaseException:
            self.end()
            raise

    def await_port(self):
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
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


def larderd(binaries, engine, options, program=None):
    """`program`: words to start it with, instead of the one among the binaries."""
    def command(server):
        conf = pathlib.Path(server.directory) / "larder.conf"
        settings = "".join(f"{key}={value}\n" for key, value in options.items())
        conf.write_text(f"[server]\nreactors=1\ndata_dir={server.directory}/data\n"
                        f'[store "default"]\nengine={engine}\n{settings}')
        return [*(program or [str(binaries / "larderd")]), "--config", str(conf), "--listen",
                f"tcp:127.0.0.1:{server.port}", "--admin-listen", "tcp:127.0.0.1:0"]

    return Server("larderd", command, "tcp:127.0.0.1:{port}")


def redis(options):
    def command(server):
        return ["redis-server", "--port", str(server.port), "--bind", "127.0.0.1", "--dir",
                server.directory, "--save", "", *options]

    return Server("redis", command, "redis:tcp:127.0.0.1:{port}")


def memcached():
    """One thread, as many as the others have; it will not run as root."""
    def command(server):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        return ["memcached", "-p", str(server.port), "-l", "127.0.0.1", "-U", "0", "-t", "1", "-m",
                "1024", *user]

    return Server("memcached", command, "memcached:tcp:127.0.0.1:{port}")


def echo(program, frames):
    def command(server):
        return [str(program), "serve", str(server.port), str(frames[0]), str(frames[1])]

    return Server("echo", command, "127.0.0.1:{port}")
