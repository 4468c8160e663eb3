"""Whether resources have the form in which a state keeps them, as far as anything here reads it.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (ResourceV3)
"""

from collections.abc import Iterator, Mapping
from typing import Any

_URN_PARTS = 4
_FORMS: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(("parent", "provider", "id"), (str, "text")),
    **dict.fromkeys(("inputs", "outputs", "propertyDependencies"), (Mapping, "object")),
    **dict.fromkeys(("dependencies", "ignoreChanges", "replaceOnChanges", "aliases"), (list, "list")),
}


def malformed(states: Any) -> Iterator[str]:
    """What of them is of another form, of which the first is to be told: what follows may rest on it."""
    if not isinstance(states, list):
        yield "resources is no list"
        return
    for place, state in enumerate(states):
        yield from (f"resources[{place}]{wrong}" for wrong in _wrong(state))
    parents = {state["urn"]: state.get("parent") for state in states}
    for place, state in enumerate(states):  # of which two may have one URN, as what is about to be deleted has
        if _round(state["urn"], parents):
            yield f"resources[{place}].parent: is within itself"


def _wrong(state: Any) -> Iterator[str]:
    urn, token = (state.get("urn"), state.get("type")) if isinstance(state, Mapping) else (None, None)
    if not isinstance(urn, str) or not isinstance(token, str) or len(urn.split("::")) < _URN_PARTS:
        yield " has no URN and type"
        return
    for key, (form, called) in _FORMS.items():
        if state.get(key) is not None and not isinstance(state[key], form):
            yield f".{key} is no {called}"
    waits = {"dependencies": state.get("dependencies"), **_members(state.get("propertyDependencies"))}
    yield from (f".{key} is no list of URNs" for key, urns in waits.items() if not _texts(urns))


def _members(found: Any) -> Mapping[str, Any]:
    named = found if isinstance(found, Mapping) else {}
    return {f"propertyDependencies.{key}": urns for key, urns in named.items()}


def _texts(urns: Any) -> bool:
    return urns is None or (isinstance(urns, list) and all(isinstance(urn, str) for urn in urns))


def _round(urn: str, parents: Mapping[str, Any]) -> bool:
    """Whether this has itself as its parent, directly or through others."""
    seen: set[Any] = set()
    above: Any = parents.get(urn)
    while above in parents and above not in seen and above != urn:
        seen.add(above)
        above = parents[above]
    return above == urn
