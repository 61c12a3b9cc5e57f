"""Compares our check with Alembic's on a schema without differences, on a private PostgreSQL.

Our migration creates 200 tables of 10 columns and 3 indexes each (crates/autogenerate/examples/check.rs,
benches/alembic/models.py); both tools must find no difference. Ours compares three sides (models, replayed migrations,
database), Alembic's two. They run in turn, each in its own process; what counts is the ratio within a round. The result
is a table, and target/bench-check.json. The exit code is 1 if a tool found a difference, but not if the goal was missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "benches" / "alembic"
TOOLS = ROOT / ".tools" / "alembic"
PACKAGES = ["alembic==1.20.1", "psycopg[binary]==3.3.9", "sqlalchemy==2.1.9"]
GOAL = 0.1


def install():
    """Installs Alembic into its own folder."""
    stamp = TOOLS / "packages"
    if stamp.exists() and stamp.read_text() == repr(PACKAGES):
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", TOOLS], check=True)
    subprocess.run([TOOLS / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    stamp.write_text(repr(PACKAGES))


def build():
    """Builds our check as released; returns its path."""
    subprocess.run(["cargo", "build", "--release", "-p", "sqlx-autogenerate", "--example", "check"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "check"


def timed(command, **options):
    """Runs a command that must succeed; returns its seconds."""
    start = time.perf_counter()
    done = subprocess.run(command, text=True, capture_output=True, check=False, **options)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--check", type=Path, help="use this binary instead of building our check")
    arguments = parser.parse_args()
    if "DATABASE_URL" not in os.environ:
        os.execv(ROOT / "scripts" / "postgres", ["postgres", "with", "bench", *map(str, [sys.executable, *sys.argv])])
    install()
    ours = arguments.check or build()
    base, _, query = os.environ["DATABASE_URL"].partition("?")
    name = f"bench_check_{os.getpid()}"
    environment = os.environ | {
        "DATABASE_URL": f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else ""),
        "PYTHONPATH": str(MODELS),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    execute = (
        "import os, sys, psycopg\npsycopg.connect(os.environ['DATABASE_URL'], autocommit=True).execute(sys.argv[1])"
    )
    server = [TOOLS / "bin" / "python", "-c", execute]
    timed([*server, f"CREATE DATABASE {name}"])
    try:
        with tempfile.TemporaryDirectory() as folder:
            timed([ours, folder, "--make"], env=environment)
            alembic = [TOOLS / "bin" / "alembic", "--config", MODELS / "alembic.ini", "check"]
            measure(arguments.rounds, [ours, folder], alembic, environment)
    finally:
        timed([*server, f"DROP DATABASE {name} WITH (FORCE)"])


def measure(rounds, ours, alembic, environment):
    """Runs both in turn, prints and stores how long they took."""
    results = []
    for _ in range(rounds):
        results.append({"ours": timed(ours, env=environment), "alembic": timed(alembic, env=environment)})
    ratio = statistics.median(result["ours"] / result["alembic"] for result in results)
    for tool in ("ours", "alembic"):
        print(f"{tool:8} {statistics.median(result[tool] for result in results):8.3f} s")
    print(f"ratio    {ratio:8.3f}   goal: at most {GOAL}: {'reached' if ratio <= GOAL else 'missed'}")
    (ROOT / "target").mkdir(exist_ok=True)
    (ROOT / "target" / "bench-check.json").write_text(json.dumps({"ratio": ratio, "rounds": results}, indent=2))


if __name__ == "__main__":
    main()
