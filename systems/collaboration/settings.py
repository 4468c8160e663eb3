"""What a stack of the collaboration platform can be told: the parameters of its plan, and what the plan leaves open."""

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator

from components.compute.fargate_service import FargateServiceSettings
from components.compute.function import FunctionSettings
from components.compute.service_scaling import ScalingSettings
from components.data.lifecycle import LifecycleSettings, Transition
from components.data.redis_settings import RedisSettings
from components.data.table import TableSettings
from components.edge.certificate import CertificateArn, ExistingCertificate
from components.edge.firewall import FirewallSettings
from components.edge.websocket_api import WebSocketApiSettings
from components.network.network import NetworkSettings
from components.operations.alarms import AlarmSettings
from components.operations.backup import BackupSettings
from components.operations.budget import BudgetSettings
from components.operations.cost_anomaly import CostAnomalySettings
from components.operations.function_alarms import FunctionAlarmSettings
from components.operations.metric import EDGE_REGION
from components.operations.topic import NoticesSettings
from components.security.secret import SecretSettings
from settings import Cidr, DomainName, Environment, Name, Settings
from systems.collaboration.sizing import SIZES, SMALLEST_VPC, SPOT_WEIGHT, layout

IMAGE = "collaboration-server"
FIRST_TAG = "v1.0.0"
_IMAGE = re.compile(
    r"(?P<repository>\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9][a-z0-9._/-]*)"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})|@(?P<digest>sha256:[0-9a-f]{64}))"
)
_VERSION = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
"""https://semver.org, with the v that image tags often begin with; a tag has no build part, as it has no plus."""


def _image(value: str) -> str:
    if not _IMAGE.fullmatch(value):
        example = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{IMAGE}:{FIRST_TAG}"
        raise ValueError(f"{value!r} is no image of a private ECR repository with its tag or digest, such as {example}")
    return value


class Container(Settings):
    """What the image listens to and how much a task gets: ``cpu`` in units of which a core has 1024, ``memory`` in MiB.

    With HTTPS, the default, the image brings a certificate; any will do, as the load balancer does not judge it.
    """

    port: int = Field(default=3000, ge=1024, le=65535)
    protocol: Literal["HTTP", "HTTPS"] = "HTTPS"
    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 512
    memory: int = 1024


class HandmadeSecret(Settings):
    """A secret that people put in, and the variable by which the container gets it once ``injected``.

    A task whose secret has no value does not start, so the value comes first.
    """

    purpose: str = Field(min_length=1)
    variable: str = Field(pattern="^[A-Z][A-Z0-9_]*$")
    injected: bool = False


