"""What is measured, and how much of it."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCHES = ROOT / "benches"
OPERATIONS = ("get", "list", "create", "get_access", "create_access", "create_keyed", "create_indexed", "batch")
CONNECTIONS = 32
BATCH_CONNECTIONS = 8
THREADS = 2
PAGE_SIZE = 50
BATCH_SIZE = 1_000

# Ids are computed from numbers of twelve digits, in Lua, in pgbench and in SQL alike.
FIRST = 100_000_000_000
ID = "01900000-0000-7000-8000-{:012}"
ATTRIBUTES = (BENCHES / "attributes.json").read_text().strip()
# Those of items of which there are very many.
VARIED_ATTRIBUTES = """{"sku": "100000000000", "color": "brushed brass", "weight_g": 1840, "warranty_months": 36,
    "supplier": {"lead_time_days": 12}}"""
SMALL_ATTRIBUTES = f'{{"sku": "{FIRST}", "color": "red", "weight": 9}}'
# In place of these, the attributes of seeded items have a member with as many values, counted from the first.
VARIED = {
    '"weight_g": 1840': ("weight_g", 100_000, 100_000),
    '"lead_time_days": 12': ("lead_time_days", 1_000, 1_000),
    '"warranty_months": 36': ("warranty_months", 10, 3),
}
# A condition, and the values to compare with: a rare one, a middling one, a common one, and one that no item has.
FILTERS = {
    "rare": ("attributes.weight_g = {}", 100_000, 100_000),
    "middling": ("attributes.supplier.lead_time_days = {}", 1_000, 1_000),
    "common": ("attributes.warranty_months = {}", 10, 3),
    "none": ("attributes.weight_g < {}", 0, 1_000),
}
# How many API keys there are.
KEYS = 100_000
# The first word of the names of some seeded items: those whose numbers leave a remainder. The other names have COMMON.
COMMON = "Desk lamp"
WORDS = {"Harpsichord": (10_000, 5_000), "Lantern": (100, 7)}
# Words that the names of few, some and all items have, and the same with a typing error.
SEARCHES = {
    "rare": "harpsichord",
    "middling": "lantern",
    "common": "lamp",
    "rare, misspelled": "hapsichord",
    "common, misspelled": "lmap",
}
# What the deep page by an indexed attribute is.
SORTED_PAGE = 1_000
# A range of the attribute that is sorted by, with nearly all of its values.
SORTED = {"sort": "attributes.weight_g", "filter": "attributes.weight_g >= 100010"}
COLUMNS = (
    "id, collection, name, status, attributes, schema_version, version, created_at, updated_at, "
    "created_by, updated_by, deleted_at"
)

PRODUCTION = {
    "CURIO_LOG_FORMAT": "json",
    "CURIO_DATABASE_CONNECTIONS": str(CONNECTIONS),
    "CURIO_RATE_LIMIT": "1000000000/60s",  # counts every request, rejects none
    "CURIO_CORS_ORIGINS": "https://app.example.com",
    "CURIO_CURSOR_KEY": "a key for cursors that nobody wants to forge",
}


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    items: int
    rounds: int
    seconds: int
    warm_up: int
    batch_seconds: int
    page: int
    page_samples: int
    starts: int

    @property
    def last(self):
        """The number of the last item."""
        return FIRST + self.items - 1


@dataclass(frozen=True)
class GrowthPlan:
    """How many items there are in turn, and how often each kind of page is read."""

    sizes: tuple
    page: int
    page_samples: int


LARGE = GrowthPlan(sizes=(1_000_000, 5_000_000, 20_000_000), page=1_000, page_samples=300)
FULL = Plan(items=1_000_000, rounds=7, seconds=5, warm_up=5, batch_seconds=6, page=10_000, page_samples=500, starts=10)
QUICK = Plan(items=50_000, rounds=3, seconds=2, warm_up=1, batch_seconds=6, page=900, page_samples=200, starts=5)


def connections(operation):
    return BATCH_CONNECTIONS if operation == "batch" else CONNECTIONS
