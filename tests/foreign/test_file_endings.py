"""A project whose files end in another way than most do: https://github.com/pulumi/pulumi/tree/master/sdk/go/common/workspace"""

from pathlib import Path

import pytest

from analyser.faces.commands.stack import stack_names
from analyser.graph import Graph
from analyser.run.foreign.outputs_elsewhere import Elsewhere
from analyser.run.foreign.project import Project, read_project, read_stack
from analyser.run.foreign.start import run_foreign
from settings import SettingsError


def written(folder: Path, ending: str, name: str = "shop") -> Path:
    (folder / "stacks").mkdir(parents=True)
    about = f'{{"name": "{name}", "runtime": "python", "stackConfigDir": "stacks"}}'
    (folder / f"Pulumi{ending}").write_text(about, encoding="utf-8")
    (folder / f"stacks/Pulumi.prod{ending}").write_text('{"config": {"aws:region": "eu-west-1"}}', encoding="utf-8")
    (folder / "__main__.py").write_text("", encoding="utf-8")
    return folder


@pytest.mark.parametrize("ending", [".json", ".yml"])
def test_a_stack_is_read_from_the_file_that_ends_as_its_projects(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = read_project(written(tmp_path, ending))
    monkeypatch.chdir(tmp_path / "stacks")
    assert stack_names() == ["prod"]
    assert read_stack(project, "prod").config == {"aws:region": "eu-west-1"}
    (tmp_path / "stacks/Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"Pulumi\.dev\{ending}: is not there; .* Pulumi\.dev\.yaml does not"):
        read_stack(project, "dev")


def test_what_is_found_in_a_stack_points_into_its_file(tmp_path: Path) -> None:
    assert run_foreign(read_project(written(tmp_path, ".yml")), "prod").file == "stacks/Pulumi.prod.yml"


def test_a_project_beside_is_found_by_any_of_its_files(tmp_path: Path) -> None:
    def preview(project: Project, stack: str) -> Graph:
        return Graph(project.name, stack, [], {"ran": stack})

    here = read_project(written(tmp_path / "shop", ".yaml"))
    written(tmp_path / "net", ".yml", "net")
    elsewhere = Elsewhere(here, {}, preview, [])
    found = elsewhere.read("acme/net/prod")
    assert found is not None
    assert found.outputs == {"ran": "prod"}
    assert elsewhere.read("acme/net/dev") is None
