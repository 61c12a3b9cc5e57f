"""Messages, commands, and the programs that the benchmark needs."""

import os
import shutil
import subprocess
import sys

from plan import ROOT


class Failure(Exception):
    """Why there is no result."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def require(condition, text):
    if not condition:
        raise Failure(text)


def run(command, **options):
    """Runs a command to its end; returns what it printed."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    done = subprocess.run(command, check=False, **options)
    words = " ".join(str(word) for word in command[:3])
    require(done.returncode == 0, f"{words}… ended with {done.returncode}\n{done.stderr or ''}".rstrip())
    return done.stdout


def find_wrk():
    """The path of wrk, which is installed if possible."""
    if not shutil.which("wrk"):
        subprocess.run([ROOT / "scripts/apt-install", "wrk"], check=False)
    path = shutil.which("wrk")
    require(path, "wrk is missing and could not be installed: install it with your package manager (Debian: wrk)")
    return path


def find_client(name):
    """The path of one of PostgreSQL's clients, next to the server's binaries or on the PATH."""
    folder = os.environ.get("CURIO_POSTGRES_BIN") or run([ROOT / "scripts/postgres", "bin"], stderr=None).strip()
    path = shutil.which(name, path=folder) or shutil.which(name)
    require(path, f"{name} is neither in {folder} nor on the PATH: install it (Debian: the package postgresql)")
    return path
