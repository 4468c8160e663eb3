"""The table is of AWS's own words, and whole."""

import gzip
import json
import re
from contextlib import nullcontext
from pathlib import Path

import pytest

from analyser.analyses.deployment_rights import generate
from analyser.analyses.deployment_rights.rights import TooWideError, rights_for
from analyser.analyses.deployment_rights.roles import SERVICE_LINKED
from analyser.analyses.deployment_rights.state_and_lookups import LOOKS
from analyser.analyses.deployment_rights.steps import STEPS
from analyser.analyses.deployment_rights.table import TAGS_FILE, UnknownTypeError, operations
from analyser.graph import Graph, Node
from policy.iam.actions import LATER, LIST, READ, TABLE_FILE, actions_of
from tests.aws_actions import actions
from tests.awscli import calls
from tests.stacks import ROOT, serving

_PEOPLE = {"ssm:StartSession", "sts:AssumeRoleWithWebIdentity", "sts:GetCallerIdentity"}
"""A session on the runner is opened by people, with their own rights; becoming the role takes none."""
_OBJECTS = {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}
"""Of the state's bucket, where plans lie as well, of the runner's and of the site's."""


def test_every_action_is_one_of_iam() -> None:
    every = {action for found in operations().values() for action in found.every}
    every |= {*LOOKS, *(action for steps in STEPS.values() for action in steps)}
    unknown = [one for one in every if _level(one) is None]
    assert not unknown
    reads = {one for found in operations().values() for one in found.read} - {"kafka-cluster:Connect"}
    assert not [one for one in reads if _level(one) not in (READ, LIST)]


def test_every_row_says_which_file_of_the_provider_it_was_compared_with() -> None:
    rows = operations().values()
    assert not [one for one in rows if not re.fullmatch(r"[a-z0-9]+/[a-z0-9_]+\.go(@[0-9a-f]{8})?", one.provider)]


def test_what_is_added_to_the_reference_is_not_in_it() -> None:
    table = json.loads(gzip.decompress(TABLE_FILE.read_bytes()))
    for service, levels in LATER.items():
        there = {name for names in table[service].values() for name in names.split()}
        assert not there & {name for names in levels.values() for name in names.split()}


def _level(action: str) -> str | None:
    service, _, name = action.partition(":")
    known = actions_of(service).get(name.lower())
    return known.level if known and known.name == action else None


def test_tags_are_those_of_the_reference() -> None:
    assert json.loads(gzip.decompress(TAGS_FILE.read_bytes())) == generate.table()


def test_handlers_of_cloudformation_are_compared(tmp_path: Path) -> None:
    schema = {
        "typeName": "AWS::SQS::Queue",
        "handlers": {"create": {"permissions": ["sqs:CreateQueue", "sqs:AddPermission"]}, "list": {}},
    }
    (tmp_path / "queue.json").write_text(json.dumps(schema), encoding="utf-8")
    assert [*generate.beside(tmp_path)] == ["aws:sqs/queue:Queue  sqs:AddPermission"]


def test_steps_are_what_the_scripts_do() -> None:
    scripts = sorted((ROOT / "delivery").glob("*.sh"))
    done = {
        action for script in scripts for words in calls(script.read_text(encoding="utf-8")) for action in actions(words)
    }
    known = {action for steps in STEPS.values() for action in steps} | _PEOPLE | _OBJECTS
    assert done
    assert done <= known


def test_types_that_nobody_wrote_down_are_all_said() -> None:
    """And a program of the common ones is answered: an object, a parameter, a rule of a group, a stream of a log."""
    known = ("s3/bucketObjectv2:BucketObjectv2", "ssm/parameter:Parameter", "ec2/securityGroupRule:SecurityGroupRule")
    unknown = ("qldb/ledger:Ledger", "batch/jobQueue:JobQueue")
    nodes = [Node(urn=path, type=f"aws:{path}", name="one", inputs={}, outputs={}) for path in (*known, *unknown)]
    config = {"aws:defaultTags": '{"tags": {"stack": "prod"}}'}
    for number, said in (
        (3, ""),
        (5, "aws:batch/jobQueue:JobQueue, aws:qldb/ledger:Ledger: nobody has said what is asked"),
    ):
        graph = Graph("strata", "prod", nodes[:number], {}, region="us-east-1", config=config)
        with pytest.raises(UnknownTypeError, match=said) if said else nullcontext():
            found = rights_for(graph, state="s", boundary="b")
    arns = {arn for document in found.documents for one in document["Statement"] for arn in one["Resource"]}
    assert "arn:aws:ssm:us-east-1:123456789012:parameter/one-???????" in arns
    assert not {"arn:aws:ssm:us-east-1:123456789012:parameter/*", "arn:aws:s3:::*"} & arns


def test_a_stack_without_a_tag_of_its_own_is_only_looked_at() -> None:
    node = Node(urn="u", type="aws:sqs/queue:Queue", name="q", inputs={}, outputs={})
    graph = Graph(
        "strata", "prod", [node], {}, region="us-east-1", config={"aws:defaultTags": '{"tags": {"stack": "dev"}}'}
    )
    with pytest.raises(
        TooWideError, match=r"aws:defaultTags.tags.stack is not prod.*Add .*\{stack: prod\}.*--read-only"
    ):
        rights_for(graph, state="s", boundary="b")
    reading = rights_for(graph, state="s", boundary="b", reading=True)
    assert "sqs" in reading.by_service
    assert all(
        action.rpartition(":")[2].startswith(("Get", "List", "Describe", "Decrypt"))
        for document in reading.documents
        for one in document["Statement"]
        for action in one["Action"]
    )


def test_service_linked_roles_are_of_types_that_stacks_have() -> None:
    tokens = [
        token
        for stack in ("prod", "mdreader-amplify", "collaboration-prod", "confluence-prod")
        for token in serving(stack).counts
    ]
    assert not [start for start in SERVICE_LINKED if not any(token.startswith(start) for token in tokens)]
