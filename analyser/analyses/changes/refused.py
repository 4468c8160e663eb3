"""What a service refuses to do to a resource that is there: the section ``refused`` of ``resource_types``.

Its schema allows the value, so that the update stops in the middle: storage that would shrink is known of only then.
"""

from analyser.analyses.changes.edits import holds_hidden
from analyser.analyses.changes.pairing import Resource
from analyser.analyses.changes.replaced import ignored
from analyser.analyses.changes.values import at, directions
from resource_types import fact


def refused(old: Resource, new: Resource) -> tuple[str, ...]:
    """Why the service refuses, a sentence for each input; nothing where it takes all of them."""
    rows = (fact(new["type"], "refused") or {}).get("changes", ())
    return tuple(f"{row['input']}: {row['why']}" for row in rows if _asked(row["input"], row["ways"], old, new))


def _asked(path: str, ways: list[str], old: Resource, new: Resource) -> bool:
    left, right = at(old["inputs"], path), at(new["inputs"], path)
    if left == right or ignored(path, new) or holds_hidden([left, right]):
        return False
    return directions(left, right) <= {*ways}
