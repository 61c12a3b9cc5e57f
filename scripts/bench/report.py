"""The goals, the table and the report file."""

import json
import os
import platform
import statistics
import time
from dataclasses import asdict, dataclass

from plan import BATCH_SIZE, OPERATIONS


@dataclass(frozen=True)
class Goal:
    """A figure and its target."""

    name: str
    measured: float
    sign: str
    wanted: float
    unit: str = ""

    @property
    def reached(self):
        return self.measured >= self.wanted if self.sign == "≥" else self.measured <= self.wanted


def median_load(runs):
    names = ("rate", "p50", "p99", "cpu")
    return {name: statistics.median(getattr(result, name) for result in runs) for name in names}


def ratio(runs, name, other, figure="rate"):
    """The median of the ratios within the rounds, since what slows a whole round down cancels out."""
    pairs = zip(runs[name], runs[other])
    return statistics.median(getattr(ours, figure) / getattr(theirs, figure) for ours, theirs in pairs)


def evaluate_goals(result, plan):
    runs = result["runs"]
    for operation, wanted in {"create": 0.85, "get": 0.5, "list": 0.5}.items():
        yield Goal(f"{operation} ÷ pgbench", ratio(runs[operation], "curio", "pgbench"), "≥", wanted)
    for operation in ("create", "get", "list"):
        yield Goal(f"{operation} ÷ bare", ratio(runs[operation], "curio", "bare"), "≥", 0.9)
    yield Goal("create with a key ÷ create without", ratio(runs["create_keyed"], "curio", "no key"), "≥", 0.60)
    indexed = ratio(runs["create_indexed"], "curio", "default")
    yield Goal("create with a schema and 2 indexes ÷ create", indexed, "≥", 0.65)
    for credential, wanted in {"key": 0.93, "ES256": 0.80, "RS256": 0.85}.items():
        for operation in ("get", "create"):
            measured = ratio(runs[f"{operation}_access"], credential, "open")
            yield Goal(f"{operation}, {credential} ÷ without authentication", measured, "≥", wanted)
    yield Goal("batch ÷ pgbench", ratio(runs["batch"], "curio", "pgbench"), "≥", 0.5)
    items = median_load(runs["batch"]["curio"])["rate"] * BATCH_SIZE
    yield Goal("items of a batch ÷ single creates", items / median_load(runs["create"]["curio"])["rate"], "≥", 20)
    yield Goal("p99 of get ÷ bare", ratio(runs["get"], "curio", "bare", "p99"), "≤", 3)
    yield Goal(f"page {plan.page:,} ÷ page 1", result["page_deep_ms"] / result["page_first_ms"], "≤", 1.2)
    for name, wanted in {"rare": 30, "middling": 30, "common": 30, "none": 60}.items():
        yield Goal(f"p99 of finding, {name}", result["finding"][name]["p99"], "≤", wanted, "ms")
    for name in result["searching"]:
        yield Goal(f"p99 of searching, {name}", result["searching"][name]["p99"], "≤", 60, "ms")
    yield Goal("create ÷ create without search", ratio(runs["create_unsearched"], "curio", "no words"), "≥", 0.80)
    first, deep = (result["sorted"][page] for page in ("first", "deep"))
    yield Goal("p99 of the first page by an attribute", first["p99"], "≤", 10, "ms")
    yield Goal("p99 of the 1,000th page by an attribute", deep["p99"], "≤", 10, "ms")
    yield Goal("page 1,000 ÷ page 1 by an attribute", deep["p50"] / first["p50"], "≤", 1.2)
    imported, exported = result["import"], result["export"]
    yield Goal("import ÷ COPY", imported["copy"] / imported["seconds"], "≥", 0.35)
    yield Goal("memory of an import", imported["memory_mb"], "≤", 64, "MB")
    rate = exported["items"] / exported["seconds"]
    if rate >= 100_000:
        yield Goal("items exported in a second", rate, "≥", 100_000)
    else:
        yield Goal("export ÷ COPY as JSON", exported["copy"] / exported["seconds"], "≥", 0.8)
    yield Goal("memory of an export", exported["memory_mb"], "≤", 64, "MB")
    yield Goal("resident memory", result["memory_mb"], "≤", 40, "MB")
    yield Goal("resident memory, with keys and tokens", result["memory_access_mb"], "≤", 45, "MB")
    yield Goal("start to ready", result["ready_ms"], "≤", 150, "ms")
    yield Goal("binary", result["binary_mb"], "≤", 20, "MB")


