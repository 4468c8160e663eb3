"""Environment variables of all code: what kind each is by its name, and how what it names is found in the graph."""

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping

from analyser.graph import Graph, Node
from tests.stacks import STACKS
from tests.systems.other_sides import Asked, Kind, database_users, made_arn, said, statements

_PLAIN = re.compile(
    r"AWS_LAMBDA_EXEC_WRAPPER|AWS_REGION|BEDROCK_(MODEL_ID|REGION)|.*_SSLMODE|CACHE_(CLUSTER|TLS)|REDIS_CLUSTER|CHAT_\w+"
    r"|CIRCUIT_\w+|DATABASE_CONNECTIONS|DB_(CONN|MAX)_\w+|ENABLE_\w+|ENVIRONMENT|GIN_MODE|KAFKA_\w+|LOG_LEVEL|NODE_ENV|PARTS"
    r"|AOT_CONFIG_CONTENT|GOMEMLIMIT|OTEL_(?!EXPORTER_OTLP_ENDPOINT)\w+"
    r"|PUBLIC_VALUES|SECRET_LENGTH|SERVICE|STEP|PROTOCOL|READER_SECONDS|RETENTION_MONTHS|AWS_SES_REGION|AWS_SES_FALLBACK_REGIONS|PULUMI_BACKEND_URL|PORT"
)
"""Switches, figures, regions, and where the state of Pulumi is: nothing that a stack makes."""

_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
_DATABASE = "aws:rds/instance:Instance"
_POOL = "aws:cognito/userPool:UserPool"
_SET = "aws:sesv2/configurationSet:ConfigurationSet"
_USER = "aws:elasticache/user:User"


def environments(graph: Graph) -> Iterator[tuple[Node, Mapping[str, str]]]:
    """Of functions, pods, tasks, builds and hosted sites."""
    for node in graph.of_type("aws:lambda/function:Function"):
        yield node, node.inputs.get("environment", {}).get("variables", {})
    for node in graph.of_type("kubernetes:core/v1:ConfigMap"):
        yield node, {name: text for name, text in node.inputs["data"].items() if re.fullmatch("[A-Z][A-Z0-9_]*", name)}
    for node in graph.of_type("aws:ecs/taskDefinition:TaskDefinition"):
        for container in json.loads(node.inputs["containerDefinitions"]):
            yield node, {one["name"]: one["value"] for one in container.get("environment", ())}
            yield node, {one["name"]: one["valueFrom"] for one in container.get("secrets", ())}
    for node in graph.of_type("aws:codebuild/project:Project"):
        yield node, {one["name"]: one["value"] for one in node.inputs["environment"].get("environmentVariables", ())}
    for node in graph.of_type("aws:amplify/app:App"):
        yield node, node.inputs.get("environmentVariables", {})


def variables(graph: Graph) -> Asked:
    for node, given in environments(graph):
        for name, text in given.items():
            if not _PLAIN.fullmatch(name):
                yield node.name, f"{name}={text}"


def made_variable(graph: Graph, variable: str) -> bool:
    name, _, text = variable.partition("=")
    if text.startswith("arn:"):
        return made_arn(graph, text)
    for pattern, find in TABLE.items():
        if re.fullmatch(pattern, name):
            return find(graph, text)
    return False


def _one_of(token: str, *path: str) -> Callable[[Graph, str], bool]:
    return lambda graph, text: text in said(graph, token, *path)


_HOST = re.compile(r"(?<![a-z0-9-])[a-z0-9-]+(?:\.[a-z0-9-]+)+")
"""Begins where a label does: from each letter of a long word on, the same would be looked for once more."""


@functools.lru_cache(maxsize=1)
def hosts(graph: Graph) -> set[str]:
    """Under what names something answers: its own, and those of DNS. Kept while one graph is asked about."""
    own = {
        found
        for node in graph.resources
        for text in node.outputs.values()
        if isinstance(text, str)
        for found in _HOST.findall(text)
    }
    return own | said(graph, "aws:route53/record:Record", "name")


def _at(graph: Graph, text: str) -> bool:
    """Every host in it answers; nobody's in an empty list."""
    named = _HOST.findall(text)
    return set(named) - {"tauri.localhost"} <= hosts(graph) and bool(named or json.loads(text) == [])


def _signed_in(graph: Graph, text: str) -> bool:
    """A URL of a database: host, user and name."""
    found = re.match(r"postgres(?:ql)?://(\w+)@([^:/]+):(\d+)/(\w+)", text)
    return (
        found is not None
        and _at(graph, found[2])
        and found[1] in database_users(graph)
        and {found[3]} <= said(graph, _DATABASE, "port")
        and {found[4]} <= said(graph, _DATABASE, "dbName")
    )


def _by_pool(graph: Graph, text: str) -> bool:
    return any(f"/{pool}" in text for pool in said(graph, _POOL, "id"))


