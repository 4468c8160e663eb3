"""What MDReader tells browsers: where pages may get things from, who may call what, and how attachments are shown."""

import json
import re

import pytest

from analyser.graph import Graph
from components.edge.cache_policy import ALL_VIEWER_EXCEPT_HOST_HEADER, CACHING_DISABLED
from tests.stacks import stack_graph
from tests.systems.mdreader import DISTRIBUTION, HEADERS, STACKS, variables


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def sources(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (part.split() for part in policy.split("; "))}


def site_policy(graph: Graph) -> str:
    if graph.of_type("aws:amplify/app:App"):
        (line,) = re.findall(r"key: Content-Security-Policy\n +value: (.*)", amplify_headers(graph))
        return json.loads(line)
    headers = graph.only(HEADERS, "site-cdn-file-headers").inputs["securityHeadersConfig"]
    return headers["contentSecurityPolicy"]["contentSecurityPolicy"]


def amplify_headers(graph: Graph) -> str:
    return graph.only("aws:amplify/app:App").inputs["customHeaders"]


def test_pages_run_their_own_scripts_and_talk_to_their_own_hosts(graph: Graph) -> None:
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    told = sources(site_policy(graph))
    assert told["script-src"] == told["default-src"] == ["'self'"]
    assert told["object-src"] == told["frame-ancestors"] == ["'none'"]
    bucket = graph.only("aws:s3/bucket:Bucket", "uploads-bucket").inputs["bucket"]
    copies = [n for n in graph.of_type("aws:s3/bucket:Bucket") if n.name == "copies-uploads-bucket"]
    pages = graph.only("aws:cognito/userPoolDomain:UserPoolDomain").inputs["domain"]
    assert told["connect-src"] == [
        "'self'",
        f"https://api.{zone}",
        f"wss://websocket.{zone}",
        f"wss://events.{zone}",
        f"https://files.{zone}",
        f"https://{bucket}.s3.us-east-1.amazonaws.com",
        # Where uploads go once the home region is gone, when no policy of pages can be changed.
        *(f"https://{copy.inputs['bucket']}.s3.us-west-2.amazonaws.com" for copy in copies),
        "https://cognito-idp.us-east-1.amazonaws.com",
        "https://cognito-identity.us-east-1.amazonaws.com",
        f"https://{pages}.auth.us-east-1.amazoncognito.com",
    ]


