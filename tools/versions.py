"""Says which of the versions that the program asks for are supported for how much longer.

``python -m tools.versions DAY`` with the day as 2026-11-28: what ends within 180 days of it, what has ended, and of
what nobody has said when it ends. Ends well whatever it says, so that nothing fails because time passes; with
``--strict-dates`` with 1 where something ends. The ends of the policy pack's exemptions are told in the same way. With
``--newer`` it also says what there is beyond those versions (``tools.newer``).
"""

import argparse
import itertools
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from components.versions import VERSIONS, Image, Version
from policy.exemptions import Exemption, read_exemptions
from policy.version_support import read_support

NOTICE = timedelta(days=180)


def called(one: Version) -> str:
    """A version as people call it, an image by its tag."""
    return one.tag if isinstance(one, Image) else one.value


def ends(one: Version) -> date | None:
    """The last day of a version's support; None where nobody has said one, or nobody has looked."""
    service = read_support().get(one.of)
    return service.ends.get(service.key(called(one))) if service else None


def ending(versions: Iterable[Version], day: date) -> Iterator[str]:
    """A line for each version whose support ends within the notice, the first to end first."""
    dated = [(end, one) for one in versions if (end := ends(one)) is not None]
    for end, one in sorted(dated, key=lambda found: (found[0], found[1].of, called(found[1]))):
        source = read_support()[one.of].source
        if end < day:
            yield f"{one.of} {called(one)}: support ended on {end}; {source}"
        elif end - day <= NOTICE:
            yield f"{one.of} {called(one)}: {(end - day).days} days of support left, until {end}; {source}"


def unknown(versions: Iterable[Version]) -> Iterator[str]:
    """A line for each version of which nobody has said when its support ends."""
    for one in versions:
        if ends(one) is None:
            service = read_support().get(one.of)
            yield f"{one.of} {called(one)}: end of support not known; {service.source if service else one.source}"


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
    parser.add_argument("--newer", action="store_true", help="say what is newer, as far as somebody answers")
    given = parser.parse_args(arguments)
    found = [*ending(VERSIONS, given.day), *lapsing(read_exemptions(), given.day)]
    told = [*(found or ["no support and no exemption is known to end within 180 days"]), *unknown(VERSIONS)]
    sys.stdout.writelines(f"{line}\n" for line in told)
    if given.newer:
        from tools import newer

        asked = newer.told(newer.questions(newer.credentials()))
        for line in itertools.chain(asked, newer.digests(), [newer.packages()]):
            print(line, flush=True)
    return 1 if found and given.strict_dates else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
