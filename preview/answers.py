"""What AWS and Kubernetes would answer: plausible, typed, the same at every run."""

import functools
import hashlib
import importlib
import typing
from enum import Enum
from typing import Any

import pulumi
from pulumi import _types

ACCOUNT_ID = "123456789012"
CALLER = f"arn:aws:iam::{ACCOUNT_ID}:user/preview"


@functools.cache
def resource_class(token: str) -> type | None:
    """The SDK class registered under a type token, or None when the SDK has none."""
    package, module, name = token.split(":")
    path = module.split("/")[0]
    path = {"index": "", "lambda": "lambda_"}.get(path, path).replace("/", ".")
    if package == "kubernetes":
        return None  # what the API server answers is the object itself
    try:
        found = getattr(importlib.import_module(f"pulumi_{package}.{path}".rstrip(".")), name, None)
    except ImportError:
        return None
    return found if getattr(found, "pulumi_type", None) == token else None


@functools.cache
def _output_types(token: str) -> dict[str, Any]:
    cls = resource_class(token)
    return _types.resource_types(cls) if cls else {}


def outputs(token: str, name: str, inputs: dict[str, Any], region: str) -> tuple[str, dict[str, Any]]:
    """The id and the whole state of a created resource: its inputs and a value for each computed property."""
    if token.startswith("kubernetes:"):
        return _kubernetes(token, name, inputs)
    maker = _Maker(token, name, inputs, region)
    return maker.identifier, {**maker.computed(_output_types(token)), **inputs}


def component_outputs(token: str, name: str, inputs: dict[str, Any], region: str) -> dict[str, Any]:
    """The outputs of a remote component; those that are resources are left to the caller."""
    maker = _Maker(token, name, inputs, region)
    plain = {key: typ for key, typ in _output_types(token).items() if not resource_types_in(typ)}
    return maker.computed(plain)


def resource_outputs(token: str) -> dict[str, tuple[type, bool]]:
    """The outputs of a remote component that are resources: name to class and whether it is a list."""
    found = {}
    for key, typ in _output_types(token).items():
        classes = resource_types_in(typ)
        if classes:
            found[key] = (classes[0], _is_list(typ))
    return found


def resource_types_in(typ: Any) -> list[type]:
    """The resource classes anywhere inside a type."""
    if isinstance(typ, type) and issubclass(typ, pulumi.Resource):
        return [typ]
    return [cls for arg in typing.get_args(typ) for cls in resource_types_in(arg)]


class _Maker:
    """Makes values for one resource's computed properties."""

    def __init__(self, token: str, name: str, inputs: dict[str, Any], region: str) -> None:
        self.token = token
        self.module = token.split(":")[1].split("/")[0]
        self.kind = token.rsplit(":", 1)[1]
        self.name = name
        self.inputs = inputs
        self.region = inputs.get("region") or region
        self.digest = hashlib.sha256(f"{token}{name}".encode()).hexdigest()

    @property
    def identifier(self) -> str:
        special = _IDS.get(self.token)
        if special:
            return special(self)
        return f"{self.name}-{self.digest[:7]}"

    @property
    def arn(self) -> str:
        if self.module == "s3":
            return f"arn:aws:s3:::{self.inputs.get('bucket') or self.physical_name}"
        place = "" if self.module in _GLOBAL else self.region
        service = _ARN_SERVICES.get(self.module, self.module)
        kind = self.kind[0].lower() + self.kind[1:]
        path = "" if service in _BARE_ARNS else f"{kind}:" if service in _COLON_ARNS else f"{kind}/"
        tail = self.identifier if self.module in ("kms",) else self.physical_name
        return f"arn:aws:{service}:{place}:{ACCOUNT_ID}:{path}{tail}"

    @property
    def physical_name(self) -> str:
        given = (self.inputs.get(key) for key in _NAMES)
        return next((name for name in given if isinstance(name, str)), f"{self.name}-{self.digest[:7]}")

    def computed(self, types: dict[str, Any]) -> dict[str, Any]:
        return {key: self.value(key, typ) for key, typ in types.items() if key not in self.inputs and key != "id"}

    def value(self, key: str, typ: Any) -> Any:
        if _is_list(typ):
            args = typing.get_args(_bare(typ))
            length = _LENGTHS.get((self.token, key), 1)
            return [self.value(key.removesuffix("s"), args[0] if args else str) for _ in range(length)]
        bare = _bare(typ)
        if typing.get_origin(bare) is not None:
            return {}
        if isinstance(bare, type) and _types.is_output_type(bare):
            return {name: self.value(name, part) for name, part in _types.output_type_types(bare).items()}
        if bare is bool:
            return False
        if bare in (int, float):
            return _NUMBERS.get(key, 1)
        if isinstance(bare, type) and issubclass(bare, Enum):
            return next(iter(bare)).value
        return self.text(key)

    def text(self, key: str) -> str:
        lowered = key.lower()
        for end, make in _TEXTS:
            if lowered.endswith(end):
                return make(self)
        return f"{self.physical_name}-{key}"


