"""The scripts of workflows: who a job becomes, what is planned and done, chosen and told; by recorded answers."""

import configparser
import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.tools import Tools

DEPLOY, WORKFLOW = "arn:aws:iam::222222222222:role/strata-deploy", "arn:aws:iam::222222222222:role/workflow"
STATE = "s3://state?region=us-east-1"
STACKS = [
    {
        "stack": "shop-dev",
        "by": "workflow",
        "state": "s3://state?region=us-east-1",
        "account": "1",
        "region": "us-west-2",
    },
    {"stack": "shop", "by": "pipeline", "state": "s3://state", "account": "2", "region": "us-east-1"},
    {"stack": "lab", "by": "hand", "state": None, "account": None, "region": "us-east-1"},
]
LINES = [{"line": "shop-dev", "dev": "shop-dev", "staging": "", "prod": "", "recovery": ""}]


def strata(made: Tools, touched: int = 1, gone: tuple[str, ...] = ()) -> None:
    """All stacks; with --rev the first few of them, and those that are gone."""
    (made.folder / "all.json").write_text(json.dumps({"stacks": STACKS, "lines": LINES}))
    (made.folder / "some.json").write_text(
        json.dumps({"stacks": STACKS[:touched], "lines": LINES if touched else [], "gone": list(gone)})
    )
    made.strata(
        'case "$*" in delivery*--rev*) cat some.json ;; delivery*) cat all.json ;; diff*) echo "what changes" ;;'
        ' preview*) printf "noise\\nPolicies: 0 mandatory\\nshop-dev passes: 3 resources\\n" ;; esac'
    )


def test_a_job_s_tools_take_both_roles_anew_by_themselves(tmp_path: Path) -> None:
    made = Tools(tmp_path)
    given = {"WORKFLOW_ROLE_ARN": WORKFLOW, "DEPLOYMENT_ROLE_ARN": DEPLOY, "AWS_REGION": "eu-west-1"}
    assert made.run("sign-in.sh", **given).returncode == 0
    config = configparser.ConfigParser()
    config.read(tmp_path / ".aws" / "config")
    process, role = shlex.split(config["profile workflow"]["credential_process"])
    assert (Path(process).name, role) == ("token.sh", WORKFLOW)
    assert dict(config["profile deploy"]) == {"role_arn": DEPLOY, "source_profile": "workflow", "region": "eu-west-1"}


def test_a_token_of_github_becomes_credentials_in_the_form_that_sdks_read(tmp_path: Path) -> None:
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    keys = {"AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": "2026-11-29T18:00:00Z"}
    made = Tools(
        tmp_path,
        curl="""echo '{"count": 1, "value": "signed"}'""",
        aws=f"[[ -z ${{AWS_PROFILE:-}} ]] && echo '{json.dumps({'Credentials': keys})}'",
    )
    github = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://token?v=2", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
    ended = made.run("token.sh", WORKFLOW, AWS_PROFILE="deploy", **github)
    assert json.loads(ended.stdout) == {"Version": 1, **keys}
    assert made.calls("curl")[0].endswith("https://token?v=2&audience=sts.amazonaws.com")
    assert f"--role-arn {WORKFLOW}" in made.calls("aws")[0]
    assert "--web-identity-token signed" in made.calls("aws")[0]


@pytest.mark.parametrize("words", [[], ["strata-preview"]])
def test_a_job_is_told_what_the_stack_file_says(tmp_path: Path, words: list[str]) -> None:
    made = Tools(tmp_path)
    strata(made)
    assert made.run("environment.sh", *words, STACK="shop-dev").stdout.splitlines() == [
        "PULUMI_BACKEND_URL=s3://state?region=us-east-1",
        "AWS_REGION=us-west-2",
        f"DEPLOYMENT_ROLE_ARN=arn:aws:iam::1:role/{words[0] if words else 'strata-deploy'}",
    ]


@pytest.mark.parametrize("stack", ["lab", "nope"])
def test_a_stack_that_is_deployed_nowhere_has_no_environment(tmp_path: Path, stack: str) -> None:
    made = Tools(tmp_path)
    strata(made)
    ended = made.run("environment.sh", STACK=stack)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"Pulumi.{stack}.yaml says nothing of a state or an account")


