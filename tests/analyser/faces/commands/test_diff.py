"""strata diff of one stack at two times: what would be replaced, in words and as JSON; and how much is protected."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyser.faces.commands import cli
from tests.analyser.project import CONFIG, write_project

PROGRAM = """
import pulumi
import pulumi_aws as aws

kept = pulumi.ResourceOptions(protect={protect})
database = aws.rds.Instance("database", instance_class="db.t4g.micro", username="{user}", opts=kept)
aws.backup.Selection("backup", plan_id="plan", iam_role_arn="arn", resources=[database.arn])
aws.msk.Cluster("stream", kafka_version="3.9.x", number_of_broker_nodes=3, storage_mode="{storage}",
                broker_node_group_info={{"instance_type": "kafka.m5.large"}})
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, user: str = "app", storage: str = "LOCAL", *, protect: bool = True) -> None:
    write_project(project, PROGRAM.format(user=user, storage=storage, protect=protect), CONFIG)


def replaced(
    project: Path, capsys: pytest.CaptureFixture[str], *arguments: str, user: str = "app", storage: str = "LOCAL"
) -> str:
    write(project)
    cli.run(["preview", "shop", "--json", "--output", "main.json"])
    write(project, user, storage)
    capsys.readouterr()
    assert cli.run(["diff", "main.json", "shop", *arguments]) == 0
    return capsys.readouterr().out


