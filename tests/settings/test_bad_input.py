"""The real program with a stack file that cannot be used: exit 2, a line a problem, no traceback."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, Field

import systems
from analyser.faces.commands import cli
from settings import Stack

ROOT = Path(cli.__file__).resolve().parents[3]
PROD = "Pulumi.prod.yaml"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("Pulumi.yaml", "__main__.py", PROD):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def told(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Previews prod with its settings changed, and says what was complained of."""

    def tell(change: Callable[[dict[str, Any]], object] | None = None, stack: str = "prod") -> list[str]:
        if change:
            document = yaml.safe_load((project / PROD).read_text(encoding="utf-8"))
            change(document["config"])
            (project / PROD).write_text(yaml.safe_dump(document), encoding="utf-8")
        assert cli.run(["preview", stack]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "Traceback" not in said.err
        return said.err.splitlines()

    return tell


Told = Callable[..., list[str]]


def settings(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda config: config["strata:settings"].update(changes)


def test_what_turns_out_while_the_stack_is_built(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_stack: Stack) -> None:
        raise ValueError("cdn: aliases need a certificate,\nand a certificate needs aliases")

    monkeypatch.setattr(systems, "build", refuse)
    assert told() == [f"{PROD}: cdn: aliases need a certificate, and a certificate needs aliases"]


def test_settings_that_the_program_itself_makes(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "build", lambda _stack: _Inner(days=0))
    assert told() == [f"{PROD}: _Inner.days: 0 is below 1"]


class _Inner(BaseModel):
    days: int = Field(ge=1)


def test_an_unknown_key(told: Told) -> None:
    (line,) = told(settings(databse={}))
    assert line.startswith(f"{PROD}: settings.databse: unknown key; did you mean database? allowed: ")


def test_a_wrong_type(told: Told) -> None:
    (line,) = told(lambda config: config["strata:settings"]["database"].update(storageGib="big"))
    assert line == f"{PROD}: settings.database.storageGib: 'big' is not a whole number"


def test_a_value_out_of_range(told: Told) -> None:
    (line,) = told(settings(idleTimeout=5))
    assert line == f"{PROD}: settings.idleTimeout: 5 is below 60"


def test_overlapping_ranges(told: Told) -> None:
    (line,) = told(settings(network={"public": {"a": "10.1.1.0/24", "b": "10.1.1.128/25", "c": "10.1.3.0/24"}}))
    assert line == f"{PROD}: settings.network.public.b: 10.1.1.128/25 overlaps a (10.1.1.0/24)"


def test_a_range_outside_the_vpc(told: Told) -> None:
    lines = told(settings(network={"data": {"a": "10.2.1.0/24", "b": "10.1.12.0/24", "c": "10.1.13.0/24"}}))
    assert lines == [f"{PROD}: settings.network.data.a: 10.2.1.0/24 lies outside cidr 10.1.0.0/16"]


def test_one_nat_gateway_in_prod(told: Told) -> None:
    (line,) = told(settings(network={"nat": "single"}))
    assert line.startswith(f"{PROD}: settings.network.nat: 'single' is refused in prod")


def test_a_registry_without_the_application_s_image(told: Told) -> None:
    (line,) = told(settings(registry={"namespace": "records", "repositories": ["worker"]}))
    assert line == f"{PROD}: settings.registry.repositories: lacks microservice, which the application's image is in"


def test_a_misspelt_instance_class(told: Told) -> None:
    (line,) = told(lambda config: config["strata:settings"]["database"].update(instanceClass="db.r5.2xlrge"))
    said = "there is no instance class 'db.r5.2xlrge'; did you mean db.r5.2xlarge?"
    assert line == f"{PROD}: settings.database.instanceClass: {said}"


def test_several_problems_at_once(told: Told) -> None:
    lines = told(settings(idleTimeout=5, domain="records", snapshotz={}))
    assert sorted(line.split(": ")[1] for line in lines) == [
        "settings.domain", "settings.idleTimeout", "settings.snapshotz",
    ]  # fmt: skip


def test_an_unknown_system(told: Told) -> None:
    (line,) = told(lambda config: config.update({"strata:system": "record"}))
    assert line.startswith(f"{PROD}: system: 'record' is not allowed; one of: ")
    assert "records" in line


def test_a_missing_stack_file(told: Told) -> None:
    assert told(stack="live") == ["Pulumi.live.yaml: there is no such stack file; stacks here: prod"]


def test_invalid_yaml(told: Told, project: Path) -> None:
    (project / PROD).write_text("config:\n  strata:system: [records\n", encoding="utf-8")
    (line,) = told()
    assert line.startswith(f"{PROD}: is not valid YAML: line 3, column 1: ")
