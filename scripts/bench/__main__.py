"""Measures the service under load, beside two yardsticks, on a private PostgreSQL.

`bare` (benches/bare.rs) is the same operations in plain axum and sqlx; `pgbench` is the same SQL without a service.
All three are measured in turn, at 32 connections, several rounds; what counts are the ratios within a round. Creates
with an Idempotency-Key are held against creates without, and batches, at 8 connections, against pgbench alone. The
service runs as in production, with every layer and its log on disk. The result is a table, and target/bench.json.
It exits with 1 when an answer was wrong, but not when a goal was missed: that depends on the machine as well.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from dataclasses import asdict, dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCHES = ROOT / "benches"
OPERATIONS = ("get", "list", "create", "create_keyed", "batch")
CONNECTIONS = 32
BATCH_CONNECTIONS = 8
THREADS = 2
PAGE_SIZE = 50
BATCH_SIZE = 1_000

# Ids are computed from numbers of twelve digits, in Lua, in pgbench and in SQL alike.
FIRST = 100_000_000_000
ID = "01900000-0000-7000-8000-{:012}"
ATTRIBUTES = (BENCHES / "attributes.json").read_text().strip()
SMALL = f'{{"sku": "{FIRST}", "color": "red", "weight": 9}}'
COLUMNS = "id, name, status, attributes, version, created_at, updated_at, deleted_at"

PRODUCTION = {
    "CURIO_LOG_FORMAT": "json",
    "CURIO_DATABASE_CONNECTIONS": str(CONNECTIONS),
    "CURIO_RATE_LIMIT": "1000000000/60s",  # every request is counted, none is refused
    "CURIO_CORS_ORIGINS": "https://app.example.com",
    "CURIO_CURSOR_KEY": "a key for cursors that nobody wants to forge",
}


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    items: int
    rounds: int
    seconds: int
    warm_up: int
    batch_seconds: int
    page: int
    page_samples: int
    starts: int


FULL = Plan(
    items=1_000_000, rounds=7, seconds=5, warm_up=5, batch_seconds=3, page=10_000, page_samples=500, starts=10
)
QUICK = Plan(items=50_000, rounds=3, seconds=2, warm_up=1, batch_seconds=2, page=900, page_samples=200, starts=5)


@dataclass(frozen=True)
class Run:
    """What one load on one target gave: requests a second, milliseconds, microseconds of processor time a request."""

    rate: float
    p50: float
    p99: float
    cpu: float
    requests: int


@dataclass(frozen=True)
class Goal:
    """What is wanted of a figure."""

    name: str
    measured: float
    sign: str
    wanted: float
    unit: str = ""

    @property
    def reached(self):
        return self.measured >= self.wanted if self.sign == "≥" else self.measured <= self.wanted


class Failure(Exception):
    """Why there is no result."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def demand(condition, text):
    if not condition:
        raise Failure(text)


def connections(operation):
    return BATCH_CONNECTIONS if operation == "batch" else CONNECTIONS


# --- What is needed --------------------------------------------------------------------------------------------------


def build():
    """Builds the service as it is released, and the yardstick; returns their paths by name."""
    # In two steps: an example brings the dev-dependencies' features with it, such as tokio's clock for tests.
    return {"curio": cargo_build("--bin=curio"), "bare": cargo_build("--example=bare")}


def cargo_build(target):
    command = ["cargo", "build", "--release", "--message-format=json-render-diagnostics", target]
    built = run(command, cwd=ROOT, env={**os.environ, "SQLX_OFFLINE": "true"}, stderr=None)
    return Path(next(filter(None, (json.loads(line).get("executable") for line in built.splitlines()))))