def test_jobs_are_made_of_the_stack_files(tmp_path: Path) -> None:
    made = Tools(tmp_path)
    strata(made)
    every = ['stacks=["shop-dev","shop","lab"]', 'deployed=["shop-dev","shop"]']
    assert made.run("select.sh").stdout.splitlines() == every
    chosen = made.run("select.sh", BASE=repository(tmp_path)).stdout.splitlines()
    assert chosen[:3] == [*every, 'touched=["shop-dev"]']
    assert json.loads(chosen[3].removeprefix("lines=")) == LINES


@pytest.mark.parametrize(("only", "code"), [("shop-dev", 0), ("shop", 1), ("nope", 1)])
def test_one_stack_of_the_workflow_is_deployed_whatever_differs(tmp_path: Path, only: str, code: int) -> None:
    made = Tools(tmp_path)
    strata(made, touched=0)
    line = {"line": "shop-dev", "dev": "shop-dev", "staging": "", "prod": "shop-prod", "recovery": ""}
    (tmp_path / "all.json").write_text(
        json.dumps({"stacks": STACKS, "lines": [line, {**line, "dev": "", "line": "x"}]})
    )
    ended = made.run("select.sh", BASE=repository(tmp_path), ONLY=only)
    assert ended.returncode == code
    assert ("is no stack that the workflow deploys" in ended.stderr) is bool(code)
    if not code:
        assert ended.stdout.splitlines()[2] == 'touched=["shop-dev"]'
        assert json.loads(ended.stdout.splitlines()[3].removeprefix("lines=")) == [{**line, "prod": ""}]


@pytest.mark.parametrize("base", ["0" * 40, "1" * 40, "HEAD~1"])
def test_all_is_looked_at_where_there_is_no_commit_before(tmp_path: Path, base: str) -> None:
    """What GitHub names before a branch's first push, before one that was forced, and in a run by hand."""
    made = Tools(tmp_path)
    strata(made)
    repository(tmp_path)
    ended = made.run("select.sh", BASE=base)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[2] == 'touched=["shop-dev","shop","lab"]'
    assert "strata delivery --json" in made.calls("strata")[-1]


def repository(folder: Path) -> str:
    """A repository with the file of one stack; its commit."""
    (folder / "Pulumi.shop-dev.yaml").write_text("config: {}\n")
    named = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "--quiet"], ["add", "Pulumi.shop-dev.yaml"], ["commit", "--quiet", "--message", "first"]):
        subprocess.run([*named, *words], cwd=folder, check=True, capture_output=True)
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def comment(number: int, login: str, body: str) -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


# https://docs.github.com/en/rest/issues/comments
BOT, OTHERS = (
    comment(7, "github-actions[bot]", "<!-- strata-review -->\nold"),
    comment(5, "x", "<!-- strata-review -->"),
)


@pytest.mark.parametrize(
    ("there", "call"),
    [([OTHERS, BOT], "PATCH repos/o/r/issues/comments/7"), ([OTHERS], "POST repos/o/r/issues/3/comments")],
)
def test_a_pull_request_has_one_comment_which_is_written_over(tmp_path: Path, there: list[Any], call: str) -> None:
    base = repository(tmp_path)
    made = Tools(tmp_path, gh="""[[ $* == *--method* ]] || cat comments.json""")
    strata(made)
    (tmp_path / "comments.json").write_text(json.dumps(there))
    ended = made.run("review.sh", "said.md", BASE=base, PULL_REQUEST="3", GITHUB_REPOSITORY="o/r")
    assert ended.returncode == 0, ended.stderr
    said = (tmp_path / "said.md").read_text()
    assert said.startswith("<!-- strata-review -->\nwhat changes\n")
    assert "Policies: 0 mandatory\nshop-dev passes: 3 resources\n" in said
    assert "noise" not in said
    (written,) = made.calls("gh api --method")
    assert written == f"gh api --method {call} --field body=@said.md.cut --silent"


def test_without_a_right_to_comment_the_summary_says_it(tmp_path: Path) -> None:
    made = Tools(tmp_path)
    strata(made, touched=2)
    ended = made.run("review.sh", "said.md", BASE=repository(tmp_path), GITHUB_STEP_SUMMARY=str(tmp_path / "summary"))
    assert ended.returncode == 0, ended.stderr
    assert "## shop is new\n" in (tmp_path / "summary").read_text()
    assert not made.calls("gh")


