"""Which source addresses pass a sequence of filters."""

from analyser.analyses.reach.addresses import Addresses, Bounds, exactly
from analyser.analyses.reach.place import Check, not_known


class Passing:
    """Narrows a set of addresses by filters, and keeps a check for each.

    Of the internet's addresses one that passes them all is enough (``any_will_do``); of a peer inside, whose one
    address is some address of its subnet, all must.
    """

    def __init__(self, wanted: Addresses, *, any_will_do: bool) -> None:
        self._wanted = wanted
        self._any = any_will_do
        self._left = exactly(wanted)
        self.checks: list[Check] = []

    def add(self, through: Bounds, *, yes: str, no: str, urns: tuple[str, ...] = ()) -> None:
        """Applies a filter that lets ``through`` pass; ``yes`` and ``no`` are the words of its check."""
        self._left &= through
        self.checks.append(self._judged(through, yes, no, urns))

    def also(self, check: Check | None) -> None:
        """Adds a check that does not depend on addresses; None adds nothing."""
        if check:
            self.checks.append(check)

    def result(self) -> tuple[Check, ...]:
        """All checks; with one more where each may let some addresses through, and all together do not."""
        together = self._judged(self._left, "", "no address passes all of these at once", ())
        none_missing = not any(check.missing for check in self.checks)
        if (together.missing and none_missing) or (not together.ok and all(check.ok for check in self.checks)):
            self.checks.append(together)
        return tuple(self.checks)

    def _judged(self, through: Bounds, yes: str, no: str, urns: tuple[str, ...]) -> Check:
        if through.certain & self._wanted if self._any else through.certain.covers(self._wanted):
            return Check(ok=True, says=yes, urns=urns)
        if through.possible & self._wanted:
            why = (
                ", ".join(dict.fromkeys(through.why)) or f"it holds for {_named(through.possible & self._wanted)} only"
            )
            return not_known(f"{why}; else {no}", urns)
        return Check(ok=False, says=no)


def _named(addresses: Addresses) -> str:
    cidrs = addresses.cidrs()
    return ", ".join(cidrs[:4]) + (" …" if len(cidrs) > 4 else "")
