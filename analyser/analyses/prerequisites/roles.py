"""Roles that no stack makes: service-linked ones that are not there in time, and those of people."""

from collections.abc import Callable, Iterator
from functools import partial

from analyser.analyses.prerequisites.model import Prerequisite, block, urns
from analyser.graph import Graph, Node
from components.security.deployment_role import PLAN_ROLE

_ENTRY = "aws:eks/accessEntry:AccessEntry"
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_POOL = "kubernetes:karpenter.sh/v1:NodePool"
_EFS = "aws:efs/fileSystem:FileSystem"
_TABLE = "aws:dynamodb/table:Table"
_APIS = ("aws:apigateway/restApi:RestApi", "aws:apigatewayv2/api:Api")

Needs = Callable[[Node], bool]


def _always(_node: Node) -> bool:
    return True


def _in_vpc(node: Node) -> bool:
    return bool(block(node, "vpcOptions"))


def _spot(node: Node) -> bool:
    return node.inputs.get("capacityType") == "SPOT" if node.type == _NODE_GROUP else "'spot'" in str(node.inputs)


def _replicated(node: Node) -> bool:
    return bool(node.inputs.get("replicas"))


def _scales(namespace: str, node: Node) -> bool:
    return node.inputs.get("serviceNamespace") == namespace


def _by_ses(node: Node) -> bool:
    return block(node, "emailConfiguration").get("emailSendingAccount") == "DEVELOPER"