def test_a_stack_that_is_taken_away_is_said_and_not_no_change(tmp_path: Path) -> None:
    made = Tools(tmp_path)
    strata(made, touched=0, gone=("shop-old",))
    base, summary = repository(tmp_path), tmp_path / "summary"
    assert made.run("review.sh", "said.md", BASE=base).returncode == 0
    said = (tmp_path / "said.md").read_text()
    assert "## shop-old has no file any more\n" in said
    assert "No stack changes" not in said
    assert made.run("select.sh", BASE=base, GITHUB_STEP_SUMMARY=str(summary)).returncode == 0
    assert summary.read_text().startswith("shop-old has no file any more. What it made stays")


def test_a_change_that_touches_no_stack_says_so(tmp_path: Path) -> None:
    made = Tools(tmp_path)
    strata(made, touched=0)
    assert made.run("review.sh", "said.md", BASE=repository(tmp_path)).returncode == 0
    assert (tmp_path / "said.md").read_text() == "<!-- strata-review -->\nNo stack changes.\n"


PULUMI = """case "$1 $2" in
  "stack output") echo '{}' ;;
  "stack export") echo "{\\"deployment\\": {\\"resources\\": [${DEPLOYED:-}]}}" ;;
  preview*) echo "+ 3 to create"; [[ -n $FAILS ]] && exit 1; echo "${PLAN:-{\\}}" > "${@: -3:1}" ;;
esac"""
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, by a --query of the CLI
LISTED = """case "$1 $2" in
  "s3 cp") [[ $4 == *.md ]] && cp "$3" meaning.md; [[ $3 == - ]] && cat > applied; true ;;
  "s3api list-objects-v2") [[ "$*" == *.json* ]] && echo "${PLANNED_AT:-None}" || echo "${APPLIED_AT:-None}" ;;
esac"""


def test_the_plan_of_a_commit_lies_beside_the_state(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws=LISTED)
    ended = made.run("plan.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state?region=us-east-1", FAILS="")
    assert ended.returncode == 0, ended.stderr
    first, second = made.calls("aws")
    assert first.endswith("plan.json s3://state/plans/shop/c1.json")
    assert second.endswith("plan.md s3://state/plans/shop/c1.md")


def test_whoever_is_asked_reads_what_the_plan_means(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws=LISTED)
    made.strata('cp "$2" given.json; printf "## a to b\\n\\n0 added, 1 replaced; +2.00 USD a month\\n"')
    told, summary = tmp_path / "planned.txt", tmp_path / "summary.md"
    ended = made.run(
        "plan.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state", FAILS="", DEPLOYED="{}", PLANNED_FILE=str(told),
        GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert json.loads((tmp_path / "given.json").read_text())["deployment"]["resources"] == [{}]
    assert made.calls("strata diff")[0].endswith("/shop as deployed.json shop --format markdown")
    place = "s3://state/plans/shop/c1.md"
    assert told.read_text() == f"0 added, 1 replaced; +2.00 USD a month (all of it: {place})\n"
    meaning = (tmp_path / "meaning.md").read_text()
    assert summary.read_text() == meaning
    assert meaning.startswith("## a to b\n")
    assert "+ 3 to create" in meaning


@pytest.mark.parametrize(
    ("kind", "steps", "said"),
    [
        ("pipeline:Pipeline", ["update"], True),
        ("pipeline:Pipeline", ["same"], False),
        ("webhook:Webhook", ["update"], False),
    ],
)
def test_whoever_is_asked_is_told_that_the_pipeline_itself_changes(
    tmp_path: Path, kind: str, steps: list[str], said: bool
) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws=LISTED)
    made.strata('printf "## a to b\\n\\n0 added, 1 changed\\n"')
    urn = f"urn:pulumi:shop::strata::strata:Pipeline$aws:codepipeline/{kind}::delivery-pipeline"
    at = {"PULUMI_BACKEND_URL": "s3://state", "PLAN": json.dumps({"resourcePlans": {urn: {"steps": steps}}})}
    told = tmp_path / "planned.txt"
    ended = made.run("plan.sh", COMMIT="c1", FAILS="", DEPLOYED="{}", PLANNED_FILE=str(told), **at)
    assert ended.returncode == 0, ended.stderr
    assert told.read_text().startswith("The pipeline itself changes, which cancels") is said
    assert "0 added, 1 changed" in told.read_text()


