"""The database that a benchmark runs on."""

import os
import urllib.parse

from plan import ATTRIBUTES, COLUMNS, COMMON, FIRST, ID, VARIED, VARIED_ATTRIBUTES, WORDS
from tools import find_client, run

MILLION = 1_000_000
# What is less frequent than one in so many items is rare.
FEW = 100


class Database:
    """A separate database, created on the server of a URL and dropped at the end."""

    def __init__(self, url, name=f"curio_bench_{os.getpid()}", template="template1"):
        self.name, self.template = name, template
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

    def command(self, sql, path=None):
        return [self.psql, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", self.address(path), "-c", sql]

    def query(self, sql, path=None):
        return run(self.command(sql, path), env=self.env).strip()

    def dump(self, sql, file):
        """Writes to a file what the statement copies to standard output."""
        with open(file, "wb") as out:
            run(self.command(sql), env=self.env, stdout=out)

    def load(self, sql, file):
        """Lets the statement copy a file from standard input."""
        with open(file, "rb") as rows:
            run(self.command(sql), env=self.env, stdin=rows)

    def __enter__(self):
        self.query(f"CREATE DATABASE {self.name} TEMPLATE {self.template} STRATEGY file_copy", self.server.path)
        return self

    def __exit__(self, *_):
        self.query(f"DROP DATABASE {self.name} WITH (FORCE)", self.server.path)

    def copy(self, name):
        """A copy, which is made while no service uses this database."""
        return Database(self.server.geturl(), f"{self.name}_{name.replace(' ', '_')}", self.name)

    def seed(self, items):
        """Inserts items with consecutive ids, one every 20 seconds; no autovacuum may disturb a round."""
        self.query(
            f"""ALTER TABLE items SET (autovacuum_enabled = false);
            ALTER TABLE idempotency_keys SET (autovacuum_enabled = false);
            {insertion(ATTRIBUTES, FIRST, FIRST + items)}"""
        )
        self.settle("items")

    def grow(self, items):
        """Inserts small items until there are so many, and their values in an index, without the indexes meanwhile."""
        before, end = self.count(), FIRST + items
        tables = "tablename IN ('items', 'item_values') AND indexname !~ '_pkey$'"
        indexes = self.query(f"SELECT string_agg(indexdef, '; ') FROM pg_indexes WHERE {tables}")
        names = self.query(f"SELECT string_agg(indexname, ', ') FROM pg_indexes WHERE {tables}")
        self.query(
            f"""SET session_replication_role = replica; -- no look-ups of collections
            SET maintenance_work_mem = '1GB';
            DROP INDEX {names};
            {insertion(VARIED_ATTRIBUTES, FIRST + before, end)};
            INSERT INTO item_values (item_id, index_id, type, number)
            SELECT items.id, collection_indexes.id, 'number', (attributes ->> 'weight_g')::numeric
            FROM items, collection_indexes WHERE items.id >= '{ID[:24]}{FIRST + before}';
            {indexes}"""
        )
        self.settle("items, item_values")

    def settle(self, tables):
        self.query(f"VACUUM (ANALYZE) {tables}")
        self.checkpoint()

    def checkpoint(self):
        self.query("CHECKPOINT")

    def count(self, table="items"):
        return int(self.query(f"SELECT count(*) FROM {table}"))


def insertion(attributes, first, end):
    """The statement that inserts items with these numbers.

    What few of the first million items have, no others have: those have values of their own, as many each.
    """
    attributes = f"replace($json${attributes}$json$, '{FIRST}', n::text)"
    for member, (name, start, count) in VARIED.items():
        others = f"{count} + (n - {FIRST}) * {count} / {MILLION}" if count > FEW else f"n % {count}"
        value = f"{start} + CASE WHEN n < {FIRST + MILLION} THEN n % {count} ELSE {others} END"
        attributes = f"""replace({attributes}, '{member}', '"{name}": ' || {value})"""
    words = {
        word: f"n % {every} = {rest}" + (f" AND n < {FIRST + MILLION}" if every > FEW else "")
        for word, (every, rest) in WORDS.items()
    }
    name = " ".join(f"WHEN {condition} THEN '{word}'" for word, condition in words.items())
    return f"""INSERT INTO items ({COLUMNS})
        SELECT ('{ID[:24]}' || n)::uuid, 'default',
               CASE {name} ELSE '{COMMON}' END || ' ' || n, (ARRAY['draft', 'active', 'archived'])[1 + n % 3],
               ({attributes})::jsonb, NULL, 1, at, at, NULL, NULL, NULL
        FROM generate_series({first}, {end - 1}) AS n,
             LATERAL (SELECT timestamptz '2025-01-01Z' + (n - {FIRST}) * interval '20.000001 s') AS times (at)"""
