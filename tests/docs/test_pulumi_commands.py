"""Every command of Pulumi's that a page or a script names exists, has its flags, and means what there is.

Whether they do what they say is shown by `make engine`.
"""

from collections.abc import Iterator

import pytest

from settings.stackfile import read
from tests.docs.pulumi_commands import CLI, ROOT, Command, commands, parse, pattern
from tests.stacks import STACKS, stack_graph

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "delivery").glob("*.sh")),
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
]
COMMANDS = [command for page in PAGES for command in commands(page)]
NAMED = [command for command in COMMANDS if command.stack]
CLUSTER = "aws:eks/cluster:Cluster"


def told(command: Command) -> str:
    return f"{command.page}: pulumi {command.text}"


def stacks_of(command: Command) -> list[str]:
    """The stack that a command names, or else those that its page is about."""
    if command.stack:
        return [command.stack]
    about = [stack for stack in STACKS if read(ROOT, stack).config["strata:system"] in command.page]
    return about or STACKS


def meant(command: Command) -> Iterator[tuple[str, str]]:
    """The URNs that a command is confined to, or spares, with its flag."""
    for flag, names in {"--target": ("--target", "-t"), "--exclude": ("--exclude",)}.items():
        yield from ((flag, text) for text in command.given(*names))


def leaves_out_a_cluster(command: Command, stack: str) -> bool:
    """Whether pulumi-eks would make its component without the cluster that it reads from: it fails on a new stack."""
    clusters = [node.urn for node in stack_graph(stack).of_type(CLUSTER)]
    wanted = [pattern(text) for flag, text in meant(command) if flag == "--target"]
    spared = [pattern(text) for flag, text in meant(command) if flag == "--exclude"]
    return any(
        (wanted and not any(each.fullmatch(urn) for each in wanted)) or any(each.fullmatch(urn) for each in spared)
        for urn in clusters
    )


def test_commands_are_found_wherever_pages_have_them() -> None:
    assert {command.name for command in COMMANDS} >= {"up", "preview", "destroy", "stack output", "config set"}
    assert {command.page.partition("/")[0] for command in COMMANDS} >= {"README.md", "docs", "delivery", ".github"}


@pytest.mark.parametrize("command", COMMANDS, ids=told)
def test_a_command_and_its_flags_exist(command: Command) -> None:
    assert command.problems == []


@pytest.mark.parametrize("command", NAMED, ids=told)
def test_a_stack_that_is_named_exists(command: Command) -> None:
    assert command.stack in STACKS


def within_others(command: Command) -> list[str]:
    """The settings inside others that a deployment is given."""
    return [text for text in command.given("-c", "--config") if "." in text.partition("=")[0]]


def test_no_setting_inside_another_is_given_to_a_deployment() -> None:
    """`up --config-path --config strata:settings.a=b` leaves of strata:settings this one setting alone: the CLI puts
    what it is given in the place of the whole key (SaveConfig in pkg/cmd/pulumi/project/newcmd/config.go). `config
    set-all` merges.
    """
    assert [(command.page, within_others(command)) for command in COMMANDS if within_others(command)] == []
    assert within_others(parse("page", "up --config strata:settings.a=b --config strata:environment=dev")) == [
        "strata:settings.a=b"
    ]


@pytest.mark.parametrize("command", [c for c in COMMANDS if [*meant(c)]], ids=told)
def test_a_deployment_in_part_means_resources_that_there_are_and_keeps_the_cluster(command: Command) -> None:
    for stack in stacks_of(command):
        urns = [node.urn for node in stack_graph(stack)]
        for _, text in meant(command):
            assert [urn for urn in urns if pattern(text).fullmatch(urn)], f"{text} means nothing in {stack}"
        # What is taken away or read anew is in the state already, and no program runs.
        if command.name not in ("destroy", "refresh"):
            assert not leaves_out_a_cluster(command, stack), f"{stack} has a cluster that this leaves out"


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.name == "stack output" and c.arguments], ids=told)
def test_an_output_that_is_asked_for_is_one(command: Command) -> None:
    (name,) = command.arguments
    assert [stack for stack in stacks_of(command) if name in stack_graph(stack).exports]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("up -s dev --yes --target '**x**'", []),
        ("up --targets x", ["it has no --targets"]),
        ("upp", ["there is no such command"]),
        ("stack export --version <n> --file state.json", []),
        ("policy analyze --file state.json --policy-pack policy", []),
    ],
)
def test_a_command_is_judged_by_what_the_cli_knows(text: str, problems: list[str]) -> None:
    assert parse("page", text).problems == problems


def test_a_pattern_means_what_the_engine_takes_it_for() -> None:
    urn = "urn:pulumi:dev::strata::strata:data:Registry$aws:ecr/repository:Repository::registry-app"
    assert pattern("**strata:data:Registry**").fullmatch(urn)
    assert pattern("urn:pulumi:*::strata::**").fullmatch(urn)
    assert not pattern("urn:*::registry-app").fullmatch(urn)


def test_a_registry_alone_leaves_out_a_cluster_where_there_is_one() -> None:
    alone = parse("page", "up --target '**strata:data:Registry**'")
    assert leaves_out_a_cluster(alone, "dev")
    assert not leaves_out_a_cluster(alone, "mdreader-dev")
    assert leaves_out_a_cluster(parse("page", "up --exclude '**eks**'"), "dev")
    assert not leaves_out_a_cluster(parse("page", "up --exclude '**kubernetes:core**'"), "dev")


def test_the_flags_are_of_a_version_that_is_named() -> None:
    assert CLI["source"].startswith("pulumi v3.")
    assert "--target-dependents" in CLI["commands"]["up"]["flags"]
    assert "--target" in CLI["commands"]["up"]["options"]
