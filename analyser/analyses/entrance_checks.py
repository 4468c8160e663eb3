"""Shell commands that check target health, distributions and public addresses of a stack."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from analyser.graph import Graph, Node

_TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_PUBLIC = ("url", "applicationUrl", "apiUrl", "healthUrl")
"""Outputs that name an address of the public; of some systems there are several."""


@dataclass(frozen=True)
class Check:
    """A shell command and what it shows when all is well."""

    title: str
    command: str


def entrance_checks(graph: Graph) -> Iterator[Check]:
    """Every target is healthy, every distribution is deployed, and every address answers."""
    if graph.of_type(_TARGET_GROUP):
        yield _targets(graph)
    for node in sorted(graph.of_type(_DISTRIBUTION), key=lambda node: node.name):
        yield _distribution(graph, node)
    for output in _PUBLIC:
        if output in graph.exports:
            yield _address(graph, output)


def _targets(graph: Graph) -> Check:
    """AWS completes the names of target groups, so they are found by the tag that names the stack."""
    listed = (
        f"aws resourcegroupstaggingapi get-resources --region {graph.region} "
        f"--resource-type-filters elasticloadbalancing:targetgroup{_own(graph)} "
        "--query 'ResourceTagMappingList[].ResourceARN' --output text"
    )
    asked = (
        f'aws elbv2 describe-target-health --region {graph.region} --target-group-arn "$group" '
        "--query 'TargetHealthDescriptions[].[Target.Id,TargetHealth.State,TargetHealth.Reason]' --output text"
    )
    return Check("every target is healthy", f'for group in $({listed}); do echo "$group"; {asked}; done')


def _own(graph: Graph) -> str:
    """A filter by the default tag whose value is the stack's name; none where there is no such tag."""
    tags = graph.default_tags or {}
    keys = sorted(key for key, value in tags.items() if value == graph.stack)
    return f" --tag-filters Key={shlex.quote(keys[0])},Values={shlex.quote(graph.stack)}" if keys else ""


def _distribution(graph: Graph, node: Node) -> Check:
    aliases = node.inputs.get("aliases")
    if isinstance(aliases, list) and aliases and isinstance(aliases[0], str):
        wanted = f"Aliases.Items[0]=='{aliases[0]}'"
    else:
        wanted = f"DomainName=='$(pulumi stack output distributionDomain --stack {shlex.quote(graph.stack)})'"
    return Check(
        f"{node.name}: Deployed, and enabled",
        "aws cloudfront list-distributions --output text "
        f'--query "DistributionList.Items[?{wanted}].[Id,Status,Enabled]"',
    )


def _address(graph: Graph, output: str) -> Check:
    """By name, TLS and all that stands before the application; anything below 500 is an answer of it or of its edge."""
    return Check(
        f"{output} answers: a status below 500",
        f'curl -sS -o /dev/null -w "%{{http_code}} %{{ssl_verify_result}} %{{time_total}}s\\n" '
        f'"$(pulumi stack output {output} --stack {shlex.quote(graph.stack)})"',
    )