def run(command, **options):
    """Runs a command to its end; returns what it printed."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    done = subprocess.run(command, check=False, **options)
    words = " ".join(str(word) for word in command[:3])
    demand(done.returncode == 0, f"{words}… ended with {done.returncode}\n{done.stderr or ''}".rstrip())
    return done.stdout


def need_wrk():
    """The path of wrk, which is installed where that is possible."""
    if not shutil.which("wrk"):
        subprocess.run([ROOT / "scripts/apt-install", "wrk"], check=False)
    path = shutil.which("wrk")
    demand(path, "wrk is not here and could not be installed: install it with your package manager (Debian: wrk)")
    return path


def need_client(name):
    """The path of one of PostgreSQL's clients, beside the server's binaries or on the PATH."""
    folder = os.environ.get("CURIO_POSTGRES_BIN") or run([ROOT / "scripts/postgres", "bin"], stderr=None).strip()
    path = shutil.which(name, path=folder) or shutil.which(name)
    demand(path, f"{name} is neither in {folder} nor on the PATH: install it (Debian: the package postgresql)")
    return path


class Database:
    """A database of its own, made from the server's address and dropped in the end."""

    def __init__(self, url):
        self.name = f"curio_bench_{os.getpid()}"
        self.server = urllib.parse.urlsplit(url)
        self.url = self.server._replace(path=f"/{self.name}").geturl()
        self.psql = need_client("psql")
        # The password is not for the list of processes.
        self.env = {**os.environ, "PGTZ": "UTC"}
        if self.server.password is not None:
            self.env["PGPASSWORD"] = urllib.parse.unquote(self.server.password)

    def address(self, path=None):
        """The URL for PostgreSQL's own clients, without the password."""
        user, at, host = self.server.netloc.rpartition("@")
        return self.server._replace(netloc=user.partition(":")[0] + at + host, path=path or f"/{self.name}").geturl()

    def query(self, sql, path=None):
        command = [self.psql, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", self.address(path), "-c", sql]
        return run(command, env=self.env).strip()

    def __enter__(self):
        self.query(f"CREATE DATABASE {self.name}", self.server.path)
        return self

    def __exit__(self, *_):
        self.query(f"DROP DATABASE {self.name} WITH (FORCE)", self.server.path)

    def seed(self, items):
        """Items with ids in a row, one every 20 seconds; without autovacuum, which would come in somebody's round."""
        self.query(
            f"""ALTER TABLE items SET (autovacuum_enabled = false);
            ALTER TABLE idempotency_keys SET (autovacuum_enabled = false);
            INSERT INTO items (id, {COLUMNS[4:]})
            SELECT ('{ID[:24]}' || n)::uuid, 'Desk lamp ' || n, (ARRAY['draft', 'active', 'archived'])[1 + n % 3],
                   replace($json${ATTRIBUTES}$json$, '{FIRST}', n::text)::jsonb, 1, at, at, NULL
            FROM generate_series({FIRST}, {FIRST + items - 1}) AS n,
                 LATERAL (SELECT timestamptz '2025-01-01Z' + (n - {FIRST}) * interval '20.000001 s') AS times (at)"""
        )
        self.query("VACUUM (ANALYZE) items")
        self.query("CHECKPOINT")

    def count(self, table="items"):
        return int(self.query(f"SELECT count(*) FROM {table}"))


# --- The services ----------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """One connection that is kept, and as little between the socket and the clock as possible."""

    HEAD = re.compile(rb"HTTP/1\.1 (\d+).*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n", re.IGNORECASE | re.DOTALL)

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method, path, body=b"", fields=""):
        """Sends a request, with these lines in its head; returns the status and the body of the answer."""
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
        octets = self.socket.recv(1 << 18)
        demand(octets, "a service closed its connection in the middle of an answer")
        return octets

    def json(self, method, path, body=None, status=200, fields=""):
        """As `ask`, in JSON, where only one status will do."""
        got, answer = self.ask(method, path, json.dumps(body).encode() if body else b"", fields)
        demand(got == status, f"{method} {path} was answered with {got}: {answer[:300]!r}")
        return json.loads(answer)

    def close(self):
        self.socket.close()


