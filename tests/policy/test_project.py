"""What the project that is judged says to the pack, and where the pack finds it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pulumi.runtime.proto import analyzer_pb2 as wire

from policy.clock import today
from policy.levels import PolicyConfigError, project_config
from policy.pack import all_rules
from policy.project import not_found, project_file, read_project
from policy.rules import rds
from tests.policy.engine.process import EMPTY, analyze_request, pack_process

SAID = f"""rules:
  rds-backups: {{minimumDays: 20}}
  rds-encrypted: advisory
exemptions:
- rule: rds-deletion-protection
  urn: urn:pulumi:*::shop::aws:rds/instance:Instance::db
  reason: a test
  owner: me
  expires: {today() + timedelta(days=30)}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of another name, in which somebody stands."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: go\n", encoding="utf-8")
    (tmp_path / "strata-policy.yaml").write_text(SAID, encoding="utf-8")
    monkeypatch.setenv("PWD", str(tmp_path))
    monkeypatch.setenv("PULUMI_PROJECT", "shop")
    monkeypatch.delenv("STRATA_POLICY", raising=False)
    return tmp_path


def test_the_file_is_that_of_the_project_which_the_engine_names(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project_file() == shop / "strata-policy.yaml"
    monkeypatch.setenv("PWD", str(shop / "below"))
    assert project_file() == shop / "strata-policy.yaml"
    monkeypatch.setenv("PULUMI_PROJECT", "other")
    assert project_file() is None


def test_where_the_engine_works_goes_before_what_its_shell_says(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `pulumi -C` from another checkout of the same project: PWD still names the folder of the shell."""
    other = shop / "checkout" / "of" / "shop"
    other.mkdir(parents=True)
    (other / "Pulumi.json").write_text("{", encoding="utf-8")  # none, of which the next may still be one
    (other / "Pulumi.yml").write_text("name: shop\n", encoding="utf-8")
    monkeypatch.chdir(other)
    monkeypatch.setattr(os, "getppid", os.getpid)  # the process whose working directory is asked
    assert project_file() == other / "strata-policy.yaml"


def test_the_preview_goes_by_its_own_working_directory(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_PROJECT")
    monkeypatch.chdir(shop)
    monkeypatch.setenv("PWD", str(Path(__file__).parent))  # what a caller that only changes the directory leaves
    assert project_file() == shop / "strata-policy.yaml"


def test_a_project_that_lies_nowhere_around_is_told(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not_found() is None
    monkeypatch.setenv("PULUMI_PROJECT", "other")
    told = not_found()
    assert told is not None
    assert "the project other is in none of the folders" in told
    assert "STRATA_POLICY=/path/strata-policy.yaml" in told
    monkeypatch.delenv("PULUMI_PROJECT")
    assert not_found() is None


def test_a_variable_names_it_where_it_is_elsewhere(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = shop / "other.yaml"
    monkeypatch.setenv("STRATA_POLICY", str(other))
    with pytest.raises(ValueError, match="there is no such file"):
        project_file()
    other.write_text("rules: {rds-backups: advisory}\n", encoding="utf-8")
    assert read_project(project_file()) == {"rules": {"rds-backups": "advisory"}}


def test_what_is_wrong_names_file_and_key(shop: Path) -> None:
    (shop / "strata-policy.yaml").write_text("rules: {rds-backups: remediate, none: advisory}\n", encoding="utf-8")
    with pytest.raises(PolicyConfigError) as caught:
        project_config(all_rules())
    assert str(caught.value).splitlines() == [
        "strata-policy.yaml: rules.rds-backups.enforcementLevel: this rule mends nothing by itself",
        "strata-policy.yaml: rules.none: no such rule",
    ]


@pytest.mark.usefixtures("shop")
def test_the_engine_is_told_the_projects_levels_and_thresholds_and_may_go_before_them() -> None:
    asked = analyze_request(rds.INSTANCE, "db", storageEncrypted=False, backupRetentionPeriod=10)
    asked.urn = "urn:pulumi:prod::shop::aws:rds/instance:Instance::db"
    with pack_process(project="shop") as stub:
        listed = {each.name: each for each in stub.GetAnalyzerInfo(EMPTY).policies}
        assert listed["rds-encrypted"].enforcementLevel == wire.ADVISORY
        assert listed["rds-backups"].configSchema.properties["minimumDays"]["default"] == 20
        before = stub.Analyze(asked)
        level = {each.policyName: each.enforcementLevel for each in before.diagnostics}
        assert level["rds-encrypted"] == wire.ADVISORY
        assert level["rds-backups"] == wire.MANDATORY
        assert [each.policy_name for each in before.not_applicable] == ["rds-deletion-protection"]
        stricter = {"rds-encrypted": wire.PolicyConfig(enforcementLevel=wire.MANDATORY)}
        stub.Configure(wire.ConfigureAnalyzerRequest(policyConfig=stricter))
        level = {each.policyName: each.enforcementLevel for each in stub.Analyze(asked).diagnostics}
        assert level["rds-encrypted"] == wire.MANDATORY
        assert level["rds-backups"] == wire.MANDATORY  # still below the project's own threshold
