"""The measurements."""

import contextlib
import os
import statistics
import time
from dataclasses import replace
from urllib.parse import urlencode

from access import measure_access
from check import check_batch, check_indexed, check_key, check_responses
from load import Pgbench, Wrk
from plan import (
    ATTRIBUTES,
    BATCH_SIZE,
    CONNECTIONS,
    FILTERS,
    PAGE_SIZE,
    PRODUCTION,
    SEARCHES,
    SMALL_ATTRIBUTES,
    SORTED,
    SORTED_PAGE,
)
from service import Service
from tools import require, run, say
from transfer import measure_transfer


def measure(executables, database, plan, folder):
    """All measurements, on an empty database."""
    env = {"DATABASE_URL": database.url}
    run([executables["curio"], "db", "upgrade"], env={**env, "PATH": os.environ["PATH"]}, cwd="/")
    say(f"inserting {plan.items} items")
    database.seed(plan.items)

    serve, log = [executables["curio"], "serve", "--bind", "127.0.0.1:{port}"], folder / "curio.log"
    bare = [executables["bare"], "127.0.0.1:{port}", CONNECTIONS]
    result = {"ready_ms": measure_starts(serve, {**env, **PRODUCTION}, log, plan)}
    unsearched = measure_unsearched(serve, database, plan, log)
    with (
        Service("curio", serve, {**env, **PRODUCTION}, log) as curio,
        Service("bare", bare, env, folder / "bare.log") as bare,
    ):
        result |= measure_services(database, curio, bare, plan)
    # After the pages, which the new items would be in front of.
    with Service("curio", serve, {**env, **PRODUCTION}, log) as curio:
        access = measure_access(curio, executables["curio"], database, plan, folder, measure_loads)
        result["runs"] |= {**access.pop("runs"), "create_unsearched": unsearched}
    transfer = measure_transfer(serve, database, folder)
    return {**result, **access, **transfer, "binary_mb": executables["curio"].stat().st_size / 1e6}


def measure_services(database, curio, bare, plan):
    check_responses(database, [curio, bare], plan.last)
    wrk, pgbench = Wrk(curio), Pgbench(database)
    targets = [wrk, Wrk(bare), pgbench]
    runs = {operation: measure_operation(operation, targets, plan) for operation in ("get", "list")}
    result = {"runs": runs}
    say(f"walking to page {plan.page}")
    first, deep = measure_pages(database, curio, plan)
    result["page_first_ms"], result["page_deep_ms"] = first["p50"], deep["p50"]
    say("finding items by their attributes")
    result["finding"] = measure_finding(curio, plan)
    say("searching for words")
    result["searching"] = measure_searching(curio, plan)
    runs["create"] = measure_creates(database, targets, plan)
    result["memory_mb"], result["memory_peak_mb"] = curio.memory()
    check_key(database, curio)
    runs["create_keyed"] = measure_keys(database, wrk, plan)
    check_indexed(curio)
    runs["create_indexed"] = measure_indexed(database, wrk, plan)
    check_batch(curio)
    runs["batch"] = measure_batches(database, [wrk, pgbench], plan)
    result["memory_batches_mb"], result["memory_batches_peak_mb"] = curio.memory()
    result["alone"] = measure_alone(database, wrk, plan)
    say("indexing an attribute of all items")
    result["sorted"] = measure_sorted(database, curio, plan)
    return result


def measure_operation(operation, targets, plan):
    """Loads the targets with one operation, as `measure_loads` does."""
    return measure_loads({target.name: (target, operation) for target in targets}, plan)


def measure_loads(loads, plan, prepare=lambda: None):
    """Runs loads in turn, round after round, each a target and an operation; returns the results by name."""
    for target, operation in loads.values():
        target.load(operation, plan.warm_up, 0, plan.last)
    runs = {name: [] for name in loads}
    for number in range(1, plan.rounds + 1):
        for name, (target, operation) in loads.items():
            prepare()
            result = target.load(operation, plan.seconds, number, plan.last)
            runs[name].append(result)
            figures = f"{result.rate:9.1f}/s  p50 {result.p50:6.2f} ms  p99 {result.p99:6.2f} ms"
            figures += f"  cpu {result.cpu:4.0f} µs" if result.cpu else ""
            say(f"{operation:12}  round {number}/{plan.rounds}  {name:7}  {figures}")
    return runs