ROLES: tuple[tuple[str, str, tuple[str, ...], Needs, str], ...] = (
    (
        "opensearchservice.amazonaws.com",
        "AWSServiceRoleForAmazonOpenSearchService",
        ("aws:opensearch/domain:Domain",),
        _in_vpc,
        # https://docs.aws.amazon.com/opensearch-service/latest/developerguide/slr.html
        "a domain in a VPC is refused without it, and only the console makes it",
    ),
    (
        "spot.amazonaws.com",
        "AWSServiceRoleForEC2Spot",
        (_NODE_GROUP, _POOL),
        _spot,
        # https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/
        "Spot instances are refused without it, and neither Karpenter nor Auto Scaling may make it",
    ),
    (
        "ecs.amazonaws.com",
        "AWSServiceRoleForECS",
        ("aws:ecs/cluster:Cluster",),
        _always,
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles-for-clusters.html
        "the first cluster of an account makes it and does not wait for it, so that capacity providers fail once",
    ),
)
"""Roles that have to be there beforehand: service, role, the types that need it, which of them, and why."""
BY_THEMSELVES: tuple[tuple[str, str, str, Needs], ...] = (
    ("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "aws:eks/cluster:Cluster", _always),
    ("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup", _NODE_GROUP, _always),
    (
        # https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles-eks-fargate.html
        "eks-fargate.amazonaws.com",
        "AWSServiceRoleForAmazonEKSForFargate",
        "aws:eks/fargateProfile:FargateProfile",
        _always,
    ),
    *(
        ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", token, _always)
        for token in (_NODE_GROUP, "aws:autoscaling/group:Group")
    ),
    (
        # https://docs.aws.amazon.com/global-accelerator/latest/dg/using-service-linked-roles.html
        "globalaccelerator.amazonaws.com",
        "AWSServiceRoleForGlobalAccelerator",
        "aws:globalaccelerator/accelerator:Accelerator",
        _always,
    ),
    (
        "elasticloadbalancing.amazonaws.com",
        "AWSServiceRoleForElasticLoadBalancing",
        "aws:lb/loadBalancer:LoadBalancer",
        _always,
    ),
    *(
        ("rds.amazonaws.com", "AWSServiceRoleForRDS", token, _always)
        for token in ("aws:rds/instance:Instance", "aws:rds/cluster:Cluster")
    ),
    (
        "elasticache.amazonaws.com",
        "AWSServiceRoleForElastiCache",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        _always,
    ),
    ("kafka.amazonaws.com", "AWSServiceRoleForKafka", "aws:msk/cluster:Cluster", _always),
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/using-service-linked-roles-AWSServiceRoleForBackup.html
    ("backup.amazonaws.com", "AWSServiceRoleForBackup", "aws:backup/selection:Selection", _always),
    (
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/using-service-linked-roles-AWSServiceRoleForBackupRestoreTesting.html
        "restore-testing.backup.amazonaws.com",
        "AWSServiceRoleForBackupRestoreTesting",
        "aws:backup/restoreTestingPlan:RestoreTestingPlan",
        _always,
    ),
    ("elasticfilesystem.amazonaws.com", "AWSServiceRoleForAmazonElasticFileSystem", _EFS, _always),
    ("replication.dynamodb.amazonaws.com", "AWSServiceRoleForDynamoDBReplication", _TABLE, _replicated),
    ("dax.amazonaws.com", "AWSServiceRoleForDAX", "aws:dax/cluster:Cluster", _always),
    # https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
    *(
        (
            f"{namespace}.application-autoscaling.amazonaws.com",
            f"AWSServiceRoleForApplicationAutoScaling_{name}",
            "aws:appautoscaling/target:Target",
            partial(_scales, namespace),
        )
        for namespace, name in (("dynamodb", "DynamoDBTable"), ("ecs", "ECSService"), ("kafka", "KafkaCluster"))
    ),
    *(("ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway", token, _always) for token in _APIS),
    (
        # https://docs.aws.amazon.com/cognito/latest/developerguide/using-service-linked-roles.html
        "email.cognito-idp.amazonaws.com",
        "AWSServiceRoleForAmazonCognitoIdpEmailService",
        "aws:cognito/userPool:UserPool",
        _by_ses,
    ),
)
"""Roles that the service makes when the first resource of a type is asked for: service, role, type, which of them.

Amplify has none: its service role is the stack's own."""


def service_linked_roles(graph: Graph) -> Iterator[Prerequisite]:
    """The service-linked roles that a stack's resources need."""
    for service, role, tokens, needs, why in ROLES:
        nodes = [node for token in tokens for node in graph.of_type(token) if needs(node)]
        if nodes:
            yield Prerequisite(
                kind="service-linked-role",
                title=f"the service-linked role {role} exists",
                why=why,
                check=f"aws iam get-role --role-name {role} --query Role.Arn --output text",
                good="its ARN",
                make=(f"aws iam create-service-linked-role --aws-service-name {service}",),
                urns=urns(nodes),
            )
    yield from _by_themselves(graph)


def people(graph: Graph) -> Iterator[Prerequisite]:
    """Roles of others that the stack lets into a cluster; who plans is asked for with who deploys (``deployer``)."""
    made = {str(node.outputs.get("arn")) for node in graph.of_type("aws:iam/role:Role")}
    for node in graph.of_type(_ENTRY):
        arn = str(node.inputs.get("principalArn"))
        role = arn.rpartition("/")[2]
        if arn.startswith("arn:") and arn not in made and role != PLAN_ROLE:
            yield Prerequisite(
                kind="role",
                title=f"the role {role} exists",
                why="EKS lets in nobody whom IAM does not know, and whoever has the role finds the cluster by it",
                check=f"aws iam get-role --role-name {role} --query Role.Arn --output text",
                good=arn,
                make=(
                    f"# its owner makes it, with the right to eks:DescribeCluster; or another team in {graph.stack}",
                ),
                urns=(node.urn,),
            )


def _by_themselves(graph: Graph) -> Iterator[Prerequisite]:
    found: dict[tuple[str, str], list[Node]] = {}
    for service, role, token, needs in BY_THEMSELVES:
        for node in graph.of_type(token):
            if needs(node):
                found.setdefault((service, role), []).append(node)
    if not found:
        return
    services, roles = (" ".join(one[place] for one in found) for place in (0, 1))
    yield Prerequisite(
        kind="service-linked-role",
        title=f"the service-linked roles of {len(found)} more services exist",
        why="each service makes its own for whoever may make service-linked roles; who may not, has them made",
        check=f'for role in {roles}; do aws iam get-role --role-name "$role" --query Role.Arn --output text; done',
        good="their ARNs",
        make=(f'for service in {services}; do aws iam create-service-linked-role --aws-service-name "$service"; done',),
        urns=urns([node for nodes in found.values() for node in nodes]),
    )