def test_what_is_lost_is_said_first_and_then_each_with_its_reason(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = replaced(project, capsys, user="other", storage="TIERED").splitlines()
    assert said[said.index("Data and identity") :] == [
        "Data and identity",
        "  database is replaced: its data would be lost (rows); protected, so `pulumi up` stops",
        "  stream may be replaced: its data would be lost (messages)",
        "",
        "Replaced: 3",
        "  ± aws:rds/instance:Instance database",
        "      username  app → other, which forces it",
        "  ± aws:msk/cluster:Cluster stream",
        "      storageMode  LOCAL → TIERED, which may force it",
        "  ± aws:backup/selection:Selection backup",
        "      resources, since database is replaced",
    ]


def test_where_nothing_is_replaced_it_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replaced(project, capsys).splitlines()[-1] == "Replaced: 0"


def test_as_markdown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = replaced(project, capsys, "--format", "markdown", user="other").splitlines()
    assert said[0] == "## main.json to shop"
    assert said[2].startswith("2 replaced, 0 removed, 0 updated, 0 added; +0.00 USD a month, to ")
    assert "- **database is replaced: its data would be lost (rows); protected, so `pulumi up` stops**" in said
    block = said[said.index("```diff") + 1 :]
    assert block[:3] == [
        "! aws:rds/instance:Instance database",
        "    username  app → other, which forces it",
        "! aws:backup/selection:Selection backup",
    ]
    assert block[-2:] == ["", "</details>"]


def test_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(replaced(project, capsys, "--json", user="other"))
    assert [(one["name"], one["properties"], one["protected"]) for one in found["replaced"]] == [
        ("database", ["username"], True),
        ("backup", ["resources"], False),
    ]
    assert [(one["name"], one["kind"]) for one in found["changes"]] == [
        ("database", "replaced"),
        ("backup", "replaced"),
    ]


UNPRICED = """
import pulumi_aws as aws

for number in range({}):
    aws.gamelift.Alias(f"it-{{number}}", routing_strategy={{"type": "TERMINAL", "message": "x"}})
aws.elasticache.ReplicationGroup("cache", description="", node_type="{}", num_cache_clusters=2)
"""


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_what_has_no_price_is_no_saving(form: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, UNPRICED.format(0, "cache.t4g.small"), CONFIG)
    cli.run(["preview", "shop", "--json", "--output", "main.json"])
    write_project(project, UNPRICED.format(1, "cache.x99.huge"), CONFIG)
    capsys.readouterr()
    cli.run(["diff", "main.json", "shop", "--format", form])
    said = [line.removeprefix("- ") for line in capsys.readouterr().out.splitlines() if "not priced" in line]
    assert len(said) == 2
    assert said[0].startswith("not priced in shop: ReplicationGroup cache: ")
    assert said[1] == "not priced in shop: aws:gamelift/alias:Alias: nobody has said what it costs"


def test_of_much_that_has_no_price_some_is_named_and_json_has_all(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project)
    lines = [f"Instance {number}: no price" for number in range(7)]
    names = [saved(project, "a.json"), saved(project, "b.json", cost={**COST, "unpriced": lines})]
    cli.run(["diff", *names])
    said = [line for line in capsys.readouterr().out.splitlines() if "not priced" in line]
    assert said == [
        *(f"not priced in b.json: {line}" for line in lines[:5]),
        "not priced in b.json: and 2 more, which --json says",
    ]
    cli.run(["diff", *names, "--json"])
    assert json.loads(capsys.readouterr().out)["unpriced"] == {"before": [], "after": lines}


def test_what_cannot_be_compared_is_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    (project / "list.json").write_text("[]", encoding="utf-8")
    (project / "old.json").write_text('{"version": 1, "deployment": {"resources": []}}', encoding="utf-8")
    for arguments, said in (
        (["shop"], "strata: diff takes two to compare, such as strata diff dev prod, or one stack and --rev"),
        (["list.json", "shop"], "list.json: is no preview of one stack, which strata preview STACK --json writes, nor"),
        (["old.json", "shop"], "old.json: version 1 of an export is not known; 3 and 4 are"),
        (["none.json", "shop"], "none.json: cannot be read: No such file or directory"),
        (["shop", "shop", "--format", "xml"], "strata: --format xml is not known; text, json, markdown"),
    ):
        assert cli.run(["diff", *arguments]) == 2
        told = capsys.readouterr().err.splitlines()
        assert told[0].startswith(said)
        assert len(told) == 1


def test_a_stack_beside_its_own_state(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    cli.run(["preview", "shop", "--format", "state", "--output", "state.json"])
    state = json.loads((project / "state.json").read_text(encoding="utf-8"))
    for one in state["deployment"]["resources"]:
        if one["type"] == "aws:rds/instance:Instance":
            one["inputs"] |= {
                "instanceClass": "db.t4g.large",
                "identifier": "database-1f2e3d4",
                "__defaults": ["identifier"],
            }
            one["outputs"]["arn"] = "arn:aws:rds:us-east-1:210987654321:db:database-1f2e3d4"
        if one["type"] == "aws:backup/selection:Selection":
            one["inputs"]["resources"] = ["arn:aws:rds:us-east-1:210987654321:db:database-1f2e3d4"]
    (project / "state.json").write_text(json.dumps(state), encoding="utf-8")
    capsys.readouterr()
    assert cli.run(["diff", "state.json", "shop", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["changes"]
    assert [(one["name"], one["kind"], one["edits"]) for one in found] == [
        ("database", "updated", [
            {"path": "instanceClass", "kind": "changed", "before": "db.t4g.large", "after": "db.t4g.micro"}
        ])
    ]  # fmt: skip


def test_names_made_from_those_of_two_stacks_are_no_difference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = 'import pulumi, pulumi_aws as aws; aws.sqs.Queue("q", name=f"{pulumi.get_stack()}-q", fifo_queue=%s)'
    write_project(project, program % "pulumi.get_stack() == 'shop'", CONFIG)
    (project / "Pulumi.other.yaml").write_text(CONFIG, encoding="utf-8")
    assert cli.run(["diff", "other", "shop", "--json"]) == 0
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert [edit["path"] for edit in change["edits"]] == ["fifoQueue"]


def test_two_stacks_do_not_replace_each_other(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    (project / "Pulumi.other.yaml").write_text(CONFIG, encoding="utf-8")
    assert cli.run(["diff", "shop", "other", "--json"]) == 0
    assert "replaced" not in json.loads(capsys.readouterr().out)
    assert cli.run(["diff", "shop", "other"]) == 0
    assert "Replaced" not in capsys.readouterr().out


@pytest.mark.parametrize(("protect", "count"), [(True, 1), (False, 0)])
def test_a_preview_counts_what_is_protected(
    project: Path, capsys: pytest.CaptureFixture[str], protect: bool, count: int
) -> None:
    write(project, protect=protect)
    cli.run(["preview", "shop"])
    assert f" components, {count} protected, " in capsys.readouterr().out.splitlines()[-1]
    cli.run(["preview", "shop", "--json"])
    assert json.loads(capsys.readouterr().out)["summary"]["protected"] == count
    cli.run(["report", "shop", "--output", "shop.html"])
    assert f" components, {count} protected" in (project / "shop.html").read_text(encoding="utf-8")


QUEUE = 'import pulumi_aws as aws; aws.rds.Instance("database", instance_class="{size}", storage_encrypted={on})'


def loosened(project: Path, capsys: pytest.CaptureFixture[str], *arguments: str, size: str = "a", on: bool) -> int:
    write_project(project, QUEUE.format(size="a", on=True), CONFIG)
    cli.run(["preview", "shop", "--json", "--output", "main.json"])
    write_project(project, QUEUE.format(size=size, on=on), CONFIG)
    capsys.readouterr()
    return cli.run(["diff", "main.json", "shop", *arguments])


def test_only_what_loosens(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert loosened(project, capsys, "--security-only", size="b", on=False) == 0
    assert capsys.readouterr().out.splitlines() == [
        "main.json to shop",
        "",
        "Less encryption: 1",
        "  aws:rds/instance:Instance database",
        "      storageEncrypted  true → false",
    ]
    loosened(project, capsys, "--security-only", "--format", "markdown", on=False)
    assert capsys.readouterr().out.splitlines()[2:] == [
        "### Less encryption", "", "- `aws:rds/instance:Instance` database: storageEncrypted  true → false"
    ]  # fmt: skip
    loosened(project, capsys, "--security-only", "--json", on=False)
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)["widened"]] == ["encryption"]
    loosened(project, capsys, "--security-only", on=True)
    assert capsys.readouterr().out == "main.json to shop: nothing widens\n"


@pytest.mark.parametrize(
    ("size", "on", "failing"),
    [("a", True, set()), ("b", True, {"any"}), ("a", False, {"any", "replace", "widen"})],
)
def test_it_fails_for_what_is_asked(
    project: Path, capsys: pytest.CaptureFixture[str], size: str, on: bool, failing: set[str]
) -> None:
    for reason in ("replace", "widen", "any"):
        assert loosened(project, capsys, "--fail-on", reason, size=size, on=on) == int(reason in failing)
    assert loosened(project, capsys, "--fail-on", "nothing", on=on) == 2


def test_two_stacks_fail_for_no_replacement(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    (project / "Pulumi.other.yaml").write_text(CONFIG, encoding="utf-8")
    assert cli.run(["diff", "shop", "other", "--fail-on", "replace"]) == 0


def test_of_very_many_differences_the_first_are_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = (
        "import pulumi_aws as aws; aws.sqs.Queue('q', tags=dict.fromkeys([f't{n:02}' for n in range(30)], 'VALUE'))"
    )
    write_project(project, program.replace("VALUE", "a"), CONFIG)
    cli.run(["preview", "shop", "--json", "--output", "main.json"])
    write_project(project, program.replace("VALUE", "b"), CONFIG)
    capsys.readouterr()
    cli.run(["diff", "main.json", "shop"])
    said = capsys.readouterr().out.splitlines()
    assert "      tags.t19  a → b" in said
    assert said[-1] == "      and 10 more, which --json says"


COST = {"total": {"usd": 0}, "components": [], "resources": []}
RESOURCE = {
    "urn": "urn:pulumi:shop::strata::aws:sqs/queue:Queue::a", "type": "aws:sqs/queue:Queue", "name": "a", "parent": "",
    "component": False, "protect": False, "ignoreChanges": [], "options": {}, "inputs": {}, "propertyDependencies": {},
}  # fmt: skip


def saved(project: Path, name: str, *resources: Any, **said: Any) -> str:
    document = {"version": 1, "stack": "shop", "cost": COST, "resources": list(resources), **said}
    (project / name).write_text(json.dumps(document), encoding="utf-8")
    return name


def test_a_whole_preview_is_taken(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    names = [saved(project, name, RESOURCE) for name in ("a.json", "b.json")]
    assert cli.run(["diff", *names, "--fail-on", "any"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("resources", "said", "problem"),
    [
        ([{**RESOURCE, "urn": "a"}], {}, "resources[0].urn is no URN"),
        ([{key: RESOURCE[key] for key in RESOURCE if key != "inputs"}], {}, "resources[0].inputs is missing"),
        ([RESOURCE, 3], {}, "resources[1] is no object"),
        ([], {"resources": {}}, "resources is no list"),
        ([], {"cost": {}}, "cost has no total"),
        ([], {"cost": {**COST, "total": {"usd": "1"}}}, "cost.total.usd is no number"),
        ([], {"cost": {**COST, "components": [{"name": 1, "usd": 1}]}}, "cost.components is not what"),
        ([], {"cost": {**COST, "unpriced": [1]}}, "cost.unpriced is no list of texts"),
        ([], {"stack": None}, "stack is no text"),
    ],
)
def test_a_preview_that_was_cut_short_is_refused_in_one_line(
    resources: list[Any], said: dict[str, Any], problem: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project)
    name = saved(project, "broken.json", *resources, **said)
    assert cli.run(["diff", name, saved(project, "whole.json")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"broken.json: is no whole preview: {problem}")


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        ([3], "resources[0] has no URN and type"),
        ([{"urn": "a", "type": "b"}], "resources[0] has no URN and type"),
        ([{"urn": RESOURCE["urn"], "type": RESOURCE["type"], "inputs": [1]}], "resources[0].inputs is no object"),
        ({}, "the export holds no stack"),
        ("x", "resources is no list"),
    ],
)
def test_an_export_that_was_cut_short_is_refused_in_one_line(
    states: Any, problem: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project)
    (project / "state.json").write_text(json.dumps({"version": 3, "deployment": {"resources": states}}), "utf-8")
    assert cli.run(["diff", "state.json", saved(project, "whole.json")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"state.json: {problem}")


def test_json_that_is_too_deep_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    (project / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    assert cli.run(["diff", "deep.json", saved(project, "whole.json")]) == 2
    assert capsys.readouterr().err.startswith("deep.json: is no JSON")


def test_what_a_file_calls_things_is_shown_and_does_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project)
    bad = "x\n```\n<img src=y>[a](http://b)@c\x1b[2J"
    one = {**RESOURCE, "urn": f"{RESOURCE['urn']}{bad}", "name": bad, "type": "aws:rds/instance:Instance"}
    before = saved(project, "a.json", {**one, "inputs": {"username": bad, "publiclyAccessible": False}})
    after = saved(project, "b.json", {**one, "inputs": {"username": "x", "publiclyAccessible": True}})
    for form in ("text", "markdown"):
        assert cli.run(["diff", before, after, "--format", form]) == 0
        said = capsys.readouterr().out
        assert "\x1b" not in said
        assert "\n<img" not in said
        if form == "markdown":
            outside = "".join(part for number, part in enumerate(said.split("```")) if number % 2 == 0)
            assert said.count("```") % 2 == 0
            assert "\\<img" in outside
            assert not [sign for sign in ("<img", "[a]", "@c") if sign in outside.replace(f"\\{sign[0]}", "")]


def test_how_long_the_update_takes_is_said_in_every_form(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = replaced(project, capsys, user="other", storage="TIERED").splitlines()
    start = said.index("Update: about 12 min, at worst 46 min, beside what nobody has timed")  # 360 + 12 + 2 + 330 s
    assert said[start + 1] == "  Cluster stream: may be made anew"
    told = json.loads(replaced(project, capsys, "--json", user="other"))["time"]
    assert (told["typicalSeconds"], told["worstSeconds"], told["notKnown"]) == (704, 2780, [])
    marked = replaced(project, capsys, "--format", "markdown", user="other", storage="TIERED")
    assert "\n\nUpdate: about 12 min, at worst 46 min, beside what nobody has timed\n\n- Cluster stream: may" in marked
    assert "Update:" not in replaced(project, capsys)