def print_report(result, goals):
    print_operations(result["runs"])
    print_goals(goals)
    print_details(result)


def print_operations(operations):
    names = ("requests/s", "p50 ms", "p99 ms", "cpu µs", "÷ bare", "÷ pgbench")
    print(f"\n{'operation':14}{'target':8}", *(f"{name:>10}" for name in names))
    for operation in OPERATIONS:
        runs = operations[operation]
        for name in runs:
            figures = median_load(runs[name])
            times = [f"{figures[figure]:10.2f}" for figure in ("p50", "p99")]
            cpu = f"{figures['cpu']:10.0f}" if figures["cpu"] else f"{'':10}"
            ratios = [ratio(runs, name, other) if other in runs else None for other in ("bare", "pgbench")]
            ratios = [f"{figure:10.2f}" if figure else f"{'':10}" for figure in ratios]
            print(f"{operation:14}{name:8}", f"{figures['rate']:10.1f}", *times, cpu, *ratios)


def print_goals(goals):
    print(f"\n{'goal':44} {'measured':>10} {'wanted':>10}")
    for goal in goals:
        digits = 0 if goal.unit == "ms" else 1 if goal.unit else 2
        measured = f"{goal.measured:.{digits}f} {goal.unit}".rstrip()
        wanted = f"{goal.sign} {goal.wanted:g} {goal.unit}".rstrip()
        print(f"{goal.name:44} {measured:>10} {wanted:>10}  {'ok' if goal.reached else 'short'}")


def print_details(result):
    print(
        f"\npages: {result['page_first_ms']:.2f} ms the first, {result['page_deep_ms']:.2f} ms the deep one; "
        f"peak memory: {result['memory_peak_mb']:.1f} MB"
    )
    indexing = result["sorted"]
    print(f"indexing: {indexing['items']:,} values in {indexing['seconds']:.1f} s")
    rates = {name: median_load(batches)["rate"] * BATCH_SIZE for name, batches in result["runs"]["batch"].items()}
    print(
        f"batches: {', '.join(f'{rate:,.0f} items/s by {name}' for name, rate in rates.items())}; resident memory "
        f"after them: {result['memory_batches_mb']:.1f} MB, at its peak: {result['memory_batches_peak_mb']:.1f} MB"
    )
    rates = {name: median_load(runs)["rate"] for name, runs in result["runs"]["create_unsearched"].items()}
    print(
        f"creates: {rates['curio']:,.0f}/s, {rates['no index']:,.0f}/s without the index on words, "
        f"{rates['no words']:,.0f}/s without the words"
    )
    imported, exported = result["import"], result["export"]
    print(
        f"import of {imported['items']:,} items, {imported['bytes'] / 1e9:.2f} GB: {imported['seconds']:.1f} s, by COPY "
        f"{imported['copy']:.1f} s; export: {exported['seconds']:.1f} s, by COPY as JSON {exported['copy']:.1f} s"
    )
    for size, rates in result["alone"].items():
        print(
            f"one client, {size} bytes of attributes: {rates['batch']:,.0f} items/s in batches, "
            f"{rates['create']:,.0f} one by one, a ratio of {rates['batch'] / rates['create']:.1f}"
        )


def write_report(file, result, goals, plan, database):
    report = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()},
        "postgresql": database.query("SHOW server_version"),
        "plan": asdict(plan),
        "operations": {
            operation: {
                name: {**median_load(runs), "rounds": [asdict(result) for result in runs]}
                for name, runs in by_name.items()
            }
            for operation, by_name in result["runs"].items()
        },
        **{name: value for name, value in result.items() if name != "runs"},
        "goals": [{**asdict(goal), "reached": goal.reached} for goal in goals],
    }
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    print(f"all figures: {file}")
