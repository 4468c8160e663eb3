"""Lambda: who may call functions and use layers, which each permission says on its own."""

from collections.abc import Iterator

from policy.iam import LIST, READ, expand
from policy.model import Finding, Resource, Severity, rule

PERMISSION = "aws:lambda/permission:Permission"
NATIVE_PERMISSION = "aws-native:lambda:Permission"
LAYER_PERMISSION = "aws:lambda/layerVersionPermission:LayerVersionPermission"
_LINK = "https://docs.aws.amazon.com/lambda/latest/dg/"
_SOURCES = ("sourceArn", "sourceAccount", "principalOrgId", "eventSourceToken")


def _names_source(permission: Resource) -> bool:
    return any(permission.has(key) or permission.unknown(key) for key in _SOURCES)


@rule(
    "lambda-permission-not-public",
    title="Permissions of functions and layers name who may use them",
    severity=Severity.CRITICAL,
    types=[PERMISSION, NATIVE_PERMISSION, LAYER_PERMISSION, "aws-native:lambda:LayerVersionPermission"],
    frameworks={"FSBP": "Lambda.1", "CIS": "2.21", "Checkov": "CKV_AWS_301"},
    remedy="Name the principal, or set principalOrgId (functions) or organizationId (layers).",
    link=_LINK + "access-control-resource-based.html",
)
def permission_not_public(permission: Resource) -> Iterator[Finding]:
    """Whoever may call a function has it act with the function's role; a layer shows its code."""
    keys = (*_SOURCES, "organizationId")
    limited = any(permission.has(key) or permission.unknown(key) for key in keys)
    if permission.has("principal", "*") and not limited:
        yield Finding("lets everybody in", "principal")


@rule(
    "lambda-permission-invoke-only",
    title="Permissions of functions let others call them, and nothing else",
    severity=Severity.HIGH,
    types=[PERMISSION, NATIVE_PERMISSION],
    frameworks={"Well-Architected": "SEC03-BP07"},
    remedy="Name lambda:InvokeFunction or lambda:InvokeFunctionUrl.",
    link=_LINK + "access-control-resource-based.html",
)
def invoke_only(permission: Resource) -> Iterator[Finding]:
    """Whoever may change a function, or its permissions, does with its role what it likes."""
    action = permission.get("action")
    if not permission.has("action"):
        return
    more = [each.name for each in expand(str(action)) if each.level not in (READ, LIST)]
    more = [name for name in more if not name.startswith("lambda:Invoke")]
    if more:
        yield Finding(f"allows {action}, also {', '.join(more[:3])}", "action")


@rule(
    "lambda-permission-source",
    title="Services call functions for known resources only",
    severity=Severity.HIGH,
    types=[PERMISSION, NATIVE_PERMISSION],
    frameworks={"Well-Architected": "SEC03-BP09", "Checkov": "CKV_AWS_364"},
    remedy="Set sourceArn to the ARN of what calls; for S3, whose ARNs name no account, sourceAccount as well.",
    link=_LINK + "permissions-function-services.html",
)
def permission_source(permission: Resource) -> Iterator[Finding]:
    """Without a source, anybody's bucket, rule or API calls the function through the service."""
    principal = permission.get("principal")
    if not permission.has("principal") or not str(principal).endswith(".amazonaws.com"):
        return
    if not _names_source(permission):
        yield Finding(f"lets {principal} call on behalf of any account", "sourceArn")
    elif permission.has("principal", "s3.amazonaws.com") and permission.lacks("sourceAccount"):
        yield Finding("trusts a bucket's name, which another account may take over", "sourceAccount")