class Service:
    """A process that listens on a port of its own."""

    def __init__(self, name, command, env, log, wrk=None):
        self.name = name
        self.port = free_port()
        self.command = [str(word).format(port=self.port) for word in command]
        # Nothing of the user's own settings, and from a folder without `.env`: figures are compared between machines.
        self.env = {"PATH": os.environ["PATH"], **env}
        self.log = log
        self.wrk = wrk
        self.probe = "/readyz" if name == "curio" else "/v1/items?limit=1"
        self.least_bytes = {}

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
            with contextlib.suppress(ConnectionError), contextlib.closing(Client(self.port)) as client:
                if client.ask("GET", self.probe)[0] == 200:
                    return
            demand(self.process.poll() is None, f"{self.name} did not start:\n{self.last_words()}")
            demand(time.perf_counter() < deadline, f"{self.name} is not ready after 30 s:\n{self.last_words()}")
            time.sleep(0.001)

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @contextlib.contextmanager
    def client(self):
        with contextlib.closing(Client(self.port)) as client:
            yield client

    def load(self, operation, seconds, seed, last, clients=None, attributes=ATTRIBUTES):
        """One load by wrk, of as many clients as the operation is measured with, or of so many."""
        clients = clients or connections(operation)
        command = [self.wrk, f"-t{min(THREADS, clients)}", f"-c{clients}", f"-d{seconds}s", "--timeout=10s"]
        command += ["-s", BENCHES / "wrk.lua", f"http://127.0.0.1:{self.port}"]
        command += ["--", operation, str(seed), str(FIRST), str(last), attributes, str(BATCH_SIZE)]
        before = self.processor_time()
        printed = run(command)
        result = json.loads(printed.splitlines()[-1])
        cpu = (self.processor_time() - before) / max(result["requests"], 1) * 1e6
        demand(result["bad"] == 0, f"{self.name} answered wrongly under load ({operation}):\n{printed}")
        size = result["bytes"] / max(result["requests"], 1)
        least = self.least_bytes[operation] / len(ATTRIBUTES) * len(attributes)
        demand(size >= least, f"{self.name}'s answers are too short ({operation}):\n{printed}")
        return Run(result["requests"] / result["seconds"], result["p50"], result["p99"], cpu, result["requests"])

    def processor_time(self):
        """Seconds that the process has spent so far, the kernel's on its behalf included."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident memory, now and at its peak, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kibibytes = {name: int(value) for name, value in re.findall(r"^(Vm\w+):\s+(\d+) kB", status, re.MULTILINE)}
        return kibibytes["VmRSS"] * 1024 / 1e6, kibibytes["VmHWM"] * 1024 / 1e6


class Pgbench:
    """The same SQL as the service's, sent by pgbench."""

    name = "pgbench"

    def __init__(self, database):
        self.database = database
        self.path = need_client("pgbench")
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
        sampling = 1 if operation == "batch" else 0.2  # of many thousands a second a part will do
        with tempfile.TemporaryDirectory() as folder:
            command = [self.path, "-n", "-M", "prepared", f"-c{connections(operation)}", f"-j{THREADS}"]
            command += [f"-T{seconds}", f"--random-seed={seed}"]
            command += ["--log", f"--log-prefix={folder}/log", f"--sampling-rate={sampling}"]
            command += [f"-D{name}={value}" for name, value in values.items()]
            command += ["-f", BENCHES / f"pgbench/{operation}.sql", self.database.address()]
            printed = run(command, env=self.database.env)
            lines = [line for file in Path(folder).iterdir() for line in file.read_text().splitlines()]
        demand("number of failed transactions: 0 " in printed, f"pgbench failed ({operation}):\n{printed}")
        times = sorted(int(line.split()[2]) / 1000 for line in lines)
        rate = float(re.search(r"^tps = ([\d.]+)", printed, re.MULTILINE)[1])
        requests = int(re.search(r"actually processed: (\d+)", printed)[1])
        return Run(rate, quantile(times, 0.5), quantile(times, 0.99), 0, requests)


def quantile(ordered, share):
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


# --- Right answers ---------------------------------------------------------------------------------------------------


def comparable(item):
    """An item with its times without the zeros at their end, which one writes and the other does not."""
    form = re.compile(r"(.+:\d\d)(?:\.(\d*?)0*)?(?:Z|\+00:00)")
    times = {name: form.fullmatch(item[name]).groups("") for name in ("created_at", "updated_at")}
    return {**item, **times}


