from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from policy.environment import environment_of
from policy.exemptions import read_exemptions
from policy.levels import PolicyConfigError, read_config
from policy.model import UNKNOWN, Exemption, Finding, Level, Resource, RuleConfig, Severity, rule
from policy.pack import all_rules, rule_named
from policy.rules import elb, exemptions, rds, s3
from tests.policy.support import TODAY, exempt, resource, urn, verdict

OPEN = resource(s3.PUBLIC_ACCESS_BLOCK, "open", blockPublicAcls=True, blockPublicPolicy=True, ignorePublicAcls=True)
COMPLETE = "s3-public-access-block-complete"
WITH_HYGIENE = [rule_named(COMPLETE), exemptions.complete, exemptions.current, exemptions.in_use]


class Limit(RuleConfig):
    most_words: int = 1


@rule(
    "test-words",
    title="t",
    severity=Severity.LOW,
    types=["t*"],
    remedy="r",
    link="l",
    level=Level.MANDATORY_IN_PROD,
    config=Limit,
)
def words(subject: Resource, config: Limit) -> Iterator[Finding]:
    """Trips over unknown words after the first finding."""
    if subject.has("shout", True):
        yield Finding("shouts", "shout")
    if len(subject.get("words", [])) > config.most_words:
        yield Finding("says too much", "words")


def test_what_was_found_before_an_unknown_value_stands() -> None:
    found = verdict(resource("tt", shout=True, words=UNKNOWN), rules=[words])
    assert [violation.message for violation in found] == ["shouts"]


def test_violations_carry_urn_path_and_level() -> None:
    (found,) = verdict(OPEN, rules=[rule_named(COMPLETE)])
    assert (found.urn, found.message, found.path) == (OPEN.urn, "is off", "restrictPublicBuckets")
    assert found.blocks
    assert found.level is Level.MANDATORY
    assert found.exemption is None


def test_prod_rules_advise_elsewhere() -> None:
    loud = resource("tt", shout=True)
    assert verdict(loud, rules=[words])[0].blocks
    (advice,) = verdict(loud, rules=[words], environment="dev")
    assert advice.level is Level.ADVISORY
    assert not advice.blocks


def test_configuration() -> None:
    wordy = resource("tt", words=["a", "b"])
    assert verdict(wordy, rules=[words])
    assert not verdict(wordy, rules=[words], config={"test-words": {"mostWords": 2}})
    assert not verdict(wordy, rules=[words], config={"test-words": "disabled"})
    assert not verdict(wordy, rules=[words], config={"all": "disabled"})
    config = {"all": "advisory", "test-words": {"enforcementLevel": "mandatory"}}
    assert verdict(wordy, rules=[words], config=config, environment="dev")[0].blocks


def test_remediate_is_mandatory_for_what_is_left() -> None:
    bare = resource("t", shout=True)
    for config in ({"all": "remediate"}, {"elb-tls-policy": "remediate", "test-words": "mandatory"}):
        (found,) = verdict(bare, rules=[words, elb.tls_policy], config=config, environment="dev")
        assert (found.level, found.blocks) == (Level.MANDATORY, True)
    with pytest.raises(PolicyConfigError, match=r"^test-words\.enforcementLevel: this rule mends nothing by itself$"):
        read_config({"test-words": "remediate"}, [words])


def test_findings_set_only_what_their_rule_declares() -> None:
    found = [
        Finding("a", "sslPolicy", mend="strong"),
        Finding("b", "sslPolicyOfAnother", mend="x"),
        Finding("c", "port", mend="443"),
        Finding("d", "sslPolicy"),
        Finding("e", mend="x"),
    ]
    assert elb.tls_policy.mendable(found) == {"sslPolicy": "strong"}
    below = [Finding("a", 'tags["x"]', mend="1"), Finding("b", "tags.y", mend="2"), Finding("c", "tagsAll.y", mend="3")]
    assert rule_named("tags-required").mendable(below) == {'tags["x"]': "1", "tags.y": "2"}


def test_every_problem_of_a_configuration_is_told_at_once() -> None:
    raw = {
        "nope": "advisory",
        "rds-encryptd": "advisory",
        "test-words": {"mostWords": "many", "x": 1, "enforcementLevel": "loud"},
        "rds-encrypted": {"a": 1},
    }
    with pytest.raises(PolicyConfigError) as caught:
        read_config(raw, [words, rule_named("rds-encrypted")])
    lines = str(caught.value).splitlines()
    assert lines.pop(0) == "nope: no such rule"
    assert lines.pop(0) == "rds-encryptd: no such rule; did you mean rds-encrypted?"
    assert lines[0].startswith("test-words.enforcementLevel: 'loud' is not one of mandatory")
    assert lines[1] == 'test-words.mostWords: "many" is not a whole number'
    assert lines[2] == "test-words.x: no such threshold; known: mostWords"
    assert lines[3] == "rds-encrypted.a: this rule has no thresholds"


