"""The first of two runs: all that waits for nobody, so that it ends by itself and hands out names.

``pulumi up --exclude … --exclude-dependents`` leaves out what the patterns name and all that depends on it. What is
left out is left as it is, so the same command on a stack that stands takes nothing away; no setting says which stage a
stack is in. Providers themselves are never left out: the Kubernetes provider is configured, finds its cluster
unreachable, and is asked nothing.
"""

from dataclasses import dataclass

from analyser.graph import Graph, Node

WAITING = {
    "pulumi:providers:kubernetes": "the Kubernetes API is private",
    "aws:acm/certificateValidation:CertificateValidation": "certificates wait until the domain is delegated",
    "aws:ses/domainIdentityVerification:DomainIdentityVerification": "mail waits until the domain is delegated",
    "aws:ecs/service:Service": "tasks wait for their image and for values of secrets",
}
"""Types that wait for what somebody does outside, or for a way in, and why."""


@dataclass(frozen=True)
class FirstStage:
    """What the first run makes, and what it leaves to the second."""

    patterns: tuple[str, ...]
    """Values of ``--exclude``."""
    reasons: tuple[str, ...]
    left_out: tuple[Node, ...]
    total: int
    """How many resources the whole stack has."""

    @property
    def options(self) -> str:
        """The options of ``pulumi up``."""
        return " ".join(["--exclude-dependents", *(f"--exclude '{pattern}'" for pattern in self.patterns)])


def first_stage(graph: Graph) -> FirstStage:
    """The first stage of a stack; everything is in it where nothing waits."""
    found = [token for token in WAITING if graph.of_type(token)]
    left_out = {node.urn for token in found for node in graph.of_type(token)}
    for node in graph:  # parents, providers and dependencies come before what needs them
        needed = {*node.dependencies, node.parent, node.provider.rpartition("::")[0]}
        if needed & left_out:
            left_out.add(node.urn)
    return FirstStage(
        patterns=tuple(f"**{token}::*" for token in found),
        reasons=tuple(WAITING[token] for token in found),
        left_out=tuple(node for node in graph.resources if node.urn in left_out),
        total=len(graph.resources),
    )
