"""Network, edge and APIs: open on purpose, and rightly so."""

import json
from typing import Any

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import apigateway, apigateway_stages, cloudfront, cognito, elb, elb_exposure
from tests.policy.support import resource

LISTENING: dict[str, Any] = {"certificateArn": UNKNOWN, "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"}


def _ingress(name: str, group: Resource, **inputs: Any) -> Resource:
    refers = {"securityGroupId": group}
    if isinstance(source := inputs.pop("source", None), Resource):
        refers["referencedSecurityGroupId"] = source
        inputs["referencedSecurityGroupId"] = UNKNOWN
    return resource(exposure.INGRESS_RULE, name, refers=refers, securityGroupId=UNKNOWN, ipProtocol="tcp", **inputs)


def _group(name: str) -> Resource:
    return resource(exposure.SECURITY_GROUP, name, description=f"Members of {name}", vpcId=UNKNOWN)


def _balancer(group: Resource) -> Resource:
    return resource(
        elb.LOAD_BALANCER,
        "balancer",
        refers={"securityGroups": group},
        securityGroups=[UNKNOWN],
        subnets=[UNKNOWN, UNKNOWN],
        loadBalancerType="application",
        internal=False,
        dropInvalidHeaderFields=True,
        enableDeletionProtection=True,
        accessLogs={"bucket": UNKNOWN, "enabled": True},
    )


def public_balancer() -> list[Resource]:
    """Ports 80 and 443 open to IPv4 and IPv6 on a balancer that redirects and stands behind a web ACL."""
    group = _group("edge")
    balancer = _balancer(group)
    redirect = [{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}]
    return [
        group,
        balancer,
        _ingress("https", group, cidrIpv4="0.0.0.0/0", fromPort=443, toPort=443),
        _ingress("https-6", group, cidrIpv6="::/0", fromPort=443, toPort=443),
        _ingress("http", group, cidrIpv4="0.0.0.0/0", fromPort=80, toPort=80),
        resource(elb.LISTENER, "https", protocol="HTTPS", defaultActions=[{"type": "forward"}], **LISTENING),
        resource(elb.LISTENER, "http", protocol="HTTP", defaultActions=redirect),
        resource(
            elb_exposure.WEB_ACL_ASSOCIATION,
            "acl",
            refers={"resourceArn": balancer},
            resourceArn=UNKNOWN,
            webAclArn=UNKNOWN,
        ),
    ]


def balancer_behind_cloudfront() -> list[Resource]:
    """CloudFront's prefix list instead of the internet, the ACL on the distribution, its logs delivered apart."""
    group = _group("edge")
    balancer = _balancer(group)
    distribution = resource(
        exposure.DISTRIBUTION,
        "cdn",
        defaultCacheBehavior={
            "targetOriginId": "balancer",
            "viewerProtocolPolicy": "redirect-to-https",
            "cachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "originRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3",
            "responseHeadersPolicyId": UNKNOWN,
        },
        origins=[
            {
                "originId": "balancer",
                "domainName": "origin.example.com",
                "customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]},
            }
        ],
        viewerCertificate={"acmCertificateArn": UNKNOWN, "minimumProtocolVersion": "TLSv1.3_2025"},
        webAclId=UNKNOWN,
    )
    return [
        group,
        balancer,
        distribution,
        _ingress("https", group, prefixListId="pl-3b927c52", fromPort=443, toPort=443),
        resource(exposure.RECORD, "origin", refers={"aliases": balancer}, name="origin.example.com", aliases=[UNKNOWN]),
        resource(
            cloudfront.DELIVERY_SOURCE,
            "logs",
            refers={"resourceArn": distribution},
            resourceArn=UNKNOWN,
            logType="ACCESS_LOGS",
        ),
    ]


def nodes_of_a_cluster() -> list[Resource]:
    """Nodes see each other whole, serve the balancer on one port, and leave through NAT on 443."""
    nodes, edge = _group("nodes"), _group("edge")
    return [
        nodes,
        edge,
        _balancer(edge),
        resource(elb_exposure.WEB_ACL_ASSOCIATION, "acl", resourceArn=UNKNOWN, webAclArn=UNKNOWN),
        _ingress("self", nodes, source=nodes, fromPort=0, toPort=65535),
        _ingress("web", nodes, source=edge, fromPort=8080, toPort=8080),
        resource(
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "out",
            refers={"securityGroupId": nodes},
            securityGroupId=UNKNOWN,
            cidrIpv4="0.0.0.0/0",
            fromPort=443,
            toPort=443,
            ipProtocol="tcp",
        ),
    ]


def page_without_authorizer() -> list[Resource]:
    """A mock answer that everybody may have, under its own domain, behind CloudFront."""
    operation = {"x-amazon-apigateway-integration": {"type": "mock"}}
    body = json.dumps({"openapi": "3.0.1", "paths": {"/": {"get": operation}}})
    api = resource(apigateway.REST_API, "page", body=body, disableExecuteApiEndpoint=True)
    domain = resource(apigateway.REST_DOMAIN, "domain", securityPolicy="TLS_1_2")
    stage = resource(
        apigateway.REST_STAGE,
        "stage",
        refers={"restApi": api},
        restApi=UNKNOWN,
        accessLogSettings={"destinationArn": UNKNOWN, "format": "$context.requestId"},
        xrayTracingEnabled=True,
    )
    settings = {"loggingLevel": "ERROR", "throttlingRateLimit": 100, "throttlingBurstLimit": 100}
    limits = resource(
        apigateway_stages.METHOD_SETTINGS, "limits", refers={"stageName": stage}, stageName=UNKNOWN, settings=settings
    )
    refers = {"restApi": api, "domainName": domain}
    mapping = resource(apigateway.REST_MAPPING, "mapping", refers=refers, restApi=UNKNOWN, domainName=UNKNOWN)
    record = resource(
        exposure.RECORD, "secondary", refers={"aliases": domain}, name="origin.example.com", aliases=[UNKNOWN]
    )
    return [api, domain, stage, limits, mapping, record, *balancer_behind_cloudfront()]


def web_socket() -> list[Resource]:
    """A WebSocket API that asks at $connect; the routes after it cannot ask again."""
    api = resource(apigateway.HTTP_API, "socket", protocolType="WEBSOCKET")

    def route(name: str, **inputs: Any) -> Resource:
        return resource(apigateway.HTTP_ROUTE, name, refers={"apiId": api}, apiId=UNKNOWN, **inputs)

    return [
        api,
        route("connect", routeKey="$connect", authorizationType="CUSTOM", authorizerId=UNKNOWN),
        route("disconnect", routeKey="$disconnect"),
        route("message", routeKey="sendMessage"),
    ]


def users_of_an_application() -> list[Resource]:
    """A second factor for those who want it, and an application without a client secret."""
    return [
        resource(
            cognito.USER_POOL,
            "users",
            passwordPolicy={
                "minimumLength": 8,
                "requireLowercase": True,
                "requireUppercase": True,
                "requireNumbers": True,
                "requireSymbols": True,
            },
            mfaConfiguration="OPTIONAL",
            softwareTokenMfaConfiguration={"enabled": True},
            userPoolAddOns={"advancedSecurityMode": "ENFORCED"},
            deletionProtection="ACTIVE",
        ),
        resource(
            cognito.USER_POOL_CLIENT,
            "web",
            generateSecret=False,
            explicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            allowedOauthFlows=["code"],
            preventUserExistenceErrors="ENABLED",
            callbackUrls=["https://mdreader.app/auth/callback"],
            logoutUrls=["https://mdreader.app/"],
        ),
    ]
