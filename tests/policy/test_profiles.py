"""Frameworks by control, and what a project that goes by one has of the pack."""

import re
from pathlib import Path

import pytest
import yaml

from policy.catalogue import FRAMEWORKS_FILE, frameworks
from policy.levels import PolicyConfigError, project_config, read_config
from policy.model import Kind, Level, Rule
from policy.pack import all_rules, rule_named
from policy.profiles import FOLDER, NAMES, Framework, Unseen, framework, levels_by

RULES = all_rules()
CONTROLS = {"cis": 70, "fsbp": 368, "hipaa": 32, "nist": 206, "pci": 107}
"""As many as the sources that the files name have."""


def control(name: str, number: str, rules: tuple[Rule, ...] = RULES) -> tuple[list[str], Unseen | None]:
    (found,) = [each for each in framework(name, rules).controls if each.id == number]
    return [rule.id for rule in found.rules], found.unseen


@pytest.mark.parametrize("name", NAMES)
def test_each_control_is_seen_or_told_by_name(name: str) -> None:
    told = framework(name, RULES)
    assert len(told.controls) == CONTROLS[name]
    assert told.source
    nameless = framework(name, ())
    assert [each.id for each in nameless.controls if each.title == each.id and each.id not in seen(told)] == []
    assert [each.id for each in told.controls if each.rules and each.unseen] == [], "a rule sees what no rule can"


def seen(told: Framework) -> set[str]:
    return {each.id for each in told.controls if each.rules}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_names_rules_that_there_are_and_controls_of_security_hub(name: str) -> None:
    entries = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))["controls"].values()
    assert all(entry.keys() <= {"title", "hub", "rules", "unseen"} for entry in entries)
    assert {rule for entry in entries for rule in entry.get("rules", ())} <= {rule.id for rule in RULES}
    odd = [one for entry in entries for one in entry.get("hub", ()) if not re.fullmatch(r"[A-Z][A-Za-z0-9]+\.\d+", one)]
    assert odd == []
    # Names of services as rules write them, or a rule would never be found by one.
    ours = {one.partition(".")[0] for rule in RULES for one in rule.frameworks.get("FSBP", ())}
    theirs = {one.partition(".")[0] for entry in entries for one in entry.get("hub", ())}
    assert [one for one in theirs if one not in ours and one.lower() in {each.lower() for each in ours}] == []


@pytest.mark.parametrize(("calls", "name"), [("FSBP", "fsbp"), ("CIS", "cis")])
def test_rules_name_controls_that_the_framework_has(calls: str, name: str) -> None:
    numbers = {each.id for each in framework(name, ()).controls}
    named = {one for rule in RULES for one in rule.frameworks.get(calls, ())}
    assert named - numbers == set()
    if calls == "FSBP":
        beside = {one for rule in RULES for one in rule.frameworks.get("Security Hub", ())}
        assert beside & numbers == set(), "is in the standard"


def test_a_control_is_seen_by_its_name_by_security_hub_s_and_by_a_rule_s() -> None:
    assert control("fsbp", "S3.5") == (["s3-bucket-tls-only"], None)
    assert control("cis", "3.1.1") == (["s3-bucket-tls-only"], None)
    assert "cloudtrail-validated" in control("cis", "4.2")[0]  # by CloudTrail.4 alone
    assert control("cis", "5.16") == (["securityhub-controls"], None)
    assert "s3-bucket-tls-only" in control("pci", "4.2.1")[0]
    assert "rds-encrypted" in control("hipaa", "164.312(a)(2)(iv)")[0]
    assert "cloudtrail-every-region" in control("nist", "AU-2")[0]
    assert control("nist", "AU-11")[0] == ["cloudwatch-log-retention"]
    assert control("cis", "2.5") == ([], Unseen.ACCOUNT)
    assert control("cis", "5.3") == ([], None)


def test_without_its_rule_a_control_is_seen_by_none() -> None:
    others = tuple(rule for rule in RULES if rule.id != "s3-bucket-tls-only")
    assert control("cis", "3.1.1", others) == ([], None)


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="'soc2' is none of cis, fsbp, hipaa, nist, pci"):
        framework("soc2", RULES)


def test_frameworks_md_is_current() -> None:
    assert FRAMEWORKS_FILE.read_text(encoding="utf-8") == frameworks(), "run `make rules`"


def test_what_no_rule_sees_is_named_first() -> None:
    text = frameworks((rule_named("s3-bucket-tls-only"),))
    assert "| CIS AWS Foundations Benchmark 7.0 | `cis` | 70 | 1 | " in text
    section = text[text.index("## CIS AWS") :].partition("\n## ")[0]
    assert section.rstrip().endswith("| 3.1.1 | Buckets refuse plain HTTP | s3-bucket-tls-only |")
    assert "| 5.3 | Use of root raises an alarm | none |" in section
    assert f"| 2.5 | The root user has MFA | {Unseen.ACCOUNT.reason} |" in section


def test_rules_of_a_framework_are_mandatory_and_others_are_told() -> None:
    levels = levels_by(["cis"], RULES)
    assert levels["s3-bucket-tls-only"] is Level.MANDATORY
    assert levels["kms-key-rotation"] is Level.MANDATORY
    assert levels["rds-multi-az"] is rule_named("rds-multi-az").level is Level.MANDATORY_IN_PROD
    assert levels["sqs-dead-letters"] is Level.ADVISORY
    assert not levels.keys() & {rule.id for rule in RULES if rule.kind is Kind.EXEMPTION}
    both = levels_by(["cis", "pci"], RULES)
    assert {rule for rule, level in levels.items() if level is not Level.ADVISORY} < {
        rule for rule, level in both.items() if level is not Level.ADVISORY
    }


def said(folder: Path, text: str) -> Path:
    file = folder / "strata-policy.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("frameworks: [cis]\n", ("mandatory", "advisory", "advisory")),
        ("frameworks: [cis]\nrules: {s3-bucket-tls-only: advisory}\n", ("advisory", "advisory", "advisory")),
        ("frameworks: [cis]\nrules: {sqs-dead-letters: mandatory}\n", ("mandatory", "mandatory", "advisory")),
        ("frameworks: [cis]\nrules: {all: disabled}\n", ("mandatory", "disabled", "disabled")),
        ("frameworks: [cis]\nrules: {rds-backups: {minimumDays: 14}}\n", ("mandatory", "advisory", "advisory")),
        ("frameworks: []\n", ("mandatory", "advisory", "mandatory")),
    ],
)
def test_a_project_goes_by_a_framework(
    text: str, levels: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRATA_POLICY", str(said(tmp_path, text)))
    config = read_config(project_config(RULES), RULES)
    asked = ("s3-bucket-tls-only", "sqs-dead-letters", "rds-backups")
    assert tuple(config.level(rule_named(rule), "prod").value for rule in asked) == levels
    thresholds = config.of(rule_named("rds-backups"))
    assert thresholds is None or thresholds.model_dump() == {"minimum_days": 14}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("frameworks: [cis, soc2]\n", "strata-policy.yaml: frameworks: 'soc2' is none of cis, fsbp, hipaa, nist, pci"),
        ("frameworks: cis\n", "strata-policy.yaml: frameworks: a list of cis, fsbp, hipaa, nist, pci is expected"),
        ("frameworks: [[cis]]\n", "strata-policy.yaml: frameworks: a list of cis, fsbp, hipaa, nist, pci is expected"),
    ],
)
def test_a_framework_that_is_none_is_told(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRATA_POLICY", str(said(tmp_path, text)))
    with pytest.raises(PolicyConfigError) as caught:
        project_config(RULES)
    assert str(caught.value) == told