_GLOBAL = {"iam", "cloudfront", "route53", "budgets"}
_NAMES = ("name", "bucket", "identifier", "replicationGroupId", "clusterName", "domainName", "functionName", "dashboardName")
_ARN_SERVICES = {
    "lb": "elasticloadbalancing",
    "cfg": "config",
    "vpc": "ec2",
    "ebs": "ec2",
    "msk": "kafka",
    "cloudwatch": "logs",
    "appautoscaling": "autoscaling",
    "apigateway": "apigateway",
}  # fmt: skip
_BARE_ARNS = {"sns", "sqs"}
_COLON_ARNS = {"rds", "elasticache", "logs", "secretsmanager", "lambda", "backup"}
_LENGTHS = {("aws:route53/zone:Zone", "nameServers"): 4}
_NUMBERS = {"port": 443, "latestVersion": 1}
_EC2_PREFIXES = {
    "Vpc": "vpc",
    "Subnet": "subnet",
    "SecurityGroup": "sg",
    "RouteTable": "rtb",
    "InternetGateway": "igw",
    "NatGateway": "nat",
    "Eip": "eipalloc",
    "VpcEndpoint": "vpce",
    "LaunchTemplate": "lt",
    "FlowLog": "fl",
    "NetworkAcl": "acl",
}
_TEXTS = (
    ("arnsuffix", lambda m: f"app/{m.physical_name}/{m.digest[:16]}"),
    ("arn", lambda m: m.arn),
    ("hostedzoneid", lambda m: "Z2FDTNDATAQYW2"),
    ("zoneid", lambda m: f"Z{m.digest[:13].upper()}"),
    ("securitygroupid", lambda m: f"sg-{m.digest[:17]}"),
    ("ownerid", lambda m: ACCOUNT_ID),
    ("accountid", lambda m: ACCOUNT_ID),
    ("keyid", lambda m: _uuid(m.digest)),
    ("uuid", lambda m: _uuid(m.digest)),
    ("cidrblock", lambda m: "10.0.0.0/16"),
    ("json", lambda m: "{}"),
    ("issuer", lambda m: f"https://oidc.eks.{m.region}.amazonaws.com/id/{m.digest[:32].upper()}"),
    ("url", lambda m: f"https://{m.physical_name}.{m.region}.amazonaws.com"),
    ("endpoint", lambda m: f"{m.physical_name}.{m.digest[:8]}.{m.region}.amazonaws.com"),
    ("endpointaddress", lambda m: f"{m.physical_name}.{m.digest[:8]}.{m.region}.amazonaws.com"),
    ("domainname", lambda m: f"{m.digest[:14]}.{_DOMAINS.get(m.module, 'amazonaws.com')}"),
    ("dnsname", lambda m: f"{m.physical_name}-{m.digest[:10]}.{m.region}.elb.amazonaws.com"),
    ("region", lambda m: m.region),
    ("availabilityzone", lambda m: f"{m.region}a"),
    ("version", lambda m: "1"),
    ("name", lambda m: m.physical_name),
    ("bucket", lambda m: m.physical_name),
    ("identifier", lambda m: m.physical_name),
    ("result", lambda m: m.digest[:32]),
)
_DOMAINS = {"cloudfront": "cloudfront.net", "s3": "s3.amazonaws.com"}
_IDS: dict[str, Any] = {f"aws:ec2/{kind[0].lower()}{kind[1:]}:{kind}": (lambda m, p=prefix: f"{p}-{m.digest[:17]}") for kind, prefix in _EC2_PREFIXES.items()}
_IDS |= {
    "aws:kms/key:Key": lambda m: _uuid(m.digest),
    "aws:cloudfront/distribution:Distribution": lambda m: f"E{m.digest[:13].upper()}",
    "aws:route53/zone:Zone": lambda m: f"Z{m.digest[:13].upper()}",
    "aws:s3/bucket:Bucket": lambda m: m.physical_name,
    "aws:iam/role:Role": lambda m: m.physical_name,
    "aws:rds/instance:Instance": lambda m: m.physical_name,
    "aws:elasticache/replicationGroup:ReplicationGroup": lambda m: m.physical_name,
}
for _token in ("sns/topic:Topic", "msk/cluster:Cluster", "lb/loadBalancer:LoadBalancer", "lb/targetGroup:TargetGroup",
               "lb/listener:Listener", "acm/certificate:Certificate", "secretsmanager/secret:Secret",
               "wafv2/webAcl:WebAcl", "iam/policy:Policy", "iam/openIdConnectProvider:OpenIdConnectProvider"):  # fmt: skip
    _IDS[f"aws:{_token}"] = lambda m: m.arn


