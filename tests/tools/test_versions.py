"""What the support of versions, and the pack's exemptions, have left, judged by a day that is given."""

import ast
import re
from datetime import date

import pytest

from components import versions
from components.versions import VERSIONS, Version
from policy.exemptions import Exemption
from tests.stacks import ROOT
from tools.versions import ending, lapsing, main

_RELEASE = r"v?\d+\.\d+\.\d+|sha256:[0-9a-f]{64}"
END = date(2027, 3, 27)
ONE = Version("Kubernetes", "1.35", "https://example.com", END)


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 9, 27), []),
        (date(2026, 9, 28), ["Kubernetes 1.35: 180 days of support left, until 2027-03-27; https://example.com"]),
        (END, ["Kubernetes 1.35: 0 days of support left, until 2027-03-27; https://example.com"]),
        (date(2027, 3, 28), ["Kubernetes 1.35: support ended on 2027-03-27; https://example.com"]),
    ],
)
def test_an_end_is_told_180_days_before(day: date, says: list[str]) -> None:
    assert list(ending([ONE, Version("Redis", "7.1", "https://example.com")], day)) == says


def test_the_first_to_end_comes_first() -> None:
    sooner = Version("A database", "14", "https://example.com", date(2027, 1, 1))
    assert [line.split(":")[0] for line in ending([ONE, sooner], date(2026, 12, 1))] == [
        "A database 14",
        "Kubernetes 1.35",
    ]


def test_exemptions_are_told_in_the_same_way() -> None:
    one = Exemption(rule="a-rule", urn="urn:*", reason="r", owner="o", expires=END)
    assert list(lapsing([one], date(2026, 9, 27))) == []
    assert list(lapsing([one], date(2026, 9, 28))) == ["exemption from a-rule for urn:*: ends on 2027-03-27"]
    assert list(lapsing([one], date(2027, 3, 28))) == ["exemption from a-rule for urn:*: ended on 2027-03-27"]


def test_nothing_fails_unless_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["2026-11-28"]) == 0
    assert "Kubernetes on EKS 1.35: 119 days of support left" in capsys.readouterr().out
    assert main(["2026-11-28", "--strict-dates"]) == 1
    assert main(["2020-01-01", "--strict-dates"]) == 0


def test_every_version_of_the_file_is_listed_with_its_source() -> None:
    named = {id(value) for value in vars(versions).values() if isinstance(value, Version)}
    assert named == {id(one) for one in VERSIONS}
    assert all(one.source.startswith("https://") for one in VERSIONS)


def test_charts_take_their_versions_from_the_file() -> None:
    """No component names a release of its own."""
    for path in sorted((ROOT / "components" / "workloads").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                assert not re.fullmatch(_RELEASE, named.value), f"{path.name}: {named.value}"
