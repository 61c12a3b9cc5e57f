"""Checks that the services work before they are measured; a load on errors is no load."""

import json
import re

from plan import ATTRIBUTES, BATCH_SIZE, COLUMNS, FIRST, ID, PAGE_SIZE
from tools import require


def normalize_times(item):
    """An item whose times have no trailing zeros, which only some of the services write."""
    form = re.compile(r"(.+:\d\d)(?:\.(\d*?)0*)?(?:Z|\+00:00)")
    times = {name: form.fullmatch(item[name]).groups("") for name in ("created_at", "updated_at")}
    return {**item, **times}


def check_responses(database, services, last):
    """Compares get, list and create between the services and the database."""
    for number in (FIRST, (FIRST + last) // 2, last):
        items = [check_get(service, number) for service in services] + [check_row(database, number)]
        require(all(item == items[0] for item in items), f"the services and the database differ on an item: {items}")
    created = [check_create(service, services) for service in services]
    pages = [check_list(service) for service in services]
    require(all(page == pages[0] for page in pages), f"the services differ on a page: {pages}")
    newest = [item["id"] for item in pages[0][:2]]
    require(newest == created[::-1], f"the newest items are {newest} instead of {created}")


def check_get(service, number):
    with service.client() as client:
        item = client.request_json("GET", f"/v1/items/{ID.format(number)}")
    service.least_bytes["get"] = len(json.dumps(item["attributes"]))
    return normalize_times(item)


def check_row(database, number):
    condition = f"id = ('{ID[:24]}' || '{number}')::uuid"
    row = database.query(f"SELECT to_json(i) FROM (SELECT {COLUMNS} FROM items WHERE {condition}) AS i")
    return normalize_times(json.loads(row))


def new_item(number):
    return {"name": f"Desk lamp {number}", "status": "active", "attributes": json.loads(ATTRIBUTES)}


def check_create(service, services):
    wanted = new_item(1)
    with service.client() as client:
        item = client.request_json("POST", "/v1/items", wanted, status=201)
    service.least_bytes["create"] = len(ATTRIBUTES)
    require({name: item[name] for name in wanted} == wanted, f"{service.name} created another item: {item}")
    for other in services:
        with other.client() as client:
            stored = client.request_json("GET", f"/v1/items/{item['id']}")
        same = normalize_times(stored) == normalize_times(item)
        require(same, f"{service.name} created {item}, but {other.name} returns {stored}")
    return item["id"]


def check_list(service):
    with service.client() as client:
        items = client.request_json("GET", f"/v1/items?limit={PAGE_SIZE}")["data"]
    require(len(items) == PAGE_SIZE, f"{service.name} lists {len(items)} items instead of {PAGE_SIZE}")
    service.least_bytes["list"] = len(ATTRIBUTES) * PAGE_SIZE
    return [normalize_times(item) for item in items]


def check_key(database, service):
    """An idempotency key works: a repeated request gets the same response and creates no item."""
    before = database.count()
    request = {"body": new_item(1), "status": 201, "fields": "Idempotency-Key: check\r\n"}
    with service.client() as client:
        first, again = (client.request_json("POST", "/v1/items", **request) for _ in range(2))
    service.least_bytes["create_keyed"] = len(ATTRIBUTES)
    require(again == first, f"{service.name} returned {first} and, for the same key, {again}")
    created = database.count() - before
    require(created == 1, f"{service.name} created {created} items for one key")


def check_indexed(service):
    """A collection with a schema and two indexed attributes takes the items of the bench, and no others."""
    integer = {"type": "integer", "minimum": 1}
    schema = {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}, "weight_g": integer}}
    indexed = [{"path": "weight_g", "type": "number"}, {"path": "price.valid_until", "type": "string"}]
    body = {"key": "bench.indexed", "title": "Bench", "schema": schema, "indexed": indexed}
    item = {"collection": "bench.indexed", **new_item(1)}
    with service.client() as client:
        client.request_json("POST", "/v1/collections", body, status=201)
        client.request_json("POST", "/v1/items", item, status=201)
        client.request_json("POST", "/v1/items", {**item, "attributes": {"weight_g": 1}}, status=422)
    service.least_bytes["create_indexed"] = len(ATTRIBUTES)


def check_batch(service):
    wanted = [new_item(number) for number in range(BATCH_SIZE)]
    with service.client() as client:
        body = {"operations": [{"op": "create", "item": item} for item in wanted]}
        results = client.request_json("POST", "/v1/items/batch", body)["results"]
        created = [(result["status"], {name: result["item"][name] for name in wanted[0]}) for result in results]
        correct = created == [(201, item) for item in wanted]
        require(correct, f"{service.name} returned for a batch {json.dumps(results)[:300]}…")
        for result in results[0], results[-1]:
            stored = client.request_json("GET", f"/v1/items/{result['id']}")
            require(stored == result["item"], f"{service.name} created {result} in a batch, but returns {stored}")
    service.least_bytes["batch"] = len(ATTRIBUTES) * BATCH_SIZE
