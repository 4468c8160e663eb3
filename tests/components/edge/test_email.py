"""Mail of one domain from two regions: who may send it, and what proves that it is ours."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.edge.email import Email, EmailSettings, token_at
from components.security.role import Role
from components.statements import service_trust
from tests.components.edge.support import DOMAIN, zone
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

SETTINGS = EmailSettings(domain=DOMAIN, sender=f"info@{DOMAIN}")
RECORD, IDENTITY = "aws:route53/record:Record", "aws:sesv2/emailIdentity:EmailIdentity"
SET = "aws:sesv2/configurationSet:ConfigurationSet"


def email(settings: EmailSettings = SETTINGS) -> Email:
    return Email("email", settings, account=ACCOUNT, zone=zone())


def by_region(graph: Graph, kind: str) -> dict[str, dict[str, Any]]:
    return {node.inputs["region"]: node.inputs for node in graph.of_type(kind)}


def records(graph: Graph, kind: str) -> dict[str, list[str]]:
    return {n.inputs["name"]: n.inputs["records"] for n in graph.of_type(RECORD) if n.inputs["type"] == kind}


def test_the_domain_is_an_identity_in_both_regions_with_its_configuration_set() -> None:
    identities = by_region(record_once(email), IDENTITY)
    assert set(identities) == {"us-east-1", "us-west-2"}
    for region, inputs in identities.items():
        assert inputs == {
            "emailIdentity": DOMAIN,
            "configurationSetName": "records-example-com",
            "region": region,
        }


def test_each_identity_proves_itself_by_three_keys_in_the_zone() -> None:
    graph = record_once(email)
    names = [n.name for n in graph.of_type(RECORD) if n.inputs["type"] == "CNAME"]
    assert sorted(names) == sorted(
        f"zone-dkim-{region}-{n}-cname" for region in ("us-east-1", "us-west-2") for n in (1, 2, 3)
    )
    for node in graph.of_type(RECORD):
        if node.inputs["type"] == "CNAME":
            token = node.inputs["name"].removesuffix(f"._domainkey.{DOMAIN}")
            assert node.inputs["records"] == [f"{token}.dkim.amazonses.com"]


def test_every_token_has_a_record_of_its_own() -> None:
    assert [token_at(["a", "b", "c"], place) for place in range(3)] == ["a", "b", "c"]


def test_bounces_come_back_to_a_name_of_the_region_s_own() -> None:
    graph = record_once(email)
    assert records(graph, "MX") == {
        f"mail-{region}.{DOMAIN}": [f"10 feedback-smtp.{region}.amazonses.com"] for region in ("us-east-1", "us-west-2")
    }
    assert records(graph, "TXT") == {
        f"mail-us-east-1.{DOMAIN}": ["v=spf1 include:amazonses.com -all"],
        f"mail-us-west-2.{DOMAIN}": ["v=spf1 include:amazonses.com -all"],
        f"_dmarc.{DOMAIN}": ["v=DMARC1; p=quarantine; adkim=r; aspf=r"],
    }
    mail_from = by_region(graph, "aws:sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes")
    assert {region: inputs["mailFromDomain"] for region, inputs in mail_from.items()} == {
        region: f"mail-{region}.{DOMAIN}" for region in ("us-east-1", "us-west-2")
    }


def test_mail_goes_over_tls_or_not_at_all_and_is_counted() -> None:
    graph = record_once(email)
    for inputs in by_region(graph, SET).values():
        assert inputs["deliveryOptions"] == {"tlsPolicy": "REQUIRE"}
        assert inputs["reputationOptions"] == {"reputationMetricsEnabled": True}
        assert inputs["suppressionOptions"] == {"suppressedReasons": ["BOUNCE", "COMPLAINT"]}
    events = by_region(graph, "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination")
    for inputs in events.values():
        destination = inputs["eventDestination"]
        assert destination["enabled"] is True
        assert {"BOUNCE", "COMPLAINT", "DELIVERY"} <= set(destination["matchingEventTypes"])
        (dimension,) = destination["cloudWatchDestination"]["dimensionConfigurations"]
        assert dimension["dimensionName"] == "ses:configuration-set"


def test_whoever_may_send_does_so_as_the_one_sender() -> None:
    def program() -> None:
        Role("sender", trust=service_trust("ec2.amazonaws.com"), grants=[email().send], description="Sends")

    policy = record(program).only("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    send, quota = json.loads(policy)["Statement"]
    assert send["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert send["Resource"] == [
        f"arn:aws:ses:{region}:{ACCOUNT.id}:{kind}"
        for kind in (f"identity/{DOMAIN}", "configuration-set/records-example-com")
        for region in ("us-east-1", "us-west-2")
    ]
    assert send["Condition"] == {"StringEquals": {"ses:FromAddress": f"info@{DOMAIN}"}}
    assert (quota["Action"], quota["Resource"]) == (["ses:GetSendQuota", "ses:GetSendStatistics"], ["*"])


def test_a_sender_of_another_domain_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not an address of"):
        EmailSettings(domain=DOMAIN, sender="info@example.org")


def test_the_home_region_is_no_fallback() -> None:
    settings = EmailSettings(domain=DOMAIN, sender=f"info@{DOMAIN}", fallback_regions=("us-east-1",))
    with pytest.raises(Exception, match="holds the home region us-east-1"):
        record(lambda: email(settings))


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(email) == []
