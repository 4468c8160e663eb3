"""The psql script of a migration: each file once, in order, in one transaction."""

import hashlib
from collections.abc import Mapping

LEDGER = "schema_migration"

# The pods of two runs may overlap, when a node is lost; the second waits here and then finds nothing to do.
_OPEN = f"""\\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('{LEDGER}')) \\g /dev/null
CREATE TABLE IF NOT EXISTS {LEDGER} (
    file text PRIMARY KEY,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
"""

_FILE = """
SELECT coalesce(max(digest), '') AS applied FROM {ledger} WHERE file = '{file}' \\gset
SELECT :'applied' = '' AS pending, :'applied' NOT IN ('', '{digest}') AS changed \\gset
\\if :changed
DO $$ BEGIN RAISE EXCEPTION '{file} has changed since it was applied; add a file instead'; END $$;
\\endif
\\if :pending
\\echo applying {file}
\\ir {file}
INSERT INTO {ledger} (file, digest) VALUES ('{file}', '{digest}');
\\endif
"""

_CLOSE = "\nCOMMIT;\n"


def migration_script(files: Mapping[str, str]) -> str:
    """The psql script over ``files``, name to SQL text, in their order; it lies in the same directory."""
    steps = (_FILE.format(ledger=LEDGER, file=file, digest=_digest(text)) for file, text in files.items())
    return "".join((_OPEN, *steps, _CLOSE))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
