"""``docs/secrets.md``: who replaces every secret, from ``tests/systems/secret_table.py``."""

from pathlib import Path

from tests.systems.secret_table import ROWS, Row

PAGE = Path("docs/secrets.md")
_HEAD = """# Secrets

Every secret of every stack: who replaces it, how often, and what the next `pulumi up` does about it.
`tests/systems/test_secrets.py` holds each line against all stacks, and fails for a secret that is in none.
How a new value reaches whoever reads it is [decision 23](decisions/0023-how-a-rotated-secret-arrives.md).
This page is made by `make update`.

| what | who replaces it | when | the next `up` |
| --- | --- | --- | --- |
"""
_EVERYWHERE = ("records", "confluence", "collaboration")


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(f"| {row.what} | {_who(row)} | {row.every} | {row.up} |\n" for row in ROWS)


def _who(row: Row) -> str:
    if not row.page:
        return row.by
    runbook = row.page.partition("#")[0]
    pages = _EVERYWHERE if runbook == "{system}" else (runbook,)
    links = ", ".join(f"[{name}](runbooks/{name}.md#secrets)" for name in pages)
    return f"{row.by}: {links}"
