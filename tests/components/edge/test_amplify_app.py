"""What Amplify builds, which headers pages come with, and where requests go."""

import base64
import re
from typing import Any

import pulumi
import pytest
import yaml
from pydantic import ValidationError

from analyser.graph import Graph
from components.account import Account
from components.edge.amplify_app import AmplifyApp, AmplifyAppSettings
from components.edge.header_settings import ContentSecurityPolicy, CrossOriginSettings, HeaderSettings
from tests.components.edge.support import DOMAIN, firewall, zone
from tests.components.security.identity import complaints
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown

APP, BRANCH = "aws:amplify/app:App", "aws:amplify/branch:Branch"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
REPOSITORY = "https://github.com/example/reader"
API = f"https://api.{DOMAIN}"


def settings(**given: Any) -> AmplifyAppSettings:
    return AmplifyAppSettings(repository=REPOSITORY, **given)


def app(chosen: AmplifyAppSettings | None = None, account: Account = ACCOUNT, **given: Any) -> AmplifyApp:
    made = AmplifyApp("web", chosen or settings(), account=account, access_token="token", **given)
    pulumi.export("url", made.url)
    if made.dns_records is not None:
        pulumi.export("records", made.dns_records)
    return made


def guarded() -> None:
    app(settings(domain=DOMAIN, api_origin=API), firewall=firewall())


def rules(graph: Graph) -> list[tuple[str, str, str]]:
    return [(rule["source"], rule["target"], rule["status"]) for rule in graph.only(APP).inputs["customRules"]]


def headers(graph: Graph) -> dict[str, str]:
    (everywhere,) = yaml.safe_load(graph.only(APP).inputs["customHeaders"])["customHeaders"]
    assert everywhere["pattern"] == "**"
    return {header["key"]: header["value"] for header in everywhere["headers"]}


def test_the_branch_is_built_on_every_push() -> None:
    graph = record(lambda: app(settings(app_name="Reader"), environment={"VITE_POOL": "pool-1"}))
    inputs = graph.only(APP).inputs
    assert (inputs["name"], inputs["repository"], inputs["accessToken"]) == ("Reader", REPOSITORY, "token")
    assert "accessToken" in graph.only(APP).secret_inputs
    assert inputs["environmentVariables"] == {"VITE_POOL": "pool-1"}
    assert "iamServiceRoleArn" not in inputs
    branch = graph.only(BRANCH).inputs
    assert (branch["branchName"], branch["enableAutoBuild"], branch["stage"]) == ("main", True, "PRODUCTION")
    assert branch["appId"] == graph.only(APP).id


def test_the_build_takes_the_lock_file_and_publishes_all_of_dist() -> None:
    spec = yaml.safe_load(record_once(app).only(APP).inputs["buildSpec"])
    assert spec["version"] == 1
    assert spec["frontend"]["phases"] == {
        "preBuild": {"commands": ["npm ci"]},
        "build": {"commands": ["npm run build"]},
    }
    assert spec["frontend"]["artifacts"] == {"baseDirectory": "dist", "files": ["**/*"]}


def test_the_api_comes_before_the_page_that_answers_for_the_rest() -> None:
    (api, page) = rules(record(lambda: app(settings(api_origin=API))))
    assert api == ("/api/<*>", f"{API}/api/<*>", "200")
    assert page[1:] == ("/index.html", "200")
    pattern = re.compile(page[0].removeprefix("</").removesuffix("/>"))
    assert [path for path in ("/", "/books/1", "/a.b/c.reader") if not pattern.search(path)] == []
    assert [path for path in ("/app.js", "/logo.svg", "/font.woff2") if pattern.search(path)] == []
    assert len(rules(record_once(app))) == 1


