"""What a deployment asks for because of single inputs of its resources; ``types.toml`` holds for all of a type."""

from collections.abc import Iterator
from typing import Any, Final

from analyser.analyses.deployment_rights.names import filled, made_up
from analyser.analyses.deployment_rights.statements import STACK_TAG, Statement, allow, regions
from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.prerequisites.model import block, known
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID
from policy.iam.actions import actions_of

_TABLE: Final = "aws:dynamodb/table:Table"
_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_FUNCTION: Final = "aws:lambda/function:Function"
_FILLING: Final = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
"""What fills a replica. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2gt_IAM.html"""


def by_inputs(graph: Graph) -> Iterator[Statement]:
    """Statements for what is emptied when it is deleted, copied elsewhere, or made of another account's parts."""
    made = made_up(graph)
    buckets = [node for node in graph.of_type("aws:s3/bucket:Bucket") if node.inputs.get("forceDestroy") is True]
    if buckets:
        yield allow(
            "Emptied", ["s3:DeleteObject", "s3:DeleteObjectVersion"],
            {filled(graph, node, "s3:::{name}/*", made) for node in buckets},
        )  # fmt: skip
    yield from _recovery_points(graph)
    yield from _replicas(graph)
    yield from _copies(graph)
    foreign = {layer for node in graph.of_type(_FUNCTION) for layer in _layers(node) if f":{ACCOUNT_ID}:" not in layer}
    if foreign:
        # https://docs.aws.amazon.com/lambda/latest/dg/access-control-layers.html
        yield allow("Layers", ["lambda:GetLayerVersion"], {f"{layer.rpartition(':')[0]}:*" for layer in foreign})
    if any(block(node, "vpcConfig") for node in graph.of_type(_FUNCTION)):
        yield _left_behind(graph)
    yield from _sources(graph)
    if any(node.inputs.get("privateDnsEnabled") is True for node in graph.of_type(_ENDPOINT)):
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html, CreateVpcEndpoint
        here = [f"VPCId=*,VPCRegion={region}" for region in regions(graph)]
        yield allow(
            "PrivateNames", ["route53:AssociateVPCWithHostedZone"], ["arn:aws:route53:::hostedzone/*"],
            {"ForAllValues:StringLike": {"route53:VPCs": here}},
        )  # fmt: skip
    if graph.of_type("aws:msk/cluster:Cluster"):
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonMSKFullAccess.html
        linked = f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/kafka.amazonaws.com/AWSServiceRoleForKafka*"
        yield allow("KafkasRole", ["iam:AttachRolePolicy", "iam:PutRolePolicy"], [linked])


def _sources(graph: Graph) -> Iterator[Statement]:
    """Databases of the home that copies in this stack follow: asked about in their own region as well.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.Cnsdr.html
    """
    followed = {known(node, "replicateSourceDb") for node in graph.of_type("aws:rds/instance:Instance")}
    if arns := {arn for arn in followed if arn.startswith("arn:")}:
        yield allow("Sources", ["rds:CreateDBInstanceReadReplica"], arns)


def _recovery_points(graph: Graph) -> Iterator[Statement]:
    """Those of vaults that may be deleted with what is in them; RDS keeps its own as snapshots."""
    vaults = [node for node in graph.of_type("aws:backup/vault:Vault") if node.inputs.get("forceDestroy") is True]
    places = {graph.region_of(node) for node in vaults}
    kinds = ("backup:{0}:{1}:recovery-point:*", "rds:{0}:{1}:snapshot:awsbackup:*")
    arns = {f"arn:aws:{kind.format(region, ACCOUNT_ID)}" for region in places for kind in kinds}
    if arns:
        verbs = ["backup:DeleteRecoveryPoint", "backup:DescribeRecoveryPoint"]
        tagged = {"StringEqualsIfExists": {f"aws:ResourceTag/{STACK_TAG}": graph.stack}}
        yield allow("RecoveryPoints", verbs, arns, tagged)


def _replicas(graph: Graph) -> Iterator[Statement]:
    """Tables in other regions, which their table makes and fills with the caller's rights."""
    arns = set()
    for node in graph.of_type(_TABLE):
        here = filled(graph, node, operations()[_TABLE].arns[0], made_up(graph))
        for replica in _listed(node, "replicas"):
            there = here.replace(f":{graph.region_of(node)}:", f":{replica.get('regionName')}:")
            arns.update({there, f"{there}/*"})
    if arns:
        known = actions_of("dynamodb")
        every = {
            action for action in operations()[_TABLE].every if known[action.partition(":")[2].lower()].resource_level
        }
        yield allow("Replicas", {*every, *(f"dynamodb:{verb}" for verb in _FILLING)}, arns)


def _copies(graph: Graph) -> Iterator[Statement]:
    """Caches that follow a primary in another region leave its datastore before they go."""
    followers = graph.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    if any(node.inputs.get("globalReplicationGroupId") for node in followers):
        verbs = ("CreateReplicationGroup", "DescribeGlobalReplicationGroups", "DisassociateGlobalReplicationGroup")
        arns = [f"arn:aws:elasticache::{ACCOUNT_ID}:globalreplicationgroup:*"]
        yield allow("Followers", [f"elasticache:{verb}" for verb in verbs], arns)


def _left_behind(graph: Graph) -> Statement:
    """Lambda leaves its interfaces in a subnet for a while, and the provider removes them; they bear no tags.

    Those of another stack that bear its tag are left alone.
    """
    arns = [f"arn:aws:ec2:{region}:{ACCOUNT_ID}:network-interface/*" for region in regions(graph)]
    tagged = {"StringEqualsIfExists": {f"aws:ResourceTag/{STACK_TAG}": graph.stack}}
    return allow("LeftBehind", ["ec2:DeleteNetworkInterface", "ec2:DetachNetworkInterface"], arns, tagged)


def _layers(node: Node) -> list[str]:
    return [layer for layer in _listed(node, "layers") if isinstance(layer, str) and layer.startswith("arn:")]


def _listed(node: Node, key: str) -> list[Any]:
    found = node.inputs.get(key)
    return found if isinstance(found, list) else []
