"""Exemptions that name a stack by what its configuration says, since a stack may be called anything."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from policy.exemptions import Exemption, for_stack, read_exemptions

TODAY = date(2026, 1, 31)
URN = "urn:pulumi:any::shop::aws:sns/topic:Topic::orders"
BY_SYSTEM = Exemption(
    "topic-encrypted",
    "urn:pulumi:*::shop::*aws:sns/topic:Topic::orders",
    "a test",
    "me",
    TODAY,
    where=(("shop:system", "web"), ("shop:settings.model", "eks")),
)


def config(system: str = "web", model: str = "eks") -> dict[str, str]:
    return {"shop:system": system, "shop:settings": json.dumps({"model": model})}


def test_a_stack_that_says_so_is_spared_and_answers_for_the_exemption() -> None:
    (found,) = for_stack([BY_SYSTEM], config())
    assert found == replace(BY_SYSTEM, where=())
    assert found.spares("topic-encrypted", URN, TODAY)
    assert found.concerns("any", "shop")


@pytest.mark.parametrize("other", [config(system="batch"), config(model="lambda")])
def test_a_stack_that_says_otherwise_is_not_spared(other: dict[str, str]) -> None:
    assert for_stack([BY_SYSTEM], other) == ()


@pytest.mark.parametrize("given", [{}, {"shop:system": "web"}, {"shop:system": "web", "shop:settings": "no JSON"}])
def test_where_nothing_speaks_against_it_it_spares_and_is_not_judged(given: dict[str, str]) -> None:
    (found,) = for_stack([BY_SYSTEM], given)
    assert found.spares("topic-encrypted", URN, TODAY)
    assert not found.concerns("any", "shop")


def test_the_packs_own_exemptions_name_no_stack() -> None:
    """Whoever renames a stack file keeps what its system is spared."""
    own = read_exemptions()
    assert own
    for exemption in own:
        assert exemption.urn.startswith("urn:pulumi:*::strata::"), exemption
        assert dict(exemption.where)["strata:system"], exemption


def test_a_where_that_is_no_mapping_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "exemptions.yaml"
    file.write_text(
        "exemptions:\n- {rule: r, urn: u, reason: r, owner: o, expires: 2027-01-01, where: web}\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match="exemption 1: where is no mapping of configuration keys"):
        read_exemptions(file)
