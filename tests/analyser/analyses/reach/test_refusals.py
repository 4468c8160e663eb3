"""Small graphs with what refuses beside networks: signatures that an API asks for, denials in parts, blocked VPCs."""

import json
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach
from tests.analyser.analyses.reach.made import Made, public

YES, NO, UNSURE = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
OTHERS = {**ANYBODY, "Principal": {"AWS": "arn:aws:iam::210987654321:root"}}


def verdict(made: Made, source: str, target: str, port: int | None = None) -> Verdict:
    return ask(Reach(made.graph()), source, target, port)[0].verdict


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def called(made: Made, api: str) -> Made:
    made.any("aws:lambda/function:Function", "fn")
    made.any("aws:lambda/permission:Permission", "may", function="id-fn", principal="apigateway.amazonaws.com",
             sourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api}/*")  # fmt: skip
    return made


def rest(*asked: str, **more: Any) -> Made:
    """A REST API with a method for each way to ask for authorization, all to one function."""
    made = Made()
    api = made.add("RestApi", "api", module="apigateway", **more)
    for at, kind in enumerate(asked):
        of = {"restApi": api, "resourceId": f"r{at}", "httpMethod": "GET"}
        made.add("Method", f"m{at}", module="apigateway", authorization=kind, **of)
        made.add("Integration", f"i{at}", module="apigateway", uri="id-fn", **of)
    return called(made, api)


def http(asked: str | None, key: str = "GET /x", **more: str) -> Made:
    made = Made()
    api = made.add("Api", "api", module="apigatewayv2", protocolType="HTTP")
    made.add("Integration", "i", module="apigatewayv2", apiId=api, integrationUri="id-fn")
    made.add("Route", "r", module="apigatewayv2", apiId=api, routeKey=key, target="integrations/id-i",
             **({"authorizationType": asked} if asked else {}))  # fmt: skip
    for route, kind in more.items():
        made.add("Route", route, module="apigatewayv2", apiId=api, routeKey=f"${route}", authorizationType=kind)
    return called(made, api)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (rest("NONE"), YES),
        (rest("CUSTOM"), YES),
        (rest("AWS_IAM"), NO),
        (rest("AWS_IAM", policy=policy(OTHERS)), YES),
        (rest("AWS_IAM", policy=policy(ANYBODY)), YES),
        (http(None), YES),
        (http("JWT"), YES),
        (http("AWS_IAM"), NO),
        (http("NONE", key="$default", connect="AWS_IAM"), NO),
    ],
)
def test_an_api_that_asks_for_signatures(made: Made, expected: Verdict) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html"""
    assert verdict(made, "internet", "fn") is expected


DENIALS = [
    ([{"Action": "s3:*"}], NO),
    ([{"Action": "s3:GetObject"}], YES),
    ([{"Action": "s3:Get*"}, {"Action": "s3:Put*"}], YES),
    ([{"Action": "*", "Resource": ["arn:aws:x:us-east-1:123456789012:store/a/*"]}], YES),
]


@pytest.mark.parametrize(("denials", "expected"), DENIALS)
def test_everything_allowed_and_a_service_denied(denials: list[dict[str, Any]], expected: Verdict) -> None:
    every = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    document = policy(every, *({**every, "Effect": "Deny", **one} for one in denials))
    made = Made()
    made.any("aws:s3/bucket:Bucket", "store", outputs={"arn": "arn:aws:s3:::store"})
    made.any("aws:s3/bucketPolicy:BucketPolicy", "p", bucket="id-store", policy=document)
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    block: dict[str, Any] = dict.fromkeys(switches, False)
    made.any("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "b", bucket="id-store", **block)
    assert verdict(made, "internet", "store") is expected


@pytest.mark.parametrize(("second", "expected"), [("sqs:ReceiveMessage", NO), ("sqs:GetQueueUrl", YES)])
def test_two_denials_for_two_actions(second: str, expected: Verdict) -> None:
    some = {"Effect": "Allow", "Principal": "*", "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"], "Resource": "*"}
    denied = [{**some, "Effect": "Deny", "Action": one} for one in ("sqs:SendMessage", second)]
    made = Made()
    made.any("aws:sqs/queue:Queue", "work", policy=policy(some, *denied))
    assert verdict(made, "internet", "work") is expected


BLOCKS = [
    ("block-bidirectional", "", NO, NO),
    ("block-ingress", "", NO, NO),
    ("block-bidirectional", "allow-bidirectional", YES, YES),
    ("block-ingress", "allow-bidirectional", YES, YES),
    ("block-bidirectional", "allow-egress", NO, YES),
    ("block-ingress", "allow-egress", NO, NO),
]


@pytest.mark.parametrize(("mode", "spared", "inward", "outward"), BLOCKS)
def test_a_block_and_what_is_excluded(mode: str, spared: str, inward: Verdict, outward: Verdict) -> None:
    """Where only what comes in is blocked, a gateway that lets in keeps what goes out by it from going, too.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
    """
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    made.add("VpcBlockPublicAccessOptions", "block", internetGatewayBlockMode=mode)
    if spared:
        made.add("VpcBlockPublicAccessExclusion", "spared", vpcId=vpc, internetGatewayExclusionMode=spared)
    assert verdict(made, "internet", "vm", 22) is inward
    assert verdict(made, "vm", "internet", 443) is outward
