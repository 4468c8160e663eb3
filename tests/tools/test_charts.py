"""The kinds of charts, from a repository that is here."""

import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from components.versions import LOAD_BALANCER_CONTROLLER, VERTICAL_AUTOSCALER, Chart
from tests.stacks import ROOT, STACKS, stack_graph
from tools.charts import CHARTS, kinds, main, read

NAME = LOAD_BALANCER_CONTROLLER.name
FILES = {
    f"{NAME}/Chart.yaml": "name: chart\n",
    f"{NAME}/crds/gateway.yaml": "kind: B",
    f"{NAME}/crds/crds.yaml": "kind: A\n",
    f"{NAME}/templates/crds.yaml": "kind: C\n",
}


def repository(folder: Path, files: dict[str, str], **said: object) -> Chart:
    """A chart repository in a folder with one release, and the chart that asks for it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    (folder / "chart.tgz").write_bytes(packed.getvalue())
    release = {
        "version": LOAD_BALANCER_CONTROLLER.value,
        "urls": ["chart.tgz"],
        "digest": hashlib.sha256(packed.getvalue()).hexdigest(),
        **said,
    }
    (folder / "index.yaml").write_text(yaml.safe_dump({"entries": {NAME: [{"version": "1.0.0"}, release]}}))
    return replace(LOAD_BALANCER_CONTROLLER, repository=folder.as_uri())


def test_the_kinds_of_the_version_that_is_asked_for(tmp_path: Path) -> None:
    assert kinds(repository(tmp_path, FILES)) == "kind: A\n---\nkind: B\n"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"digest": "0" * 64}, "is not what .* says: its digest is another"),
        ({"version": "9.9.9"}, f"has no {NAME} {LOAD_BALANCER_CONTROLLER.value}"),
    ],
)
def test_what_is_not_the_promised_package_is_not_applied(tmp_path: Path, said: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        kinds(repository(tmp_path, FILES, **said))


def test_a_chart_without_kinds_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has nothing in crds/"):
        kinds(repository(tmp_path, {f"{NAME}/Chart.yaml": "name: chart\n"}))


def test_a_repository_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "index.yaml").write_text("<html>")
    with pytest.raises(ValueError, match=f"has no chart {NAME}"):
        kinds(replace(LOAD_BALANCER_CONTROLLER, repository=tmp_path.as_uri()))
    with pytest.raises(OSError, match="nothing"):
        read((tmp_path / "nothing").as_uri())


def test_charts_whose_kinds_helm_leaves_are_named_with_one_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "aws-load-balancer-controller targetgroupbindings.elbv2.k8s.aws",
        "vertical-pod-autoscaler verticalpodautoscalers.autoscaling.k8s.io",
    ]
    assert main(["karpenter"]) == 2
    assert VERTICAL_AUTOSCALER.kind


@pytest.mark.parametrize("stack", STACKS)
def test_every_release_of_a_stack_is_a_chart_of_the_file(stack: str) -> None:
    for release in stack_graph(stack).of_type("kubernetes:helm.sh/v3:Release"):
        name = release.inputs["chart"].rsplit("/", 1)[-1]
        chart = CHARTS[name.removesuffix("-crd")]
        assert release.inputs["version"] == chart.value
        asked = release.inputs.get("repositoryOpts", {}).get("repo") or release.inputs["chart"].rpartition("/")[0]
        assert asked == chart.repository


def test_kinds_come_before_the_update_of_the_stack() -> None:
    steps = (ROOT / "delivery" / "infrastructure.sh").read_text()
    assert -1 < steps.index("/kinds.sh") < steps.index("pulumi up")
