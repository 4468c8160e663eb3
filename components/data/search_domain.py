"""An OpenSearch Service domain in a VPC, with IAM roles as its only users."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.data.search_domain_settings import QUORUM, SearchDomainSettings
from components.data.search_logs import SearchLogs
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, sid
from settings import refuse

PORT = 443
_TLS = "Policy-Min-TLS-1-2-PFS-2023-10"
_QUERIES = ("_count", "_mget", "_msearch", "_search")
_READ = ("Get", "Head")
_WRITE = ("Delete", "Post", "Put")
_SECURITY = ("Patch",)
_SERVICE = "opensearchservice.amazonaws.com"


class SearchDomain(Component):
    """Data nodes in the data tier, encrypted with ``key`` at rest and by TLS between nodes and clients.

    Two locks hold the door behind the security group. IAM lets in the roles that were granted ``read``, ``search``,
    ``write`` or ``read_write``; the domain has no policy of its own, which could only widen that. Fine-grained access
    control then decides by index what a role may do, and knows at first nobody but the role ``master_role_arn``, which
    has no password: it maps other roles to OpenSearch's, and is assumed by the account's people with a second factor
    and by the roles in ``administrators`` that were granted ``administer``.
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html

    Audit, slow and error logs go to groups under ``log_key``. OpenSearch has no protection from
    deletion, and its automated snapshots go with the domain; its documents must be ones that can be indexed again.
    Raises ValueError when the network has no data tier, and for an odd number of nodes over two zones.
    """

    def __init__(
        self,
        name: str,
        settings: SearchDomainSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        log_key: Key,
        administrators: Sequence[pulumi.Input[str]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        refuse([settings.uneven_over(len(network.data_subnet_ids))])
        self.domain_name = settings.domain_name
        self.nodes = settings.nodes
        self.volume_gib = settings.volume_gib
        self.has_masters = settings.master_type is not None
        self._purpose = f"OpenSearch {settings.domain_name}"
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=self._purpose, opts=self.child_options()
        )
        self._master = Role(
            self.child("master"),
            trust=_master_trust(account, administrators),
            description=f"Maps roles in {self._purpose}",
            opts=self.child_options(),
        )
        logs = SearchLogs(
            self.child("logs"),
            account=account,
            key=log_key,
            domain_name=settings.domain_name,
            opts=self.child_options(),
        )
        zones = network.zones[: settings.zones_of(len(network.data_subnet_ids))]
        # OpenSearch tries the permission to write logs when it makes the domain, and the role to enter the VPC.
        first = [logs, *self._service_linked_role(settings)]
        self._domain = aws.opensearch.Domain(
            self.child("domain"),
            domain_name=settings.domain_name,
            engine_version=settings.engine_version,
            cluster_config=_cluster(settings, len(zones)),
            ebs_options={
                "ebs_enabled": True,
                "volume_type": "gp3",
                "volume_size": settings.volume_gib,
                **settings.performance,
            },
            vpc_options={
                "subnet_ids": [network.data_subnet_ids[zone] for zone in zones],
                "security_group_ids": [self._security_group.security_group_id],
            },
            encrypt_at_rest={"enabled": True, "kms_key_id": key.arn},
            node_to_node_encryption={"enabled": True},
            domain_endpoint_options={"enforce_https": True, "tls_security_policy": _TLS},
            advanced_security_options={
                "enabled": True,
                "anonymous_auth_enabled": False,
                "internal_user_database_enabled": False,
                "master_user_options": {"master_user_arn": self._master.arn},
            },
            log_publishing_options=[
                {"log_type": log, "cloudwatch_log_group_arn": arn, "enabled": True}
                for log, arn in sorted(logs.arns.items())
            ],
            **_upkeep(settings),
            opts=self.child_options(depends_on=first),
        )
        self.port = PORT
        self.arn = self._domain.arn
        self.endpoint = self._domain.endpoint
        self.master_role_arn = self._master.arn
        self._master.grant("policy", self._http("Master", sorted(_READ + _WRITE + _SECURITY), ["/*"]))
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint, "masterRoleArn": self.master_role_arn})

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to the endpoint."""
        self._security_group.allow(client, PORT, self._purpose)

    @property
    def read(self) -> Grant:
        """Lets a role send GET and HEAD requests, searches among them.

        https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
        """
        return self._http("Read", _READ, ["/*"])

    @property
    def search(self) -> Grant:
        """Lets a role send queries by POST, as most clients do, and no other POST."""
        return self._http("Search", ["Post"], [f"{at}/{query}" for query in _QUERIES for at in ("", "/*")])

    @property
    def write(self) -> Grant:
        """Lets a role send requests that change something."""
        return self._http("Write", _WRITE, ["/*"])

    @property
    def read_write(self) -> Grant:
        """Lets a role read, search and change; PATCH, which only the security API has, is not in it."""
        return self._http("ReadWrite", sorted(_READ + _WRITE), ["/*"])

    @property
    def administer(self) -> Grant:
        """Lets a role of ``administrators`` become the one that maps roles."""
        return Statement(sid("Administer", self.name), ["sts:AssumeRole"], [self.master_role_arn])

    def _http(self, verb: str, methods: Sequence[str], paths: Sequence[str]) -> Grant:
        resources = [pulumi.Output.concat(self.arn, path) for path in paths]
        return Statement(sid(verb, self.name), [f"es:ESHttp{method}" for method in methods], resources)

    def _service_linked_role(self, settings: SearchDomainSettings) -> list[pulumi.Resource]:
        if not settings.create_service_linked_role:
            return []
        # The account's other domains need it as well, and IAM would refuse to delete it while there is one.
        opts = self.child_options(retain_on_delete=True)
        return [aws.iam.ServiceLinkedRole(self.child("service-linked-role"), aws_service_name=_SERVICE, opts=opts)]


