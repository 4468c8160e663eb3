"""What leans on the region that is lost, or says the contrary, so that a promotion brings nothing up."""

import re
from collections.abc import Iterator

from analyser.analyses.once import IMAGE_COPIES
from analyser.analyses.recovery.plans import PLAN, kept_for
from analyser.analyses.simulation.model import Fault, Pair
from analyser.graph import Graph, Node

_INSTANCE, _GROUP = "aws:rds/instance:Instance", "aws:rds/parameterGroup:ParameterGroup"
_NAT, _SUBNET = "aws:ec2/natGateway:NatGateway", "aws:ec2/subnet:Subnet"
_LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
_COLD = 90
"""Days for which cold storage keeps a backup at the least:
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html"""
_IMAGE = re.compile(r"\b(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com[\w.]*/([\w./-]+)")
"""Account, region and repository of an image."""
_RUNS = ("aws:ecs/taskDefinition:TaskDefinition", "aws:lambda/function:Function", "kubernetes:apps/v1:Deployment")


def images(pair: Pair) -> Iterator[Fault]:
    """Images that are pulled from the region that is lost, or from another one that the registry copies them not to."""
    for node in (node for token in _RUNS for node in pair.promoted.of_type(token)):
        where = f"{pair.standby.stack}: {node.name}"
        for account, region, name in sorted(set(_IMAGE.findall(str(node.inputs)))):
            if region == pair.home.region:
                yield Fault("image", where, f"is pulled from {region}")
            elif region == pair.promoted.region and not any(_copied(pair.home, account, region, name)):
                yield Fault("image", where, f"is pulled from {region}, to which no stack has images of {name} copied")


def _copied(home: Graph, account: str, region: str, repository: str) -> Iterator[bool]:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html"""
    for said in home.of_type(IMAGE_COPIES):
        for rule in (said.inputs.get("replicationConfiguration") or {}).get("rules") or ():
            begins = [str(each.get("filter")) for each in rule.get("repositoryFilters") or ()]
            there = ((to.get("region"), to.get("registryId")) for to in rule.get("destinations") or ())
            yield (region, account) in there and (not begins or repository.startswith(tuple(begins)))


def parameters(pair: Pair) -> Iterator[Fault]:
    """Copies of databases without a parameter group of their own region, which what forces TLS is in."""
    own = {name for node in pair.standby.of_type(_GROUP) for name in (node.id, node.inputs.get("name"))}
    at_home = any(node.inputs.get("parameterGroupName") for node in pair.home.of_type(_INSTANCE))
    for node in pair.standby.of_type(_INSTANCE):
        named = node.inputs.get("parameterGroupName")
        if at_home and node.inputs.get("replicateSourceDb") and named not in own:
            why = f"takes parameters of {named or 'RDS itself'}, which the stack does not make: TLS is not forced"
            yield Fault("parameters", f"{pair.standby.stack}: {node.name}", why)


def network(pair: Pair) -> Iterator[Fault]:
    """A network that lets nothing out, or that has one zone, where home's does and has several."""
    where = pair.standby.stack
    if pair.home.of_type(_NAT) and not pair.promoted.of_type(_NAT):
        yield Fault("network", where, "has no NAT gateway, as home has: what runs there reaches nothing outside")
    if len(_zones(pair.home)) > 1 and len(_zones(pair.promoted)) == 1:
        yield Fault("network", where, f"has subnets in {', '.join(_zones(pair.promoted))} alone, home in several zones")


def _zones(graph: Graph) -> set[str]:
    return {str(zone) for node in graph.of_type(_SUBNET) if (zone := node.inputs.get("availabilityZone"))}


def locks(pair: Pair) -> Iterator[Fault]:
    """Backups that are kept for other than what the lock of their vault takes: AWS Backup refuses each.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """
    for graph in pair.graphs:
        bounds = {str(lock.inputs.get("backupVaultName")): lock for lock in graph.of_type(_LOCK)}
        for plan in graph.of_type(PLAN):
            rules = plan.inputs.get("rules") or ()
            for vault, days in ((arn.rpartition(":")[2], days) for rule in rules for arn, days in kept_for(rule)):
                if vault in bounds and (why := _refused(bounds[vault], days)):
                    yield Fault("vault", f"{graph.stack}: {plan.name}", f"keeps for {days:g} days in {vault}, {why}")
            for said in (each for rule in rules for each in (rule, *(rule.get("copyActions") or ()))):
                lifecycle = said.get("lifecycle") or {}
                cold, gone = lifecycle.get("coldStorageAfter"), lifecycle.get("deleteAfter")
                if cold and gone and gone < cold + _COLD:
                    why = f"deletes after {gone:g} days what is cold after {cold:g}; it takes {cold + _COLD:g} or more"
                    yield Fault("vault", f"{graph.stack}: {plan.name}", why)


def _refused(lock: Node, days: float) -> str:
    least, most = lock.inputs.get("minRetentionDays"), lock.inputs.get("maxRetentionDays")
    if least and days < least:
        return f"whose lock takes {least} at the least"
    return f"whose lock takes {most} at the most" if most and days > most else ""