def require_growth(database, table, before, counted):
    """A table has grown at least by the rows counted; requests in progress at the end of a load add more."""
    grown = database.count(table) - before
    require(grown >= counted, f"{counted} {table} were created, but the table has only {grown} more")


def count_requests(runs):
    return sum(result.requests for results in runs.values() for result in results)


def measure_creates(database, targets, plan):
    database.checkpoint()  # so that none starts within the rounds
    before = database.count()
    runs = measure_operation("create", targets, plan)
    require_growth(database, "items", before, count_requests(runs))
    return runs


def measure_keys(database, service, plan):
    """The cost of a key: creates with one, and in the same rounds creates without."""
    database.checkpoint()
    before = {table: database.count(table) for table in ("items", "idempotency_keys")}
    runs = measure_loads({"curio": (service, "create_keyed"), "no key": (service, "create")}, plan)
    require_growth(database, "items", before["items"], count_requests(runs))
    require_growth(database, "idempotency_keys", before["idempotency_keys"], count_requests({"curio": runs["curio"]}))
    return runs


def measure_indexed(database, service, plan):
    """The cost of a schema and two indexed attributes: creates with them, and in the same rounds creates without."""
    database.checkpoint()
    before = {table: database.count(table) for table in ("items", "item_values")}
    runs = measure_loads({"curio": (service, "create_indexed"), "default": (service, "create")}, plan)
    require_growth(database, "items", before["items"], count_requests(runs))
    require_growth(database, "item_values", before["item_values"], 2 * count_requests({"curio": runs["curio"]}))
    return runs


def measure_batches(database, targets, plan):
    """Batches, in short loads, since no others add as many rows.

    A checkpoint precedes each load, or their WAL would trigger one within a round. When it returns, the batches that
    wrk left in progress are done as well; they are not counted, which costs the service about half a batch a
    connection.
    """
    plan = replace(plan, seconds=plan.batch_seconds, warm_up=plan.batch_seconds)
    before = database.count()
    loads = {target.name: (target, "batch") for target in targets}
    runs = measure_loads(loads, plan, prepare=database.checkpoint)
    require_growth(database, "items", before, count_requests(runs) * BATCH_SIZE)
    return runs


def measure_alone(database, service, plan):
    """Items a second for a single client, in batches and one by one, by the size of the attributes."""
    result = {}
    for attributes in (SMALL_ATTRIBUTES, ATTRIBUTES):
        rates = {"batch": [], "create": []}
        for number in range(plan.rounds):
            for operation, measured in rates.items():
                database.checkpoint()
                seed = 1000 + number  # no other load uses it
                measured.append(service.load(operation, plan.batch_seconds, seed, plan.last, 1, attributes).rate)
        result[len(attributes)] = {name: statistics.median(measured) for name, measured in rates.items()}
        result[len(attributes)]["batch"] *= BATCH_SIZE
    return result


def measure_pages(database, service, plan):
    """The times in milliseconds of the first page of a list and of a distant one."""
    path = f"/v1/items?limit={PAGE_SIZE}"
    with service.client() as client:
        deep = path
        for _ in range(plan.page - 1):
            deep = f"{path}&cursor={client.request_json('GET', deep)['next_cursor']}"
        order, offset = "WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC", (plan.page - 1) * PAGE_SIZE
        expected = database.query(f"SELECT id FROM items {order} LIMIT 1 OFFSET {offset}")
        actual = client.request_json("GET", deep)["data"][0]["id"]
        require(actual == expected, f"page {plan.page} begins with {actual} instead of {expected}")
        first, deep = time_pages(client, [path, deep], plan)
    return first, deep


