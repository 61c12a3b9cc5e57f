"""The same of the client that openapi-generator makes: values of any type come back as they were sent."""

import os

from curio_python import ApiClient, CollectionCreate, CollectionsApi, Configuration, ItemCreate, ItemsApi

with ApiClient(Configuration(host=os.environ["API"])) as client:
    collections, items = CollectionsApi(client), ItemsApi(client)
    for key, schema in {"clients.any": True, "clients.typed": {"properties": {"size": {"type": "number"}}}}.items():
        created = collections.create_collection(CollectionCreate(key=key, title="X", var_schema=schema))
        assert created.var_schema == schema, created
        assert collections.get_collection(key).var_schema == schema
        assert collections.list_schemas(key).data[0].var_schema == schema
    content = ItemCreate(name="X", collection="clients.typed", attributes={"size": 1.5, "tags": ["a", None]})
    created = items.create_item(content)
    assert created.attributes == content.attributes, created
    found = items.list_items(collection="clients.typed", filter="attributes.size >= 1.5", sort="-created_at", limit=1)
    assert found.data == [created] and found.next_cursor is None, found
    items.delete_item(created.id, purge=True)
    for key in ("clients.any", "clients.typed"):
        collections.delete_collection(key)

print("Python by openapi-generator: schemas and attributes")
