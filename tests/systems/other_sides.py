"""Who makes what a stack grants, names or tells its code: one row a kind, and how its other side is found in the graph.

A name in plain text is a promise that somebody keeps: a user of a database, a topic, a mapped role, a service account,
a host. What no row can find is missing.
"""

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from typing import Any

from analyser.graph import Graph, Node

Asked = Iterable[tuple[str, str]]
"""Who names something, and what."""

POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
INVOCATION = "aws:lambda/invocation:Invocation"


@dataclass(frozen=True)
class Kind:
    """One kind of name: all who say it, and whether a stack makes what they mean."""

    asked: Callable[[Graph], Asked]
    made: Callable[[Graph, str], bool]

    def missing(self, graph: Graph, making: Graph | None = None) -> list[str]:
        """What is named in ``graph`` and made by nobody in ``making``, which is the same graph unless given."""
        by = graph if making is None else making
        asked = set(self.asked(graph))
        unmade = {what for what in {what for _, what in asked} if not self.made(by, what)}
        return sorted(f"{who}: {what}" for who, what in asked if what in unmade)


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, and those in JSON documents that stand in it as texts."""
    if isinstance(value, str):
        document = _document(value)
        if document is None:
            yield value
        else:
            yield from texts(document)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def _document(text: str) -> Any:
    if text[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def said(graph: Graph, token: str, *path: str) -> set[str]:
    """What all resources of a type say, or come to be called, at these names: inputs, outputs, or the id."""
    return {
        str(value)
        for node in graph.of_type(token)
        for name in path
        for value in (node.id if name == "id" else node.outputs.get(name) or node.inputs.get(name),)
        if value
    }


# ARNs, wherever they stand.

_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:[^\s\"',\\]+")
_GIVEN = (
    r":iam::aws:|:iam::\d+:root$|:role/aws-service-role/|^arn:aws:eks::aws:|:layer:AWS|:schedule-group/default$",
    r"^arn:aws:(bedrock|ssm|ec2):[^:]*::|:deploymentconfig:CodeDeployDefault\.|^arn:aws:(scheduler|states):::aws-sdk:",
    # What packages and images come from: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    r"^arn:aws:s3:::(al2023-repos|prod-registry-k8s-io|prod-[a-z0-9-]+-starport-layer-bucket)",
    r":oidc-provider/token\.actions\.githubusercontent\.com$",  # one an account: docs/decisions/0056-accounts.md
    r":role/strata-(deploy|preview)$",  # docs/decisions/0008-deployment-rights.md
)
"""What AWS, the account or a person has made before the stack comes."""
_ANY = re.compile(r"^arn:aws:[a-z0-9-]+:[^:]*:[^:]*:([A-Za-z-]+|\*)([/:](\*|[A-Za-z]+(?=[/:]\*)))*$")
"""Names a kind of thing in the account, and no one of them."""


def named_arns(graph: Graph) -> Asked:
    for node in graph.resources:
        for text in texts(node.inputs):
            yield from ((node.name, arn) for arn in _ARN.findall(text))


def made_arn(graph: Graph, arn: str) -> bool:
    if _given(arn) or _ANY.match(arn):
        return True
    made = _arns(graph)
    if _covered(arn, made):
        return True
    service, rest = arn.split(":", 5)[2::3]
    kind, *path = re.split("[/:]", rest)
    if find := PLAIN.get(f"{service} {kind}"):
        return find(graph, path)
    find = PLAIN.get(service)
    return find is not None and find(graph, [kind, *path])


def _given(arn: str) -> bool:
    return any(re.search(pattern, arn) for pattern in _GIVEN)


def _covered(arn: str, made: set[str]) -> bool:
    """Whether an ARN is that of a resource, a pattern of some, or something below one."""
    if arn in made or any(arn[:place] in made for place, letter in enumerate(arn) if letter in "/:"):
        return True
    if not _PATTERN.search(arn):
        return False
    fits = re.compile(translate(arn)).match
    return any(fits(one) or fits(f"{one}:") for one in made)


_PATTERN = re.compile(r"[*?[]")


@functools.lru_cache(maxsize=1)
def _arns(graph: Graph) -> set[str]:
    """Kept while one graph is asked about."""
    own = {
        text
        for node in graph.resources
        for text in node.outputs.values()
        if isinstance(text, str) and text.startswith("arn:")
    }
    return own | set(_replicas(graph))


def _replicas(graph: Graph) -> Iterator[str]:
    """What tables and secrets have in other regions is called as they are but for the region, a secret's suffix too.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
    """
    for token, region in _REPLICATED.items():
        for node in graph.of_type(token):
            *service, _, rest = node.outputs["arn"].split(":", 4)
            yield from (":".join([*service, one[region], rest]) for one in node.inputs.get("replicas") or ())


def database_users(graph: Graph) -> set[str]:
    """Whom migrations make, and let in by IAM."""
    files = [str(node.inputs["data"]) for node in graph.of_type("kubernetes:core/v1:ConfigMap")]
    sql = "\n".join(files + [str(node.inputs["input"]) for node in graph.of_type(INVOCATION)])
    return set(re.findall(r"CREATE ROLE (\w+) LOGIN", sql)) & set(re.findall(r"GRANT rds_iam TO (\w+)", sql))


def database_user(graph: Graph, path: list[str]) -> bool:
    proxies = {arn.rsplit(":", 1)[1] for arn in said(graph, "aws:rds/proxy:Proxy", "arn")}
    signing_in = {
        node.outputs["resourceId"]
        for node in graph.of_type("aws:rds/instance:Instance")
        if node.inputs.get("iamDatabaseAuthenticationEnabled")
    }
    return path[0] in proxies | signing_in and path[1] in database_users(graph)


def _below_stage(graph: Graph, path: list[str]) -> bool:
    stages = {(node.inputs["apiId"], node.inputs["name"]) for node in graph.of_type("aws:apigatewayv2/stage:Stage")} | {
        (node.inputs["restApi"], node.inputs["stageName"]) for node in graph.of_type("aws:apigateway/stage:Stage")
    }
    if path[1] == "authorizers":
        return path[2] in {node.id for node in graph.resources}
    return any(api == path[0] and path[1] in (stage, "*") for api, stage in stages)


def _identified(graph: Graph, path: list[str]) -> bool:
    """By id, which the stack file gives where it is another stack's."""
    return path[0] in {node.id for node in graph.resources} or path[0] in str(dict(graph.config))


