"""What is wrong with a stack's configuration is said in the project's words, all of it at once."""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, model_validator

from settings import Cidr, DomainName, Email, Environment, Name, Settings, SettingsError
from settings.stack import Stack, parse


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Disk(Settings):
    storage_gib: int = Field(default=20, ge=20, le=65536)
    kind: Literal["gp3", "io2"] = "gp3"
    encrypted: bool = True


class Shop(Settings):
    name: Name
    domain: DomainName | None = None
    mail: Email | None = None
    cidr: Cidr = "10.0.0.0/16"
    colour: Colour = Colour.RED
    disk: Disk = Disk()
    shelves: Annotated[tuple[str, ...], Field(max_length=2)] = ()
    rooms: dict[str, Disk] = Field(default_factory=dict)
    share: float = 0.5
    since: Literal["6.2", "7.1"] = "7.1"

    @model_validator(mode="after")
    def _no_red_rooms(self) -> "Shop":
        if self.colour is Colour.RED and "red" in self.rooms:
            raise ValueError("a red shop has no room named red")
        return self


GOOD = {"aws:region": "eu-west-1", "strata:system": "shop", "strata:environment": "dev"}


def load(settings: Any, **config: str) -> Stack:
    text = settings if isinstance(settings, str) else json.dumps(settings)
    return parse("dev", {**GOOD, "strata:settings": text, **config}, {"shop": Shop, "bank": Shop})


def problems(settings: Any, **config: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(settings, **config)
    lines = str(caught.value).splitlines()
    assert all(line.startswith("Pulumi.dev.yaml: ") for line in lines)
    return [line.removeprefix("Pulumi.dev.yaml: ") for line in lines]


def test_a_good_file_is_read_into_frozen_settings() -> None:
    stack = load({"name": "corner", "disk": {"storageGib": 100}, "shelves": ["a"], "rooms": {"back": {}}})
    assert (stack.name, stack.system, stack.region) == ("dev", "shop", "eu-west-1")
    assert stack.environment is Environment.DEV
    assert isinstance(stack.settings, Shop)
    assert stack.settings.disk.storage_gib == 100
    assert stack.settings.shelves == ("a",)
    with pytest.raises(ValueError, match="frozen"):
        stack.settings.name = "other"  # ty: ignore[invalid-assignment] - that it is refused is the point


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "settings.name: is required and has no default"),
        (
            {"name": "a", "dsk": {}},
            "settings.dsk: unknown key; did you mean disk? "
            "allowed: cidr, colour, disk, domain, mail, name, rooms, share, shelves",
        ),
        (
            {"name": "a", "disk": {"storage": 50}},
            "settings.disk.storage: unknown key; did you mean storageGib? allowed: encrypted, kind, storageGib",
        ),
        (
            {"name": "a", "disk": {"storage_gib": 50}},
            "settings.disk.storage_gib: unknown key; did you mean storageGib?",
        ),
        ({"name": "a", "rooms": {"back": {"size": 1}}}, "settings.rooms.back.size: unknown key; "),
        ({"name": "a", "disk": {"storageGib": 5}}, "settings.disk.storageGib: 5 is below 20"),
        ({"name": "a", "disk": {"storageGib": 70000}}, "settings.disk.storageGib: 70000 is above 65536"),
        ({"name": "a", "disk": {"storageGib": "50"}}, "settings.disk.storageGib: '50' is not a whole number"),
        ({"name": "a", "disk": {"storageGib": 50.5}}, "settings.disk.storageGib: 50.5 is not a whole number"),
        ({"name": "a", "disk": {"encrypted": "yes"}}, "settings.disk.encrypted: 'yes' is not true or false"),
        ({"name": "a", "disk": "big"}, "settings.disk: 'big' is not a mapping"),
        ({"name": "a", "disk": {"kind": "gp2"}}, "settings.disk.kind: 'gp2' is not allowed; one of: gp3, io2"),
        ({"name": "a", "colour": "green"}, "settings.colour: 'green' is not allowed; one of: red, blue"),
        ({"name": 5}, "settings.name: 5 is not text (put it in quotes)"),
        ({"name": None}, "settings.name: null is not text"),
        ({"name": ["a"]}, 'settings.name: ["a"] is not text'),
        ({"name": "a", "since": 7.1}, "settings.since: 7.1 is not text (put it in quotes)"),
        ({"name": "a", "since": 8.1}, "settings.since: 8.1 is not allowed; one of: 6.2, 7.1"),
        ({"name": "a", "share": "half"}, "settings.share: 'half' is not a number"),
        ({"name": "a", "shelves": "one"}, "settings.shelves: 'one' is not a list"),
        ({"name": "a", "shelves": ["a", "b", "c"]}, "settings.shelves: has 3 entries; at most 2"),
        ({"name": "a", "shelves": ["a", 7]}, "settings.shelves[1]: 7 is not text (put it in quotes)"),
        ({"name": "a", "rooms": []}, "settings.rooms: [] is not a mapping"),
        ({"name": "a", "rooms": {"red": {}}}, "settings: a red shop has no room named red"),
        ({"name": "a", "rooms": {"back": {"storageGib": 1}}}, "settings.rooms.back.storageGib: 1 is below 20"),
        ({"name": "A shop"}, "settings.name: 'A shop' is not a name: lower-case letters, digits and single hyphens"),
        ({"name": "a", "domain": "shop"}, "settings.domain: 'shop' is not a domain name, such as records.example.com"),
        ({"name": "a", "mail": "me"}, "settings.mail: 'me' is not an e-mail address"),
        ({"name": "a", "cidr": "10.0.0.1/16"}, "settings.cidr: '10.0.0.1/16' is not an IPv4 CIDR such as 10.1.0.0/16"),
        ({"name": "a", "cidr": "10.0.0.0/8"}, "settings.cidr: 10.0.0.0/8 is a /8; AWS takes /16 to /28"),
        ("[1]", "settings: '[1]' is not a mapping"),
        ("plain", "settings: 'plain' is not a mapping"),
    ],
)
def test_one_line_says_where_and_what_is_allowed(settings: Any, said: str) -> None:
    (line,) = problems(settings)
    assert line.startswith(said)


