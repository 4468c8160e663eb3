"""Known causes of failed recoveries, checked in a stack and its recovery stack."""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.recovery.plans import PLAN, region_and_account
from analyser.analyses.routing import is_last, policy
from analyser.analyses.simulation.answers import checks, together
from analyser.analyses.simulation.copying import copying
from analyser.analyses.simulation.model import Fault, Pair
from analyser.analyses.simulation.promoted import promoted
from analyser.analyses.simulation.promotion import leads
from analyser.analyses.simulation.smaller import smaller
from analyser.analyses.simulation.switched import images, locks, network, parameters
from analyser.analyses.simulation.watched import watched
from analyser.graph import Graph, Node

_KEY = "aws:kms/key:Key"
_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
_RECORD = "aws:route53/record:Record"
_ROLE = "aws:iam/role:Role"
_VAULT = "aws:backup/vault:Vault"
_ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_COPIED = {
    "aws:rds/instance:Instance": "replicateSourceDb",
    "aws:elasticache/replicationGroup:ReplicationGroup": "globalReplicationGroupId",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": "sourceDbInstanceArn",
}
"""What copies something of another region where this input says so, and takes a key of its own region."""


def faults(pair: Pair) -> Iterator[Fault]:
    """All of them."""
    for look in (
        keys,
        secrets,
        names,
        roles,
        references,
        vaults,
        copying,
        images,
        promoted,
        together,
        checks,
        parameters,
        locks,
        network,
        smaller,
        watched,
    ):
        yield from look(pair)


def keys(pair: Pair) -> Iterator[Fault]:
    """Copies that are encrypted with no key of the region that they lie in, or with one that nobody makes or uses."""
    found = [key for graph in pair.graphs for key in graph.of_type(_KEY)]
    made = {key.outputs.get("arn"): key.inputs.get("isEnabled") is not False for key in found}
    for graph in (pair.home, pair.standby):
        for node, where, key in _encrypted(graph):
            why = _wrong_key(key, where, made)
            if why:
                yield Fault("key", f"{graph.stack}: {node.name}", f"its copy in {where} {why}")
    for graph in (pair.home, pair.promoted):
        for key in (key for key in graph.of_type(_KEY) if key.inputs.get("isEnabled") is False):
            arn = str(key.outputs.get("arn"))
            sealed = next((node.name for node in graph.resources if arn in str(node.inputs)), None)
            if sealed:
                yield Fault("key", f"{graph.stack}: {key.name}", f"is switched off: nobody reads {sealed}")


def _wrong_key(key: Any, where: str, made: Mapping[Any, bool]) -> str:
    if not isinstance(key, str) or not key:
        return "names no key of that region"
    region, _ = region_and_account(key)
    if region and region != where:
        return f"names a key of {region}"
    if not made.get(key, True):
        return "names a key that is switched off"
    return "" if key in made or not region else "names a key that neither stack makes"


def _encrypted(graph: Graph) -> Iterator[tuple[Node, str, Any]]:
    """Each copy of something encrypted: the resource that says it, the region of the copy, the key."""
    for token, source in _COPIED.items():
        for node in graph.of_type(token):
            where = graph.region_of(node)
            origin, _ = region_and_account(str(node.inputs.get(source)))
            if node.inputs.get(source) and where not in (origin, _home_of(graph, origin)):
                yield node, where, node.inputs.get("kmsKeyId")
    yield from _replicas(graph, "aws:dynamodb/table:Table", "regionName", "kmsKeyArn")
    yield from _replicas(graph, _SECRET, "region", "kmsKeyId")
    yield from _copied_objects(graph)
    for vault in graph.of_type(_VAULT):
        if vault.inputs.get("kmsKeyArn") and graph.region_of(vault) != graph.region:
            yield vault, graph.region_of(vault), vault.inputs["kmsKeyArn"]


