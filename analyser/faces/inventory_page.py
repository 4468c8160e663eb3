"""An inventory as a page of documentation."""

from collections.abc import Iterable, Sequence

from analyser.analyses.inventory.result import Inventory, Logs, Store
from analyser.analyses.inventory.stores import spell

_HEAD = """\
# Data inventory: {stack}

The {system} system, environment {environment}. Written by `strata inventory`: do not edit it; what stores hold is in
`docs/inventory/purposes.yaml`. {places}
"""
_HEAD_OF_OTHERS = """\
# Data inventory: {stack}

Written by `strata inventory`. {places}
"""
_DESIGN = """\
## By design

What the stack's resources enforce, with nobody doing anything.
"""
_LOGS = """\
### Logs

{held}
"""
_HELD = "They hold addresses and the ids of users, and nothing that users write. Nobody erases a line: they go by age."
_HELD_BY_OTHERS = "What they hold is not written down. Nobody erases a line: they go by age."
_PROCESS = """\
## By process

What somebody has to do when a person asks to be forgotten. *Gone after* is when the last copy has aged out of backups,
snapshots and old versions at the latest; where nothing is to be done, it counts from when it was written.
"""


def page(inventory: Inventory) -> str:
    """The inventory in Markdown: measures by design and manual measures separately."""
    own = bool(inventory.system)
    places = (
        f"Data is kept in {', '.join(inventory.regions)}." if inventory.regions else "Nothing is found that keeps data."
    )
    head = (_HEAD if own else _HEAD_OF_OTHERS).format(
        stack=inventory.stack, system=inventory.system, environment=inventory.environment, places=places
    )
    columns = ("Store", "Kind", "Holds", "Of persons", "Region", "Encryption at rest", "Kept")
    parts = [
        head,
        _DESIGN,
        _table(columns, (_designed(store) for store in inventory.stores)),
        _LOGS.format(held=_HELD if own else _HELD_BY_OTHERS),
        _table(("Log groups", "Region", "Encryption at rest", "Kept"), map(_logged, inventory.logs)),
        _PROCESS,
        _table(("Store", "Erased on request", "Gone after"), map(_erased, _personal(inventory))),
    ]
    return "\n".join(parts)


def _personal(inventory: Inventory) -> list[Store]:
    return [store for store in inventory.stores if store.purpose.personal is not False]


def _designed(store: Store) -> tuple[str, ...]:
    of_persons = {True: "yes", False: "no", None: "not known"}[store.purpose.personal]
    kept = "; ".join(store.retention)
    return f"`{store.name}`", store.kind, store.purpose.holds, of_persons, store.region, store.key, kept


def _logged(logs: Logs) -> tuple[str, ...]:
    return str(logs.groups), logs.region, logs.key, spell(logs.days) if logs.days else "for ever"


def _erased(store: Store) -> tuple[str, ...]:
    gone = spell(store.remains_days) if store.remains_days else "at once"
    return f"`{store.name}`", store.purpose.erasure, gone


def _table(columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [_row(columns), _row(["---"] * len(columns)), *map(_row, rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
