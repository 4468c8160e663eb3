"""What prefix lists hold: those of the stack, entry by entry, and AWS's own."""

from analyser.analyses.reach.addresses import ALL, INTERNET, NOWHERE, Bounds, exactly, of
from analyser.analyses.reach.graph_view import View, text
from analyser.run.mock_cloud.invokes import PREFIX_LISTS
from policy.model import Resource, known

_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
CLOUDFRONT_LIST = PREFIX_LISTS["com.amazonaws.global.cloudfront.origin-facing"]


class PrefixLists:
    """The address ranges of each prefix list id."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._lists = {view.id_of(found): self._entries(found) for found in view.of(_LIST)}

    def addresses(self, identifier: str) -> Bounds:
        """What a list holds. Of one that the stack does not make, some public addresses, nobody knows which."""
        found = self._lists.get(identifier)
        if found is not None:
            return found
        if identifier == CLOUDFRONT_LIST:  # whoever comes from CloudFront is asked for by the list itself
            return exactly(NOWHERE)
        return Bounds(NOWHERE, INTERNET, (f"what prefix list {identifier} holds is not in the stack",))

    def _entries(self, found: Resource) -> Bounds:
        apart = self._view.resources.companions(found, _ENTRY, by="prefixListId")
        cidrs = [entry.get("cidr") for entry in (*found.blocks("entries"), *apart)]
        certain = NOWHERE
        for cidr in cidrs:
            certain |= of(text(cidr)) or NOWHERE
        if found.unknown("entries") or not all(map(known, cidrs)):
            return Bounds(certain, ALL, (f"entries of prefix list {found.name} are not known yet",))
        return exactly(certain)