def test_other_keys_are_unknown() -> None:
    (line,) = problems({"name": "a"}, **{"strata:enviroment": "dev"})
    allowed = "deletable, delivery, environment, objectives, permissionsBoundary, settings, system, usage"
    assert line == f"enviroment: unknown key; did you mean environment? allowed: {allowed}"


def test_an_unknown_system_lists_those_there_are() -> None:
    assert problems({}, **{"strata:system": "shap"}) == ["system: 'shap' is not allowed; one of: bank, shop"]


def test_an_unknown_environment_lists_those_there_are() -> None:
    (line,) = problems({"name": "a"}, **{"strata:environment": "production"})
    assert line == "environment: 'production' is not allowed; one of: dev, prod, staging"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        parse("dev", {}, {"shop": Shop})
    assert [problem.path for problem in caught.value.problems] == ["aws:region", "system", "environment"]


def test_every_problem_is_told_at_once() -> None:
    lines = problems(
        {"disk": {"storageGib": 1, "kind": "x"}, "colour": "green"}, **{"strata:extra": "1", "aws:region": ""}
    )
    assert [line.split(": ")[0] for line in lines] == [
        "extra", "aws:region", "settings.name", "settings.colour", "settings.disk.storageGib", "settings.disk.kind",
    ]  # fmt: skip


def test_values_of_other_namespaces_are_left_alone() -> None:
    assert load({"name": "a"}, **{"aws:profile": "me"}).settings == Shop(name="a")


@pytest.mark.parametrize(("given", "deletable"), [({}, False), ({"strata:deletable": "true"}, True)])
def test_a_stack_may_be_deleted_only_where_it_says_so(given: dict[str, str], deletable: bool) -> None:
    assert load({"name": "corner"}, **given).deletable is deletable


def test_whether_it_may_is_said_with_yes_or_no() -> None:
    assert problems({"name": "corner"}, **{"strata:deletable": "maybe"}) == [
        "deletable: 'maybe' is not allowed; one of: false, true"
    ]
