"""Says which of the versions that the program asks for are supported for how much longer.

``python -m tools.versions DAY`` with the day as 2026-11-28: what ends within 180 days of it, and what has ended. Ends
well whatever it says, so that nothing fails because time passes; with ``--strict-dates`` with 1 where there is anything
to say. The ends of the policy pack's exemptions are told in the same way.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from components.versions import VERSIONS, Version
from policy.exemptions import Exemption, read_exemptions

NOTICE = timedelta(days=180)


def ending(versions: Iterable[Version], day: date) -> Iterator[str]:
    """A line for each version whose support ends within the notice, the first to end first."""
    dated = [(one.ends, one) for one in versions if one.ends is not None]
    for ends, one in sorted(dated, key=lambda found: (found[0], found[1].of, found[1].value)):
        if ends < day:
            yield f"{one.of} {one.value}: support ended on {ends}; {one.source}"
        elif ends - day <= NOTICE:
            yield f"{one.of} {one.value}: {(ends - day).days} days of support left, until {ends}; {one.source}"


def lapsing(exemptions: Iterable[Exemption], day: date) -> Iterator[str]:
    """A line for each exemption that ends within the notice, the first to end first."""
    dated = {(one.expires, one.rule, one.urn) for one in exemptions if one.expires is not None}
    for expires, rule, urn in sorted(dated):
        if expires - day <= NOTICE:
            yield f"exemption from {rule} for {urn}: {'ended' if expires < day else 'ends'} on {expires}"


def main(arguments: list[str]) -> int:
    """Prints what ends; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.versions", description="Say which versions' support ends.")
    parser.add_argument("day", type=date.fromisoformat, help="the day to judge by, such as 2026-11-28")
    parser.add_argument("--strict-dates", action="store_true", help="fail when something ends within 180 days")
    given = parser.parse_args(arguments)
    found = [*ending(VERSIONS, given.day), *lapsing(read_exemptions(), given.day)]
    sys.stdout.writelines(f"{line}\n" for line in found or ["no support and no exemption ends within 180 days"])
    return 1 if found and given.strict_dates else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