def _service(graph: Graph, path: list[str]) -> bool:
    services = graph.of_type("aws:ecs/service:Service")
    return any(path == [node.inputs["cluster"].rsplit("/", 1)[-1], node.inputs["name"]] for node in services)


_REPLICATED = {"aws:dynamodb/table:Table": "regionName", "aws:secretsmanager/secret:Secret": "region"}
PLAIN: Mapping[str, Callable[[Graph, list[str]], bool]] = {
    "cloudtrail trail": lambda graph, path: path[0] in said(graph, "aws:cloudtrail/trail:Trail", "name"),
    "codedeploy deploymentgroup": lambda graph, path: (
        path[0] in said(graph, "aws:codedeploy/application:Application", "name")
    ),
    "ec2 security-group": _identified,
    "ec2 subnet": _identified,
    "ecs service": _service,
    "ecs task": lambda graph, path: path[0] in said(graph, "aws:ecs/cluster:Cluster", "name"),
    "eks nodegroup": lambda graph, path: path[0] in said(graph, "aws:eks/cluster:Cluster", "name"),
    "execute-api": _below_stage,
    # A group is there as soon as its first member joins.
    "kafka group": lambda graph, path: path[0] in said(graph, "aws:msk/cluster:Cluster", "clusterName"),
    "kafka topic": lambda graph, path: path[-1] in said(graph, "aws:msk/topic:Topic", "name"),
    "pi metrics": lambda graph, path: path[1] in said(graph, _DATABASE, "resourceId"),
    "rds snapshot": lambda graph, path: path[1].removesuffix("-20*") in said(graph, _DATABASE, "identifier"),
    "rds-db dbuser": database_user,
    "ses configuration-set": lambda graph, path: path[0] in said(graph, _SET, "configurationSetName"),
    "ses identity": lambda graph, path: path[0] in said(graph, _IDENTITY, "emailIdentity"),
}
"""ARNs that are put together from names; those of all other kinds come out of the resources."""
_DATABASE = "aws:rds/instance:Instance"
_SET = "aws:sesv2/configurationSet:ConfigurationSet"
_IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"


# Who knows whom.


def statements(graph: Graph, action: str) -> Iterator[tuple[Node, dict[str, Any]]]:
    """The policies and statements that allow an action, or one that begins so."""
    for node in graph.of_type(POLICY):
        for statement in json.loads(node.inputs["policy"])["Statement"]:
            if statement["Effect"] == "Allow" and any(one.startswith(action) for one in statement["Action"]):
                yield node, statement


def searching_roles(graph: Graph) -> Asked:
    roles = {node.outputs["name"]: node.outputs["arn"] for node in graph.of_type(ROLE)}
    roles |= {node.id: node.outputs["arn"] for node in graph.of_type(ROLE)}
    return ((node.name, roles[node.inputs["role"]]) for node, _ in statements(graph, "es:ESHttp"))


def mapped_role(graph: Graph, arn: str) -> bool:
    told = [json.loads(node.inputs["input"]) for node in graph.of_type(INVOCATION)]
    members = {one for call in told for role in call.get("Roles", {}).values() for one in role["BackendRoles"]}
    return arn in members | {call["MasterRoleArn"] for call in told if "MasterRoleArn" in call}


def cache_users(graph: Graph) -> Asked:
    for node, statement in statements(graph, "elasticache:Connect"):
        yield from ((node.name, arn) for arn in statement["Resource"] if ":user:" in arn)


def member_of_cache(graph: Graph, arn: str) -> bool:
    """In the group of a cache, let in by IAM, which asks for a name that is the id."""
    groups = [set(node.inputs["userIds"]) for node in graph.of_type("aws:elasticache/userGroup:UserGroup")]
    return any(
        node.outputs["arn"] == arn
        and node.inputs["authenticationMode"]["type"] == "iam"
        and node.inputs["userName"] == node.inputs["userId"]
        and any(node.inputs["userId"] in group for group in groups)
        for node in graph.of_type("aws:elasticache/user:User")
    )


def let_in(graph: Graph) -> Asked:
    return ((node.name, node.inputs["principalArn"]) for node in graph.of_type("aws:eks/accessEntry:AccessEntry"))


AWS_KINDS: Mapping[str, Kind] = {
    "an ARN": Kind(named_arns, made_arn),
    "a role of OpenSearch": Kind(searching_roles, mapped_role),
    "a user of Redis": Kind(cache_users, member_of_cache),
    "a principal of a cluster": Kind(let_in, lambda graph, arn: _given(arn) or arn in said(graph, ROLE, "arn")),
}
