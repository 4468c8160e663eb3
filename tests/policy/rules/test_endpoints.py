from typing import Any

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import endpoints
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


APART = resource(endpoints.VPC_ENDPOINT_POLICY, "apart", refers={"vpcEndpointId": endpoint()}, vpcEndpointId=UNKNOWN)
SERVICE = resource(
    endpoints.ENDPOINT_SERVICE, "service", acceptanceRequired=True, allowedPrincipals=["arn:aws:iam::1:root"]
)
CASES = [
    Case("vpc-interface-endpoint-has-policy", [endpoint()], [Set("policy")]),
    Case("vpc-interface-endpoint-has-policy", [endpoint(policy=None), APART], [Without("apart", "vpcEndpointId")]),
    Case("vpc-endpoint-private-dns", [endpoint()], [Set("privateDnsEnabled"), Set("privateDnsEnabled", False)]),
    Case("vpc-endpoints", [VPC, endpoint()], [Without("secrets", "vpcId")]),
    Case(
        "vpc-endpoint-service-acceptance",
        [SERVICE],
        [Set("acceptanceRequired", False), Set("acceptanceRequired"), Set("allowedPrincipals", ["*"])],
    ),
]


def test_services_that_take_no_policy_or_carry_no_data() -> None:
    rule = "vpc-interface-endpoint-has-policy"
    assert check(rule, endpoint(policy=None, serviceName="com.amazonaws.eu-central-1.ec2")) == []
    assert check(rule, endpoint(policy=None, vpcEndpointType="Gateway")) == []


def test_private_names_are_for_interface_endpoints_of_aws() -> None:
    gateway = endpoint(vpcEndpointType="Gateway", privateDnsEnabled=None)
    partner = endpoint(serviceName="com.amazonaws.vpce.eu-central-1.vpce-svc-1", privateDnsEnabled=None)
    assert check("vpc-endpoint-private-dns", gateway, partner) == []
