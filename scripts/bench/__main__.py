"""Measures the service under load, next to two yardsticks, on a private PostgreSQL.

`bare` (benches/bare.rs) is the same operations in plain axum and sqlx; `pgbench` is the same SQL without a service.
All three are measured in turn, at 32 connections, in several rounds; what counts are the ratios within a round.
Creates with an Idempotency-Key are compared with creates without, and batches, at 8 connections, with pgbench alone.
The service runs as in production, with every layer and its log on disk. The result is a table, and target/bench.json.
The exit code is 1 if a response was wrong, but not if a goal was missed: that also depends on the machine.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from database import Database
from growth import measure_growth
from measure import measure
from plan import FULL, LARGE, QUICK, ROOT
from report import evaluate_goals, print_report, write_report
from tools import Failure, find_wrk, require, run, say

TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer items and rounds, for development")
    parser.add_argument(
        "--large", action="store_true", help="only how the times of pages grow with up to 20 million small items"
    )
    parser.add_argument(
        "--binaries", type=Path, metavar="FOLDER", help="use curio and examples/bare of FOLDER instead of building them"
    )
    return parser.parse_args()


def build():
    """Builds the service as released, and `bare`; returns their paths by name."""
    # In two steps: an example enables the features of the dev-dependencies, such as tokio's clock for tests.
    return {"curio": cargo_build("--bin=curio"), "bare": cargo_build("--example=bare")}


def cargo_build(target):
    command = ["cargo", "build", "--release", "--message-format=json-render-diagnostics", target]
    built = run(command, cwd=ROOT, env={**os.environ, "SQLX_OFFLINE": "true"}, stderr=None)
    return Path(next(filter(None, (json.loads(line).get("executable") for line in built.splitlines()))))


def find_binaries(folder):
    executables = {"curio": folder.resolve() / "curio", "bare": folder.resolve() / "examples/bare"}
    for path in executables.values():
        require(path.is_file(), f"{path} does not exist: build it with cargo build --release")
    return executables


def warn_if_busy():
    """Says so if other processes use the processors."""

    def processor_times():
        times = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return sum(times), times[3] + times[4]

    (total, idle), _, (later, idle_later) = processor_times(), time.sleep(1), processor_times()
    busy = 1 - (idle_later - idle) / (later - total)
    if busy > 0.1:
        say(f"other processes use {busy:.0%} of this machine: only the ratios are meaningful")


def main():
    arguments = parse_arguments()
    plan = QUICK if arguments.quick else FULL
    for signal_ in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_, lambda number, _: sys.exit(128 + number))

    find_wrk()
    executables = find_binaries(arguments.binaries) if arguments.binaries else build()
    if not os.environ.get("DATABASE_URL"):
        postgres = str(ROOT / "scripts/postgres")
        os.execv(postgres, [postgres, "with", "bench", sys.executable, *sys.argv])
    warn_if_busy()
    TARGET.mkdir(exist_ok=True)
    logs = tempfile.TemporaryDirectory(prefix="bench-", dir=TARGET)  # on a disk, as in production
    with logs as folder, Database(os.environ["DATABASE_URL"]) as database:
        if arguments.large:
            growth = measure_growth(executables, database, LARGE, Path(folder))
            return (TARGET / "bench-large.json").write_text(json.dumps(growth, indent=2) + "\n")
        result = measure(executables, database, plan, Path(folder))
        goals = list(evaluate_goals(result, plan))
        print_report(result, goals)
        write_report(TARGET / "bench.json", result, goals, plan, database)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
