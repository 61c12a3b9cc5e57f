"""The export of all items, and the import of what was exported, next to COPY."""

import os
import time
from http.client import HTTPConnection

from database import Database
from plan import COLUMNS, PRODUCTION
from service import Service
from tools import require, run, say

NDJSON = "application/x-ndjson"
JSON = f"COPY (SELECT row_to_json(item) FROM (SELECT {COLUMNS} FROM items) AS item) TO STDOUT"


def measure_transfer(serve, database, folder):
    """The rates, and by how much the memory of a new process grows at most."""
    items, rows = folder / "items.ndjson", folder / "items.copy"
    # Into a new database: other collections are not there.
    database.query("DELETE FROM items WHERE collection <> 'default'")
    env = {"DATABASE_URL": database.url, **PRODUCTION}
    with Service("curio", serve, env, folder / "curio.log") as curio:
        say("exporting all items")
        exported = watch(curio, lambda: export(curio, items))
    count = database.count()
    say("copying all items")
    exported |= {"items": count, "copy": timed(lambda: database.dump(JSON, os.devnull))}
    database.dump(f"COPY items ({COLUMNS}) TO STDOUT", rows)

    with Database(database.server.geturl(), f"{database.name}_import") as target:
        env["DATABASE_URL"] = target.url
        run([serve[0], "db", "upgrade"], env={**env, "PATH": os.environ["PATH"]}, cwd="/")
        with target.copy("copied") as copied:
            say("importing all items by COPY")
            imported = {"copy": timed(lambda: copied.load(f"COPY items ({COLUMNS}) FROM STDIN", rows))}
            require(copied.count() == count, "COPY has not imported all items")
        with Service("curio", serve, env, folder / "curio.log") as curio:
            say("importing all items")
            imported |= watch(curio, lambda: upload(curio, items))
        require(target.count() == count, "not all items were imported")
    return {"export": exported, "import": {**imported, "items": count, "bytes": items.stat().st_size}}


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def watch(service, work):
    before, _ = service.memory()
    seconds = timed(work)
    return {"seconds": seconds, "memory_mb": service.memory()[1] - before}


def export(service, file):
    response = send(service, "GET", "/v1/items", {"Accept": NDJSON})
    with file.open("wb") as out:
        while data := response.read(1 << 20):
            out.write(data)


def upload(service, file):
    with file.open("rb") as body:
        fields = {"Content-Type": NDJSON, "Content-Length": str(file.stat().st_size)}
        send(service, "POST", "/v1/items/import", fields, body).read()


def send(service, method, path, fields, body=None):
    connection = HTTPConnection("127.0.0.1", service.port, blocksize=1 << 20)
    connection.request(method, path, body, fields)
    response = connection.getresponse()
    require(response.status == 200, f"{method} {path} returned {response.status}")
    return response