def _cluster(settings: SearchDomainSettings, zones: int) -> aws.opensearch.DomainClusterConfigArgs:
    spread = zones > 1
    masters = settings.master_type is not None
    return aws.opensearch.DomainClusterConfigArgs(
        instance_type=settings.instance_type,
        instance_count=settings.nodes,
        zone_awareness_enabled=spread,
        # In a VPC the count has to be that of the subnets:
        # https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ZoneAwarenessConfig.html
        zone_awareness_config=aws.opensearch.DomainClusterConfigZoneAwarenessConfigArgs(availability_zone_count=zones)
        if spread
        else None,
        dedicated_master_enabled=masters,
        dedicated_master_count=QUORUM if masters else None,
        dedicated_master_type=settings.master_type,
    )


def _upkeep(settings: SearchDomainSettings) -> dict[str, Any]:
    """https://docs.aws.amazon.com/opensearch-service/latest/developerguide/off-peak.html"""
    hours, minutes = (int(part) for part in settings.off_peak_start.split(":"))
    upkeep: dict[str, Any] = {
        "software_update_options": {"auto_software_update_enabled": True},
        "off_peak_window_options": {
            "enabled": True,
            "off_peak_window": {"window_start_time": {"hours": hours, "minutes": minutes}},
        },
    }
    # Auto-Tune knows no t3 node, and OpenSearch refuses to hear of it where there is one:
    # https://github.com/hashicorp/terraform-provider-aws/issues/30205
    if not any(kind.startswith("t3.") for kind in (settings.instance_type, settings.master_type or "")):
        upkeep["auto_tune_options"] = {
            "desired_state": "ENABLED",
            "use_off_peak_window": True,
            "rollback_on_disable": "NO_ROLLBACK",
        }
    return upkeep


def _master_trust(account: Account, administrators: Sequence[pulumi.Input[str]]) -> list[Statement]:
    people = Statement(
        "AssumeWithMfa",
        ["sts:AssumeRole"],
        [],
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
        principals={"AWS": [account.root]},
    )
    if not administrators:
        return [people]
    return [people, Statement("Administrators", ["sts:AssumeRole"], [], principals={"AWS": list(administrators)})]
