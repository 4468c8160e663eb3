"""Shell commands that check target health, distributions and public addresses of a stack."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from analyser.graph import Graph, Node
from settings.recovery import recovery_of

_TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_PUBLIC = ("url", "applicationUrl", "apiUrl", "healthUrl")
"""Outputs that name an address of the public; of some systems there are several."""


@dataclass(frozen=True)
class Check:
    """A shell command and what it shows when all is well."""

    title: str
    command: str
    shows: str
    """What it prints then, as a regular expression of the whole output without the last line's end."""
    adds: bool = False
    """Whether it leaves something behind, so that a person runs it and no machine."""


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
        f"aws resourcegroupstaggingapi get-resources --region {shlex.quote(graph.region)} "
        f"--resource-type-filters elasticloadbalancing:targetgroup{_own(graph)} "
        "--query 'ResourceTagMappingList[].ResourceARN' --output text"
    )
    asked = (
        f'aws elbv2 describe-target-health --region {shlex.quote(graph.region)} --target-group-arn "$group" '
        """--query "TargetHealthDescriptions[?TargetHealth.State!='draining'].[Target.Id,TargetHealth.State,"""
        """TargetHealth.Reason]" --output text"""
    )
    recovery = recovery_of(graph.config)
    least = "*" if recovery is not None and not recovery.promoted else "+"  # what stands by has no targets yet
    return Check(
        "every target is healthy",
        f'for group in $({listed}); do echo "$group"; {asked} || exit; done',
        rf"(?:arn:\S+(?:\n\S+\thealthy\t\S+){least}\n?)+",
    )


def identifier(graph: Graph, node: Node, of_it: str = "") -> str:
    """What asks the stack's state for the id of a resource, which only AWS or Pulumi could name: for a shell.

    ``of_it`` is what jq takes of the id.
    """
    wanted = f".deployment.resources[] | select(.urn == {json.dumps(node.urn)}) | .id{of_it}"
    return f'"$(pulumi stack export --stack {shlex.quote(graph.stack)} | jq -r {shlex.quote(wanted)})"'


def own_tag(graph: Graph) -> tuple[str, str] | None:
    """The default tag whose value is the stack's name; None where there is no such tag.

    An environment may be called like its stack, and other stacks have it too, so ``stack`` comes first.
    """
    tags = graph.default_tags or {}
    keys = sorted((key for key, value in tags.items() if value == graph.stack), key=lambda key: (key != "stack", key))
    return (keys[0], graph.stack) if keys else None


def literal(value: str) -> str:
    """A string of JMESPath, without a backslash, that means itself between the double quotes of a shell."""
    text = "'{}'".format(value.replace("'", "\\'"))
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _own(graph: Graph) -> str:
    tag = own_tag(graph)
    return f" --tag-filters Key={shlex.quote(tag[0])},Values={shlex.quote(tag[1])}" if tag else ""


def _distribution(graph: Graph, node: Node) -> Check:
    aliases = node.inputs.get("aliases")
    if isinstance(aliases, list) and aliases and isinstance(aliases[0], str):
        wanted = f"Aliases.Items[0]=={literal(aliases[0])}"
    else:
        wanted = f"DomainName=='$(pulumi stack output distributionDomain --stack {shlex.quote(graph.stack)})'"
    return Check(
        f"{node.name}: Deployed, and enabled",
        "aws cloudfront list-distributions --output text "
        f'--query "DistributionList.Items[?{wanted}].[Id,Status,Enabled]"',
        r"\S+\tDeployed\tTrue",
    )


def _address(graph: Graph, output: str) -> Check:
    """By name, TLS and all that stands before the application; anything below 500 is an answer of it or of its edge.

    Of its health an API says 200, and no page, as a site says that answers every path with its one page.
    """
    health = output == "healthUrl"
    kind = " %{content_type}" if health else ""
    return Check(
        f"{output} answers: {'200, and no page' if health else 'a status below 500'}",
        f'curl -sS --max-time 20 -o /dev/null -w "%{{http_code}} %{{ssl_verify_result}} %{{time_total}}s{kind}\\n" '
        f'"$(pulumi stack output {output} --stack {shlex.quote(graph.stack)})"',
        r"200 0 [\d.]+s (?!text/html).*" if health else r"[1-4]\d\d 0 \S+",
    )
