"""What the repositories of Helm charts hold, without Helm.

``python -m tools.charts`` names the charts whose kinds Helm leaves as they are (it installs what a chart has in
``crds/`` and never updates it), each with one of those kinds; ``python -m tools.charts NAME`` prints all kinds of a
chart in the version of ``components.versions``, for ``kubectl apply --server-side``.
"""

import hashlib
import io
import sys
import tarfile
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import yaml

from components.versions import VERSIONS, Chart

Read = Callable[..., bytes]
"""An address, and headers by name, to what is there."""
CHARTS = {one.name: one for one in VERSIONS if isinstance(one, Chart)}
_SECONDS = 10
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(address: str, **headers: str) -> bytes:
    """What is at an address. Raises OSError where nothing answers in time."""
    asked = Request(address, headers=headers)  # noqa: S310, addresses are those of components.versions
    with urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310, the same
        return answer.read()


def releases(chart: Chart, reading: Read = read) -> list[Mapping[str, Any]]:
    """The releases of a chart as its repository lists them: version, urls and digest of each.

    Raises OSError where the repository cannot be asked, ValueError where it has no such chart.
    """
    index = yaml.load(reading(f"{chart.repository}/index.yaml"), Loader=_LOADER)  # noqa: S506, a safe loader
    entries = index.get("entries", {}) if isinstance(index, dict) else {}
    if chart.name not in entries:
        raise ValueError(f"{chart.repository} has no chart {chart.name}")
    return entries[chart.name]


def kinds(chart: Chart, reading: Read = read) -> str:
    """The YAML of a chart's ``crds/`` in the version of the program, checked against the repository's digest.

    Raises OSError and ValueError as ``releases`` does, and ValueError for a package that is not what was promised.
    """
    found = [one for one in releases(chart, reading) if one["version"] == chart.value]
    if not found:
        raise ValueError(f"{chart.repository} has no {chart.name} {chart.value}")
    package = reading(urljoin(f"{chart.repository}/", found[0]["urls"][0]))
    if hashlib.sha256(package).hexdigest() != found[0]["digest"]:
        raise ValueError(f"{chart.name} {chart.value} is not what {chart.repository} says: its digest is another")
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        members = [member for member in archive if member.isfile() and f"{chart.name}/crds/" in member.name]
        files = [archive.extractfile(member) for member in sorted(members, key=lambda member: member.name)]
        texts = [file.read().decode() for file in files if file is not None]
    if not texts:
        raise ValueError(f"{chart.name} {chart.value} has nothing in crds/")
    return "---\n".join(text if text.endswith("\n") else f"{text}\n" for text in texts)


def main(arguments: list[str]) -> int:
    """Prints charts, or the kinds of one; returns the exit status."""
    left = {name: chart for name, chart in CHARTS.items() if chart.kind}
    if not arguments:
        sys.stdout.writelines(f"{name} {chart.kind}\n" for name, chart in left.items())
        return 0
    if arguments[0] not in left:
        print(f"{arguments[0]} is none of {', '.join(left)}", file=sys.stderr)
        return 2
    try:
        sys.stdout.write(kinds(left[arguments[0]]))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
