"""A zone is lost: each store fails over, and what runs is moved out of it."""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import deployed, entered
from analyser.analyses.drill.model import DEPLOYER, OPERATOR, Step
from analyser.analyses.drill.names import (
    CLUSTER,
    KAFKA,
    RDS,
    REDIS,
    SERVICE,
    awaited,
    id_of,
    mine,
    primaries,
    reader,
    region_of,
)
from analyser.graph import Graph, Node

_BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def zone(graph: Graph) -> list[Step]:
    """Failover of what has a standby, and an empty zone for what runs."""
    steps = [*_databases(graph), *_balancers(graph), *_caches(graph), *_brokers(graph), *_nodes(graph), *_tasks(graph)]
    spoken = Step(
        "speak to the stack's region",
        (region_of(graph),),
        see="no drill but a zone that is gone: its primaries have moved by themselves, so what they are told here is "
        "left out wherever the first command shows another zone; a restart of a reader or broker as well, since it "
        "would take one more; balancers, nodes and tasks are what is to do",
        role=OPERATOR,
    )
    return [spoken, *steps] if steps else []


def zones(graph: Graph) -> list[str]:
    """The zones that the stack's subnets are in."""
    subnets = mine(graph, "aws:ec2/subnet:Subnet")
    return sorted({str(node.inputs["availabilityZone"]) for node in subnets if node.inputs.get("availabilityZone")})


def _databases(graph: Graph) -> Iterator[Step]:
    for node in primaries(graph):
        if node.inputs.get("multiAz"):
            name = node.inputs["identifier"]
            yield Step(
                f"PostgreSQL {name} fails over to its standby",
                (
                    f"aws rds describe-db-instances --db-instance-identifier {name} --query "
                    "'DBInstances[0].[AvailabilityZone,SecondaryAvailabilityZone,DBInstanceStatus]'",
                    f"aws rds reboot-db-instance --db-instance-identifier {name} --force-failover",
                    f"aws rds describe-events --source-type db-instance --source-identifier {name} --duration 30",
                ),
                see="the events say that a Multi-AZ failover began and completed; note the time in between, in "
                "which nothing is written",
                back="none needed: the standby is the primary now; the same command moves it back",
                role=OPERATOR,
            )
    for node in mine(graph, RDS):
        if node.inputs.get("replicateSourceDb"):
            name = node.inputs["identifier"]
            yield Step(
                f"the reader {name} goes away for the time of a restart",
                (f"aws rds reboot-db-instance --db-instance-identifier {name}",),
                see="answers stay right: the other readers, or the primary, read for it",
                back="none needed",
                role=OPERATOR,
            )


def _balancers(graph: Graph) -> Iterator[Step]:
    """Zonal shifts of the balancers that are let have one: with it, and with cross-zone balancing, a balancer neither
    answers in the zone nor sends there.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/zonal-shift.html
    """
    lost = next(iter(zones(graph)), "")
    shifted = [node for node in mine(graph, _BALANCER) if node.inputs.get("enableZonalShift")]
    for number, node in enumerate(shifted if lost else ()):
        at = f"--resource-identifier {id_of(node)}"
        yield Step(
            f"no traffic goes to {lost} by the load balancer {node.name}",
            (
                *((reader(graph),) if not number else ()),
                f"away=$(aws ec2 describe-availability-zones --zone-names {lost} --query "
                "'AvailabilityZones[0].ZoneId' --output text)",
                f'aws arc-zonal-shift start-zonal-shift {at} --away-from "$away" --expires-in 3h --comment drill',
                f"aws arc-zonal-shift get-managed-resource {at} --query zonalShifts",
            ),
            see="the shift is ACTIVE, the name has no address in the zone any more, and requests are answered; it ends "
            "by itself after three hours, or later by update-zonal-shift. Each other zone has room for its share",
            back="aws arc-zonal-shift cancel-zonal-shift --zonal-shift-id <shift>",
            role=DEPLOYER,
        )


def _caches(graph: Graph) -> Iterator[Step]:
    for node in mine(graph, REDIS):
        if not node.inputs.get("automaticFailoverEnabled"):
            continue
        name = node.inputs["replicationGroupId"]
        for shard in range(1, int(node.inputs.get("numNodeGroups") or 1) + 1):
            yield Step(
                f"Redis {name} fails over in shard {shard:04d}",
                (
                    f"aws elasticache test-failover --replication-group-id {name} --node-group-id {shard:04d}",
                    # No role is told of a node in cluster mode (botocore's NodeGroupMember.CurrentRole): events are.
                    f"aws elasticache describe-events --source-type replication-group --source-identifier {name} "
                    "--duration 60",
                    awaited(f"aws elasticache wait replication-group-available --replication-group-id {name}"),
                ),
                see=f"the events say that the failover of node group {shard:04d} was called for, and from which "
                "primary to which replica it was completed; available again: the next one is refused until then. Note "
                "for how long writes failed",
                back="none needed",
                role=OPERATOR,
            )


def _brokers(graph: Graph) -> Iterator[Step]:
    for node in mine(graph, KAFKA):
        yield Step(
            f"one broker of {node.name} goes away for the time of a restart",
            (reader(graph), f"aws kafka reboot-broker --cluster-arn {id_of(node)} --broker-ids 1"),
            see="producers go on: each partition has its leader elsewhere; partitions are in sync again when the "
            "broker is back",
            back="none needed",
            role=DEPLOYER,
        )


def _nodes(graph: Graph) -> Iterator[Step]:
    lost = next(iter(zones(graph)), "")
    if not graph.of_type(CLUSTER) or not deployed(graph) or not lost:
        return
    chosen = f"-l topology.kubernetes.io/zone={lost}"
    yield entered(graph)
    yield Step(
        f"all nodes of {lost} are emptied",
        (
            f"kubectl get nodes {chosen}",
            f"kubectl cordon {chosen}",
            f"kubectl drain {chosen} --ignore-daemonsets --delete-emptydir-data --timeout=15m",
            "kubectl get pods --all-namespaces --field-selector=status.phase=Pending",
        ),
        see="no pod stays pending for longer than nodes take to come, and no 5xx at the load balancer; a drain that "
        "waits says which disruption budget holds it. Nodes of a zone that is gone answer nobody: their pods stay "
        "Terminating and come elsewhere once kubectl delete node has taken the nodes away; a claim on EBS stays in its "
        "zone, and is restored (strata drill, restore)",
        back=f"kubectl uncordon {chosen}",
        role=DEPLOYER,
    )


def _tasks(graph: Graph) -> Iterator[Step]:
    lost = next(iter(zones(graph)), "")
    for node in mine(graph, SERVICE):
        cluster, service = cluster_of(node), node.inputs["name"]
        yield Step(
            f"the tasks of {service} in {lost} are stopped",
            (
                f"for task in $(aws ecs list-tasks --cluster {cluster} --service-name {service} --query "
                "'taskArns[]' --output text); do\n"
                f'  aws ecs describe-tasks --cluster {cluster} --tasks "$task" --query '
                f"\"tasks[?availabilityZone=='{lost}'].taskArn\" --output text\n"
                f"done",
                f"aws ecs stop-task --cluster {cluster} --task <task>",
                f"aws ecs wait services-stable --cluster {cluster} --services {service}",
            ),
            see="the service is stable again with as many tasks as before; the balancer answered all the time",
            back="none needed: ECS starts others, and spreads them again",
            role=OPERATOR,
        )


def cluster_of(service: Node) -> str:
    """The name of an ECS service's cluster, which its ARN ends with."""
    return str(service.inputs["cluster"]).rpartition("/")[2]
