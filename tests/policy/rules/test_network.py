from typing import Any

import pytest

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import network
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

SUBNET = resource(exposure.SUBNET, "public", mapPublicIpOnLaunch=False)
ACL = resource(
    network.NETWORK_ACL,
    "acl",
    ingress=[
        {"ruleNo": 100, "action": "allow", "protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlock": "0.0.0.0/0"}
    ],
)
LONE = resource(
    network.NETWORK_ACL_RULE,
    "lone",
    networkAclId="acl-1",
    egress=False,
    ruleAction="allow",
    ruleNumber=100,
    protocol="tcp",
    fromPort=443,
    toPort=443,
    cidrBlock="0.0.0.0/0",
)
PEERING = resource(exposure.ROUTE, "peer", destinationCidrBlock="10.2.0.0/16", vpcPeeringConnectionId=UNKNOWN)
TABLE = resource(exposure.ROUTE_TABLE, "table", routes=[{"cidrBlock": "10.2.0.0/16", "vpcPeeringConnectionId": "pcx"}])
TRANSIT = resource(network.TRANSIT_GATEWAY, "hub", autoAcceptSharedAttachments="disable")
LOGS = {"cloudwatchLogOptions": {"logEnabled": True, "logGroupArn": "arn"}}
VPN = resource(
    network.VPN_CONNECTION,
    "vpn",
    tunnel1IkeVersions=["ikev2"],
    tunnel2IkeVersions=["ikev2"],
    tunnel1LogOptions=LOGS,
    tunnel2LogOptions=LOGS,
)
CLIENT_VPN = resource(network.CLIENT_VPN, "people", connectionLogOptions={"enabled": True})
CASES = [
    Case("vpc-subnet-public-address", [SUBNET], [Set("mapPublicIpOnLaunch", True)]),
    Case(
        "vpc-network-acl-admin-ports",
        [ACL],
        [Set("ingress[0].protocol", "-1"), Set("ingress[0].fromPort", 22), Set("ingress[0].fromPort", 0)],
    ),
    Case("vpc-network-acl-admin-ports", [LONE], [Set("protocol", "-1"), Set("fromPort", 22)]),
    Case("vpc-peering-route", [PEERING], [Set("destinationCidrBlock", "0.0.0.0/0")]),
    Case("vpc-peering-route", [TABLE], [Set("routes[0].cidrBlock", "0.0.0.0/0")]),
    Case("vpc-transit-gateway-accept", [TRANSIT], [Set("autoAcceptSharedAttachments", "enable")]),
    Case("vpc-vpn-ikev2", [VPN], [Set("tunnel1IkeVersions"), Set("tunnel2IkeVersions", ["ikev1", "ikev2"])]),
    Case(
        "vpc-vpn-logs",
        [VPN],
        [Set("tunnel1LogOptions"), Set("tunnel2LogOptions", {"cloudwatchLogOptions": {"logEnabled": False}})],
    ),
    Case(
        "vpc-client-vpn-authorization",
        [resource(network.CLIENT_VPN_AUTHORIZATION, "in", authorizeAllGroups=True, targetNetworkCidr="10.1.0.0/16")],
        [Set("targetNetworkCidr", "0.0.0.0/0")],
    ),
    Case(
        "vpc-client-vpn-authorization",
        [resource(network.CLIENT_VPN_AUTHORIZATION, "in", accessGroupId="g", targetNetworkCidr="0.0.0.0/0")],
        [Set("authorizeAllGroups", True)],
    ),
    Case("vpc-vpn-logs", [CLIENT_VPN], [Set("connectionLogOptions.enabled", False), Set("connectionLogOptions")]),
]


def entry(number: int, action: str, **changes: Any) -> dict[str, Any]:
    return {"ruleNo": number, "action": action, "protocol": "-1", "cidrBlock": "0.0.0.0/0"} | changes


@pytest.mark.parametrize(
    ("entries", "ports"),
    [
        ([entry(100, "allow")], {"22", "3389"}),
        ([entry(200, "allow"), entry(100, "deny")], set()),
        ([entry(50, "deny", protocol="tcp", fromPort=22, toPort=22), entry(100, "allow")], {"3389"}),
        ([entry(100, "allow"), entry(200, "deny")], {"22", "3389"}),
        ([entry(100, "allow", cidrBlock="10.0.0.0/8")], set()),
        ([entry(100, "allow", cidrBlock=None, ipv6CidrBlock="::/0")], {"22", "3389"}),
        ([entry(50, "deny", cidrBlock=None, ipv6CidrBlock="::/0"), entry(100, "allow")], {"22", "3389"}),
    ],
)
def test_the_first_entry_that_matches_decides(entries: list[dict[str, Any]], ports: set[str]) -> None:
    found = check("vpc-network-acl-admin-ports", resource(network.DEFAULT_NETWORK_ACL, "d", ingress=entries))
    assert {text.rpartition(" (")[0].rpartition(" ")[2] for text in found} == ports


def acl_rule(name: str, number: int, action: str, **changes: Any) -> Resource:
    inputs: dict[str, Any] = {"protocol": "-1", "cidrBlock": "0.0.0.0/0", "egress": False} | changes
    return resource(
        network.NETWORK_ACL_RULE,
        name,
        refers={"networkAclId": BARE},
        networkAclId=UNKNOWN,
        ruleNumber=number,
        ruleAction=action,
        **inputs,
    )


BARE = resource(network.NETWORK_ACL, "bare")


def test_standalone_entries_are_judged_with_their_acl() -> None:
    allow, deny = acl_rule("allow", 100, "allow"), acl_rule("deny", 50, "deny")
    assert check("vpc-network-acl-admin-ports", BARE, allow, deny) == []
    assert len(check("vpc-network-acl-admin-ports", BARE, allow)) == 2
    assert check("vpc-network-acl-admin-ports", BARE, acl_rule("out", 100, "allow", egress=True)) == []
