"""Writes what AWS-managed policies say: ``python -m analyser.analyses.rights.generate``.

Run it after moto was updated. A test fails while the file is stale.
"""

import gzip
import json
from typing import Any

from analyser.analyses.rights.managed import FILE


def table() -> dict[str, Any]:
    """The day of the newest policy, and each document by path and name as in the policy's ARN."""
    # A tool of development, absent where strata runs.
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    source = json.loads(aws_managed_policies_data)
    return {
        "day": max(found["UpdateDate"] for found in source.values())[:10],
        "policies": {f"{found['Path']}{name}"[1:]: found["Document"] for name, found in sorted(source.items())},
    }


def main() -> None:
    """Write the file beside this module."""
    text = json.dumps(table(), separators=(",", ":"), sort_keys=True)
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