def _uuid(digest: str) -> str:
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def _bare(typ: Any) -> Any:
    """A type without Optional, Awaitable and their like."""
    args = [arg for arg in typing.get_args(typ) if arg is not type(None)]
    if typing.get_origin(typ) is typing.Union or type(typ).__name__ == "UnionType":
        return _bare(args[0])
    return typ


def _is_list(typ: Any) -> bool:
    origin = typing.get_origin(_bare(typ))
    return isinstance(origin, type) and issubclass(origin, list | tuple) or getattr(origin, "__name__", "") == "Sequence"


def _kubernetes(token: str, name: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An object as the API server would echo it; a Helm release with its status."""
    if token.startswith("kubernetes:helm.sh/"):
        release = inputs.get("name") or name
        status = {"name": release, "namespace": inputs.get("namespace", "default"), "status": "deployed"}
        return f"{status['namespace']}/{release}", {**inputs, "name": release, "status": status}
    metadata = dict(inputs.get("metadata") or {})
    metadata.setdefault("name", f"{name}-{hashlib.sha256(name.encode()).hexdigest()[:8]}")
    namespace = metadata.get("namespace")
    identifier = f"{namespace}/{metadata['name']}" if isinstance(namespace, str) else str(metadata["name"])
    return identifier, {**inputs, "metadata": metadata}


def invoke(token: str, arguments: dict[str, Any], region: str) -> dict[str, Any]:
    """The answer to a data-source call. Raises LookupError for one that nobody has given an answer."""
    place = arguments.get("region") or region
    answer = _INVOKES.get(token)
    if answer is None:
        raise LookupError(f"the preview has no answer to {token}; give it one in preview/answers.py")
    return answer(arguments, place)


_PREFIX_LISTS = {"com.amazonaws.global.cloudfront.origin-facing": "pl-3b927c52"}
_INVOKES: dict[str, Any] = {
    "aws:index/getCallerIdentity:getCallerIdentity": lambda a, r: {
        "accountId": ACCOUNT_ID, "arn": CALLER, "userId": "AIDAPREVIEW", "id": ACCOUNT_ID,
    },
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": lambda a, r: {
        "id": _PREFIX_LISTS.get(a.get("name", ""), "pl-63a5400a"), "name": a.get("name", ""), "region": r,
    },
}  # fmt: skip
