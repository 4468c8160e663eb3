"""Whom a recovery stack stands by for: one line with file and key where it cannot."""

import json
from pathlib import Path

import pytest

from settings import Settings, SettingsError, Stack, stack
from settings.recovery import RecoveryStackSettings, recovery_of, with_promotion


class Shop(Settings):
    recovery: RecoveryStackSettings | None = None


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = {
        "shop-prod": ("us-east-1", "shop", "prod", {}),
        "shop-west": ("us-west-2", "shop", "prod", {}),
        "shop-dev": ("us-east-1", "shop", "dev", {}),
        "bank-prod": ("us-east-1", "bank", "prod", {}),
        "shop-other-dr": ("eu-west-1", "shop", "prod", {"recovery": {"home": "shop-prod"}}),
    }
    for name, (region, system, environment, settings) in homes.items():
        said = {"strata:system": system, "strata:environment": environment, "strata:settings": settings}
        text = json.dumps({"config": {"aws:region": region, **said}})
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(stack, "ROOT", tmp_path)


def config(settings: object, environment: str = "prod") -> dict[str, str]:
    said = {"aws:region": "us-west-2", "strata:system": "shop", "strata:environment": environment}
    return {**said, "strata:settings": json.dumps(settings)}


def parsed(recovery: object, environment: str = "prod") -> Stack:
    return stack.parse("shop-dr", config({"recovery": recovery}, environment), {"shop": Shop, "bank": Shop})


@pytest.mark.parametrize(
    ("recovery", "line"),
    [
        ({"home": "shop-pro"}, "home: 'shop-pro' is no other stack; stacks here: bank-prod, shop-dev, shop-other-dr, "),
        ({"home": "bank-prod"}, "home: bank-prod is of the system 'bank', and this one of shop"),
        ({"home": "shop-dev"}, "home: shop-dev is 'dev' and this one 'prod'; production alone has a recovery stack"),
        ({"home": "shop-west"}, "home: shop-west lives in us-west-2 like this stack"),
        ({"home": "shop-other-dr"}, "home: shop-other-dr is a recovery stack itself"),
        ({"home": "a b"}, "home: 'a b' is not the name of a stack, such as prod"),
        ({"promoted": True}, "home: is required"),
        ({"home": "shop-prod", "promote": True}, "promote: unknown key; did you mean promoted?"),
    ],
)
def test_a_home_that_is_none_is_one_line(recovery: object, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parsed(recovery)
    (told,) = caught.value.lines
    assert told.startswith(f"Pulumi.shop-dr.yaml: settings.recovery.{line}")


def test_a_stack_of_another_environment_stands_by_for_nobody() -> None:
    with pytest.raises(SettingsError, match="shop-prod is 'prod' and this one 'dev'"):
        parsed({"home": "shop-prod"}, "dev")


def test_a_home_in_another_region_is_taken() -> None:
    settings = parsed({"home": "shop-prod"}).settings
    assert isinstance(settings, Shop)
    assert settings.recovery == RecoveryStackSettings(home="shop-prod", promoted=False)


def test_a_promotion_is_said_without_touching_anything_else() -> None:
    before = config({"size": 3, "recovery": {"home": "shop-prod"}})
    after = with_promotion(before, promoted=True)
    assert {key for key in before if before[key] != after[key]} == {"strata:settings"}
    assert json.loads(after["strata:settings"]) == {"size": 3, "recovery": {"home": "shop-prod", "promoted": True}}
    assert with_promotion(after, promoted=False) == with_promotion(before, promoted=False)


@pytest.mark.parametrize("settings", [{}, {"recovery": {"home": 3}}, {"recovery": "prod"}, [], "x"])
def test_what_is_no_recovery_stack_stays_as_it_is(settings: object) -> None:
    given = config(settings)
    assert recovery_of(given) is None
    assert with_promotion(given, promoted=True) == given