def _group(graph: Graph, text: str) -> bool:
    """Kafka makes a group for whom it lets in."""
    return any(
        arn.endswith(f"/{text}")
        for _, statement in statements(graph, "kafka-cluster:AlterGroup")
        for arn in statement["Resource"]
    )


def _looked_at(graph: Graph, text: str) -> bool:
    """Metrics come by log, so CloudWatch takes them from anybody; somebody has to look at them."""
    readers = [*graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"), *graph.of_type(_DASHBOARD)]
    return any(text in str(node.inputs) for node in readers)


def _endpoint(graph: Graph, text: str) -> bool:
    """The management API of a WebSocket API: a name of its own, or its id in the host and its stage as the path."""
    return _at(graph, text) or any(
        re.fullmatch(
            rf"https://{node.inputs['apiId']}\.execute-api\.[a-z0-9-]+\.amazonaws\.com/{node.inputs['name']}", text
        )
        for node in graph.of_type("aws:apigatewayv2/stage:Stage")
    )


def _collector(graph: Graph, text: str) -> bool:
    """A service of the cluster and one of its ports, or another container of the same task."""
    found = re.fullmatch(r"http://([a-z0-9.-]+):(\d+)", text)
    services = [
        (f"{spec['metadata']['name']}.{spec['metadata']['namespace']}.svc.cluster.local", str(port["port"]))
        for spec in (node.inputs for node in graph.of_type("kubernetes:core/v1:Service"))
        for port in spec["spec"]["ports"]
    ]
    beside = any(
        f'\\"endpoint\\": \\"{text.removeprefix("http://")}\\"' in node.inputs["containerDefinitions"]
        for node in graph.of_type("aws:ecs/taskDefinition:TaskDefinition")
    )
    return found is not None and (found.groups() in services or beside)


_DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
TABLE: Mapping[str, Callable[[Graph, str], bool]] = {
    r"(.*_)?(TOPIC)": _one_of("aws:msk/topic:Topic", "name"),
    r".*_BUCKET": _one_of("aws:s3/bucket:Bucket", "bucket"),
    r"(.*_)?QUEUE_URL": _one_of("aws:sqs/queue:Queue", "url"),
    r".*_TABLE": _one_of("aws:dynamodb/table:Table", "name"),
    r"CACHE_(USER|USER_NAME|USER_ID)|REDIS_USER": _one_of(_USER, "userId", "userName"),
    r"(CACHE|REDIS)_REPLICATION_GROUP": _one_of(_CACHE, "replicationGroupId", "id"),
    r"CACHE_PORT": _one_of(_CACHE, "port"),
    r"DATABASE_PORT": _one_of(_DATABASE, "port"),
    r"DATABASE_NAME": _one_of(_DATABASE, "dbName"),
    r"DATABASE_USER": lambda graph, text: text in database_users(graph),
    r"MASTER_USERNAME": _one_of(_DATABASE, "username"),
    r"DB_INSTANCE_IDENTIFIER": _one_of(_DATABASE, "identifier"),
    r"DATABASE_URL": _signed_in,
    r"OTEL_EXPORTER_OTLP_ENDPOINT": _collector,
    r"MANAGEMENT_ENDPOINT": _endpoint,
    r"REDIS_URL|FILES_URL|VITE_\w+_URL|CORS_\w+|BOOTSTRAP_BROKERS"
    r"|.*_(ENDPOINT|HOST|READERS)": _at,
    r"COGNITO_ISSUER|JWT_ISSUER|JWKS_URL": _by_pool,
    r"(VITE_)?USER_POOL_ID": _one_of(_POOL, "id"),
    r"(VITE_)?USER_POOL_CLIENT_ID|COGNITO_CLIENT_ID|JWT_AUDIENCE": _one_of(_CLIENT, "id"),
    r"VITE_IDENTITY_POOL_ID": _one_of("aws:cognito/identityPool:IdentityPool", "id"),
    r"CONSUMER_GROUP": _group,
    r"ECS_CLUSTER": _one_of("aws:ecs/cluster:Cluster", "name"),
    r"ECS_SERVICE": _one_of("aws:ecs/service:Service", "name"),
    r"FILES_KEY_ID": _one_of("aws:cloudfront/publicKey:PublicKey", "id"),
    r"METRICS_NAMESPACE": _looked_at,
    r"(MAIL|SES)_CONFIGURATION_SET": _one_of(_SET, "configurationSetName"),
    r"MAIL_SENDER": lambda graph, text: (
        text.partition("@")[2] in said(graph, "aws:sesv2/emailIdentity:EmailIdentity", "emailIdentity")
    ),
    r"SECRET_ID": _one_of("aws:secretsmanager/secret:Secret", "name"),
    r"SHARED_FOLDER": lambda graph, text: any(
        f"'mountPath': '{text}'" in str(node.inputs) for node in graph.of_type("kubernetes:apps/v1:Deployment")
    ),
    r"STACK|PROMOTE_FROM": lambda graph, text: text in STACKS,  # a pipeline deploys to staging what it then does here
}

VARIABLES = Kind(variables, made_variable)