def test_every_distribution_demands_tls_and_sends_security_headers(graph: Graph) -> None:
    for policy in graph.of_type(HEADERS):
        config = policy.inputs["securityHeadersConfig"]
        assert config["strictTransportSecurity"] == {
            "accessControlMaxAgeSec": 63072000,
            "includeSubdomains": True,
            "override": True,
        }
        assert config["frameOptions"]["frameOption"] == "DENY"
        assert config["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"
        assert config["contentTypeOptions"]["override"] is True
    for distribution in graph.of_type(DISTRIBUTION):
        assert distribution.inputs["priceClass"] == "PriceClass_100"
        assert distribution.inputs["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"


def test_amplify_sends_the_same_headers_and_passes_on_the_api_alone() -> None:
    graph = stack_graph("mdreader-amplify")
    headers = amplify_headers(graph)
    for header in ("Strict-Transport-Security", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy"):
        assert f"- key: {header}" in headers
    app = graph.only("aws:amplify/app:App")
    assert app.inputs["name"] == "MDReaderWeb"
    _, api, page = app.inputs["customRules"]
    assert (api["source"], api["target"], api["status"]) == ("/api/<*>", "https://api.mdreader.app/api/<*>", "200")
    assert page["target"] == "/index.html"
    acl = graph.only("aws:wafv2/webAcl:WebAcl", "firewall-acl").outputs["arn"]
    protected = [
        n.inputs["webAclArn"]
        for n in graph.of_type("aws:wafv2/webAclAssociation:WebAclAssociation")
        if n.inputs["resourceArn"] == app.outputs["arn"]
    ]
    assert protected == [acl]
    domain = graph.only("aws:amplify/domainAssociation:DomainAssociation")
    assert graph.only("aws:route53/zone:Zone").urn in domain.dependencies


def test_attachments_are_read_by_signed_addresses_and_run_as_nothing(graph: Graph) -> None:
    files = graph.only(DISTRIBUTION, "files-cdn-distribution").inputs
    behavior = files["defaultCacheBehavior"]
    assert behavior["trustedKeyGroups"] == [graph.only("aws:cloudfront/keyGroup:KeyGroup").id]
    policy = graph.only(HEADERS, "files-cdn-file-headers").inputs["securityHeadersConfig"]["contentSecurityPolicy"]
    told = sources(policy["contentSecurityPolicy"])
    assert {told[directive][0] for directive in ("default-src", "script-src", "form-action")} == {"'none'"}
    (statement,) = [
        s
        for s in json.loads(graph.only("aws:s3/bucketPolicy:BucketPolicy", "uploads-policy").inputs["policy"])[
            "Statement"
        ]
        if s["Effect"] == "Allow"
    ]
    assert statement["Action"] == ["s3:GetObject"]


def test_browsers_upload_from_the_site_and_the_desktop_alone(graph: Graph) -> None:
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    (rule,) = graph.only("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration").inputs["corsRules"]
    assert rule["allowedOrigins"] == [f"https://{zone}", "tauri://localhost", "http://tauri.localhost"]
    assert rule["allowedMethods"] == ["GET", "PUT", "POST", "DELETE"]
    assert rule["allowedHeaders"] == ["*"]


def test_pages_show_attachments_and_frame_nothing(graph: Graph) -> None:
    files = f"https://files.{graph.only('aws:route53/zone:Zone').inputs['name']}"
    told = sources(site_policy(graph))
    assert {directive: told[directive] for directive in set(told) - {"connect-src"}} == {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "font-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", files],
        "media-src": ["'self'", "blob:", files],
        "object-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
        "frame-ancestors": ["'none'"],
        "upgrade-insecure-requests": [],
    }


DEVICES = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def test_pages_use_nothing_of_the_device(graph: Graph) -> None:
    for policy in graph.of_type(HEADERS):
        (permissions,) = policy.inputs["customHeadersConfig"]["items"]
        assert permissions == {"header": "Permissions-Policy", "value": DEVICES, "override": True}
    if graph.of_type("aws:amplify/app:App"):
        assert f"key: Permissions-Policy\n        value: {json.dumps(DEVICES)}" in amplify_headers(graph)


@pytest.mark.parametrize("stack", ["mdreader-prod", "mdreader-dev"])
def test_the_site_passes_on_the_api_whole_and_keeps_nothing_of_it(stack: str) -> None:
    graph = stack_graph(stack)
    site = graph.only(DISTRIBUTION, "site-cdn-distribution").inputs
    behaviors = {b["pathPattern"]: b for b in site["orderedCacheBehaviors"]}
    api = behaviors["/api/*"]
    assert api["cachePolicyId"] == CACHING_DISABLED
    assert api["originRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER
    assert set(api["allowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    (origin,) = (o for o in site["origins"] if o["originId"] == api["targetOriginId"])
    assert origin["domainName"] == graph.only("aws:apigateway/domainName:DomainName").inputs["domainName"]
    assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"


def test_the_api_is_called_from_the_site_and_the_desktop_alone(graph: Graph) -> None:
    site = f"https://{graph.only('aws:route53/zone:Zone').inputs['name']}"
    answers = graph.of_type("aws:apigateway/integrationResponse:IntegrationResponse")
    assert len(answers) == 4
    for answer in answers:
        assert answer.inputs["responseParameters"]["method.response.header.Access-Control-Allow-Origin"] == f"'{site}'"
        (condition,) = re.findall(
            r"#if\((\$origin == .*?)\)#set", answer.inputs["responseTemplates"]["application/json"]
        )
        assert condition == '$origin == "tauri://localhost" || $origin == "http://tauri.localhost"'
    told = variables(graph, "lambda-backend")["CORS_ORIGINS"]
    assert told.split(",") == [site, "tauri://localhost", "http://tauri.localhost"]


def test_whoever_asks_amplify_for_www_is_sent_to_the_one_address() -> None:
    rules = stack_graph("mdreader-amplify").only("aws:amplify/app:App").inputs["customRules"]
    assert rules[0] == {"source": "https://www.mdreader.app", "target": "https://mdreader.app", "status": "301"}


def test_the_edge_blocks_by_rate_and_sql_in_bodies(graph: Graph) -> None:
    limit, sql, *_ = graph.only("aws:wafv2/webAcl:WebAcl", "firewall-acl").inputs["rules"]
    assert (limit["name"], limit["priority"], limit["action"]) == ("RateLimit", 1, {"block": {}})
    assert limit["statement"]["rateBasedStatement"] == {
        "aggregateKeyType": "IP",
        "evaluationWindowSec": 300,
        "limit": 1000,
    }
    assert (sql["name"], sql["priority"], sql["action"]) == ("SQLInjection", 2, {"block": {}})
    assert sql["statement"]["sqliMatchStatement"] == {
        "fieldToMatch": {"body": {"oversizeHandling": "CONTINUE"}},
        "textTransformations": [{"priority": 1, "type": "NONE"}],
    }


def test_documents_are_saved_where_markup_passes_and_the_plan_s_rule_is_not(graph: Graph) -> None:
    rules = {
        name: {rule["name"]: rule for rule in graph.only("aws:wafv2/webAcl:WebAcl", f"{name}-acl").inputs["rules"]}
        for name in ("firewall", "regional-firewall")
    }
    assert {name for name, found in rules.items() if "MarkupElsewhere" in found} == set(rules)
    assert {name for name, found in rules.items() if "SQLInjection" in found} == {"firewall"}
    (below,) = re.findall(r'"regexString": "(\^\(/api[^"]+)"', json.dumps(rules["regional-firewall"]))
    assert re.search(json.loads(f'"{below}"'), "/api/documents/7")
    assert f"https://api.{graph.only('aws:route53/zone:Zone').inputs['name']}" in site_policy(graph)


def test_the_names_of_the_plan_lead_to_what_answers(graph: Graph) -> None:
    zone = graph.only("aws:route53/zone:Zone").inputs["name"]
    aliases = {n.inputs["name"] for n in graph.of_type("aws:route53/record:Record") if n.inputs.get("aliases")}
    wanted = {f"{host}.{zone}" for host in ("api", "websocket", "events", "files")}
    if not graph.of_type("aws:amplify/app:App"):
        wanted.add(zone)
    assert aliases == wanted
    certified = {n.inputs["domainName"] for n in graph.of_type("aws:acm/certificate:Certificate")}
    assert certified == wanted


def test_the_site_is_a_bucket_behind_the_distribution_of_the_domain() -> None:
    graph = stack_graph("mdreader-prod")
    site = graph.only(DISTRIBUTION, "site-cdn-distribution").inputs
    assert site["aliases"] == ["mdreader.app"]
    (web,) = [origin for origin in site["origins"] if origin["originId"] == "web"]
    assert web["domainName"] == graph.only("aws:s3/bucket:Bucket", "web-bucket").outputs["bucketRegionalDomainName"]
