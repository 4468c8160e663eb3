"""What a deployment asks for beside its resources: state, look-ups, and a few narrow cases."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from analyser.analyses.delivery import delivered
from analyser.analyses.deployment_rights.names import filled, made_up
from analyser.analyses.deployment_rights.statements import STACK_TAG, Statement, allow, regions
from analyser.analyses.deployment_rights.steps import STATE_KEY, planning, runner_source, site
from analyser.analyses.prerequisites.model import block, known
from analyser.graph import Graph
from analyser.run.mock_cloud import ACCOUNT_ID
from components.security.deployment_role import DEPLOYMENT_ROLE
from settings.delivery import Deployer, delivery_of
from settings.recovery import recovery_of

RECORD: Final = "aws:route53/record:Record"
_NODES: Final = "aws:eks/nodeGroup:NodeGroup"
_TARGETS: Final = "aws:efs/mountTarget:MountTarget"
LOOKS: Final = ("ec2:DescribeAvailabilityZones", "ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries")
"""Of data sources; asking who one is takes no right."""
_BACKEND: Final = re.compile(r"s3://([a-z0-9.-]{3,63})")


def beside_resources(graph: Graph, state: str, *, reading: bool) -> Iterator[Statement]:
    """All of it, or what a preview takes of it. ``state`` is the bucket of the state."""
    yield from _state(graph, state, reading=reading)
    if graph.of_type("aws:eks/cluster:Cluster"):
        yield allow("Images", ["ssm:GetParameter"], [f"arn:aws:ssm:{graph.region}::parameter/aws/service/*"])
    if graph.of_type("aws:wafv2/webAclAssociation:WebAclAssociation"):
        # Of the web ACL and of what it stands before.
        # https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
        verbs = (
            ("GetWebACLForResource",) if reading else ("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource")
        )
        yield allow("Protected", [f"wafv2:{verb}" for verb in verbs], sorted(_protected(graph)))
    if reading:
        yield from planning(graph, state)
    else:
        yield from _changes(graph)


def _protected(graph: Graph) -> Iterator[str]:
    made = made_up(graph)
    for node in graph.of_type("aws:lb/loadBalancer:LoadBalancer"):
        yield filled(graph, node, "elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/*", made)
    for node in graph.of_type("aws:apigateway/restApi:RestApi"):
        yield f"arn:aws:apigateway:{graph.region_of(node)}::/restapis/*/stages/*"
    for node in graph.of_type("aws:amplify/app:App"):
        yield filled(graph, node, "amplify:{region}:{account}:apps/*", made)


def bucket_of(state: str) -> str:
    """The bucket of a state's address, such as ``s3://state?region=us-east-1``; empty for what is none."""
    found = _BACKEND.match(state)
    return found[1] if found else ""


def state_of(graph: Graph, directory: Path) -> str:
    """The bucket of the state that a stack's file names, or the pipeline that deploys it; empty where none does.

    Raises SettingsError where the stack that makes the pipeline has no file.
    """
    said = delivery_of(graph.config)
    if said.by is not Deployer.HAND:
        return bucket_of(said.state or delivered(directory, graph.stack).state or "")
    for node in graph.of_type("aws:codebuild/project:Project"):
        for variable in block(node, "environment").get("environmentVariables") or ():
            if found := _BACKEND.match(str(variable.get("value"))):
                return found[1]
    return ""


def _state(graph: Graph, bucket: str, *, reading: bool) -> Iterator[Statement]:
    """What Pulumi keeps of this stack, and plans of it; of its home, the outputs. Stacks share a bucket and a key.

    Keys: pkg/backend/diy/store.go and lock.go of https://github.com/pulumi/pulumi
    https://www.pulumi.com/docs/iac/concepts/state-and-backends/ · https://www.pulumi.com/docs/iac/concepts/secrets/
    """
    of_project, recovery = f"arn:aws:s3:::{bucket}/.pulumi", recovery_of(graph.config)
    own = [
        f"{of_project}/meta.yaml", f"{of_project}/*/{graph.project}/{graph.stack}/*",
        *_checkpoints(graph, of_project, graph.stack),
    ]  # fmt: skip
    objects = ["s3:GetObject"] if reading else ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    uses = ["kms:Decrypt"] if reading else ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    keys = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": STATE_KEY}}
    yield allow("StateBucket", ["s3:GetBucketLocation", "s3:ListBucket"], [f"arn:aws:s3:::{bucket}"])
    yield allow("State", objects, own if reading else [*own, f"arn:aws:s3:::{bucket}/plans/{graph.stack}/*"])
    if recovery is not None:
        yield allow("StateOfHome", ["s3:GetObject"], _checkpoints(graph, of_project, recovery.home))
    yield allow("StateKey", uses, [f"arn:aws:kms:*:{ACCOUNT_ID}:key/*"], keys)


