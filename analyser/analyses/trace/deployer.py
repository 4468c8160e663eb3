"""From whoever deploys or operates to the Kubernetes API: the door, the identity, and what it may do there."""

from collections.abc import Iterator

from analyser.analyses.prerequisites.deployer import runner_of
from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.reach.place import Place
from analyser.analyses.reach.security_groups import Peer, SecurityGroups
from analyser.analyses.trace.model import Chain, Link, Story, found, missing, not_known, shown
from analyser.analyses.trace.survey import Survey, called
from components.security.deployment_role import PLAN_ROLE
from policy.model import Resource

CLUSTER = "aws:eks/cluster:Cluster"
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_BINDINGS = tuple(f"kubernetes:rbac.authorization.k8s.io/v1:{kind}" for kind in ("ClusterRoleBinding", "RoleBinding"))
_NODE_ENTRIES = ("EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "EC2")
_API_PORT = 443


def deployers(s: Survey) -> Iterator[Chain]:
    """One chain for each way to a cluster's API: the runner's or the VPN's, and those of people who have an entry."""
    for cluster in s.of(CLUSTER):
        place = s.place(cluster)
        if place is None:
            continue
        name = called(cluster)
        yield Chain(Story.DEPLOYER, f"deployer to {name}", tuple(_deployer(s, cluster, place)))
        for entry in s.of(_ENTRY):
            if cluster in s.refers(entry, "clusterName", CLUSTER) and not entry.has("type", *_NODE_ENTRIES):
                who = next((role.name for role in _holder(s, entry)), text(entry.get("principalArn")))
                yield Chain(Story.DEPLOYER, f"{who} to {name}", tuple(_person(s, entry)))


def _deployer(s: Survey, cluster: Resource, place: Place) -> Iterator[Link]:
    yield endpoint_is_private(cluster)
    node = runner_of(s.graph)
    runner = s.view.resources.by_urn[node.urn] if node else None
    if runner is not None:
        yield from _runner(s, runner, place)
    clients = named_clients(s, place)
    if runner is None or clients:
        says = f"those outside of the stack who are named reach {called(cluster)}"
        yield shown("door", says, clients, "there is no runner, and its API opens to nobody outside")
    yield administrator(cluster)


def endpoint_is_private(cluster: Resource) -> Link:
    """The API answers inside the VPC."""
    says = f"the API of {called(cluster)} answers inside the VPC"
    if cluster.has("vpcConfig.endpointPrivateAccess", True):
        return found("endpoint", says, [cluster])
    return missing("endpoint", says, "its private endpoint is off", [cluster])


def _runner(s: Survey, runner: Resource, api: Place) -> Iterator[Link]:
    source = s.place(runner)
    yield bundle_is_read(s, runner)
    role = text(runner.get("serviceRole"))
    become = next(
        (
            text(one.get("value"))
            for one in runner.blocks("environment.environmentVariables")
            if one.has("name", "DEPLOYMENT_ROLE_ARN")
        ),
        "",
    )
    decision = s.may(role, "sts:AssumeRole", become)
    says = f"{called(runner)} may become {become.rpartition('/')[2]}"
    holders = [one for one in s.of("aws:iam/role:Role") if text(one.outputs.get("arn")) == role]
    evidence = [runner, *(policy for one in holders for policy in s.policies_of(one))]
    # The role's own trust is the next link.
    yield (
        found("rights", says, evidence)
        if decision.rests_elsewhere
        else s.permission("rights", says, decision, evidence)
    )
    yield not_known("trust", f"{become.rpartition('/')[2]} lets it", "no stack makes the role: strata check --before")
    if source:
        yield s.way("door", source, api, _API_PORT)
        yield s.way("fetch", source, s.reach.find("internet")[0], _API_PORT)


def bundle_is_read(s: Survey, runner: Resource) -> Link:
    """The runner reads what it is given to deploy."""
    location, arn = text(runner.get("source.location")), text(runner.get("serviceRole"))
    buckets = [one for one in s.of("aws:s3/bucket:Bucket") if location.startswith(f"{text(one.get('bucket'))}/")]
    says = f"{called(runner)} reads {location}"
    if not buckets:
        return missing("bundle", says, "the stack makes no such bucket", [runner])
    decision = s.may(arn, "s3:GetObject", f"{text(buckets[0].outputs.get('arn'))}/{location.partition('/')[2]}")
    return s.permission("bundle", says, decision, [runner, *buckets])


def named_clients(s: Survey, api: Place) -> list[Resource]:
    """Rules that let addresses or groups of outside into the API."""
    own = {s.view.id_of(one) for one in s.of("aws:ec2/securityGroup:SecurityGroup")}
    groups = tuple(group for interface in api.interfaces for group in interface.groups or ())
    judged = SecurityGroups(s.view)
    rules = []
    for rule in s.of(_INGRESS):
        group, cidr = text(rule.get("referencedSecurityGroupId")), text(rule.get("cidrIpv4"))
        foreign = (group and group not in own and group not in groups) or cidr
        peer = Peer("a client", groups=(group,) if group else (), cidrs=(cidr,) if cidr else ())
        if foreign and text(rule.get("securityGroupId")) in groups and judged.into(groups, peer, _API_PORT).ok:
            rules.append(rule)
    return rules


def administrator(cluster: Resource) -> Link:
    """Whoever makes the cluster may do everything in it; with that off, only access entries would let anybody in.

    https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
    """
    says = f"whoever makes {called(cluster)} is its administrator"
    if cluster.has("accessConfig.bootstrapClusterCreatorAdminPermissions", False):
        return missing("access", says, "bootstrapClusterCreatorAdminPermissions is off", [cluster])
    return found("access", says, [cluster])


def _person(s: Survey, entry: Resource) -> Iterator[Link]:
    holders = _holder(s, entry)
    says, arn = f"{entry.name} is for a role that is there", text(entry.get("principalArn"))
    if arn.endswith(f":role/{PLAN_ROLE}"):
        yield not_known("trust", f"{PLAN_ROLE} is there", "no stack makes the role: strata check --before", [entry])
    elif holders or entry.property_dependencies.get("principalArn"):
        yield shown("role", says, holders, "the stack makes no such role")
    else:
        yield not_known("role", says, f"no stack makes {arn}: strata check --before", [entry])
    associated = [one for one in s.of(_ASSOCIATION) if one.has("principalArn", arn)]
    groups = texts(entry.list("kubernetesGroups"))
    bound = [one for group in groups for one in s.of(*_BINDINGS) if _binds(one, group)]
    for group in groups:
        ties = [one for one in bound if _binds(one, group)]
        yield shown("principal", f"Kubernetes gives group {group} rights", ties, "no binding names the group")
    says = f"{entry.name} may do something in the cluster"
    yield shown("access", says, [*associated, *bound], "no access policy, and no group that has rights")
    for role in holders:
        yield _signed_in(role)


def _holder(s: Survey, entry: Resource) -> list[Resource]:
    arn = text(entry.get("principalArn"))
    return [role for role in s.of("aws:iam/role:Role") if text(role.outputs.get("arn")) == arn]


def _binds(binding: Resource, group: str) -> bool:
    return any(one.has("kind", "Group") and one.has("name", group) for one in binding.blocks("subjects"))


def _signed_in(role: Resource) -> Link:
    """People become the role with a second factor."""
    says = f"people become {role.name} with a second factor"
    if "aws:MultiFactorAuthPresent" in text(role.get("assumeRolePolicy")):
        return found("mfa", says, [role])
    return missing("mfa", says, "its trust policy asks for none", [role])