def test_a_threshold_is_refused_in_words_of_its_own() -> None:
    """Of every kind that a rule has."""
    for one in all_rules():
        for key in one.config.model_json_schema()["properties"] if one.config else ():
            with pytest.raises(PolicyConfigError, match=rf"^{one.id}\.{key}.*: .*\[\].* is not (a|text|true)"):
                read_config({one.id: {key: {"x": []}}}, [one])
    logs = rule_named("cloudwatch-log-retention")
    with pytest.raises(PolicyConfigError, match=r"minimumDay: no such threshold; did you mean minimumDays\?$"):
        read_config({logs.id: {"minimumDay": 3}}, [logs])
    with pytest.raises(PolicyConfigError, match=r"minimumDays: 0 is not a whole number from 1 to 3653$"):
        read_config({logs.id: {"minimumDays": 0}}, [logs])


@pytest.mark.parametrize(
    ("stack", "environment"),
    [
        ("dev", "dev"),
        ("prod", "prod"),
        ("confluence-dev", "dev"),
        ("confluence-prod", "prod"),
        ("prod-dr", "prod"),
        ("mdreader-staging-dr", "staging"),
        ("dev2", "dev"),
        ("eu-dev-3", "dev"),
        ("dev-of-prod", "prod"),
        ("developers", "prod"),
        ("whatever", "prod"),
        ("", "prod"),
    ],
)
def test_environment_of_a_stack(stack: str, environment: str) -> None:
    assert environment_of(stack) == environment


@pytest.mark.parametrize(
    ("value", "environment"),
    [("staging", "staging"), (" Dev ", "dev"), ("Production", "prod"), ("qa", "qa"), ("", "dev")],
)
def test_the_configuration_says_which_environment_it_is(value: str, environment: str) -> None:
    assert environment_of("dev", {"shop:environment": value, "other:environment": "prod"}, "shop") == environment


def test_an_exemption_spares_and_is_listed() -> None:
    given = exempt(COMPLETE, OPEN)
    (found,) = verdict(OPEN, rules=WITH_HYGIENE, exemptions=[given])
    assert found.exemption == given
    assert not found.blocks


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Exemption(COMPLETE, OPEN.urn, "", "o", TODAY), "it has no reason"),
        (Exemption(COMPLETE, OPEN.urn, " ", "o", TODAY), "it has no reason"),
        (Exemption(COMPLETE, OPEN.urn, "r", "", TODAY), "it has no owner"),
        (Exemption(COMPLETE, OPEN.urn, "r", "o", None), "it has no expires date (YYYY-MM-DD)"),
        (Exemption(COMPLETE, OPEN.urn, "r", "o", TODAY - timedelta(days=1)), "it expired on 2026-01-30"),
        (
            Exemption(COMPLETE, OPEN.urn, "r", "o", date(2028, 2, 2)),
            "its last day, 2028-02-02, is more than two years off",
        ),
        *(
            (
                Exemption(COMPLETE, f"urn:pulumi:*::*::{everything}", "r", "o", TODAY),
                "its urn names neither a service, nor a type, nor a resource",
            )
            for everything in ("*::*", "aws:*::*", "aws:*/*:*::*", "*aws:*::?*")
        ),
        (Exemption(COMPLETE, "*", "r", "o", TODAY), "its urn is not urn:pulumi:<stack>::<project>::<type>::<name>"),
    ],
)
def test_a_flawed_or_expired_exemption_spares_nothing(given: Exemption, told: str) -> None:
    first, second = verdict(OPEN, rules=WITH_HYGIENE, exemptions=[given])
    assert first.rule.id == COMPLETE
    assert first.blocks
    assert second.message.endswith(told)
    assert second.blocks
    assert second.urn == urn("pulumi:pulumi:Stack", "strata-prod")


def test_two_years_are_no_flaw_nor_are_all_resources_of_a_service() -> None:
    given = Exemption(COMPLETE, "urn:pulumi:*::*::*aws:s3/*::*", "r", "o", date(2028, 2, 1))
    assert [found.exemption for found in verdict(OPEN, rules=WITH_HYGIENE, exemptions=[given])] == [given]


def test_last_day_of_an_exemption_still_counts() -> None:
    given = Exemption(COMPLETE, OPEN.urn, "r", "o", TODAY)
    assert [found.exemption for found in verdict(OPEN, rules=WITH_HYGIENE, exemptions=[given])] == [given]


def test_unused_exemptions_and_unknown_rules_are_told() -> None:
    other = exempt(COMPLETE, resource(s3.PUBLIC_ACCESS_BLOCK, "other"))
    nothing = exempt("no-such-rule", OPEN)
    told = [found.message for found in verdict(OPEN, rules=WITH_HYGIENE, exemptions=[other, nothing])][1:]
    assert [message.rpartition(": ")[2] for message in told] == [
        "there is no such rule",
        "it spares no violation",
        "it spares no violation",
    ]