def _replicas(graph: Graph, token: str, region: str, key: str) -> Iterator[tuple[Node, str, Any]]:
    """Of what has a key of its own at home."""
    for node in graph.of_type(token):
        if node.inputs.get("kmsKeyId") or (node.inputs.get("serverSideEncryption") or {}).get("kmsKeyArn"):
            yield from ((node, str(each.get(region)), each.get(key)) for each in node.inputs.get("replicas") or ())


def _home_of(graph: Graph, origin: str) -> str:
    """The region of what is copied where its name tells none."""
    return "" if origin else graph.region


def _copied_objects(graph: Graph) -> Iterator[tuple[Node, str, Any]]:
    buckets = {bucket.outputs.get("arn"): bucket for bucket in graph.of_type("aws:s3/bucket:Bucket")}
    for found in graph.of_type("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        for rule in found.inputs.get("rules") or ():
            target = rule.get("destination") or {}
            copy = buckets.get(target.get("bucket"))
            encryption = target.get("encryptionConfiguration")
            sealed = (rule.get("sourceSelectionCriteria") or {}).get("sseKmsEncryptedObjects")
            if copy is not None and (encryption is not None or sealed):
                yield found, graph.region_of(copy), (encryption or {}).get("replicaKmsKeyId")


def secrets(pair: Pair) -> Iterator[Fault]:
    """Secrets of the home stack that the other region has neither a replica nor one of its own of."""
    there = pair.standby.region
    own = {name for secret in pair.standby.of_type(_SECRET) for name in (secret.name, secret.inputs.get("name"))}
    for secret in pair.home.of_type(_SECRET):
        if pair.home.region_of(secret) != pair.home.region:
            continue
        replicated = any(replica.get("region") == there for replica in secret.inputs.get("replicas") or ())
        if not replicated and own.isdisjoint((secret.name, secret.inputs.get("name") or secret.name)):
            yield Fault("secret", f"{pair.home.stack}: {secret.name}", f"has no replica in {there}")


def names(pair: Pair) -> Iterator[Fault]:
    """Names that go on leading to a region that does not answer."""
    if not (leads(pair.home) or leads(pair.standby)):
        yield Fault("name", pair.home.stack, f"nothing leads requests to {pair.standby.stack}")
    found = {one.id: one for graph in pair.graphs for one in graph.of_type("aws:route53/healthCheck:HealthCheck")}
    yield from _weightless(pair)
    for graph in (pair.home, pair.standby):
        for record in graph.of_type(_RECORD):
            if policy(record) and not is_last(record):
                yield from _unchecked(graph, record, found)
    for record in pair.home.of_type(_RECORD):
        if (
            policy(record) == "failoverRoutingPolicies"
            and not is_last(record)
            and not record.inputs.get("healthCheckId")
        ):
            why = "takes requests back as soon as its targets answer, whatever has taken over: it has no health check"
            yield Fault("name", f"{pair.home.stack}: {record.name}", why)


def _weightless(pair: Pair) -> Iterator[Fault]:
    """Records that all weigh nothing, of which Route 53 then takes any.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
    """
    weights: dict[tuple[str, str], list[float]] = {}
    for record in (record for graph in (pair.home, pair.standby) for record in graph.of_type(_RECORD)):
        for each in record.inputs.get("weightedRoutingPolicies") or ():
            named = str(record.inputs.get("name")), str(record.inputs.get("type"))
            weights.setdefault(named, []).append(each.get("weight"))
    for (name, _), said in sorted(weights.items()):
        if len(said) > 1 and not any(said):
            yield Fault(
                "name", pair.home.stack, f"{name} leads to either region at any time: no record of it has a weight"
            )


def _unchecked(graph: Graph, record: Node, checks: Mapping[str, Node]) -> Iterator[Fault]:
    check = record.inputs.get("healthCheckId")
    follows = any(alias.get("evaluateTargetHealth") for alias in record.inputs.get("aliases") or ())
    where = f"{graph.stack}: {record.name}"
    if not check and not follows:
        yield Fault("name", where, "goes on leading there whether anything answers or not: it has no health check")
    elif check and check in checks and checks[check].inputs.get("disabled"):
        yield Fault("name", where, f"its health check {check} is switched off, and so always well")
    elif check and isinstance(check, str) and check not in checks and not follows:
        yield Fault("name", where, f"follows the health check {check}, which neither stack makes")


def roles(pair: Pair) -> Iterator[Fault]:
    """Roles that what runs after the promotion would have and that do not stand by."""
    there = {role.outputs.get("arn") for graph in (pair.home, pair.standby) for role in graph.of_type(_ROLE)}
    own = {role.outputs.get("arn") for role in pair.promoted.of_type(_ROLE)}
    for node in pair.promoted.resources:
        for arn in _roles_of(node.inputs):
            if arn not in there:
                made = "is made by the promotion" if arn in own else "is made by neither stack"
                yield Fault("role", f"{pair.standby.stack}: {node.name}", f"its role {arn.rpartition('/')[2]} {made}")
    yield from _without_role(pair)


def _roles_of(inputs: Mapping[str, Any]) -> Iterator[str]:
    """ARNs of roles that a resource is told by inputs of its own."""
    for name, value in inputs.items():
        told = isinstance(value, str) and ":role/" in value and ":role/aws-service-role/" not in value
        if told and name.lower().endswith(("role", "rolearn")):
            yield value


def _without_role(pair: Pair) -> Iterator[Fault]:
    """Pods and tasks that have a role at home and none after the promotion."""
    home, here = _identities(pair.home), _identities(pair.promoted)
    for account in sorted(home - here):
        if account in _accounts(pair.promoted):
            yield Fault("role", f"{pair.standby.stack}: {'/'.join(account)}", "has a role at home and none here")
    token = "aws:ecs/taskDefinition:TaskDefinition"  # noqa: S105 - a type token
    with_role = {task.name for task in pair.home.of_type(token) if task.inputs.get("taskRoleArn")}
    for task in pair.promoted.of_type(token):
        if task.name in with_role and not task.inputs.get("taskRoleArn"):
            yield Fault("role", f"{pair.standby.stack}: {task.name}", "has a role at home and none here")


def _identities(graph: Graph) -> set[tuple[str, str]]:
    found = graph.of_type(_ASSOCIATION)
    return {(str(one.inputs.get("namespace")), str(one.inputs.get("serviceAccount"))) for one in found}


def _accounts(graph: Graph) -> set[tuple[str, str]]:
    """The service accounts that pods run as."""
    found = set()
    for node in graph.resources:
        if node.package == "kubernetes":
            template = ((node.inputs.get("spec") or {}).get("template") or {}).get("spec") or {}
            namespace = str((node.inputs.get("metadata") or {}).get("namespace"))
            found.add((namespace, str(template.get("serviceAccountName"))))
    return found


def references(pair: Pair) -> Iterator[Fault]:
    """Outputs of the home stack that a promotion would read, whose state may be gone."""
    for name in pair.promoted.reads:
        if name.rpartition("/")[2] != pair.promoted.stack:
            yield Fault("reference", pair.promoted.stack, f"is promoted by reading outputs of {name}")


def vaults(pair: Pair) -> Iterator[Fault]:
    """Copies of backups that go where what they are copies of is, or into a vault that is not there."""
    made = {vault.outputs.get("arn") for graph in pair.graphs for vault in graph.of_type(_VAULT)}
    own = {region_and_account(str(node.outputs.get("arn")))[1] for node in pair.home.resources} - {""}
    for plan in pair.home.of_type(PLAN):
        for rule in plan.inputs.get("rules") or ():
            for copy in rule.get("copyActions") or ():
                vault = copy.get("destinationVaultArn")
                region, account = region_and_account(str(vault))
                where = f"{pair.home.stack}: {plan.name}"
                if account in own and vault not in made:
                    yield Fault("vault", where, f"rule {rule.get('ruleName')} copies to {vault}, which no stack makes")
                if region == pair.home.region and account in own:
                    yield Fault("vault", where, f"rule {rule.get('ruleName')} copies to a vault of {region} itself")