def test_of_a_plan_that_is_longer_than_a_summary_may_be_the_begin_is_shown(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws=LISTED)
    made.strata('printf "## a to b\\n\\n"; head -c 1100000 /dev/zero | tr "\\0" x')
    summary = tmp_path / "summary.md"
    at = {"PULUMI_BACKEND_URL": "s3://state", "GITHUB_STEP_SUMMARY": str(summary)}
    assert made.run("plan.sh", COMMIT="c1", FAILS="", DEPLOYED="{}", **at).returncode == 0
    shown = summary.read_text()
    assert shown.startswith("## a to b\n")
    assert shown.endswith("x\n```\n\nThe rest is too long for a summary; all of it: s3://state/plans/shop/c1.md\n")
    assert 1_000_000 < len(shown) < 2**20


def test_of_a_stack_that_is_new_all_is_made(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws=LISTED)
    assert made.run("plan.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state", FAILS="").returncode == 0
    assert (tmp_path / "meaning.md").read_text().startswith("## shop is new\n\nall of it is made\n")


def test_nothing_is_kept_of_a_plan_that_fails_or_is_of_no_commit(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws="")
    assert made.run("plan.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state", FAILS="yes").returncode != 0
    assert made.run("plan.sh", PULUMI_BACKEND_URL="s3://state", FAILS="").returncode == 0
    assert not made.calls("aws")


def test_an_update_does_what_was_planned(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws=LISTED)
    ended = made.run("infrastructure.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state/", FAILS="")
    assert ended.returncode == 0, ended.stderr
    *_, fetched, told = made.calls("aws")
    assert fetched.startswith("aws s3 cp s3://state/plans/shop/c1.json ")
    (up,) = made.calls("pulumi up")
    assert up.startswith("pulumi up --stack shop --policy-pack policy --plan ")
    assert " --message c1 " in up, "a build has no repository from which Pulumi would know the commit"
    assert told == "aws s3 cp - s3://state/plans/shop/c1.done"


@pytest.mark.parametrize(
    ("planned", "applied", "held"),
    [
        ("2026-11-29T18:00:00+00:00", "2026-11-29T18:40:00+00:00", False),
        ("None", "2026-11-29T18:40:00+00:00", False),
        ("2026-11-30T09:00:00+00:00", "2026-11-29T18:40:00+00:00", True),
        ("2026-11-30T09:00:00+00:00", "None", True),
    ],
)
def test_the_way_back_is_a_commit_that_was_carried_out_and_not_planned_since(
    tmp_path: Path, planned: str, applied: str, held: bool
) -> None:
    """CodePipeline takes the stage's last good commit again, whose plan fits no more; a newer plan was approved."""
    made = Tools(tmp_path, pulumi=PULUMI, aws=LISTED)
    at = {"PLANNED_AT": planned, "APPLIED_AT": applied}
    ended = made.run("infrastructure.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state", FAILS="", **at)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("c1 was applied to shop before") is not held
    (up,) = made.calls("pulumi up")
    assert ("--plan" in up) is held


def test_an_update_that_fails_was_not_carried_out(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI + "\n[[ $1 != up ]]", aws=LISTED)
    ended = made.run("infrastructure.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state", FAILS="")
    assert ended.returncode != 0
    assert "plan and approve c1 anew" in ended.stderr
    assert not [call for call in made.calls("aws") if ".done" in call and " cp " in call]


def test_a_commit_without_its_plan_is_not_deployed(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws="exit 1")
    assert made.run("infrastructure.sh", COMMIT="c1", PULUMI_BACKEND_URL="s3://state", FAILS="").returncode != 0
    assert not made.calls("pulumi")  # nor are kinds of the cluster brought to what it asks for


def test_an_update_by_hand_needs_no_plan_and_the_pack_judges_it(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI)
    assert made.run("infrastructure.sh", FAILS="").returncode == 0
    assert made.calls("pulumi up") == [
        "pulumi up --stack shop --policy-pack policy --yes --non-interactive --suppress-outputs"
    ]


def test_a_plan_is_kept_in_a_bucket_or_not_at_all(tmp_path: Path) -> None:
    made = Tools(tmp_path, pulumi=PULUMI, aws="")
    ended = made.run("plan.sh", COMMIT="c1", PULUMI_BACKEND_URL="https://api.pulumi.com", FAILS="")
    assert ended.returncode != 0
    assert "https://api.pulumi.com is no bucket" in ended.stderr
    assert not made.calls("aws")