def check_answers(database, services, last):
    """Holds every operation of both services against each other and the database; a load on errors is no load."""
    for number in (FIRST, (FIRST + last) // 2, last):
        items = [check_get(service, number) for service in services] + [check_row(database, number)]
        demand(all(item == items[0] for item in items), f"not everybody has the same item: {items}")
    created = [check_create(service, services) for service in services]
    pages = [check_list(service) for service in services]
    demand(all(page == pages[0] for page in pages), f"not everybody has the same page: {pages}")
    newest = [item["id"] for item in pages[0][:2]]
    demand(newest == created[::-1], f"the newest items are {newest} instead of {created}")


def check_get(service, number):
    with service.client() as client:
        item = client.json("GET", f"/v1/items/{ID.format(number)}")
        service.least_bytes["get"] = len(json.dumps(item["attributes"]))
        return comparable(item)


def check_row(database, number):
    condition = f"id = ('{ID[:24]}' || '{number}')::uuid"
    return comparable(
        json.loads(database.query(f"SELECT to_json(i) FROM (SELECT {COLUMNS} FROM items WHERE {condition}) AS i"))
    )


def new_item(number):
    return {"name": f"Desk lamp {number}", "status": "active", "attributes": json.loads(ATTRIBUTES)}


def check_create(service, services):
    wanted = new_item(1)
    with service.client() as client:
        item = client.json("POST", "/v1/items", wanted, status=201)
    service.least_bytes["create"] = len(ATTRIBUTES)
    demand({name: item[name] for name in wanted} == wanted, f"{service.name} created something else: {item}")
    for other in services:
        with other.client() as client:
            kept = client.json("GET", f"/v1/items/{item['id']}")
            demand(comparable(kept) == comparable(item), f"{service.name} created {item}, {other.name} has {kept}")
    return item["id"]


def check_list(service):
    with service.client() as client:
        items = client.json("GET", f"/v1/items?limit={PAGE_SIZE}")["data"]
    demand(len(items) == PAGE_SIZE, f"{service.name} lists {len(items)} items")
    service.least_bytes["list"] = len(ATTRIBUTES) * PAGE_SIZE
    return [comparable(item) for item in items]


def check_key(database, service):
    """Where a key does nothing, nothing is measured: the same request again is answered alike, and makes no item."""
    before = database.count()
    request = {"body": new_item(1), "status": 201, "fields": "Idempotency-Key: check\r\n"}
    with service.client() as client:
        first, again = (client.json("POST", "/v1/items", **request) for _ in range(2))
    service.least_bytes["create_keyed"] = len(ATTRIBUTES)
    demand(again == first, f"{service.name} answered {first} and, to the same key, {again}")
    made = database.count() - before
    demand(made == 1, f"{service.name} made {made} items for one key")


def check_batch(service):
    wanted = [new_item(number) for number in range(BATCH_SIZE)]
    with service.client() as client:
        body = {"operations": [{"op": "create", "item": item} for item in wanted]}
        results = client.json("POST", "/v1/items/batch", body)["results"]
        made = [(result["status"], {name: result["item"][name] for name in wanted[0]}) for result in results]
        answer = json.dumps(results)[:300]
        demand(made == [(201, item) for item in wanted], f"{service.name} answered a batch with {answer}…")
        for result in results[0], results[-1]:
            kept = client.json("GET", f"/v1/items/{result['id']}")
            demand(kept == result["item"], f"{service.name} made {result} in a batch, and has {kept}")
    service.least_bytes["batch"] = len(ATTRIBUTES) * BATCH_SIZE


# --- The measurements ------------------------------------------------------------------------------------------------


def measure_operation(operation, targets, plan):
    """Loads the targets with one operation, as `measure_loads` does."""
    return measure_loads({target.name: (target, operation) for target in targets}, plan)


def measure_loads(loads, plan, prepare=lambda: None):
    """Loads in turn, round after round, each a target and an operation; returns the runs of each."""
    last = FIRST + plan.items - 1
    for target, operation in loads.values():
        target.load(operation, plan.warm_up, 0, last)
    runs = {name: [] for name in loads}
    for number in range(1, plan.rounds + 1):
        for name, (target, operation) in loads.items():
            prepare()
            result = target.load(operation, plan.seconds, number, last)
            runs[name].append(result)
            figures = f"{result.rate:9.1f}/s  p50 {result.p50:6.2f} ms  p99 {result.p99:6.2f} ms"
            figures += f"  cpu {result.cpu:4.0f} µs" if result.cpu else ""
            say(f"{operation:12}  round {number}/{plan.rounds}  {name:7}  {figures}")
    return runs


def demand_growth(database, table, before, counted):
    """A table must have grown by what was counted, and by what was under way as a load ended."""
    grown = database.count(table) - before
    demand(grown >= counted, f"{counted} {table} were made, but there are only {grown} more")


def requests(runs):
    return sum(result.requests for results in runs.values() for result in results)


def measure_creates(database, targets, plan):
    database.query("CHECKPOINT")  # none comes within the rounds
    before = database.count()
    runs = measure_operation("create", targets, plan)
    demand_growth(database, "items", before, requests(runs))
    return runs


def measure_keys(database, service, plan):
    """What a key costs: the service's creates with one, and in the same rounds those without."""
    database.query("CHECKPOINT")
    before = {table: database.count(table) for table in ("items", "idempotency_keys")}
    runs = measure_loads({"curio": (service, "create_keyed"), "no key": (service, "create")}, plan)
    demand_growth(database, "items", before["items"], requests(runs))
    demand_growth(database, "idempotency_keys", before["idempotency_keys"], requests({"curio": runs["curio"]}))
    return runs


def measure_batches(database, targets, plan):
    """In short loads, since no others add as many rows.

    Before each comes a checkpoint, or their WAL would ask for one in somebody's round. By its end the batches that wrk
    left under way are done as well; they are not counted, which costs the service about half a batch a connection.
    """
    plan = replace(plan, seconds=plan.batch_seconds, warm_up=plan.batch_seconds)
    before = database.count()
    loads = {target.name: (target, "batch") for target in targets}
    runs = measure_loads(loads, plan, prepare=lambda: database.query("CHECKPOINT"))
    demand_growth(database, "items", before, requests(runs) * BATCH_SIZE)
    return runs


def measure_alone(database, service, plan):
    """What a batch gives a client that is alone: its items a second, and those it gets one by one; by the size of the attributes."""
    last = FIRST + plan.items - 1
    result = {}
    for attributes in (SMALL, ATTRIBUTES):
        rates = {"batch": [], "create": []}
        for number in range(plan.rounds):
            for operation, measured in rates.items():
                database.query("CHECKPOINT")
                seed = 1000 + number  # of no other load
                measured.append(service.load(operation, plan.batch_seconds, seed, last, 1, attributes).rate)
        result[len(attributes)] = {name: statistics.median(measured) for name, measured in rates.items()}
        result[len(attributes)]["batch"] *= BATCH_SIZE
    return result


def measure_pages(database, service, plan):
    """The median times in milliseconds of the first page of a list and of one far behind."""
    path = f"/v1/items?limit={PAGE_SIZE}"
    with service.client() as client:
        deep = path
        for _ in range(plan.page - 1):
            deep = f"{path}&cursor={client.json('GET', deep)['next_cursor']}"
        order, offset = "WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC", (plan.page - 1) * PAGE_SIZE
        first = database.query(f"SELECT id FROM items {order} LIMIT 1 OFFSET {offset}")
        there = client.json("GET", deep)["data"][0]["id"]
        demand(there == first, f"page {plan.page} begins with {there} instead of {first}")
        times = {path: [], deep: []}
        for number in range(plan.page_samples + 20):
            for address, taken in times.items():
                start = time.perf_counter()
                status, _ = client.ask("GET", address)
                if number >= 20:  # warm
                    taken.append((time.perf_counter() - start) * 1000)
                demand(status == 200, f"GET {address} was answered with {status}")
    return statistics.median(times[path]), statistics.median(times[deep])


def measure_starts(command, env, log, plan):
    """From the start of the process to the first 200 of /readyz, in milliseconds."""
    times = []
    for _ in range(plan.starts):
        with Service("curio", command, env, log) as service:
            times.append(service.ready_after)
    return statistics.median(times)


def measure(executables, database, plan, folder):
    """Everything, on a database that is there and empty."""
    wrk = need_wrk()
    env = {"DATABASE_URL": database.url}
    run([executables["curio"], "db", "upgrade"], env={**env, "PATH": os.environ["PATH"]}, cwd="/")
    say(f"making {plan.items} items")
    database.seed(plan.items)

    serve, log = [executables["curio"], "serve", "--bind", "127.0.0.1:{port}"], folder / "curio.log"
    result = {"ready_ms": measure_starts(serve, {**env, **PRODUCTION}, log, plan)}
    bare = [executables["bare"], "127.0.0.1:{port}", CONNECTIONS]
    with (
        Service("curio", serve, {**env, **PRODUCTION}, log, wrk) as curio,
        Service("bare", bare, env, folder / "bare.log", wrk) as bare,
    ):
        check_answers(database, [curio, bare], FIRST + plan.items - 1)
        pgbench = Pgbench(database)
        targets = [curio, bare, pgbench]
        runs = {operation: measure_operation(operation, targets, plan) for operation in ("get", "list")}
        say(f"walking to page {plan.page}")
        result["page_first_ms"], result["page_deep_ms"] = measure_pages(database, curio, plan)
        runs["create"] = measure_creates(database, targets, plan)
        result["memory_mb"], result["memory_peak_mb"] = curio.memory()
        check_key(database, curio)
        runs["create_keyed"] = measure_keys(database, curio, plan)
        check_batch(curio)
        runs["batch"] = measure_batches(database, [curio, pgbench], plan)
        result["memory_batches_mb"], result["memory_batches_peak_mb"] = curio.memory()
        result["alone"] = measure_alone(database, curio, plan)
    result["binary_mb"] = executables["curio"].stat().st_size / 1e6
    return {"runs": runs, **result}


# --- The report ------------------------------------------------------------------------------------------------------


def median_run(runs):
    names = ("rate", "p50", "p99", "cpu")
    return {name: statistics.median(getattr(result, name) for result in runs) for name in names}


def ratio(runs, name, other, figure="rate"):
    """The median of the ratios within the rounds: what slows a whole round down cancels out."""
    pairs = zip(runs[name], runs[other])
    return statistics.median(getattr(ours, figure) / getattr(theirs, figure) for ours, theirs in pairs)


def goals(result, plan):
    runs = result["runs"]
    for operation, wanted in {"create": 0.85, "get": 0.5, "list": 0.5}.items():
        yield Goal(f"{operation} ÷ pgbench", ratio(runs[operation], "curio", "pgbench"), "≥", wanted)
    for operation in ("create", "get", "list"):
        yield Goal(f"{operation} ÷ bare", ratio(runs[operation], "curio", "bare"), "≥", 0.9)
    yield Goal("create with a key ÷ create without", ratio(runs["create_keyed"], "curio", "no key"), "≥", 0.75)
    yield Goal("batch ÷ pgbench", ratio(runs["batch"], "curio", "pgbench"), "≥", 0.5)
    items = median_run(runs["batch"]["curio"])["rate"] * BATCH_SIZE
    yield Goal("items of a batch ÷ single creates", items / median_run(runs["create"]["curio"])["rate"], "≥", 20)
    yield Goal("p99 of get ÷ bare", ratio(runs["get"], "curio", "bare", "p99"), "≤", 3)
    yield Goal(f"page {plan.page:,} ÷ page 1", result["page_deep_ms"] / result["page_first_ms"], "≤", 1.2)
    yield Goal("resident memory", result["memory_mb"], "≤", 40, "MB")
    yield Goal("start to ready", result["ready_ms"], "≤", 150, "ms")
    yield Goal("binary", result["binary_mb"], "≤", 20, "MB")


def print_report(result, verdicts):
    names = ("requests/s", "p50 ms", "p99 ms", "cpu µs", "÷ bare", "÷ pgbench")
    print(f"\n{'operation':14}{'target':8}", *(f"{name:>10}" for name in names))
    for operation in OPERATIONS:
        runs = result["runs"][operation]
        for name in runs:
            figures = median_run(runs[name])
            times = [f"{figures[figure]:10.2f}" for figure in ("p50", "p99")]
            cpu = f"{figures['cpu']:10.0f}" if figures["cpu"] else f"{'':10}"
            ratios = [ratio(runs, name, other) if other in runs else None for other in ("bare", "pgbench")]
            ratios = [f"{figure:10.2f}" if figure else f"{'':10}" for figure in ratios]
            print(f"{operation:14}{name:8}", f"{figures['rate']:10.1f}", *times, cpu, *ratios)
    print(f"\n{'goal':36} {'measured':>10} {'wanted':>10}")
    for goal in verdicts:
        digits = 0 if goal.unit == "ms" else 1 if goal.unit else 2
        measured = f"{goal.measured:.{digits}f} {goal.unit}".rstrip()
        wanted = f"{goal.sign} {goal.wanted:g} {goal.unit}".rstrip()
        print(f"{goal.name:36} {measured:>10} {wanted:>10}  {'ok' if goal.reached else 'short'}")
    print(
        f"\npages: {result['page_first_ms']:.2f} ms the first, {result['page_deep_ms']:.2f} ms the deep one; "
        f"peak of memory: {result['memory_peak_mb']:.1f} MB"
    )
    rates = {name: median_run(batches)["rate"] * BATCH_SIZE for name, batches in result["runs"]["batch"].items()}
    print(
        f"batches: {', '.join(f'{rate:,.0f} items/s by {name}' for name, rate in rates.items())}; resident memory "
        f"after them: {result['memory_batches_mb']:.1f} MB, its peak: {result['memory_batches_peak_mb']:.1f} MB"
    )
    for size, rates in result["alone"].items():
        ratio_alone = rates["batch"] / rates["create"]
        print(
            f"one client, {size} octets of attributes: {rates['batch']:,.0f} items/s in batches, "
            f"{rates['create']:,.0f} one by one: {ratio_alone:.1f} times as many"
        )


def write_report(file, result, verdicts, plan, database):
    report = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()},
        "postgresql": database.query("SHOW server_version"),
        "plan": asdict(plan),
        "operations": {
            operation: {
                name: {**median_run(runs), "rounds": [asdict(result) for result in runs]} for name, runs in by_name.items()
            }
            for operation, by_name in result["runs"].items()
        },
        **{name: value for name, value in result.items() if name != "runs"},
        "goals": [{**asdict(goal), "reached": goal.reached} for goal in verdicts],
    }
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    print(f"all figures: {file}")


def warn_if_busy():
    """Says so when others use the processors."""

    def read():
        times = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return sum(times), times[3] + times[4]

    (total, idle), _, (later, idle_later) = read(), time.sleep(1), read()
    busy = 1 - (idle_later - idle) / (later - total)
    if busy > 0.1:
        say(f"others use {busy:.0%} of this machine: only the ratios mean something")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer items and rounds, for development")
    plan = QUICK if parser.parse_args().quick else FULL
    for signal_ in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_, lambda number, _: sys.exit(128 + number))

    need_wrk()
    executables = build()
    if not os.environ.get("DATABASE_URL"):
        postgres = str(ROOT / "scripts/postgres")
        os.execv(postgres, [postgres, "with", "bench", sys.executable, *sys.argv])
    warn_if_busy()
    target = executables["curio"].parent.parent
    logs = tempfile.TemporaryDirectory(prefix="bench-", dir=target)  # on a disk, as in production
    with logs as folder, Database(os.environ["DATABASE_URL"]) as database:
        result = measure(executables, database, plan, Path(folder))
        verdicts = list(goals(result, plan))
        print_report(result, verdicts)
        write_report(target / "bench.json", result, verdicts, plan, database)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
