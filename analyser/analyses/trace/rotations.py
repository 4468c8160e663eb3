"""From a rotation to whoever reads the secret: the call, the rights, and how each reader hears of the new value."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.stores import RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.reach.workloads import CRON_JOB, FUNCTION
from analyser.analyses.trace.code import JOB, RELEASE, SERVICE, Code, every_code
from analyser.analyses.trace.code_configuration import EXTERNAL, ROTATION, SECRET, ConfigValue, secret_arn
from analyser.analyses.trace.model import Chain, Link, Story, found, missing, not_known, shown
from analyser.analyses.trace.survey import Survey, called
from policy.model import Resource

_SCHEDULE = "aws:scheduler/schedule:Schedule"
_STEPS = ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")
"""What the four steps ask: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html"""
_CHANGES = {
    "DB_INSTANCE_IDENTIFIER": (RDS_INSTANCE, "identifier", "rds:ModifyDBInstance"),
    "CACHE_USER_ID": ("aws:elasticache/user:User", "userId", "elasticache:ModifyUser"),
}
"""What functions of this project change beside the secret: by which variable they know it, and the action."""
_RESTARTED = "ecs:UpdateService"


def rotations(s: Survey) -> Iterator[Chain]:
    """One chain for each rotation."""
    codes = every_code(s)
    for rotation in s.of(ROTATION):
        if not _secrets(s, rotation):
            link = missing("rotates", f"{rotation.name} rotates a secret", "the stack makes no such secret", [rotation])
            yield Chain(Story.ROTATION, f"{rotation.name} of nothing", (link,))
        for secret in _secrets(s, rotation):
            title = f"rotation of {called(secret)} to its readers"
            links = [*_rotated(s, rotation, secret), *_heard(s, rotation, secret, codes)]
            yield Chain(Story.ROTATION, title, tuple(links))


def _secrets(s: Survey, rotation: Resource) -> list[Resource]:
    named = s.refers(rotation, "secretId", SECRET)
    wanted = text(rotation.get("secretId"))
    return named or [one for one in s.of(RDS_INSTANCE, RDS_CLUSTER) if wanted and secret_arn(one) == wanted]


def _rotated(s: Survey, rotation: Resource, secret: Resource) -> Iterator[Link]:
    days = rotation.get("rotationRules.automaticallyAfterDays") or rotation.get("rotationRules.scheduleExpression")
    says = f"{called(secret)} is rotated {f'every {days} days' if isinstance(days, int) else 'on a schedule'}"
    yield found("schedule", says, [rotation]) if days else missing("schedule", says, "it has no schedule", [rotation])
    if not rotation.given("rotationLambdaArn"):
        managed = secret.type in (RDS_INSTANCE, RDS_CLUSTER)
        says = f"RDS changes the password of {called(secret)} itself"
        yield (
            found("rotates", says, [rotation, secret])
            if managed
            else missing("rotates", says, "nobody does", [rotation])
        )
        return
    functions = s.refers(rotation, "rotationLambdaArn", FUNCTION)
    yield shown("rotates", f"a function rotates {called(secret)}", functions, "the stack makes no such function")
    for function in functions:
        yield from _by_function(s, secret, function)


def _by_function(s: Survey, secret: Resource, function: Resource) -> Iterator[Link]:
    code = Code(function, s)
    decision = s.may("secretsmanager.amazonaws.com", "lambda:InvokeFunction", text(function.outputs.get("arn")))
    permissions = s.companions(function, "aws:lambda/permission:Permission", "function")
    yield s.permission("call", f"Secrets Manager may call {code.name}", decision, [function, *permissions])
    role = code.identity.role
    if role is None:
        yield code.identity.link(code.name)
        return
    arn, policies = text(role.outputs.get("arn")), s.policies_of(role)
    for action in _STEPS:
        decision = s.may(arn, action, secret_arn(secret))
        yield s.permission("rights", f"{code.name} may do {action}", decision, [*policies, secret])
    for variable, (token, key, action) in _CHANGES.items():
        wanted = text(function.get(f"environment.variables.{variable}"))
        for one in (changed for changed in s.of(token) if wanted and changed.has(key, wanted)):
            decision = s.may(arn, action, text(one.outputs.get("arn")))
            yield s.permission("rights", f"{code.name} may do {action} on {wanted}", decision, [*policies, one])


def _heard(s: Survey, rotation: Resource, secret: Resource, codes: list[Code]) -> Iterator[Link]:
    functions = s.refers(rotation, "rotationLambdaArn", FUNCTION)
    for code in codes:
        telling = [
            one for one in code.configuration if one.value.startswith(secret_arn(secret)) and one.where is not rotation
        ]
        telling = [one for one in telling if one.secret in (None, secret)]  # not what another secret is made of
        if telling and code.resource not in functions:
            yield hears(s, code, telling, functions)


def hears(s: Survey, code: Code, telling: list[ConfigValue], functions: list[Resource]) -> Link:
    """How one reader comes to the new value."""
    says = f"{code.name} comes to the new value"
    carried = [one.carrier for one in telling if one.carrier]
    if not carried and code.resource.type != RELEASE:
        return found("reader", f"{says}: it asks Secrets Manager as it runs", [one.where for one in telling])
    if code.resource.type == RELEASE:
        return found("reader", f"{says}: it asks again and again", [one.where for one in telling])
    if code.resource.type in (JOB, CRON_JOB):
        return found("reader", f"{says}: every run reads it anew", [*carried, code.resource])
    if code.resource.type == SERVICE:
        restarting = [*_told_to_restart(s, code, functions), *_restarted_by_schedule(s, code)]
        reason = f"{says}: its tasks are replaced"
        return shown("reader", reason, restarting, "tasks read it as they start, and nothing replaces them")
    every = [text(one.get("spec.refreshInterval")) for one in carried if one.type == EXTERNAL]
    because = f"Kubernetes has it within {every[0] if every else '?'}; whether its containers restart is not modelled"
    return not_known("reader", says, because, [*carried, code.resource])


def _told_to_restart(s: Survey, code: Code, functions: list[Resource]) -> Iterator[Resource]:
    """The function that rotates replaces the tasks as it is through."""
    for function in functions:
        named = function.has("environment.variables.ECS_SERVICE", text(code.resource.get("name")))
        role = Code(function, s).identity.role
        arn = text(code.resource.outputs.get("arn"))
        if named and role and s.may(text(role.outputs.get("arn")), _RESTARTED, arn).allowed:
            yield function


def _restarted_by_schedule(s: Survey, code: Code) -> Iterator[Resource]:
    for schedule in s.of(_SCHEDULE):
        said, name = text(schedule.get("target.input")), text(code.resource.get("name"))
        roles = s.refers(schedule, "target", "aws:iam/role:Role")
        arn = text(code.resource.outputs.get("arn"))
        mine = "updateService" in text(schedule.get("target.arn")) and f'"{name}"' in said
        if mine and any(s.may(text(role.outputs.get("arn")), _RESTARTED, arn).allowed for role in roles):
            yield schedule