def _checkpoints(graph: Graph, begin: str, stack: str) -> list[str]:
    return [f"{begin}/stacks/{graph.project}/{stack}{end}" for end in (".json*", ".pulumi-tags")]


def _changes(graph: Graph) -> Iterator[Statement]:
    yield from site(graph)
    if records := _records(graph):
        yield allow(
            "Records", ["route53:ChangeResourceRecordSets"], ["arn:aws:route53:::hostedzone/*"],
            {"ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": records}},
        )  # fmt: skip
    yield from runner_source(graph)
    machines = [f"arn:aws:ec2:{region}:{ACCOUNT_ID}:" for region in regions(graph)]
    if graph.of_type(_NODES):
        # EKS tries a launch template out with the caller's rights; what it is made of is judged by its tags.
        # https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
        kinds = ("instance/*", "network-interface/*", "volume/*")
        images = [f"arn:aws:ec2:{region}::image/*" for region in regions(graph)]
        only = {"Bool": {"ec2:IsLaunchTemplateResource": "true"}}
        yield allow(
            "Launch", ["ec2:RunInstances"], [*images, *(f"{one}{kind}" for one in machines for kind in kinds)], only
        )
        stack = {"StringEquals": {f"aws:ResourceTag/{STACK_TAG}": graph.stack}}
        theirs = ("launch-template/*", "security-group/*", "subnet/*")
        yield allow(
            "LaunchWithin", ["ec2:RunInstances"], [f"{one}{kind}" for one in machines for kind in theirs], stack
        )
        tagged = {"StringEquals": {"ec2:CreateAction": "RunInstances", f"aws:RequestTag/{STACK_TAG}": graph.stack}}
        yield allow("LaunchTags", ["ec2:CreateTags"], [f"{one}{kind}" for one in machines for kind in kinds], tagged)
    if graph.of_type(_TARGETS):
        # EFS makes them with the caller's rights, and without tags.
        # https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html
        verbs = ("CreateNetworkInterface", "DeleteNetworkInterface", "ModifyNetworkInterfaceAttribute")
        interfaces = [f"{one}network-interface/*" for one in machines]
        others_not = {"StringEqualsIfExists": {f"aws:ResourceTag/{STACK_TAG}": graph.stack}}
        yield allow("MountTargets", [f"ec2:{verb}" for verb in verbs], interfaces, others_not)
        stack = {"StringEquals": {f"aws:ResourceTag/{STACK_TAG}": graph.stack}}
        parts = [f"{one}{kind}" for one in machines for kind in ("security-group/*", "subnet/*")]
        yield allow("MountTargetsWithin", ["ec2:CreateNetworkInterface"], parts, stack)


def _records(graph: Graph) -> list[str]:
    """The names of the stack's zones and records, and what is below them: validations of certificates are told late."""
    names = {known(node, "name") for token in ("aws:route53/zone:Zone", RECORD) for node in graph.of_type(token)} - {""}
    bare = {name.rstrip(".").lower() for name in names}
    highest = {name for name in bare if not any(name.endswith(f".{other}") for other in bare - {name})}
    return sorted({pattern for name in highest for pattern in (name, f"*.{name}")})


def deployment_roles(graph: Graph) -> list[str]:
    """The roles that deploy, as far as the stack names them, and the usual one."""
    found = {f"arn:aws:iam::{ACCOUNT_ID}:role/{DEPLOYMENT_ROLE}"}
    for node in graph.of_type("aws:codebuild/project:Project"):
        for variable in block(node, "environment").get("environmentVariables") or ():
            if variable.get("name") == "DEPLOYMENT_ROLE_ARN":
                found.add(str(variable.get("value")))
    return sorted(found)
