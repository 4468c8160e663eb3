"""What a graph must hold for a row of ``secret_table`` to be true of one of its secrets."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from analyser.graph import Graph, Node
from components.drift import DRIFTS
from settings.stack import PROJECT
from tests.stacks import ROOT
from tests.systems.secret_table import Replacer, Row, flat

ALARM, FUNCTION = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:lambda/function:Function"
ROTATION, SECRET = "aws:secretsmanager/secretRotation:SecretRotation", "aws:secretsmanager/secret:Secret"
VALUE = "aws:secretsmanager/secretVersion:SecretVersion"


def unkept(graph: Graph, row: Row, node: Node) -> list[str]:
    """What the row claims of this secret and the graph does not show, a line each."""
    return [f"{node.name}: {line}" for line in _CLAIMS[row.by](graph, row, node)]


def section(row: Row, graph: Graph) -> str:
    """The part of the runbook that says how an operator does it; nothing where there is none."""
    page, _, heading = row.page.format(system=graph.config[f"{PROJECT}:system"]).partition("#")
    text = (ROOT / "docs" / "runbooks" / f"{page}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return next((part for part in parts if part.splitlines()[0].lower().replace(" ", "-") == heading), "")


def _by_aws(graph: Graph, row: Row, node: Node) -> Iterator[str]:
    if node.type == "aws:kms/key:Key" and not (
        node.inputs.get("enableKeyRotation") and node.inputs.get("rotationPeriodInDays", 365) == 365
    ):
        yield "KMS does not replace its material once a year"
    if node.type == "aws:acm/certificate:Certificate":
        awaited = [
            one.inputs["certificateArn"] for one in graph.of_type("aws:acm/certificateValidation:CertificateValidation")
        ]
        if node.inputs.get("validationMethod") != "DNS" or node.outputs["arn"] not in awaited:
            yield "ACM renews it only while its records stand in the zone"
    if row.days:
        arn = node.outputs["masterUserSecrets"][0]["secretArn"]
        yield from _scheduled(graph, row, arn, by_function=False)


def _by_function(graph: Graph, row: Row, node: Node) -> Iterator[str]:
    if node.type != SECRET:
        yield from _left_alone(node)
        return
    yield from _no_value(graph, node)
    yield from _scheduled(graph, row, node.outputs["arn"], by_function=True)


def _by_operator(graph: Graph, row: Row, node: Node) -> Iterator[str]:
    said = row.says or node.inputs["name"].rpartition("/")[2]
    if said not in section(row, graph):
        yield f"docs/runbooks/{row.page} does not say how {said} is replaced"
    if node.type == SECRET:
        yield from _no_value(graph, node)
        if not any(_may_put(policy, node.outputs["arn"]) for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")):
            yield "no operator has the right to put a value in"
        if any(one.inputs["secretId"] in (node.id, node.outputs["arn"]) for one in graph.of_type(ROTATION)):
            yield "it rotates by itself"


def _copied(_graph: Graph, _row: Row, node: Node) -> Iterator[str]:
    if node.inputs["spec"]["refreshInterval"] != "5m":
        yield "External Secrets does not look every 5 minutes"


def _by_nobody(graph: Graph, _row: Row, node: Node) -> Iterator[str]:
    told = flat(node.inputs)
    if "passwords" in told or "domainSigningPrivateKey" in told:
        yield "there is a secret in it after all"
    for other in graph:
        for path, sources in other.property_dependencies.items():
            if node.type.startswith("random:") and node.urn in sources:
                yield from _left_alone(other, path)
    if node.type.startswith(("random:", "aws:rds")) and not any(_at_once(one) for one in graph.of_type(ROTATION)):
        yield "no rotation follows at once"


def _left_alone(node: Node, path: str = "authenticationMode") -> Iterator[str]:
    """An update does not send the former value, as the table of what drifts has it."""
    unread = any((row.type, row.path, row.kept) == (node.type, path, "unread") for row in DRIFTS)
    if not unread and path not in node.ignore_changes:
        yield f"{node.name}: an update would send {path} as it was at first"


def _at_once(rotation: Node) -> bool:
    return bool(rotation.inputs["rotateImmediately"]) and "rotationLambdaArn" in rotation.inputs


def _scheduled(graph: Graph, row: Row, arn: str, *, by_function: bool) -> Iterator[str]:
    ids = {arn, *(one.id for one in graph.of_type(SECRET) if one.outputs["arn"] == arn)}
    found = [one for one in graph.of_type(ROTATION) if one.inputs["secretId"] in ids]
    if [one.inputs["rotationRules"]["automaticallyAfterDays"] for one in found] != [row.days]:
        yield f"no schedule of {row.days} days"
        return
    functions = [
        one for one in graph.of_type(FUNCTION) if one.outputs["arn"] == found[0].inputs.get("rotationLambdaArn")
    ]
    if bool(functions) != by_function:
        yield "somebody else replaces it"
    yield from (f"nobody hears when {one.name} fails" for one in functions if not _watched(graph, one))


def _watched(graph: Graph, function: Node) -> bool:
    return any(
        alarm.inputs.get("metricName") == "Errors"
        and alarm.inputs.get("dimensions") == {"FunctionName": function.outputs["name"]}
        and alarm.inputs.get("alarmActions")
        for alarm in graph.of_type(ALARM)
    )


def _no_value(graph: Graph, node: Node) -> Iterator[str]:
    if any(one.inputs["secretId"] in (node.id, node.outputs["arn"]) for one in graph.of_type(VALUE)):
        yield "the program gives it a value, which the next update would send again"


def _may_put(policy: Node, arn: str) -> bool:
    return any(
        "secretsmanager:PutSecretValue" in one["Action"] and arn in one.get("Resource", ())
        for one in json.loads(policy.inputs["policy"])["Statement"]
    )


_CLAIMS: Mapping[Replacer, Callable[[Graph, Row, Node], Iterator[str]]] = {
    "AWS": _by_aws,
    "its function": _by_function,
    "an operator": _by_operator,
    "External Secrets": _copied,
    "nobody": _by_nobody,
}
