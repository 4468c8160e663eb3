"""What AWS-managed policies say: all that there were on the day in the file.

Written by ``python -m analyser.analyses.rights.generate`` from moto's copy of what IAM's GetPolicyVersion answers; AWS
changes them without notice: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
"""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("managed.json.gz")
ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(.+)")


def content(arn: str) -> dict[str, Any] | None:
    """The document of an AWS-managed policy; None for any other, or one that is not in the file."""
    found = ARN.fullmatch(arn)
    return _table()["policies"].get(found.group(1)) if found else None


def day() -> str:
    """The day on which the newest of them was written."""
    return _table()["day"]


@cache
def _table() -> dict[str, Any]:
    return json.loads(gzip.decompress(FILE.read_bytes()))
