"""A trace of a program that is not Strata's own: without what Strata asks of its stacks alone.

Strata's own stacks name all that their code uses, answer under a name of theirs and keep to a house standard of
encryption, so that whatever lacks one of these has a fault. In another project the other side may be in another stack,
in the code itself or with somebody, and the standard is the policy pack's to judge.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyser.analyses.trace.model import Chain, Link, State

STANDARD = frozenset({"waf", "tls", "listener", "origin-proof", "retention", "key", "group", "mfa"})
"""Links that nothing on the way rests on: told where they hold, and left out where they do not."""
ELSEWHERE = {
    "configured": "its code may know it otherwise",
    "identity": "it may have rights from outside of the stack",
    "dns": "a name may be made elsewhere, or none be wanted",
    **dict.fromkeys(("certificate", "validation"), "it may be of another stack"),
    **dict.fromkeys(("writer", "publisher", "subscription", "selection"), "something outside of the stack may"),
    **dict.fromkeys(("alarm", "vault"), "it may be of another stack"),
    "tested": "another plan may, or nobody mean to",
}
"""Links whose other side may well be out of sight, and where."""


def of_any_program(chains: Iterable[Chain], *, hidden: bool) -> list[Chain]:
    """The chains of another project; with something ``hidden`` in it, nothing is missing for certain."""
    found = (replace(chain, links=tuple(_links(chain.links, hidden=hidden))) for chain in chains)
    return [chain for chain in found if chain.links]


def _links(links: Iterable[Link], *, hidden: bool) -> Iterator[Link]:
    for link in links:
        if link.state is not State.MISSING:
            yield link
        elif link.kind not in STANDARD:
            doubt = ELSEWHERE.get(link.kind) or ("what is not seen of the program may have it" if hidden else "")
            yield replace(link, state=State.NOT_KNOWN, because=f"{link.because}; {doubt}") if doubt else link
