"""What the support of versions, and the pack's exemptions, have left, judged by a day that is given."""

import ast
import re
from collections.abc import Iterator
from datetime import date

import pytest

from components import versions
from components.versions import KUBERNETES, MINORS, PSQL, REDIS, VERSIONS, Version
from policy.exemptions import Exemption
from policy.version_support import read_support
from systems.collaboration.parameters import FIRST_TAG
from tests.stacks import ROOT
from tools.versions import ending, ends, lapsing, main, unknown

_RELEASE = r"v?\d+\.\d+\.\d+(-\w.*)?|sha256:[0-9a-f]{64}|(python|nodejs|cloudfront-js-)\d.*|.*-standard:\d.*"
END = date(2027, 3, 27)
ONE = Version("Kubernetes on EKS", "1.35", "https://example.com")
SOURCE = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 9, 27), []),
        (date(2026, 9, 28), [f"Kubernetes on EKS 1.35: 180 days of support left, until 2027-03-27; {SOURCE}"]),
        (END, [f"Kubernetes on EKS 1.35: 0 days of support left, until 2027-03-27; {SOURCE}"]),
        (date(2027, 3, 28), [f"Kubernetes on EKS 1.35: support ended on 2027-03-27; {SOURCE}"]),
    ],
)
def test_an_end_is_told_180_days_before(day: date, says: list[str]) -> None:
    assert list(ending([ONE, REDIS], day)) == says


def test_the_first_to_end_comes_first() -> None:
    sooner = Version("PostgreSQL on RDS", "14", "https://example.com")
    assert [line.split(":")[0] for line in ending([ONE, sooner], date(2026, 12, 1))] == [
        "PostgreSQL on RDS 14",
        "Kubernetes on EKS 1.35",
    ]


def test_an_end_that_nobody_has_said_is_said_to_be_unknown() -> None:
    """Of Redis 7 ElastiCache says none; of a version that came later nobody has looked."""
    later = Version("Kubernetes on EKS", "1.99", "https://example.com")
    pages = read_support()[REDIS.of].source, SOURCE
    assert list(unknown([ONE, REDIS, later])) == [
        f"Redis on ElastiCache 7.1: end of support not known; {pages[0]}",
        f"Kubernetes on EKS 1.99: end of support not known; {pages[1]}",
    ]
    assert list(ending([REDIS, later], date(2040, 1, 1))) == []


def test_an_image_by_digest_ends_with_what_its_tag_says() -> None:
    assert PSQL.value.startswith("sha256:")
    assert ends(PSQL) == date(2029, 11, 8)


def test_exemptions_are_told_in_the_same_way() -> None:
    one = Exemption(rule="a-rule", urn="urn:*", reason="r", owner="o", expires=END)
    assert list(lapsing([one], date(2026, 9, 27))) == []
    assert list(lapsing([one], date(2026, 9, 28))) == ["exemption from a-rule for urn:*: ends on 2027-03-27"]
    assert list(lapsing([one], date(2027, 3, 28))) == ["exemption from a-rule for urn:*: ended on 2027-03-27"]


def test_nothing_fails_unless_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["2026-11-28", "--strict-dates"]) == 0
    capsys.readouterr()
    assert main(["2027-04-05"]) == 0
    assert f"Kubernetes on EKS {KUBERNETES.value}: 119 days of support left" in capsys.readouterr().out
    assert main(["2027-04-05", "--strict-dates"]) == 1
    assert main(["2020-01-01", "--strict-dates"]) == 0


def test_every_version_of_the_file_is_listed_with_its_source() -> None:
    named = [value for value in vars(versions).values() if isinstance(value, Version)]
    named += [*versions.BUILD_IMAGES.values(), *(minor.cluster_autoscaler for minor in MINORS.values())]
    assert {id(one) for one in named} == {id(one) for one in VERSIONS}
    assert all(one.source.startswith("https://") for one in VERSIONS)


def test_what_is_run_by_a_service_with_ends_of_support_is_one_that_the_pack_knows() -> None:
    """Also where the service has not named a day: an upgrade here asks for a look at its page."""
    for one in VERSIONS:
        service = read_support().get(one.of)
        if service and not one.of.startswith("image"):
            assert service.key(one.value) in service.ends, f"policy/support.yaml has no {one.of} {one.value}"


def test_every_minor_has_add_ons_and_images_of_its_own() -> None:
    assert KUBERNETES.value in MINORS
    names = {frozenset(minor.add_ons) for minor in MINORS.values()}
    assert len(names) == 1
    for version, minor in MINORS.items():
        assert minor.node_image.startswith(f"{version}.")
        assert re.fullmatch(r"\d\.\d+\.\d+-20\d{6}", minor.node_image)
        assert minor.cluster_autoscaler.tag.startswith(f"v{version}.")
        assert minor.add_ons["kube-proxy"].startswith(f"v{version}.")
        assert all(re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", one) for one in minor.add_ons.values())


@pytest.mark.parametrize("room", ["components", "systems"])
def test_versions_come_from_the_file_and_are_images_of_one_content(room: str) -> None:
    """Nobody else names a release; an image of this project's own has a first tag."""
    for path in sorted((ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = [text for node in ast.walk(tree) for text in given(node) if path.name != "versions.py"]
        assert [text for text in said if re.fullmatch(_RELEASE, text) and text != FIRST_TAG] == [], path.name


def given(node: ast.AST) -> Iterator[str]:
    """The text that a name, an argument or a default is given."""
    values: list[ast.expr | None] = []
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.keyword)):
        values = [node.value]
    if isinstance(node, ast.arguments):
        values = [*node.defaults, *node.kw_defaults]
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
