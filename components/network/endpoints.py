"""Gateway and interface endpoints of a VPC."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.network.endpoint_policies import endpoint_statements
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.network.tier import Tier
from components.statements import policy_document

GatewayService = Literal["dynamodb", "s3"]
InterfaceService = Literal[
    "autoscaling",
    "bedrock-runtime",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "execute-api",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
    "xray",
]

# Takes no policy that AWS documents; it hands out only the roles that the cluster's associations name.
_WITHOUT_POLICY = ("eks-auth",)
_HTTPS = 443


class Endpoints(Component):
    """Gateway endpoints in the private route tables, interface endpoints in the private subnets.

    All interfaces share ``security_group``, which the private tier reaches on 443 and nobody else; a client whose own
    group is closed, or who is in the data tier, gets its way by ``security_group.allow``. An interface costs by the
    hour in every zone. Gateways also stand in the route tables of ``data`` when it is given; a client with a closed
    group gets its way out to them by ``allow_gateway``.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        vpc_id: pulumi.Input[str],
        private: Tier,
        private_cidrs: Mapping[str, str],
        gateways: Sequence[GatewayService],
        interfaces: Sequence[InterfaceService],
        data: Tier | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._account = account
        self._vpc_id = vpc_id
        self.security_group = SecurityGroup(
            name, vpc_id=vpc_id, description="Interface endpoints of AWS services", opts=self.child_options()
        )
        for zone, cidr in private_cidrs.items():
            self.security_group.allow_cidr(f"private-{zone}", cidr, _HTTPS, f"Private tier, zone {zone}")
        tables = [table for tier in (private, data) if tier for table in tier.route_table_ids.values()]
        self._gateways = {
            service: self._endpoint(service, vpc_endpoint_type="Gateway", route_table_ids=tables)
            for service in gateways
        }
        for service in interfaces:
            self._endpoint(
                service,
                polled="lambda" in interfaces,
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(private.subnet_ids.values()),
                security_group_ids=[self.security_group.security_group_id],
            )
        self.register_outputs({"securityGroupId": self.security_group.security_group_id})

    def allow_gateway(self, client: HasSecurityGroup, service: GatewayService) -> None:
        """Lets ``client`` open connections to DynamoDB or S3. Raises ValueError when there is no such gateway.

        A group names a gateway's addresses by the prefix list of its service:
        https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-security
        """
        if service not in self._gateways:
            raise ValueError(f"{self.name} has no gateway to {service}; name it in gatewayEndpoints")
        aws.vpc.SecurityGroupEgressRule(
            self.child("to", service, client.name),
            security_group_id=client.security_group_id,
            prefix_list_id=self._gateways[service].prefix_list_id,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            description=f"Gateway to {service}",
            opts=self.child_options(),
        )

    def _endpoint(self, service: str, *, polled: bool = False, **how: Any) -> aws.ec2.VpcEndpoint:
        statements = [] if service in _WITHOUT_POLICY else endpoint_statements(self._account, service, polled=polled)
        label = self.child(service.replace(".", "-"))
        return aws.ec2.VpcEndpoint(
            label,
            vpc_id=self._vpc_id,
            service_name=f"com.amazonaws.{self._account.region}.{service}",
            policy=policy_document(statements) if statements else None,
            tags={"Name": label},
            opts=self.child_options(),
            **how,
        )
