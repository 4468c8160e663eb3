"""Settings of the two models of the Confluence system, EKS and Lambda."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from components.compute.addons import AddonsSettings
from components.compute.canary import CanarySettings
from components.compute.cluster import ClusterSettings
from components.compute.function import FunctionSettings, FunctionTier
from components.compute.function_code import CodeSettings
from components.compute.node_settings import NodeGroupSettings
from components.data.database_proxy import DatabaseProxySettings
from components.data.dax import AcceleratorSettings
from components.data.file_system import FileSystemSettings
from components.data.table import TableSettings
from components.edge.rest_api_settings import RestApiSettings
from components.edge.websocket_api import WebSocketApiSettings
from components.operations.alarms.lambda_functions import FunctionAlarmSettings
from components.operations.deployment_runner import DeploymentRunnerSettings
from components.workloads.log_forwarder import LogForwarderSettings
from components.workloads.placement import misplaced
from components.workloads.workload_settings import WorkloadSettings
from settings import MisfitError, Name, Problem, Settings, refuse
from settings.services.functions import LayerArn
from settings.services.kubernetes import Namespace
from systems.confluence.firewall_settings import ApiFirewallSettings

SHARED = "shared"
"""The folder of the shared file system that pods of the BFF mount."""
SERVICES = ("auth", "user", "document", "search")
"""The functions of the Lambda model whose code belongs to the product, not to this project."""
PUSHING = ("collaboration", "websocket")
"""The functions that push to sockets."""


class EksModel(Settings):
    """Pods on EKS: persistent WebSockets, and the lowest latency between editors."""

    cluster: ClusterSettings
    groups: dict[Name, NodeGroupSettings] = Field(min_length=1)
    runner: DeploymentRunnerSettings | None = DeploymentRunnerSettings()
    """``null`` where whoever deploys comes by ``cluster.apiClients``."""
    addons: AddonsSettings = AddonsSettings(container_insights=False, efs=True)
    namespace: Namespace = "confluence"
    """The Kubernetes namespace of the application."""
    frontend: WorkloadSettings
    bff: WorkloadSettings
    websocket: WorkloadSettings
    files: FileSystemSettings = FileSystemSettings()
    logs: LogForwarderSettings
    sticky_seconds: int = Field(default=86400, ge=1, le=604800)
    """How long the load balancer sends a browser's new connections to the same node."""

    @field_validator("addons")
    @classmethod
    def _has_the_file_driver(cls, value: AddonsSettings) -> AddonsSettings:
        if not value.efs:
            raise MisfitError(Problem("efs", "must be true: pods of the BFF mount the shared file system"))
        return value

    @field_validator("files")
    @classmethod
    def _has_the_shared_folder(cls, value: FileSystemSettings) -> FileSystemSettings:
        if SHARED not in value.access_points:
            raise MisfitError(Problem("accessPoints", f"must hold {SHARED}, which pods of the BFF mount"))
        return value

    @field_validator("frontend", "bff")
    @classmethod
    def _reached_at_their_addresses(cls, value: WorkloadSettings) -> WorkloadSettings:
        said = "is not to be chosen: the load balancer's targets are the pods themselves"
        refuse({Problem("serviceType", said): "service_type" in value.model_fields_set})
        return value

    @field_validator("websocket")
    @classmethod
    def _reached_as_designed(cls, value: WorkloadSettings) -> WorkloadSettings:
        said = "is not to be chosen: a NodePort with affinity is the design"
        given = {"serviceType": "service_type", "sticky": "sticky"}
        refuse({Problem(key, said): field in value.model_fields_set for key, field in given.items()})
        return value

    @model_validator(mode="after")
    def _pods_have_nodes(self) -> Self:
        pods = {"frontend": self.frontend, "bff": self.bff, "websocket": self.websocket}
        refuse(misplaced(pods, self.groups.values()))
        return self


class Tables(Settings):
    """The state of collaboration in DynamoDB."""

    sessions: TableSettings
    operations: TableSettings
    presence: TableSettings


class LambdaModel(Settings):
    """Functions behind API Gateway, without servers that run while idle."""

    prefix: Name
    """What the functions' names begin with."""
    auth: FunctionSettings
    user: FunctionSettings
    document: FunctionSettings
    search: FunctionSettings
    collaboration: FunctionSettings
    websocket: FunctionSettings
    code: dict[Name, CodeSettings] = Field(default_factory=dict)
    """The product's own code for a service; without it the function says that it has none yet."""
    subnets: dict[Name, FunctionTier] = Field(default_factory=dict)
    """The tier of a function where it is not to be the design's: the data tier for what calls nobody outside, the
    private tier, which has NAT, for sign-in, mail and what pushes to sockets."""
    rest: RestApiSettings = RestApiSettings()
    sockets: WebSocketApiSettings = WebSocketApiSettings()
    api_gateway_logging: bool = True
    """Whether this stack sets the role by which API Gateway logs; one stack of an account and region must."""
    tables: Tables
    accelerator: AcceleratorSettings | None = None
    proxy: DatabaseProxySettings
    instrumentation: LayerArn | None = None
    """AWS's layer of OpenTelemetry for Python, in the stack's region: calls to DynamoDB, PostgreSQL and Redis become
    part of the traces of functions in Python, at the price of a longer cold start; ``code`` names others' own.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Application-Signals-Enable-LambdaMain.html"""
    canary: CanarySettings = CanarySettings()
    alarms: FunctionAlarmSettings = FunctionAlarmSettings()
    firewall: ApiFirewallSettings = ApiFirewallSettings()
    """Before the REST API."""

    @field_validator("sockets")
    @classmethod
    def _named_by_the_system(cls, value: WebSocketApiSettings) -> WebSocketApiSettings:
        if value.domain is not None:
            raise MisfitError(Problem("domain", "is not to be chosen: sockets are at ws. below the stack's domain"))
        return value

    @field_validator("code")
    @classmethod
    def _of_services(cls, value: dict[str, CodeSettings]) -> dict[str, CodeSettings]:
        if unknown := sorted(set(value) - set(SERVICES)):
            raise ValueError(f"there is no service {', '.join(unknown)}; there are: {', '.join(SERVICES)}")
        return value

    @field_validator("subnets")
    @classmethod
    def _have_a_way(cls, value: dict[str, FunctionTier]) -> dict[str, FunctionTier]:
        if unknown := sorted(set(value) - {*SERVICES, *PUSHING}):
            there = ", ".join((*SERVICES, *PUSHING))
            raise ValueError(f"there is no function {', '.join(unknown)}; there are: {there}")
        if stuck := [name for name in PUSHING if value.get(name) == "data"]:
            # https://repost.aws/knowledge-center/api-gateway-vpc-connections
            raise ValueError(
                f"{' and '.join(stuck)} must be private: no VPC endpoint leads to a WebSocket API, and data has no NAT"
            )
        return value

    def images_of(self, namespace: str) -> list[str]:
        """The services whose image is in a repository below ``namespace``."""
        images = {service: code.image for service, code in self.code.items() if code.image}
        return sorted(service for service, image in images.items() if image.split("/")[1] == namespace)

    def code_of(self, service: str) -> CodeSettings:
        """Where a service's code is."""
        return self.code.get(service, CodeSettings())
