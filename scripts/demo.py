"""Fills a running service with a catalogue to try it on: `make demo`.

The catalogue is the same each time: 10,000 lamps, instruments and books in three collections with schemas. Running it
again adds nothing: each batch has an idempotency key, and a service that has all items is left alone.
"""

import json
import random
import sys
import urllib.error
import urllib.request

BATCH = 1000

COLORS = ["black", "blue", "copper", "green", "grey", "ivory", "red", "white", "yellow"]
TEXT = {"type": "string", "minLength": 1}
PRICE = {"type": "number", "minimum": 0}


def lamp(choose):
    kind = choose(["bedside lamp", "ceiling lamp", "desk lamp", "floor lamp", "lantern", "reading lamp", "wall lamp"])
    color, material = choose(COLORS), choose(["brass", "ceramic", "glass", "oak", "paper", "steel"])
    return f"{color} {material} {kind}".capitalize(), {
        "kind": kind,
        "color": color,
        "material": material,
        "watts": choose([3, 5, 7, 9, 12, 15, 40, 60]),
        "size": {"height": choose(range(15, 190)), "width": choose(range(10, 60))},
        "price": choose(range(1290, 48990, 50)) / 100,
        "tags": sorted({choose(["dimmable", "fragile", "outdoor", "sale", "vintage"]) for _ in range(2)}),
    }


def instrument(choose):
    family, kinds = choose(
        [
            ("brass", ["bass trombone", "cornet", "French horn", "trumpet", "tuba"]),
            ("keyboard", ["celesta", "grand piano", "harpsichord", "upright piano"]),
            ("percussion", ["marimba", "snare drum", "timpani", "vibraphone"]),
            ("strings", ["cello", "double bass", "viola", "violin"]),
            ("woodwind", ["alto saxophone", "bassoon", "clarinet", "flute", "oboe"]),
        ]
    )
    kind, year = choose(kinds), choose(range(1890, 2026))
    maker = choose(["Abiodun", "Castellano", "Dvorsky", "Hartmann", "Lindqvist", "Moreau", "Okafor", "Tanaka"])
    return f"{kind[0].upper()}{kind[1:]} by {maker}, {year}", {
        "family": family,
        "kind": kind,
        "maker": maker,
        "year": year,
        "price": choose(range(180, 24000, 20)),
        "condition": choose(["as new", "good", "needs repair", "played"]),
        "tags": sorted({choose(["case included", "left-handed", "restored", "student"]) for _ in range(2)}),
    }


def book(choose):
    adjective = choose(["Blue", "Hidden", "Last", "Lost", "Quiet", "Second", "Silver", "Winter"])
    noun = choose(["Atlas", "Garden", "Harbour", "Lamp", "Letter", "Museum", "River", "Violin"])
    place = choose(["Antwerp", "Bergen", "Coimbra", "Dakar", "Kyoto", "Lisbon", "Ravenna", "Valparaíso"])
    people = [f"{first} {last}" for first in ["Ada", "Bruno", "Chidi", "Ines", "Kenji", "Maren"]
              for last in ["Almeida", "Berg", "Diallo", "Moreau", "Sato"]]
    digits = "979" + "".join(str(choose(range(10))) for _ in range(9))
    check = -sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(digits)) % 10
    return f"The {adjective} {noun} of {place}", {
        "isbn": f"{digits}{check}",
        "authors": sorted({choose(people) for _ in range(choose([1, 1, 1, 2]))}),
        "subjects": sorted({choose(["art", "cooking", "history", "music", "poetry", "travel"]) for _ in range(2)}),
        "language": choose(["de", "en", "en", "en", "fr", "ja", "pt"]),
        "pages": choose(range(64, 900)),
        "published": f"{choose(range(1950, 2026))}-{choose(range(1, 13)):02}-{choose(range(1, 29)):02}T00:00:00Z",
        "price": choose(range(490, 6990, 10)) / 100,
    }


COLLECTIONS = [
    ("demo.lamps", "Lamps", 3000, lamp, {"kind": TEXT, "watts": {"type": "integer", "minimum": 1}, "price": PRICE}),
    ("demo.instruments", "Instruments", 2000, instrument, {"family": TEXT, "year": {"type": "integer"}, "price": PRICE}),
    ("demo.books", "Books", 5000, book, {"isbn": {"type": "string", "pattern": "^979[0-9]{10}$"}, "price": PRICE}),
]


def call(method, url, body=None, **fields):
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **fields}, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def fill(api):
    for key, title, number, make, properties in COLLECTIONS:
        items = f"{api}/v1/items?collection={key}&limit=1"
        schema = {"type": "object", "properties": properties, "required": sorted(properties)}
        indexed = [{"path": "price", "type": "number"}]
        call("PUT", f"{api}/v1/collections/{key}", {"title": title, "schema": schema, "indexed": indexed})
        if call("GET", items, Prefer="count=exact")["total_count"] >= number:
            print(f"{key}: has its items")
            continue
        random_of_collection = random.Random(key)
        for start in range(0, number, BATCH):
            operations = []
            for _ in range(min(BATCH, number - start)):
                name, attributes = make(random_of_collection.choice)
                status = random_of_collection.choice(["active"] * 8 + ["draft", "archived"])
                item = {"collection": key, "name": name, "status": status, "attributes": attributes}
                operations.append({"op": "create", "item": item})
            batch = {"operations": operations}
            call("POST", f"{api}/v1/items/batch", batch, Prefer="return=minimal", Idempotency_Key=f"{key}-{start}")
        print(f"{key}: {number} items")


def main():
    try:
        fill(sys.argv[1].rstrip("/"))
    except urllib.error.HTTPError as error:
        sys.exit(f"{error.url}: {error.code} {error.read().decode(errors='replace')}")
    except urllib.error.URLError as error:
        sys.exit(f"{sys.argv[1]}: {error.reason}; start the service first: make run")


if __name__ == "__main__":
    main()
