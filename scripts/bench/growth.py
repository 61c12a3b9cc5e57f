"""How the times of pages grow with the number of items."""

import math
import os

from measure import measure_finding, measure_pages, measure_searching, measure_sorted
from plan import FILTERS, PRODUCTION, SEARCHES
from service import Service
from tools import run, say


def measure_growth(executables, database, plan, folder):
    """The times of each kind of page, by the number of items."""
    env = {"DATABASE_URL": database.url, **PRODUCTION}
    run([executables["curio"], "db", "upgrade"], env={**env, "PATH": os.environ["PATH"]}, cwd="/")
    serve = [executables["curio"], "serve", "--bind", "127.0.0.1:{port}"]
    result = {}
    with Service("curio", serve, env, folder / "curio.log") as curio:
        for items in plan.sizes:
            say(f"{items:,} items: inserting")
            database.grow(items)
            say(f"{items:,} items: measuring")
            result[items] = measure_kinds(database, curio, plan)
            size = database.query("SELECT pg_size_pretty(pg_database_size(current_database()))")
            say(f"{items:,} items: {size}")
            print_growth(result)
    return result


def measure_kinds(database, curio, plan):
    first, deep = measure_pages(database, curio, plan)
    finding = measure_finding(curio, plan)
    searching = measure_searching(curio, plan)
    by_attribute = measure_sorted(database, curio, plan)
    return {
        "page 1": first,
        f"page {plan.page:,}": deep,
        **{f"finding, {name}": finding[name] for name in FILTERS},
        **{f"searching, {name}": searching[name] for name in SEARCHES},
        "by an attribute, page 1": by_attribute["first"],
        f"by an attribute, page {plan.page:,}": by_attribute["deep"],
    }


def extrapolate(times, items):
    """The time at a size, if it grows by as much for each doubling as from the first to the last."""
    (first, fastest), *_, (last, slowest) = times.items()
    return slowest + max(0, slowest - fastest) * math.log(items / last) / math.log(last / first)


def print_growth(result):
    sizes = list(result)
    heads = "".join(f"{f'{items / 1e6:g} million':>17}" for items in sizes)
    print(f"\n{'p50 / p99 in ms':36}{heads}{'ratio of p50':>14}{'100 million':>13}")
    for kind in result[sizes[0]]:
        times = {items: result[items][kind] for items in sizes}
        figures = "".join(f"{time['p50']:8.1f} /{time['p99']:7.1f}" for time in times.values())
        medians = {items: time["p50"] for items, time in times.items()}
        growth = ""
        if len(sizes) > 1:
            growth = f"{medians[sizes[-1]] / medians[sizes[0]]:14.2f}{extrapolate(medians, 100_000_000):13.1f}"
        print(f"{kind:36}{figures}{growth}")
    print()