class SystemSettings(Settings):
    """What a stack of the collaboration platform is called, where users find it, and how big it is.

    How many tasks, which cache and how many NAT gateways is decided by the environment (``sizing.SIZES``); what is said
    here goes before it.
    """

    environment_name: Annotated[Name, Field(max_length=10)] | None = None
    """What names begin with, when it is not the environment: for another stack of that environment, such as test."""
    vpc_cidr: Cidr = "10.0.0.0/16"
    domain_name: DomainName | None = None
    """Where users find the platform; outside prod it may be left out, and CloudFront's own name is used."""
    dns: Literal["route53", "elsewhere"] = "route53"
    """``elsewhere``: the stack makes no zone, records or certificates; both certificates are given."""
    hosted_zone_id: str | None = Field(default=None, pattern="^Z[A-Z0-9]{5,31}$")
    """An existing zone that holds ``domainName``, in place of one of the stack's own."""
    certificate_arn: CertificateArn | None = None
    """The distribution's certificate, in us-east-1; made when it is not given."""
    alb_certificate_arn: CertificateArn | None = None
    """The load balancer's certificate, in the stack's region; made when it is not given."""
    alb_domain_name: DomainName | None = None
    """The name on that certificate by which the distribution calls the load balancer; ``origin.<domainName>``."""
    container_image: Annotated[str, AfterValidator(_image)] | None = None
    """Repository and tag; by default the stack's own repository, and v1.0.0."""
    desired_capacity: int | None = Field(default=None, ge=1)
    min_capacity: int | None = Field(default=None, ge=1)
    max_capacity: int | None = Field(default=None, ge=1)
    redis_instance_type: str | None = None
    container: Container = Container()
    state: TableSettings | None = None
    """Name and billing of the state table; by default ``<env>-collaboration-state``, paid by request."""
    secrets: dict[Name, HandmadeSecret] = Field(
        default_factory=lambda: {
            "api-keys": HandmadeSecret(purpose="Keys of the APIs that the application calls", variable="API_KEYS")
        }
    )
    """Beside the cache's and the signing key, which make themselves. There is no database to have credentials of."""
    signing_key: SecretSettings = SecretSettings()
    """Signs the tokens of users."""
    sockets: WebSocketApiSettings = WebSocketApiSettings()
    socket_function: FunctionSettings = FunctionSettings(memory_mib=512, timeout_seconds=29)
    """The functions behind the WebSocket API; API Gateway waits no longer than 29 seconds for them."""
    sockets_through_cdn: bool = True
    """Whether the distribution has a path to the WebSocket API as well, past its firewall."""
    api_gateway_logging: bool = True
    """Whether this stack sets the role by which API Gateway logs; one stack of an account and region must."""
    firewall: FirewallSettings = FirewallSettings()
    access_logs: LifecycleSettings = LifecycleSettings(
        transitions=(Transition(days=90, storage_class="GLACIER_IR"),), expire_days=365
    )
    notices: NoticesSettings
    alarms: AlarmSettings = AlarmSettings()
    function_alarms: FunctionAlarmSettings = FunctionAlarmSettings()
    budget: BudgetSettings
    cost_anomaly: CostAnomalySettings
    backup: BackupSettings = BackupSettings()

    @field_validator("vpc_cidr")
    @classmethod
    def _holds_six(cls, value: str) -> str:
        if ipaddress.IPv4Network(value).prefixlen > SMALLEST_VPC:
            raise ValueError(f"{value} is too small for six subnets; /16 to /{SMALLEST_VPC}")
        return value

    @model_validator(mode="after")
    def _fit_together(self, info: ValidationInfo) -> Self:
        context = info.context or {}
        environment = context.get("environment", Environment.PROD)
        found = [*self._addresses(environment, context.get("region")), *self._release(environment)]
        if self.firewall.scope != "CLOUDFRONT":
            found.append("firewall.scope must be CLOUDFRONT")
        # What environment and parameters make together has rules of its own.
        for make in (self.service, self.cache):
            try:
                make(environment)
            except ValidationError as error:
                found += [item["msg"].removeprefix("Value error, ") for item in error.errors(include_url=False)]
        if found:
            raise ValueError("; ".join(dict.fromkeys(found)))
        return self

    def prefix(self, environment: Environment) -> str:
        """What the names of a stack begin with."""
        return self.environment_name or environment.value

    def name(self, environment: Environment, what: str) -> str:
        """``<env>-collaboration-<what>``."""
        return f"{self.prefix(environment)}-collaboration-{what}"

    @property
    def origin(self) -> str:
        """The name by which the distribution calls the load balancer."""
        return self.alb_domain_name or f"origin.{self.domain_name}"

    @property
    def network(self) -> NetworkSettings:
        """Two zones with a public, a private and a data subnet each; the environment decides on NAT."""
        public, private, data = layout(self.vpc_cidr)
        return NetworkSettings(
            cidr=self.vpc_cidr,
            public=public,
            private=private,
            data=data,
            public_addresses=True,
            interface_endpoints=("ecr.api", "ecr.dkr", "logs", "secretsmanager"),
        )

    @property
    def repository(self) -> str | None:
        """The repository of the image, when it is not the stack's own."""
        found = _IMAGE.fullmatch(self.container_image or "")
        return found["repository"] if found else None

    @property
    def tag(self) -> str:
        """The tag or digest of the image."""
        found = _IMAGE.fullmatch(self.container_image or "")
        return (found["tag"] or found["digest"]) if found else FIRST_TAG

    def service(self, environment: Environment) -> FargateServiceSettings:
        """The service on Fargate: beyond the tasks that must stay, most run on Spot."""
        size = SIZES[environment]
        return FargateServiceSettings(
            **self.container.model_dump(),
            family=self.name(environment, "task"),
            tag=self.tag,
            service_name=self.name(environment, "service"),
            scaling=ScalingSettings(
                min_count=self.min_capacity or size.min_count, max_count=self.max_capacity or size.max_count
            ),
            desired_count=self.desired_capacity,
            on_demand_base=size.on_demand_base,
            spot_weight=SPOT_WEIGHT,
        )

    def cache(self, environment: Environment) -> RedisSettings:
        """Redis without cluster mode, which a single node cannot have."""
        size = SIZES[environment]
        return RedisSettings(
            replication_group_id=self.name(environment, "redis"),
            description="What servers tell each other",
            node_type=self.redis_instance_type or size.cache_type,
            cluster_mode=False,
            nodes=size.cache_nodes,
            authentication="password",
        )

    def table(self, environment: Environment) -> TableSettings:
        """The state table."""
        return self.state or TableSettings(table_name=self.name(environment, "state"))

    def _addresses(self, environment: Environment, region: str | None) -> list[str]:
        given = {"certificateArn": self.certificate_arn, "albCertificateArn": self.alb_certificate_arn}
        places = {"certificateArn": EDGE_REGION, "albCertificateArn": region}
        problems = [
            f"{key} is in {ExistingCertificate(arn).region}, but is needed in {places[key]}"
            for key, arn in given.items()
            if arn and places[key] not in (None, ExistingCertificate(arn).region)
        ]
        if self.domain_name is None:
            if self.certificate_arn or self.hosted_zone_id:
                problems.append("certificateArn and hostedZoneId go with a domainName")
            if environment is Environment.PROD:
                problems.append("domainName is required in prod")
            elif not (self.alb_certificate_arn and self.alb_domain_name):
                problems.append("without domainName the load balancer needs albDomainName and albCertificateArn")
        elif self.dns == "elsewhere" and (None in given.values() or self.hosted_zone_id):
            problems.append("dns: elsewhere needs certificateArn and albCertificateArn, and no hostedZoneId")
        elif self.dns == "route53" and not self._in_zone:
            problems.append(f"albDomainName {self.origin} is not below domainName; say dns: elsewhere")
        return problems

    @property
    def _in_zone(self) -> bool:
        return self.origin.endswith(f".{self.domain_name}")

    def _release(self, environment: Environment) -> list[str]:
        if environment is Environment.PROD and not (self.tag.startswith("sha256:") or _VERSION.fullmatch(self.tag)):
            return [f"containerImage: {self.tag} is no version such as {FIRST_TAG}, which prod asks for"]
        return []