def time_pages(client, addresses, plan):
    """The times in milliseconds of these pages in turn: the median and the 99th percentile of each."""
    times = {address: [] for address in addresses}
    for number in range(plan.page_samples + 20):
        for address, measured in times.items():
            start = time.perf_counter()
            status, _ = client.request("GET", address)
            if number >= 20:  # warm
                measured.append((time.perf_counter() - start) * 1000)
            require(status == 200, f"GET {address} returned {status}")
    return [percentiles(measured) for measured in times.values()]


def percentiles(times):
    """The median and the 99th percentile."""
    return {"p50": statistics.median(times), "p99": statistics.quantiles(times, n=100)[98]}


def measure_sorted(database, service, plan):
    """The time to index an attribute of all items, and those of the first and a distant page by it, in milliseconds."""
    path, body = "/v1/collections/default", {"indexed": [{"path": "weight_g", "type": "number"}]}
    address = f"/v1/items?{urlencode({'collection': 'default', 'limit': PAGE_SIZE, **SORTED})}"
    pages = min(SORTED_PAGE, plan.page)
    with service.client() as client:
        collection = client.request_json("GET", path)
        start = time.perf_counter()
        client.request_json("PUT", path, {"title": collection["title"], **body})
        while client.request_json("GET", path)["indexed"][0]["state"] != "ready":
            time.sleep(0.1)
        items, seconds = database.count("item_values"), time.perf_counter() - start
        database.query("VACUUM (ANALYZE) item_values")
        deep = address
        for _ in range(pages - 1):
            deep = f"{address}&cursor={client.request_json('GET', deep)['next_cursor']}"
        first, deep = time_pages(client, [address, deep], plan)
    return {"items": items, "seconds": seconds, "first": first, "deep": deep}


def measure_finding(service, plan):
    """The times in milliseconds of a page by a condition, for one client: the median and the 99th percentile."""
    result = {}
    with service.client() as client:
        for name, (condition, first, count) in FILTERS.items():
            times = []
            for number in range(plan.page_samples):
                query = {"filter": condition.format(first + number % count), "limit": PAGE_SIZE}
                address = f"/v1/items?{urlencode(query)}"
                start = time.perf_counter()
                page = client.request_json("GET", address)
                times.append((time.perf_counter() - start) * 1000)
            require(bool(page["data"]) == (name != "none"), f"{address} returned {len(page['data'])} items")
            result[name] = percentiles(times)
    return result


def measure_searching(service, plan):
    """As `measure_finding`, by a word."""
    result = {}
    with service.client() as client:
        for name, word in SEARCHES.items():
            times = []
            for _ in range(plan.page_samples):
                start = time.perf_counter()
                page = client.request_json("GET", f"/v1/items?{urlencode({'q': word, 'limit': PAGE_SIZE})}")
                times.append((time.perf_counter() - start) * 1000)
            require(page["data"], f"a search for {word} returned nothing")
            result[name] = percentiles(times)
    return result


def measure_unsearched(command, database, plan, log):
    """Creates as they are, without the index on words, and without the words, each in a copy of the database."""
    loads = {}
    with contextlib.ExitStack() as stack:
        for name, change in {
            "curio": "SELECT",
            "no index": "DROP INDEX items_search_idx",
            "no words": "DROP INDEX items_search_idx; "
            "ALTER TABLE items ALTER search DROP EXPRESSION, ALTER search DROP NOT NULL",
        }.items():
            copy = stack.enter_context(database.copy(name))
            copy.query(change)
            service = stack.enter_context(Service("curio", command, {"DATABASE_URL": copy.url, **PRODUCTION}, log))
            service.least_bytes = {"create": len(ATTRIBUTES)}
            loads[name] = (Wrk(service), "create")
        database.checkpoint()
        return measure_loads(loads, plan)


def measure_starts(command, env, log, plan):
    """Milliseconds from the start of the process to the first 200 of /readyz."""
    times = []
    for _ in range(plan.starts):
        with Service("curio", command, env, log) as service:
            times.append(service.ready_after)
    return statistics.median(times)
