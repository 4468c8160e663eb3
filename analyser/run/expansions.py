"""The remote components whose making is known, by their type."""

from collections.abc import Callable, Mapping

from analyser.run import awsx, eks
from analyser.run.remote_components import Expansion, RemoteError

_COMPONENTS: Mapping[str, Callable[[Expansion], None]] = {**awsx.COMPONENTS, **eks.COMPONENTS}


def expand(expansion: Expansion) -> Expansion:
    """Fills in what a remote component makes. Raises RemoteError for one that the preview does not know."""
    token = expansion.component.type
    fill = _COMPONENTS.get(token)
    if fill is None:
        raise RemoteError(f"{token} {expansion.name}: the preview does not know what this component makes")
    fill(expansion)
    return expansion
