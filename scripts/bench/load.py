"""Loads: by wrk on a service, and by pgbench on the database."""

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from plan import ATTRIBUTES, BATCH_SIZE, BENCHES, FIRST, PAGE_SIZE, THREADS, connections
from tools import find_client, find_wrk, require, run


@dataclass(frozen=True)
class Load:
    """The result of one load: requests a second, milliseconds, microseconds of processor time a request."""

    rate: float
    p50: float
    p99: float
    cpu: float
    requests: int


class Wrk:
    """A service, loaded by wrk, with a credential or without."""

    def __init__(self, service, credential=None):
        self.service = service
        self.credential = credential
        self.name = service.name
        self.path = find_wrk()

    def load(self, operation, seconds, seed, last, clients=None, attributes=ATTRIBUTES):
        """Runs one load, with the operation's usual number of clients or with `clients`."""
        service, clients = self.service, clients or connections(operation)
        command = [self.path, f"-t{min(THREADS, clients)}", f"-c{clients}", f"-d{seconds}s", "--timeout=10s"]
        command += ["-H", f"Authorization: Bearer {self.credential}"] if self.credential else []
        command += ["-s", BENCHES / "wrk.lua", f"http://127.0.0.1:{service.port}"]
        command += ["--", operation, str(seed), str(FIRST), str(last), attributes, str(BATCH_SIZE)]
        before = service.processor_time()
        printed = run(command)
        result = json.loads(printed.splitlines()[-1])
        cpu = (service.processor_time() - before) / max(result["requests"], 1) * 1e6
        require(result["bad"] == 0, f"{self.name} failed under load ({operation}):\n{printed}")
        size = result["bytes"] / max(result["requests"], 1)
        least = service.least_bytes[operation] / len(ATTRIBUTES) * len(attributes)
        require(size >= least, f"the responses of {self.name} are too short ({operation}):\n{printed}")
        return Load(result["requests"] / result["seconds"], result["p50"], result["p99"], cpu, result["requests"])


class Pgbench:
    """The SQL of the service, sent by pgbench."""

    name = "pgbench"

    def __init__(self, database):
        self.database = database
        self.path = find_client("pgbench")
        self.runs = 0

    def load(self, operation, seconds, seed, last):
        self.runs += 1
        values = {
            "first": FIRST,
            "last": last,
            "limit": PAGE_SIZE + 1,
            "seq": FIRST + self.runs * 1_000_000_000,
            "status": "active",
            "attributes": ATTRIBUTES,
            "clients": connections(operation),
            "size": BATCH_SIZE,
            "built": 0,
        }
        sampling = 1 if operation == "batch" else 0.2  # a sample of many thousands a second is enough
        with tempfile.TemporaryDirectory() as folder:
            command = [self.path, "-n", "-M", "prepared", f"-c{connections(operation)}", f"-j{THREADS}"]
            command += [f"-T{seconds}", f"--random-seed={seed}"]
            command += ["--log", f"--log-prefix={folder}/log", f"--sampling-rate={sampling}"]
            command += [f"-D{name}={value}" for name, value in values.items()]
            command += ["-f", BENCHES / f"pgbench/{operation}.sql", self.database.address()]
            printed = run(command, env=self.database.env)
            lines = [line for file in Path(folder).iterdir() for line in file.read_text().splitlines()]
        require("number of failed transactions: 0 " in printed, f"pgbench failed ({operation}):\n{printed}")
        times = sorted(int(line.split()[2]) / 1000 for line in lines)
        rate = float(re.search(r"^tps = ([\d.]+)", printed, re.MULTILINE)[1])
        requests = int(re.search(r"actually processed: (\d+)", printed)[1])
        return Load(rate, quantile(times, 0.5), quantile(times, 0.99), 0, requests)


def quantile(ordered, share):
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
