from typing import Any

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import vpc_endpoints as endpoints
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

VPC = resource(exposure.VPC, "main")


def endpoint(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {
        "serviceName": "com.amazonaws.eu-central-1.secretsmanager",
        "vpcEndpointType": "Interface",
        "privateDnsEnabled": True,
        "policy": '{"Statement": []}',
    }
    return resource(endpoints.VPC_ENDPOINT, "secrets", refers={"vpcId": VPC}, vpcId=UNKNOWN, **inputs | changes)


SERVICE = resource(
    endpoints.ENDPOINT_SERVICE, "service", acceptanceRequired=True, allowedPrincipals=["arn:aws:iam::1:root"]
)
CASES = [
    Case("vpc-endpoint-private-dns", [endpoint()], [Set("privateDnsEnabled"), Set("privateDnsEnabled", False)]),
    Case("vpc-endpoints", [VPC, endpoint()], [Without("secrets", "vpcId")]),
    Case(
        "vpc-endpoint-service-acceptance",
        [SERVICE],
        [Set("acceptanceRequired", False), Set("acceptanceRequired"), Set("allowedPrincipals", ["*"])],
    ),
]


def test_private_names_are_for_interface_endpoints_of_aws() -> None:
    gateway = endpoint(vpcEndpointType="Gateway", privateDnsEnabled=None)
    partner = endpoint(serviceName="com.amazonaws.vpce.eu-central-1.vpce-svc-1", privateDnsEnabled=None)
    assert check("vpc-endpoint-private-dns", gateway, partner) == []
