"""From a plan of AWS Backup's restore tests to what is restored: vault, kind of backup, store, role."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.trace.backups import BACKUP, PLAN, SELECTION, VAULT, chosen, trusted
from analyser.analyses.trace.model import Chain, Link, Story, found, missing
from analyser.analyses.trace.survey import Survey, called
from policy.model import Resource

_TESTS = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
_TESTED = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
# What AWS Backup asks of the role that restores, as its managed policies have it, for each type that it tests:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForS3Restore.html
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingSelectionForCreate.html
_RESTORES = {
    "aws:rds/instance:Instance": ("RDS", "rds:RestoreDBInstanceFromDBSnapshot"),
    "aws:rds/cluster:Cluster": ("Aurora", "rds:RestoreDBClusterFromSnapshot"),
    "aws:dynamodb/table:Table": ("DynamoDB", "dynamodb:RestoreTableFromAwsBackup"),
    "aws:efs/fileSystem:FileSystem": ("EFS", "elasticfilesystem:Restore"),
    "aws:s3/bucket:Bucket": ("S3", "s3:CreateBucket"),
}


def restores(s: Survey) -> Iterator[Chain]:
    """One chain for each plan of restore tests."""
    for plan in s.of(_TESTS):
        yield Chain(Story.BACKUP, f"{plan.name} to restores", tuple(_plan(s, plan)))


def _plan(s: Survey, tests: Resource) -> Iterator[Link]:
    kept = list(_kept(s, tests))
    if not kept:
        because = "no plan of the stack puts backups of the kind into a vault that it looks into"
        yield missing("tested", f"{tests.name} finds backups", because, [tests])
    else:
        yield found("tested", f"{tests.name} finds backups", [tests, *kept])
    selections = s.companions(tests, _TESTED, "restoreTestingPlanName")
    backed_up = [store for plan in kept for one in _selections(s, plan) for store in chosen(s, one)]
    for store in (store for store in backed_up if store.type in _RESTORES):
        mine = [one for one in selections if _names(one, store)]
        says = f"a backup of {called(store)} is restored to see that it can be"
        yield (
            found("tested", says, [*mine, store])
            if mine
            else missing("tested", says, f"{tests.name} has no selection for it", [store])
        )
        for one in mine:
            yield from _restored(s, one, store)


def _kept(s: Survey, tests: Resource) -> Iterator[Resource]:
    """The plans whose backups lie where the tests look, and are of a kind that they take."""
    looked = texts(tests.list("recoveryPointSelection.includeVaults"))
    spared = texts(tests.list("recoveryPointSelection.excludeVaults"))
    kinds = texts(tests.list("recoveryPointSelection.recoveryPointTypes"))
    vaults = {text(one.outputs.get("name")): text(one.outputs.get("arn")) for one in s.of(VAULT)}
    for plan in s.of(PLAN):
        for rule in plan.blocks("rules"):
            arn = vaults.get(text(rule.get("targetVaultName")), "")
            taken = arn and arn not in spared and (arn in looked or "*" in looked)
            # What can be gone back in is kept as points of time beside:
            # https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
            kind = "CONTINUOUS" if rule.has("enableContinuousBackup", True) else "SNAPSHOT"
            if taken and kind in kinds:
                yield plan
                break


def _selections(s: Survey, plan: Resource) -> list[Resource]:
    return [one for one in s.of(SELECTION) if plan in s.refers(one, "planId", PLAN)]


def _names(selection: Resource, store: Resource) -> bool:
    arns = texts(selection.list("protectedResourceArns"))
    named = text(store.outputs.get("arn")) in arns or "*" in arns
    return named and text(selection.get("protectedResourceType")) == _RESTORES[store.type][0]


def _restored(s: Survey, selection: Resource, store: Resource) -> Iterator[Link]:
    roles = s.refers(selection, "iamRoleArn", "aws:iam/role:Role")
    if not roles:
        yield missing("role", f"AWS Backup restores {called(store)} as a role", "it names none", [selection])
    _, action = _RESTORES[store.type]
    for role in roles:
        yield trusted(s, role, BACKUP)
        decision = s.may(text(role.outputs.get("arn")), action, text(store.outputs.get("arn")))
        yield s.permission("rights", f"it may do {action} for {called(store)}", decision, [*s.policies_of(role), store])