def test_a_stack_without_resources_has_no_use_for_exemptions_yet() -> None:
    waiting, flawed = exempt(COMPLETE, OPEN), Exemption(COMPLETE, OPEN.urn, "r", "", TODAY)
    assert verdict(rules=WITH_HYGIENE, exemptions=[waiting]) == []
    assert [found.rule.id for found in verdict(rules=WITH_HYGIENE, exemptions=[flawed])] == ["exemption-complete"]


def test_exemptions_of_other_stacks_are_not_judged() -> None:
    elsewhere = exempt(COMPLETE, resource(s3.PUBLIC_ACCESS_BLOCK, "open", stack="confluence-prod"))
    found = verdict(OPEN, rules=WITH_HYGIENE, exemptions=[elsewhere])
    assert [each.rule.id for each in found] == [COMPLETE]


@pytest.mark.parametrize(
    ("project", "answerable"), [("strata", True), ("str*", False), ("*", False), ("another", False)]
)
def test_an_unused_exemption_is_for_the_project_that_it_names(project: str, answerable: bool) -> None:
    pattern = f"urn:pulumi:prod::{project}::{s3.PUBLIC_ACCESS_BLOCK}::gone"
    found = verdict(OPEN, rules=WITH_HYGIENE, exemptions=[Exemption(COMPLETE, pattern, "r", "o", TODAY)])
    assert [each.rule.id for each in found][1:] == ["exemption-used"] * answerable


@pytest.mark.parametrize(("project", "answerable"), [("strata", True), ("*", True), ("another", False)])
def test_a_flawed_exemption_is_for_whoever_may_be_meant(project: str, answerable: bool) -> None:
    flawed = Exemption(COMPLETE, f"urn:pulumi:prod::{project}::t::gone", "", "o", TODAY)
    found = verdict(OPEN, rules=WITH_HYGIENE, exemptions=[flawed])
    assert [each.rule.id for each in found][1:] == ["exemption-complete"] * answerable


def test_an_exemption_waits_for_what_is_not_known_or_not_asked() -> None:
    given = exempt(COMPLETE, OPEN)
    shut = replace(OPEN, inputs={**OPEN.inputs, "restrictPublicBuckets": True})
    assert verdict(shut, rules=WITH_HYGIENE, exemptions=[given])
    unsure = replace(OPEN, inputs={**OPEN.inputs, "restrictPublicBuckets": UNKNOWN})
    unseen = replace(resource("t", "other"), seen=False)
    assert verdict(unsure, rules=WITH_HYGIENE, exemptions=[given]) == []
    assert verdict(shut, unseen, rules=WITH_HYGIENE, exemptions=[given]) == []
    assert verdict(shut, rules=WITH_HYGIENE, config={COMPLETE: "disabled"}, exemptions=[given]) == []


def test_patterns_of_exemptions() -> None:
    pattern = "urn:pulumi:pro?::*::aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::op*"
    given = Exemption(COMPLETE, pattern, "r", "o", TODAY)
    assert given.spares(COMPLETE, OPEN.urn, TODAY)
    assert not given.spares("rds-encrypted", OPEN.urn, TODAY)
    assert not given.spares(COMPLETE, urn(s3.PUBLIC_ACCESS_BLOCK, "closed"), TODAY)
    assert not given.spares(COMPLETE, urn(s3.PUBLIC_ACCESS_BLOCK, "open", "dev"), TODAY)


def test_exemptions_file(tmp_path: Path) -> None:
    file = tmp_path / "exemptions.yaml"
    assert read_exemptions(file) == ()
    file.write_text(
        "exemptions:\n- {rule: a, urn: 'urn:pulumi:prod::s::t::n', reason: r, owner: o, expires: 2026-12-31}\n"
        "- {rule: b, expires: soon}\n"
    )
    first, second = read_exemptions(file)
    assert not first.flaws
    assert str(first.expires) == "2026-12-31"
    assert second.rule == "b"
    assert second.expires is None
    for text, told in (
        ("exemptions: [{a: 1}]", "unknown keys a"),
        ("exemptions: {a: 1}", "a list"),
        ("- [", "no YAML"),
        ("- a", "a mapping"),
        ("a: 1", "unknown keys a; frameworks, rules, exemptions are known"),
    ):
        file.write_text(text)
        with pytest.raises(ValueError, match=told):
            read_exemptions(file)


def test_the_packs_own_exemptions_can_be_read() -> None:
    assert all(not given.flaws for given in read_exemptions())


def test_thresholds_outside_their_bounds_are_refused() -> None:
    with pytest.raises(PolicyConfigError, match=r"rds-backups\.minimumDays"):
        read_config({rds.backups.id: {"minimumDays": 36}}, all_rules())
