"""Ways to AWS services that stay inside a VPC."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.network.endpoint_policies import endpoint_statements
from components.network.security_group import SecurityGroup
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
    group is closed gets its way out by ``security_group.allow``. An interface costs by the hour in every zone.
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
        for service in gateways:
            self._endpoint(
                service,
                vpc_endpoint_type="Gateway",
                route_table_ids=list(private.route_table_ids.values()),
            )
        for service in interfaces:
            self._endpoint(
                service,
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(private.subnet_ids.values()),
                security_group_ids=[self.security_group.security_group_id],
            )
        self.register_outputs({"securityGroupId": self.security_group.security_group_id})

    def _endpoint(self, service: str, **how: Any) -> None:
        statements = [] if service in _WITHOUT_POLICY else endpoint_statements(self._account, service)
        label = self.child(service.replace(".", "-"))
        aws.ec2.VpcEndpoint(
            label,
            vpc_id=self._vpc_id,
            service_name=f"com.amazonaws.{self._account.region}.{service}",
            policy=policy_document(statements) if statements else None,
            tags={"Name": label},
            opts=self.child_options(),
            **how,
        )