def test_pages_come_with_security_headers() -> None:
    found = headers(record_once(app))
    assert found["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["X-Frame-Options"] == "DENY"
    assert found["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert found["Content-Security-Policy"].startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in found["Content-Security-Policy"]
    assert found["Permissions-Policy"].startswith("camera=()")


def test_what_else_pages_connect_to_is_named() -> None:
    own = ContentSecurityPolicy(sources={"connect-src": ("'self'", f"wss://websocket.{DOMAIN}")})
    chosen = settings(headers=HeaderSettings(content_security_policy=own))
    found = headers(record(lambda: app(chosen)))
    assert f"connect-src 'self' wss://websocket.{DOMAIN};" in found["Content-Security-Policy"]
    assert "Permissions-Policy" not in found


def test_the_domain_is_served_with_and_without_www() -> None:
    graph = record(lambda: app(settings(domain=DOMAIN)))
    inputs = graph.only("aws:amplify/domainAssociation:DomainAssociation").inputs
    assert inputs["domainName"] == DOMAIN
    assert inputs["waitForVerification"] is False
    assert inputs["subDomains"] == [{"branchName": "main", "prefix": ""}, {"branchName": "main", "prefix": "www"}]
    assert graph.exports["url"] == f"https://{DOMAIN}"
    assert rules(graph)[0] == (f"https://www.{DOMAIN}", f"https://{DOMAIN}", "301")
    association = graph.only("aws:amplify/domainAssociation:DomainAssociation")
    assert graph.exports["records"] == [association.outputs["certificateVerificationDnsRecord"], "", ""]


@pytest.mark.parametrize("prefixes", [("",), ("app", "www")])
def test_nobody_is_sent_to_an_address_that_is_not_served(prefixes: tuple[str, ...]) -> None:
    graph = record(lambda: app(settings(domain=DOMAIN, prefixes=prefixes)))
    assert [rule[1] for rule in rules(graph)] == ["/index.html"]


def test_without_one_the_app_has_amplify_s() -> None:
    graph = record(lambda: app(settings(branch="feature/login")))
    assert not graph.of_type("aws:amplify/domainAssociation:DomainAssociation")
    host = graph.only(APP).outputs["defaultDomain"]
    assert graph.exports["url"] == f"https://feature-login.{host}"


def test_a_global_web_acl_protects_it() -> None:
    graph = record_once(guarded)
    inputs = graph.only(ASSOCIATION).inputs
    assert inputs["resourceArn"] == graph.only(APP).outputs["arn"]
    assert inputs["webAclArn"] == graph.only("aws:wafv2/webAcl:WebAcl").outputs["arn"]
    assert inputs["region"] == "us-east-1"


def test_a_regional_web_acl_does_not() -> None:
    with pytest.raises(Exception, match="takes a web ACL of CloudFront"):
        record(lambda: app(firewall=firewall(scope="REGIONAL")))


def test_unfinished_work_asks_for_a_password() -> None:
    graph = record(lambda: app(account=DEV_ACCOUNT, credentials="team:secret"))
    inputs = graph.only(APP).inputs
    assert inputs["enableBasicAuth"] is True
    assert base64.b64decode(inputs["basicAuthCredentials"]) == b"team:secret"
    assert graph.only(BRANCH).inputs["stage"] == "BETA"
    assert complaints(graph, "amplify") == []


def test_the_default_passes_the_pack() -> None:
    assert complaints(record_once(guarded), "amplify", "wafv2") == []


def test_headers_are_for_pages_only() -> None:
    with pytest.raises(ValidationError, match="let the API say who may read"):
        settings(headers=HeaderSettings(cors=CrossOriginSettings(origins=("https://a.example.com",))))


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(guarded) == []
    assert unequal_when_unknown(app) == []


def test_a_domain_waits_for_its_zone() -> None:
    def program() -> None:
        app(settings(domain=DOMAIN), after=[zone(zone_id=None)])

    graph = record(program)
    hosted = graph.only("aws:route53/zone:Zone").urn
    assert hosted in graph.only("aws:amplify/domainAssociation:DomainAssociation").dependencies
    assert hosted not in graph.only(APP).dependencies
