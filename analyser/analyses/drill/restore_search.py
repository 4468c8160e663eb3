"""Indices of OpenSearch restored out of the hourly snapshots that the service keeps, beside themselves.

Only the domain's master role may read those, which is taken on with a second factor, and only groups that the domain's
own lets in reach it. Where the stack has a runner, its session is let in for that long; else an environment of
CloudShell stands in a group that is: https://docs.aws.amazon.com/cloudshell/latest/userguide/using-cshell-in-vpc.html
"""

import json
from collections.abc import Iterator

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import id_of, mine
from analyser.analyses.drill.writers import FUNCTION
from analyser.graph import Graph, Node

_GROUP, _RULE = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_PROJECT = "aws:codebuild/project:Project"


def search(graph: Graph, node: Node) -> Iterator[Step]:
    """An index out of a snapshot, under another name in the same domain."""
    name = node.inputs["domainName"]
    come, place, leave = _inside(graph, node)
    call = (
        f'curl -sf --aws-sigv4 aws:amz:{graph.region}:es --user "$1:$2" -H "x-amz-security-token: $3" '
        "-H 'content-type: application/json'"
    )
    repository = '"https://$endpoint/_snapshot/cs-automated-enc'
    alone = {"include_aliases": False, "include_global_state": False}
    wanted = json.dumps({"indices": "<index>", **alone, "rename_pattern": "(.+)", "rename_replacement": "$1-restored"})
    yield Step(
        f"OpenSearch {name}: an index of an hourly snapshot, beside itself ({place})",
        (
            f"aws opensearch describe-domain --domain-name {name} --query 'DomainStatus.Endpoints.vpc || "
            "DomainStatus.Endpoint' --output text",
            *_signed_in(graph, node),
            *come,
            "set -- <key> <secret> <token>",
            "endpoint=<endpoint>",
            f'{call} -X GET {repository}/_all"',
            f"{call} -X POST {repository}/<snapshot>/_restore\" -d '{wanted}'",
            f'{call} -X GET "https://$endpoint/_cat/recovery/<index>-restored"',
            *leave,
        ),
        see="100 % of its shards; the same question finds in it what it should. Then the alias that is read moves "
        "to it in one request (_aliases, remove and add), or the index is deleted and restored again without "
        "the renaming",
        back="; ".join(("the alias back, and DELETE of <index>-restored", *leave)),
    )


def _signed_in(graph: Graph, node: Node) -> Iterator[str]:
    """Key, secret and token of the master role, with the second factor of a person, whom a runner has none of."""
    for urn in node.property_dependencies.get("advancedSecurityOptions", ()):
        if graph[urn].type == "aws:iam/role:Role":
            yield f"aws iam get-role --role-name {id_of(graph[urn])} --query Role.Arn --output text"
            yield (
                "aws sts assume-role --profile <yours> --role-arn <role> --role-session-name restore --serial-number "
                "<device> --token-code <code> --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' "
                "--output text"
            )


def _inside(graph: Graph, node: Node) -> tuple[list[str], str, list[str]]:
    """How the domain is come to, from where in words, and what is undone afterwards."""
    own = _groups(graph, node, "vpcOptions")
    if not own:
        return [], "from anywhere", []
    for project in mine(graph, _PROJECT) if graph.exports.get("deploymentRunner") else ():
        for group in _groups(graph, project, "vpcConfig"):
            pairs = f"UserIdGroupPairs=[{{GroupId={id_of(group)[1:-1]}}}]"
            rule = f'--group-id {id_of(own[0])} --ip-permissions "IpProtocol=tcp,FromPort=443,ToPort=443,{pairs}"'
            place = "in the session, but for `sts assume-role`, which is typed where your second factor is"
            return (
                [f"aws ec2 authorize-security-group-ingress {rule}"],
                place,
                [f"aws ec2 revoke-security-group-ingress {rule}"],
            )
    for function in mine(graph, FUNCTION):
        if {group.urn for group in _groups(graph, function, "vpcConfig")} & set(_let_in(graph, own[0])):
            called = function.inputs.get("name") or id_of(function)
            asked = f"aws lambda get-function-configuration --function-name {called}"
            return (
                [f"{asked} --query 'VpcConfig.[VpcId,SubnetIds,SecurityGroupIds]'"],
                "from `set` on in an environment of CloudShell in the VPC, a subnet and the group that are printed",
                [],
            )
    return [], "from inside its network", []


def _groups(graph: Graph, node: Node, key: str) -> list[Node]:
    return [graph[urn] for urn in node.property_dependencies.get(key, ()) if graph[urn].type == _GROUP]


def _let_in(graph: Graph, group: Node) -> Iterator[str]:
    """The groups that one takes connections from."""
    for rule in graph.of_type(_RULE):
        if group.urn in rule.property_dependencies.get("securityGroupId", ()):
            yield from rule.property_dependencies.get("referencedSecurityGroupId", ())
