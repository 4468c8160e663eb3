"""What is left when a stack is destroyed: what AWS leaves or makes again, and what is deleted when nobody needs it."""

from collections.abc import Iterator

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import id_of, mine
from analyser.analyses.drill.restore_volumes import BY_POLICY, CLASS, EBS
from analyser.analyses.recovery.vaults_elsewhere import copied_elsewhere, key_check, named
from analyser.analyses.teardown.holders import is_own
from analyser.analyses.teardown.survivors import SNAPSHOTS, copies_of
from analyser.graph import Graph, Node

_KEY, _GROUP = "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"
_BY_AWS = ("/aws/lambda/", "/aws/rds/", "/aws/eks/", "/aws/containerinsights/", "/aws/codebuild/", "/aws/vendedlogs/")
"""Beginnings of log groups that a service writes to once more, and so makes again, while it goes."""
_BY_API = ("API-Gateway-Execution-Logs_", "/aws/apigateway/")
"""The same of API Gateway, whose names have an id of AWS in them."""


def left(graph: Graph) -> Iterator[Step]:
    """What is there when ``destroy`` has ended, and what is done with each."""
    made = sorted(set(_made_again(graph)))
    own = is_own(graph)
    yield Step(
        "what AWS leaves, or made again: log groups to which a service wrote its last lines, what others have in the "
        "network" + (", and whatever has the stack's tag" if own else ""),
        (
            *(f"aws logs delete-log-group --log-group-name {name} --region {region}" for name, region in made),
            *(line for node in graph.of_type("aws:ec2/vpc:Vpc") for line in _others(node, graph.region_of(node))),
            *(_tagged(graph.stack, region) for region in (_regions(graph) if own else ())),
        ),
        see="a log group that is not there is said so, which is well; interfaces of functions go by themselves within "
        "the hour, one that is available never does (aws ec2 delete-network-interface); an endpoint or a group that is "
        "not the stack's, such as GuardDuty's for its agents, is deleted by hand, the endpoint first"
        + ("; with the tag there is only what survives on purpose" if own else ""),
    )
    yield from _volumes(graph)
    yield from map(_elsewhere, sorted(copied_elsewhere(graph)))
    kept = [node for node in graph.of_type(_KEY) if node.options.get("retainOnDelete")]
    if kept:
        yield Step(
            "keys, when the last snapshot, backup and object under them is gone, and not before",
            tuple(_scheduled(node, graph.region_of(node)) for node in kept),
            see="PendingDeletion for as many days as are said",
            back="aws kms cancel-key-deletion --key-id <key>",
        )


def _others(vpc: Node, region: str) -> Iterator[str]:
    """GuardDuty leaves its endpoint and its group in a network:
    https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring-agent-resource-clean-up.html"""
    chosen = f"--filters Name=vpc-id,Values={id_of(vpc)} --region {region} --query"
    told = "NetworkInterfaceId,Status,InterfaceType,RequesterId,Description"
    yield f"aws ec2 describe-network-interfaces {chosen} 'NetworkInterfaces[].[{told}]'"
    yield f"aws ec2 describe-vpc-endpoints {chosen} 'VpcEndpoints[].[VpcEndpointId,ServiceName]'"
    yield f"aws ec2 describe-security-groups {chosen} 'SecurityGroups[].[GroupId,GroupName,Description]'"


def _tagged(stack: str, region: str) -> str:
    return (
        f"aws resourcegroupstaggingapi get-resources --tag-filters Key=stack,Values={stack} --region {region} "
        "--query 'ResourceTagMappingList[].ResourceARN'"
    )


def _regions(graph: Graph) -> list[str]:
    """Wherever the stack has something."""
    return sorted({graph.region_of(node) for node in graph.resources if node.type.startswith("aws:")})


def _scheduled(key: Node, region: str) -> str:
    days = key.inputs.get("deletionWindowInDays")
    window = f" --pending-window-in-days {days}" if days else ""
    return f"aws kms schedule-key-deletion --key-id {id_of(key)}{window} --region {region}"


