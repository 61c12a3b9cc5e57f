"""The database that a benchmark runs on."""

import os
import urllib.parse

from plan import ATTRIBUTES, COLUMNS, COMMON, FIRST, ID, VARIED, WORDS
from tools import find_client, run


class Database:
    """A separate database, created on the server of a URL and dropped at the end."""

    def __init__(self, url):
        self.name = f"curio_bench_{os.getpid()}"
        self.server = urllib.parse.urlsplit(url)
        self.url = self.server._replace(path=f"/{self.name}").geturl()
        self.psql = find_client("psql")
        # The password stays out of the list of processes.
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
        """Inserts items with consecutive ids, one every 20 seconds; no autovacuum may disturb a round."""
        attributes = f"replace($json${ATTRIBUTES}$json$, '{FIRST}', n::text)"
        for member, (name, first, count) in VARIED.items():
            attributes = f"""replace({attributes}, '{member}', '"{name}": ' || {first} + n % {count})"""
        name = " ".join(f"WHEN n % {every} = {rest} THEN '{word}'" for word, (every, rest) in WORDS.items())
        self.query(
            f"""ALTER TABLE items SET (autovacuum_enabled = false);
            ALTER TABLE idempotency_keys SET (autovacuum_enabled = false);
            INSERT INTO items ({COLUMNS})
            SELECT ('{ID[:24]}' || n)::uuid, 'default',
                   CASE {name} ELSE '{COMMON}' END || ' ' || n, (ARRAY['draft', 'active', 'archived'])[1 + n % 3],
                   ({attributes})::jsonb, NULL, 1, at, at, NULL
            FROM generate_series({FIRST}, {FIRST + items - 1}) AS n,
                 LATERAL (SELECT timestamptz '2025-01-01Z' + (n - {FIRST}) * interval '20.000001 s') AS times (at)"""
        )
        self.query("VACUUM (ANALYZE) items")
        self.checkpoint()

    def checkpoint(self):
        self.query("CHECKPOINT")

    def count(self, table="items"):
        return int(self.query(f"SELECT count(*) FROM {table}"))
