"""Source addresses that a resource's own settings allow or refuse."""

from analyser.analyses.reach.addresses import INTERNET, INTERNET4, of, union
from analyser.analyses.reach.graph_view import UNKNOWN_NAME
from analyser.analyses.reach.place import Check, Place, not_known


def admitted(target: Place, *, any_will_do: bool) -> Check:
    """Whether public source addresses are admitted: by any one of the names, or by all.

    A range of private addresses among the named ones lets in nobody who comes by the internet.
    """
    says = f"{target.name} answers on public addresses"
    if UNKNOWN_NAME in target.admits:
        return not_known(f"{says}, only to some that are not known yet")
    ranges = [found for one in target.admits if (found := of(one)) is not None]
    only = f"{says}, only to {', '.join(target.admits)}" if target.admits else says
    if not ranges or len(ranges) < len(target.admits):  # strangers by name, not by address
        return Check(ok=True, says=only)
    named = union(ranges) & INTERNET
    if named.covers(INTERNET4):
        return Check(ok=True, says=says)
    if not named:
        return Check(ok=False, says=f"{only}, none of which comes by the internet")
    if any_will_do:
        return Check(ok=True, says=only)
    return not_known(f"{only}: whether what asks has one of these is not known")
