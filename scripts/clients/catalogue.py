"""What a program does with a generated client: finds, pages, counts, changes and fails, all typed."""

import os

from curio import Client
from curio.api.items import create_item, delete_item, list_items, update_item
from curio.models import Attributes, ItemCreate, ItemPage, ItemPatch, ItemStatus, ItemView, Problem
from curio.types import UNSET

client = Client(os.environ["API"])


def long_books(limit=UNSET, cursor=UNSET, prefer=UNSET):
    page = list_items.sync(
        client=client,
        collection="demo.books",
        status=[ItemStatus.ACTIVE, ItemStatus.DRAFT],
        filter_='attributes.subjects : "music" and attributes.pages >= 500',
        sort="name",
        limit=limit,
        cursor=cursor,
        prefer=prefer,
    )
    assert isinstance(page, ItemPage), page
    return page


def walk(limit):
    page = long_books(limit)
    yield from page.data
    while page.next_cursor is not None:
        page = long_books(limit, page.next_cursor)
        yield from page.data


books = list(walk(7))
assert len(books) > 50
assert books == list(walk(200))
assert [book.name for book in books] == sorted(book.name for book in books)
for book in books:
    assert (book.collection, book.status in (ItemStatus.ACTIVE, ItemStatus.DRAFT)) == ("demo.books", True)
    assert "music" in book.attributes["subjects"] and book.attributes["pages"] >= 500
assert long_books(prefer="count=exact").total_count == len(books)

found = list_items.sync(client=client, q="quiet gardn", limit=3)
assert ["Quiet Garden" in book.name for book in found.data] == [True] * 3, found

attributes = Attributes.from_dict({"isbn": "9790000000001", "price": 9.5})
content = ItemCreate(name="The Client of Antwerp", collection="demo.books", attributes=attributes)
created = create_item.sync_detailed(client=client, body=content, idempotency_key="python")
assert isinstance(created.parsed, ItemView), created
book, etag = created.parsed, created.headers["ETag"]
renamed = update_item.sync(book.id, client=client, body=ItemPatch(name="The Client of Kyoto"), if_match=etag)
assert isinstance(renamed, ItemView) and (renamed.name, renamed.version) == ("The Client of Kyoto", 2), renamed

stale = delete_item.sync(book.id, client=client, if_match=etag)
assert isinstance(stale, Problem) and stale.current_etag == '"2"', stale
invalid = list_items.sync(client=client, filter_="attributes.price <")
assert isinstance(invalid, Problem) and invalid.errors[0].parameter == "filter", invalid
assert delete_item.sync_detailed(book.id, client=client, purge=True).status_code == 204

print(f"Python: {len(books)} long books about music")
