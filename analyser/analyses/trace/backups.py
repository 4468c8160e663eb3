"""From what is backed up to where the copies lie: plan, vault, role, key, and what is selected."""

import re
from collections.abc import Iterator
from typing import Any

from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.trace.model import Chain, Link, Story, found, missing, shown
from analyser.analyses.trace.survey import Survey, called
from policy.model import Resource

PLAN = "aws:backup/plan:Plan"
VAULT = "aws:backup/vault:Vault"
SELECTION = "aws:backup/selection:Selection"
_SNAPSHOTS = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
_KEY = "aws:kms/key:Key"
BACKUP, _DLM = "backup.amazonaws.com", "dlm.amazonaws.com"
# What AWS Backup asks of its role for each kind of resource, as its managed policy and its guide have it:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
# https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
_TAKES = {
    "aws:rds/instance:Instance": "rds:CreateDBSnapshot",
    "aws:rds/cluster:Cluster": "rds:CreateDBClusterSnapshot",
    "aws:dynamodb/table:Table": "dynamodb:StartAwsBackupJob",
    "aws:efs/fileSystem:FileSystem": "elasticfilesystem:Backup",
    "aws:s3/bucket:Bucket": "s3:GetBucketVersioning",
    "aws:ebs/volume:Volume": "ec2:CreateSnapshot",
    "aws:eks/cluster:Cluster": "eks:DescribeCluster",
}
_TAG = re.compile(r"^tagSpecification_\d+$")


def backups(s: Survey) -> Iterator[Chain]:
    """One chain for each plan of AWS Backup, and for each policy of snapshots."""
    for plan in s.of(PLAN):
        yield Chain(Story.BACKUP, f"{plan.name} to vault", tuple(_plan(s, plan)))
    for policy in s.of(_SNAPSHOTS):
        yield Chain(Story.BACKUP, f"{policy.name} to snapshots", tuple(_snapshots(s, policy)))


def _plan(s: Survey, plan: Resource) -> Iterator[Link]:
    for rule in plan.blocks("rules"):
        name = text(rule.get("ruleName"))
        yield from _vault(s, plan, f"rule {name}", text(rule.get("targetVaultName")))
        for copy in rule.blocks("copyActions"):
            yield from _vault(s, plan, f"copies of rule {name}", text(copy.get("destinationVaultArn")))
    selections = [one for one in s.of(SELECTION) if plan in s.refers(one, "planId", PLAN)]
    yield shown("selection", f"{plan.name} backs something up", selections, "no selection names the plan")
    for one in selections:
        yield from _selection(s, one)


def _vault(s: Survey, plan: Resource, what: str, name: str) -> Iterator[Link]:
    vaults = [
        one for one in s.of(VAULT) if name and name in (text(one.outputs.get("name")), text(one.outputs.get("arn")))
    ]
    says = f"{what} go{'es' if what.startswith('rule') else ''} to a vault that is there"
    yield shown("vault", says, [plan, *vaults] if vaults else [], f"the stack makes no vault {name}")
    for vault in vaults:
        keys = s.refers(vault, "kmsKeyArn", _KEY)
        yield shown("key", f"{vault.name} is encrypted with a key of the stack", keys, "it names no key of the stack")


def _selection(s: Survey, selection: Resource) -> Iterator[Link]:
    roles = s.refers(selection, "iamRoleArn", "aws:iam/role:Role")
    for role in roles:
        yield trusted(s, role, BACKUP)
    if not roles:
        yield missing("role", f"AWS Backup works for {selection.name} as a role", "it names none", [selection])
    taken = list(chosen(s, selection))
    says = f"{selection.name} selects {', '.join(called(one) for one in taken) or 'something'}"
    yield shown("selected", says, [selection, *taken] if taken else [], "nothing of the stack is selected")
    yield from _unmet(selection, taken)
    for one in taken:
        action = _TAKES.get(one.type)
        for role in roles if action else ():
            decision = s.may(text(role.outputs.get("arn")), str(action), text(one.outputs.get("arn")))
            yield s.permission("rights", f"it may do {action} on {called(one)}", decision, [*s.policies_of(role), one])


def chosen(s: Survey, selection: Resource) -> Iterator[Resource]:
    """What of the stack a selection takes, by name or by tag."""
    arns = texts(selection.list("resources"))
    for one in s.view.resources:
        if text(one.outputs.get("arn")) in arns and one.type in _TAKES:
            yield one
    tags = [(text(tag.get("key")), text(tag.get("value"))) for tag in selection.blocks("selectionTags")]
    for one in s.of(*_TAKES) if tags else ():
        if any(_tags(one).get(key) == value for key, value in tags):
            yield one


def _unmet(selection: Resource, taken: list[Resource]) -> Iterator[Link]:
    """Resources that are named and that the stack does not make."""
    known = {text(one.outputs.get("arn")) for one in taken}
    for arn in texts(selection.list("resources")):
        if arn not in known and "*" not in arn:
            yield missing(
                "selected", f"{selection.name} selects {arn}", "the stack makes no such resource", [selection]
            )


def _tags(one: Resource) -> dict[str, Any]:
    tags = one.get("tags") if one.given("tags") else one.outputs.get("tagsAll")
    return tags if isinstance(tags, dict) else {}


def trusted(s: Survey, role: Resource, service: str) -> Link:
    """Whether a service may work as a role."""
    decision = s.may(service, "sts:AssumeRole", text(role.outputs.get("arn")))
    return s.permission("role", f"{service} may become {role.name}", decision, [role])


def _snapshots(s: Survey, policy: Resource) -> Iterator[Link]:
    for role in s.refers(policy, "executionRoleArn", "aws:iam/role:Role"):
        yield trusted(s, role, _DLM)
        decision = s.may(text(role.outputs.get("arn")), "ec2:CreateSnapshots", "*")
        yield s.permission("rights", f"{role.name} may take snapshots", decision, s.policies_of(role))
    wanted = policy.get("policyDetails.targetTags")
    tags = wanted if isinstance(wanted, dict) else {}
    # Any of them will do: https://www.pulumi.com/registry/packages/aws/api-docs/dlm/lifecyclepolicy/
    tagging = [one for one in s.of(_CLASS) if tags.items() & _given(one).items()]
    volumes = [one for one in s.of("aws:ebs/volume:Volume") if tags.items() & _tags(one).items()]
    says = (
        f"volumes carry {' or '.join(f'{key}={value}' for key, value in tags.items())}, by which {policy.name} selects"
    )
    yield shown("selected", says, [*tagging, *volumes], "no storage class tags volumes so")
    if policy.has("state", "DISABLED"):
        yield missing("plan", f"{policy.name} is at work", "it is disabled", [policy])
    else:
        yield found("plan", f"{policy.name} is at work", [policy])


def _given(storage: Resource) -> dict[str, str]:
    """The tags that a storage class gives its volumes.

    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
    """
    parameters = storage.get("parameters")
    values = (value for key, value in parameters.items() if _TAG.match(key)) if isinstance(parameters, dict) else ()
    return dict(value.split("=", 1) for value in values if isinstance(value, str) and "=" in value)
