"""The services under load, and a client for single requests."""

import contextlib
import json
import os
import re
import socket
import subprocess
import time
from pathlib import Path

from tools import require


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """One keep-alive connection, with as little as possible between the socket and the clock."""

    HEAD = re.compile(rb"HTTP/1\.1 (\d+).*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n", re.IGNORECASE | re.DOTALL)

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method, path, body=b"", fields=""):
        """Sends a request with these extra header lines; returns the status and the body of the response."""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n{fields}"
        head += "Content-Type: application/json\r\n" if body else ""
        self.socket.sendall(head.encode() + b"\r\n" + body)
        received = b""
        while not (match := self.HEAD.match(received)):
            received += self.receive()
        while len(received) < match.end() + int(match[2]):
            received += self.receive()
        return int(match[1]), received[match.end() :]

    def receive(self):
        data = self.socket.recv(1 << 18)
        require(data, "a service closed its connection in the middle of a response")
        return data

    def request_json(self, method, path, body=None, status=200, fields=""):
        """Like `request`, in JSON; any other status is a failure."""
        actual, response = self.request(method, path, json.dumps(body).encode() if body else b"", fields)
        require(actual == status, f"{method} {path} returned {actual}: {response[:300]!r}")
        return json.loads(response)

    def close(self):
        self.socket.close()


class Service:
    """A process that listens on its own port."""

    def __init__(self, name, command, env, log):
        self.name = name
        self.port = free_port()
        self.command = [str(word).format(port=self.port) for word in command]
        # Without the user's settings and in a folder without `.env`, so that machines can be compared.
        self.env = {"PATH": os.environ["PATH"], **env}
        self.log = log
        self.probe = "/readyz" if name == "curio" else "/v1/items?limit=1"
        self.least_bytes = {}  # of a response, by operation

    def __enter__(self):
        start = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.env, cwd="/", stdout=log, stderr=log)
        try:
            self.await_ready(start + 30)
        except BaseException:
            self.__exit__()
            raise
        self.ready_after = (time.perf_counter() - start) * 1000
        return self

    def await_ready(self, deadline):
        while True:
            with contextlib.suppress(ConnectionError), self.client() as client:
                if client.request("GET", self.probe)[0] == 200:
                    return
            require(self.process.poll() is None, f"{self.name} did not start:\n{self.log_tail()}")
            require(time.perf_counter() < deadline, f"{self.name} is not ready after 30 s:\n{self.log_tail()}")
            time.sleep(0.001)

    def log_tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def client(self):
        return contextlib.closing(Client(self.port))

    def processor_time(self):
        """Seconds of processor time so far, including the kernel's."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident memory, now and at its peak, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kibibytes = {name: int(value) for name, value in re.findall(r"^(Vm\w+):\s+(\d+) kB", status, re.MULTILINE)}
        return kibibytes["VmRSS"] * 1024 / 1e6, kibibytes["VmHWM"] * 1024 / 1e6
