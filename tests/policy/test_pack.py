"""What the pack consists of, and that its folder can be Pulumi's first import path."""

import importlib.metadata
import sys
from pathlib import Path
from types import ModuleType

import pytest

from policy import catalogue
from policy.catalogue import RULES_FILE, render
from policy.pack import all_rules, rule_named, rules_in

FOLDER = Path(RULES_FILE).parent


def test_rules_md_is_current() -> None:
    assert RULES_FILE.read_text(encoding="utf-8") == render(), "run `make rules`"


def test_catalogue_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "RULES_FILE", tmp_path / "RULES.md")
    catalogue.main()
    assert (tmp_path / "RULES.md").read_text(encoding="utf-8") == render()


def test_catalogue_tells_what_a_rule_wants() -> None:
    text = render((rule_named("rds-backups"),))
    assert "### rds-backups" in text
    assert "**Databases keep automated backups** (high, mandatory in prod, advisory elsewhere)." in text
    assert "- Frameworks: FSBP RDS.11 · cdk-nag AwsSolutions-RDS13 · Checkov CKV_AWS_133" in text
    assert "- Thresholds: `minimumDays` (7): Least days that automated backups are kept" in text


def test_catalogue_tells_which_rules_mend() -> None:
    line = "- Sets by itself at level `remediate`: `sslPolicy`"
    assert line in render((rule_named("elb-tls-policy"),))
    assert "Sets by itself" not in render((rule_named("rds-backups"),))


def test_no_module_shadows_another() -> None:
    # Pulumi starts the pack with policy/ as its first import path.
    ours = {path.stem for path in FOLDER.glob("*.py")} | {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    taken = set(sys.stdlib_module_names) | set(importlib.metadata.packages_distributions())
    assert not (ours - {"__init__", "__main__"}) & taken


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in all_rules()]
    assert len(ids) == len(set(ids))


def test_a_module_owns_only_what_it_declares() -> None:
    module = ModuleType("policy.rules.borrowed")
    module.__dict__["borrowed"] = rule_named("rds-backups")
    assert rules_in(module) == []


def test_an_unknown_rule_is_told() -> None:
    with pytest.raises(KeyError, match="no-such-rule"):
        rule_named("no-such-rule")
