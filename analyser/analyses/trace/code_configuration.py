"""The configuration that code receives: environment variables, ConfigMaps, secrets, event sources."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.stores import RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.reach.workloads import FUNCTION, pod_template
from analyser.analyses.trace.survey import Survey
from policy.model import Block, Resource

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 -- a type
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
EXTERNAL = "kubernetes:external-secrets.io/v1:ExternalSecret"
CONFIG = "kubernetes:core/v1:ConfigMap"
_CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
_VOLUME = "kubernetes:core/v1:PersistentVolume"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_SERVICE = "aws:ecs/service:Service"
_TASK = "aws:ecs/taskDefinition:TaskDefinition"
_ALIAS = "aws:lambda/alias:Alias"
OPERATOR = "external-secrets"
"""The chart that carries secrets over to Kubernetes."""
_NAMED_BY = (
    (MAPPING, "functionName", ("eventSourceArn", "topics", "destinationConfig")),
    ("aws:lambda/invocation:Invocation", "functionName", ("input",)),
    (ROTATION, "rotationLambdaArn", ("secretId",)),
    ("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "functionName", ("destinationConfig",)),
    ("aws:cloudwatch/eventTarget:EventTarget", "arn", ("input",)),
)
"""What tells a function something beside its variables: the type, the input that names the function, what it says."""
_PARTS = {"database-url": "DATABASE_", "redis-url": "CACHE_"}
"""Of secrets that functions/assemble_secret puts together: the part, and how the variables that it is made of begin."""


@dataclass(frozen=True)
class ConfigValue:
    """One configuration value, the resource that holds it, and the secret that it comes from."""

    name: str
    value: str
    where: Resource
    secret: Resource | None = None
    """The secret of Secrets Manager that brings it."""
    carrier: Resource | None = None
    """What carries a secret to the code, where the code does not fetch it itself."""


def configuration(s: Survey, resource: Resource) -> Iterator[ConfigValue]:
    """The configuration values of the code that a resource runs."""
    if resource.type == FUNCTION:
        yield from _function(s, resource)
    elif resource.type == _SERVICE:
        for task in s.refers(resource, "taskDefinition", _TASK):
            yield from _task(s, task)
    elif resource.type == _RELEASE:
        yield from (ConfigValue(key, value, resource) for key, value in flat(resource.get("values") or {}))
        if resource.has("chart", OPERATOR):
            for one in s.of(EXTERNAL):
                yield from (
                    ConfigValue("remoteRef", text(entry.get("remoteRef.key")), one) for entry in one.blocks("spec.data")
                )
    else:
        yield from _pods(s, resource)


def flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text within nested values, by its dotted path."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from flat(member, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for member in value:
            yield from flat(member, key)
    elif isinstance(value, str):
        yield key, value


def secret_named(s: Survey, value: str) -> Resource | None:
    """The secret whose ARN a value begins with; a key of it may follow. One that RDS keeps stands as its database."""
    for secret in s.of(SECRET, RDS_INSTANCE, RDS_CLUSTER):
        arn = secret_arn(secret)
        if arn and (value == arn or value.startswith(f"{arn}:")):
            return secret
    return None


def secret_arn(secret: Resource) -> str:
    """The ARN of a secret, or of the one that RDS keeps for a database."""
    if secret.type == SECRET:
        return text(secret.outputs.get("arn"))
    kept = secret.outputs.get("masterUserSecrets") if secret.has("manageMasterUserPassword", True) else None
    return text(kept[0].get("secretArn")) if isinstance(kept, list) and kept else ""


def _function(s: Survey, function: Resource) -> Iterator[ConfigValue]:
    variables = function.get("environment.variables")
    for key, value in flat(variables if isinstance(variables, dict) else {}):
        yield ConfigValue(key, value, function)
        yield from _inside(s, secret_named(s, value), None, value)
    target = text(function.get("deadLetterConfig.targetArn"))
    if target:
        yield ConfigValue("deadLetterConfig", target, function)
    aliases = s.companions(function, _ALIAS, "functionName")
    for token, by, paths in _NAMED_BY:
        for one in (found for named in (function, *aliases) for found in s.companions(named, token, by)):
            kind = one.type.rpartition(":")[2]
            for path in paths:
                yield from (ConfigValue(f"{kind} {path}", value, one) for _, value in _texts(one.get(path)))
    yield from _notified(s, function)


def _notified(s: Survey, function: Resource) -> Iterator[ConfigValue]:
    """Buckets name themselves in the events that they send."""
    for one in s.of("aws:s3/bucketNotification:BucketNotification"):
        if function in s.refers(one, "lambdaFunctions", FUNCTION):
            yield ConfigValue("event", text(one.get("bucket")), one)


def _task(s: Survey, task: Resource) -> Iterator[ConfigValue]:
    for container in containers(task):
        for one in container.get("environment") or ():
            yield ConfigValue(one["name"], one["value"], task)
        for one in container.get("secrets") or ():
            secret = secret_named(s, one["valueFrom"])
            yield ConfigValue(one["name"], one["valueFrom"], task, secret, task)
            yield from _inside(s, secret, task, one["valueFrom"])


def containers(task: Resource) -> list[dict[str, Any]]:
    """The containers of a task definition."""
    value = task.get("containerDefinitions")
    return json.loads(value) if isinstance(value, str) else []


def _pods(s: Survey, resource: Resource) -> Iterator[ConfigValue]:
    namespace, spec = text(resource.get("metadata.namespace")), f"{pod_template(resource)}.spec"
    for container in (*resource.blocks(f"{spec}.containers"), *resource.blocks(f"{spec}.initContainers")):
        for one in container.blocks("env"):
            if text(one.get("value")):
                yield ConfigValue(text(one.get("name")), text(one.get("value")), resource)
            yield from _external(s, namespace, one)
        for one in container.blocks("envFrom"):
            yield from _config(s, namespace, text(one.get("configMapRef.name")))
    for volume in resource.blocks(f"{spec}.volumes"):
        yield from _mounted(s, namespace, text(volume.get("persistentVolumeClaim.claimName")))


def _config(s: Survey, namespace: str, name: str) -> Iterator[ConfigValue]:
    for config in _named(s, CONFIG, namespace, name):
        yield from (ConfigValue(key, value, config) for key, value in flat(config.get("data") or {}))


def _external(s: Survey, namespace: str, variable: Block) -> Iterator[ConfigValue]:
    """A key of a Kubernetes secret that an operator keeps in step with Secrets Manager."""
    key, name = text(variable.get("valueFrom.secretKeyRef.key")), text(variable.get("valueFrom.secretKeyRef.name"))
    for one in s.of(EXTERNAL):
        if not (name and one.has("spec.target.name", name) and one.has("metadata.namespace", namespace)):
            continue
        template = one.get("spec.target.template.data")
        written = template.get(key) if isinstance(template, dict) else None
        for entry in one.blocks("spec.data"):
            if entry.has("secretKey", key) or (isinstance(written, str) and text(entry.get("secretKey")) in written):
                value = text(entry.get("remoteRef.key"))
                secret = secret_named(s, value)
                yield ConfigValue(text(variable.get("name")), value, one, secret, one)
                if isinstance(written, str):
                    yield ConfigValue(text(variable.get("name")), written, one, secret, one)
                yield from _inside(s, secret, one, f"{value}:{text(entry.get('remoteRef.property'))}")


def _mounted(s: Survey, namespace: str, claim: str) -> Iterator[ConfigValue]:
    if not _named(s, _CLAIM, namespace, claim):
        return
    for volume in s.of(_VOLUME):
        if volume.has("spec.claimRef.name", claim) and volume.has("spec.claimRef.namespace", namespace):
            yield ConfigValue("volume", text(volume.get("spec.csi.volumeHandle")), volume)


def _inside(s: Survey, secret: Resource | None, carrier: Resource | None, asked: str) -> Iterator[ConfigValue]:
    """What a secret, or the part of it that is asked for, is put together of: as far as its rotation is told."""
    if secret is None:
        return
    part = asked.removeprefix(secret_arn(secret)).strip(":")
    begun = _PARTS.get(part) if part else ""
    for rotation in s.companions(secret, ROTATION, "secretId"):
        for function in s.refers(rotation, "rotationLambdaArn", FUNCTION):
            variables = function.get("environment.variables")
            for key, value in flat(variables if isinstance(variables, dict) else {}):
                # What the function reads another secret by goes no further than the function.
                if begun is not None and key.startswith(begun) and secret_named(s, value) is None:
                    yield ConfigValue(key, value, function, secret, carrier)


def _named(s: Survey, token: str, namespace: str, name: str) -> list[Resource]:
    every = s.of(token) if name else []
    return [one for one in every if one.has("metadata.name", name) and one.has("metadata.namespace", namespace)]


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Texts of a value, and those of what a text that is JSON holds."""
    for key, found in flat(value):
        try:
            content = json.loads(found)
        except ValueError:
            content = found
        yield from flat(content if isinstance(content, dict | list) else found, key)
