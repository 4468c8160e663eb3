"""Settings of a collaboration stack: the parameters of its plan, and what the plan leaves open."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from components.compute.fargate_service import FargateServiceSettings
from components.compute.function import FunctionSettings
from components.compute.service_scaling import ScalingSettings
from components.data.bucket_lifecycle import LifecycleSettings, Transition
from components.data.redis_settings import RedisSettings
from components.data.table import TableSettings
from components.edge.firewall import FirewallSettings
from components.edge.origin_secret import OriginSecretSettings
from components.edge.websocket_api import WebSocketApiSettings
from components.edge.zone import delegation_problem
from components.network.network import NetworkSettings
from components.operations.alarms import AlarmSettings
from components.operations.alarms.lambda_functions import FunctionAlarmSettings
from components.operations.backup import BackupSettings
from components.operations.budget import BudgetSettings
from components.operations.cost_anomaly import CostAnomalySettings
from components.operations.metric import EDGE_REGION
from components.operations.topic import NoticesSettings
from components.operations.tracing import TracingSettings
from components.security.github_role import GithubRoleSettings
from components.security.secret import SecretSettings
from settings import Cidr, DomainName, Environment, Name, Problem, Settings, refuse
from settings.recovery import RecoveryStackSettings
from settings.services.acm import CertificateArn, CertifiedDomain
from settings.services.arns import region_of
from settings.services.containers import ImageUri, repository_and_tag
from settings.services.dns import ZoneId
from settings.services.elasticache import NodeType
from settings.services.names import name_form
from systems.collaboration.parameters import (
    FIRST_TAG,
    OWN_SECRETS,
    OWN_VARIABLES,
    VERSION,
    Capacity,
    Container,
    HandmadeSecret,
)
from systems.collaboration.sizing import SIZES, SMALLEST_VPC, SPOT_WEIGHT, layout
from systems.copies import CopiesSettings, of_the_home

_OF_THE_HOME = ("copies", "hosted_zone_id", "parent_zone_id", "certificate_arn", "alb_certificate_arn", "github")
_API_KEYS = HandmadeSecret(purpose="Keys of the APIs that the application calls", variable="API_KEYS")


class SystemSettings(Settings):
    """What a stack of the collaboration platform is called, where users find it, and how big it is.

    How many tasks, which cache and how many NAT gateways is decided by the environment (``sizing.SIZES``); what is said
    here goes before it.
    """

    environment_name: Annotated[str, name_form(10)] | None = None
    """What names begin with, when it is not the environment: for another stack of that environment, such as test."""
    vpc_cidr: Cidr = "10.0.0.0/16"
    """The VPC's range; another one replaces the VPC with everything in it."""
    domain_name: CertifiedDomain | None = None
    """Where users find the platform; outside prod it may be left out, and CloudFront's own name is used."""
    dns: Literal["route53", "elsewhere"] = "route53"
    """``elsewhere``: the stack makes no zone, records or certificates; both certificates are given."""
    hosted_zone_id: ZoneId | None = None
    """An existing zone that holds ``domainName``, in place of one of the stack's own."""
    parent_zone_id: ZoneId | None = None
    """The zone above ``domainName``, in the same account, which then delegates to the stack's own by itself."""
    certificate_arn: CertificateArn | None = None
    """The distribution's certificate, in us-east-1; made when it is not given."""
    alb_certificate_arn: CertificateArn | None = None
    """The load balancer's certificate, in the stack's region; made when it is not given."""
    alb_domain_name: DomainName | None = None
    """The name on that certificate by which the distribution calls the load balancer; ``origin.<domainName>``."""
    container_image: ImageUri | None = None
    """Repository and tag; by default the stack's own repository, and v1.0.0."""
    desired_capacity: Capacity | None = None
    """How many tasks the service starts with. Left out, the environment decides."""
    min_capacity: Capacity | None = None
    """The fewest tasks. Left out, the environment decides."""
    max_capacity: Capacity | None = None
    """The most tasks. Left out, the environment decides."""
    redis_instance_type: NodeType | None = None
    """The class of the cache's nodes. Left out, the environment decides."""
    container: Container = Container()
    state: TableSettings | None = None
    """Name and billing of the state table; by default ``<env>-collaboration-state``, paid by request."""
    secrets: dict[Name, HandmadeSecret] = Field(default_factory=lambda: {"api-keys": _API_KEYS})
    """Beside the cache's and the signing key, which make themselves. There is no database to have credentials of."""
    signing_key: SecretSettings = SecretSettings()
    """Signs the tokens of users."""
    sockets: WebSocketApiSettings = WebSocketApiSettings()
    socket_function: FunctionSettings = FunctionSettings(memory_mib=512, timeout_seconds=300)
    """The functions behind the WebSocket API. What they are given is how long one reader may take to open a page: 16 MB
    in five minutes is less than 1 Mbit/s."""
    sockets_through_cdn: bool = True
    """Whether the distribution has a path to the WebSocket API as well, past its firewall."""
    api_gateway_logging: bool = True
    """Whether this stack sets the role by which API Gateway logs; one stack of an account and region must."""
    firewall: FirewallSettings = FirewallSettings()
    origin_secret: OriginSecretSettings = OriginSecretSettings()
    access_logs: LifecycleSettings = LifecycleSettings(
        transitions=(Transition(days=90, storage_class="GLACIER_IR"),), expire_days=365
    )
    github: GithubRoleSettings | None = None
    """Which workflow of GitHub may deploy."""
    notices: NoticesSettings
    alarms: AlarmSettings = AlarmSettings()
    function_alarms: FunctionAlarmSettings = FunctionAlarmSettings()
    budget: BudgetSettings
    cost_anomaly: CostAnomalySettings
    backup: BackupSettings = BackupSettings()
    recovery: RecoveryStackSettings | None = None
    """Whose place the stack takes; without it, it takes nobody's."""
    copies: CopiesSettings | None = None
    """What a recovery stack goes on with: the state table, secrets, files and images, in a second region."""
    tracing: TracingSettings | None = None
    """Distributed tracing by X-Ray, with a collector beside each server that sends to it; off unless given."""

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
        refuse(
            self._addresses(environment, context.get("region")),
            self._release(environment),
            self._capacities(environment),
            self._secrets(),
            self._parts(),
        )
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
    def sockets_domain(self) -> str | None:
        """The name by which the distribution calls the WebSocket API, where that may be one of several."""
        return f"sockets.{self.domain_name}" if self.copies or self.recovery else None

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
        return repository_and_tag(self.container_image)[0] if self.container_image else None

    @property
    def tag(self) -> str:
        """The tag or digest of the image."""
        return repository_and_tag(self.container_image)[1] if self.container_image else FIRST_TAG

    def service(self, environment: Environment) -> FargateServiceSettings:
        """The service on Fargate: beyond the tasks that must stay, most run on Spot."""
        size = SIZES[environment]
        low, high = self._bounds(environment)
        return FargateServiceSettings(
            **self.container.task,
            family=self.name(environment, "task"),
            tag=self.tag,
            service_name=self.name(environment, "service"),
            scaling=ScalingSettings(min_count=low, max_count=high),
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
        table = self.state or TableSettings(table_name=self.name(environment, "state"))
        return table.model_copy(update={"replica_region": self.copies.region if self.copies else None})

    def _addresses(self, environment: Environment, region: str | None) -> Iterator[Problem | None]:
        given = {"certificateArn": self.certificate_arn, "albCertificateArn": self.alb_certificate_arn}
        places = {"certificateArn": EDGE_REGION, "albCertificateArn": region}
        for key, arn in given.items():
            if arn and places[key] not in (None, region_of(arn)):
                yield Problem(key, f"is in {region_of(arn)}, but is needed in {places[key]}")
        yield delegation_problem(self.hosted_zone_id, self.parent_zone_id)
        if self.domain_name is None:
            yield from self._without_a_domain(environment)
        elif self.dns == "elsewhere":
            yield from (Problem(key, "is required by dns: elsewhere") for key, arn in given.items() if arn is None)
            yield from (Problem(key, "is not for dns: elsewhere") for key in self._zones)
        elif not self._in_zone:
            yield Problem("albDomainName", f"{self.origin} is not below domainName; say dns: elsewhere")

    def _without_a_domain(self, environment: Environment) -> Iterator[Problem]:
        needless = [*(["certificateArn"] if self.certificate_arn else []), *self._zones]
        yield from (Problem(key, "goes with a domainName") for key in needless)
        if environment is Environment.PROD:
            yield Problem("domainName", "is required in prod")
            return
        wanted = {"albDomainName": self.alb_domain_name, "albCertificateArn": self.alb_certificate_arn}
        for key, value in wanted.items():
            if value is None:
                yield Problem(key, "is required without domainName: the load balancer needs a name and a certificate")

    @property
    def _zones(self) -> list[str]:
        """Which ids of zones are given."""
        given = {"hostedZoneId": self.hosted_zone_id, "parentZoneId": self.parent_zone_id}
        return [key for key, value in given.items() if value]

    @property
    def _in_zone(self) -> bool:
        return self.origin.endswith(f".{self.domain_name}")

    def _capacities(self, environment: Environment) -> Iterator[Problem]:
        low, high = self._bounds(environment)
        if low > high:
            size = SIZES[environment]
            usual = f"{environment.value} has {size.min_count} to {size.max_count} where nothing is given"
            yield Problem("minCapacity", f"{low} is above maxCapacity ({high}); {usual}")
        elif self.desired_capacity is not None and not low <= self.desired_capacity <= high:
            yield Problem("desiredCapacity", f"{self.desired_capacity} is outside {low} to {high}")

    def _secrets(self) -> Iterator[Problem]:
        """Names and variables that the stack uses itself, or that two secrets would share."""
        for name in sorted(set(self.secrets) & OWN_SECRETS):
            yield Problem(f"secrets.{name}", "the stack makes a secret of that name itself")
        seen = dict.fromkeys(OWN_VARIABLES, "the stack")
        for name, secret in self.secrets.items():
            if secret.variable in seen:
                said = f"{secret.variable} is told by {seen[secret.variable]} already"
                yield Problem(f"secrets.{name}.variable", said)
            seen[secret.variable] = f"secrets.{name}"

    def _parts(self) -> dict[Problem, bool]:
        """What the parts can do elsewhere, and this system has no use or place for."""
        replicated = self.state is not None and self.state.replica_region is not None
        return {
            Problem("firewall.scope", "must be CLOUDFRONT"): self.firewall.scope != "CLOUDFRONT",
            Problem("sockets.domain", "is not to be chosen: users reach the WebSocket API through domainName"): (
                self.sockets.domain is not None
            ),
            Problem("state.replicaRegion", "is not to be given: copies has the region of all copies"): replicated,
            Problem("state.billing", "must be onDemand with copies"): (
                self.copies is not None and self.state is not None and self.state.billing != "onDemand"
            ),
            Problem("copies", "goes with a domainName, dns: route53 and no albCertificateArn"): bool(
                self.copies and (not self.domain_name or self.dns != "route53" or self.alb_certificate_arn)
            ),
            **of_the_home(self.recovery, self, *_OF_THE_HOME),
            Problem("socketFunction.release", "must be atOnce: a release replaces servers and functions together"): (
                self.socket_function.release != "atOnce"
            ),
        }

    def _bounds(self, environment: Environment) -> tuple[int, int]:
        size = SIZES[environment]
        return self.min_capacity or size.min_count, self.max_capacity or size.max_count

    def _release(self, environment: Environment) -> Iterator[Problem]:
        if environment is Environment.PROD and not (self.tag.startswith("sha256:") or VERSION.fullmatch(self.tag)):
            yield Problem("containerImage", f"{self.tag} is no version such as {FIRST_TAG}, which prod asks for")