def _volumes(graph: Graph) -> Iterator[Step]:
    """Volumes whose class says Retain stay, and so do snapshots of a policy that is gone: their tags are told in
    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md, what stays in
    https://docs.aws.amazon.com/ebs/latest/userguide/delete.html."""
    if any(node.inputs.get("provisioner") == EBS for node in graph.of_type(CLASS)):
        where, told = f"--region {graph.region}", "VolumeId,CreateTime,Tags"
        yield Step(
            "volumes that pods claimed, which stay where their class says so",
            (
                "aws ec2 describe-volumes --filters Name=tag-key,Values=ebs.csi.aws.com/cluster "
                f"Name=status,Values=available {where} --query 'Volumes[].[{told}]'",
                f"aws ec2 delete-volume --volume-id <volume> {where}",
            ),
            see="those of the stack's claims, which their tags tell (stack, or kubernetes.io/cluster), until nobody "
            "needs them; each is paid for until then",
            back="none",
        )
    taken = sorted({(region, node.urn) for node in graph.of_type(SNAPSHOTS) for region in copies_of(graph, node)})
    if taken:
        yield Step(
            "snapshots of volumes, whose policy is gone and deletes none any more",
            tuple(
                line
                for region, urn in taken
                for line in (
                    f"aws ec2 describe-snapshots --owner-ids self --filters {_taken_by(graph, graph[urn], region)} "
                    f"--region {region} --query 'Snapshots[].[SnapshotId,VolumeId,StartTime,Description,Tags]'",
                    f"aws ec2 delete-snapshot --snapshot-id <snapshot> --region {region}",
                )
            ),
            see="those of the stack's volumes, which their tags tell, until nobody needs them; each is paid for until "
            "then",
            back="none",
        )


def _taken_by(graph: Graph, policy: Node, region: str) -> str:
    """Its own snapshots; whether copies elsewhere have its id as well is written nowhere."""
    own = region == graph.region_of(policy)
    return f"Name=tag:{BY_POLICY},Values={id_of(policy)}" if own else f"Name=tag-key,Values={BY_POLICY}"


def _made_again(graph: Graph) -> Iterator[tuple[str, str]]:
    """Name, as a shell is given it, and region of each log group that a service makes while it goes.

    ECS makes that of its insights by itself, for ever:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference-performance-logs-ECS.html
    """
    for node in graph.of_type(_GROUP):
        name, region = str(node.inputs.get("name")), graph.region_of(node)
        if name.startswith(_BY_API):
            yield id_of(node), region
        elif name.startswith(_BY_AWS):
            yield name, region
    for node in mine(graph, "aws:ecs/cluster:Cluster"):
        for setting in node.inputs.get("settings") or ():
            if setting.get("name") == "containerInsights" and setting.get("value") != "disabled":
                yield f"/aws/ecs/containerinsights/{node.inputs['name']}/performance", graph.region


def _elsewhere(vault: str) -> Step:
    """A vault of another account outlives the stack on purpose; nothing of this account ends it."""
    return Step(
        f"copies in the vault {vault} stay: the other account looks, and takes none from this one any more",
        (
            "COPIES='<profile of the other account>'",
            f"aws backup list-recovery-points-by-backup-vault {named(vault)} "
            "--query 'RecoveryPoints[].[RecoveryPointArn,CalculatedLifecycle.DeleteAt,EncryptionKeyArn]'",
            key_check(vault),
            f"aws backup get-backup-vault-access-policy {named(vault)} --query Policy --output text",
            f"aws backup delete-backup-vault-access-policy {named(vault)}",
        ),
        see="each copy's last day, and CUSTOMER Enabled of the key without which none can be read, kept for as long; a "
        "policy that lets other accounts in too is put back without this one's statement instead of deleted",
        back=f"aws backup put-backup-vault-access-policy {named(vault)} --policy file://policy.json, as "
        "`strata check --before` makes it",
    )
