"""A run is clean or it fails: what Pulumi's own mocks let pass is a failure here."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pytest

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError, run_program
from policy.unknown import UNKNOWN
from tests.support import record, unequal_when_unknown


class Group(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("strata:test:Group", name, None, opts)


def failure(program: Callable[[], Any], **options: Any) -> list[str]:
    with pytest.raises(ProgramError) as caught:
        record(program, **options)
    return str(caught.value).splitlines()


def program() -> None:
    group = Group("group")
    key = aws.kms.Key("key", opts=pulumi.ResourceOptions(parent=group, protect=True))
    password = random.RandomPassword("password", length=20)
    secret = aws.secretsmanager.Secret("secret", kms_key_id=key.key_id)
    aws.secretsmanager.SecretVersion(
        "version",
        secret_id=secret.id,
        secret_string=password.result,
        opts=pulumi.ResourceOptions(
            ignore_changes=["secret_string"],
            depends_on=[key],
            custom_timeouts=pulumi.CustomTimeouts(create="5m"),
            aliases=[pulumi.Alias(name="former")],
        ),
    )
    pulumi.export("secret", secret.arn)


def node(graph: Graph, token: str) -> Node:
    return graph.only(f"aws:{token}")


def test_everything_about_a_registration_is_kept() -> None:
    graph = record(program)
    key, secret = node(graph, "kms/key:Key"), node(graph, "secretsmanager/secret:Secret")
    version = node(graph, "secretsmanager/secretVersion:SecretVersion")
    assert key.urn == "urn:pulumi:test::strata::strata:test:Group$aws:kms/key:Key::key"
    assert graph[key.parent].name == "group"
    assert key.protect
    assert secret.inputs == {"kmsKeyId": key.outputs["keyId"]}
    assert secret.property_dependencies == {"kmsKeyId": (key.urn,)}
    assert version.secret_inputs == {"secretString"}
    assert {key.urn, secret.urn} <= set(version.dependencies)
    assert version.ignore_changes == ("secretString",)
    assert version.options["customTimeouts"] == {"create": "5m"}
    assert version.options["aliases"] == [{"name": "former"}]
    assert "secretString" in version.options["additionalSecretOutputs"]
    assert graph.exports == {"secret": secret.outputs["arn"]}


def test_the_graph_finds_by_type_name_and_parent() -> None:
    graph = record(program)
    assert [n.name for n in graph.children("")] == ["group", "password", "secret", "version"]
    assert [n.name for n in graph.below(graph.children("")[0].urn)] == ["key"]
    assert len(graph.resources) == 4
    assert len(graph.components) == 1
    assert graph.counts["aws:kms/key:Key"] == 1
    with pytest.raises(LookupError):
        graph.only("aws:s3/bucket:Bucket")


def test_two_runs_register_the_same_in_the_same_order() -> None:
    first, second = record(program), record(program)
    assert list(first) == list(second)
    assert [list(n.inputs) for n in first] == [list(n.inputs) for n in second]


def test_without_outputs_all_that_is_computed_is_unknown() -> None:
    graph = record(program, known=False)
    assert node(graph, "secretsmanager/secret:Secret").inputs["kmsKeyId"] is UNKNOWN
    assert graph.exports["secret"] is UNKNOWN
    assert unequal_when_unknown(program) == []


def test_what_is_made_inside_apply_is_found_out() -> None:
    def made_inside() -> None:
        key = aws.kms.Key("key")
        key.arn.apply(lambda arn: aws.kms.Alias("late", target_key_id=arn))

    assert unequal_when_unknown(made_inside) == ["only in one run: urn:pulumi:test::strata::aws:kms/alias:Alias::late"]


def test_a_name_taken_from_what_is_not_known_is_found_out() -> None:
    def named() -> None:
        key = aws.kms.Key("key")
        known = pulumi.runtime.is_dry_run()
        aws.kms.Alias("alias", name=f"alias/{'a' if known else 'b'}", target_key_id=key.id)

    assert unequal_when_unknown(named) == ["alias.name: 'alias/a' without and 'alias/b' with outputs"]


def test_two_resources_of_one_urn() -> None:
    def twice() -> None:
        aws.sns.Topic("topic")
        aws.sns.Topic("topic")

    assert failure(twice) == ["two resources share the URN urn:pulumi:test::strata::aws:sns/topic:Topic::topic"]


async def _answer() -> str:
    await asyncio.sleep(0)
    return "late"


def test_a_coroutine_that_is_dropped() -> None:
    def dropped() -> None:
        _answer()  # ty: ignore[unused-awaitable] - that it is found out is the point

    assert failure(dropped) == ["coroutine '_answer' was never awaited"]


def test_a_coroutine_that_is_kept() -> None:
    kept = []

    def keeping() -> None:
        kept.append(_answer())

    assert failure(keeping) == ["coroutine '_answer' was never awaited"]


def test_a_task_that_nobody_waits_for() -> None:
    def starting() -> None:
        pending.append(asyncio.ensure_future(asyncio.sleep(60)))

    pending: list[Any] = []
    assert failure(starting) == ["work was left unfinished: sleep"]


def test_an_unknown_stack_output() -> None:
    def exporting() -> None:
        value: asyncio.Future[str] = asyncio.Future()
        value.set_result("")
        known: asyncio.Future[bool] = asyncio.Future()
        known.set_result(False)
        pulumi.export("late", pulumi.Output(set(), value, known))

    assert failure(exporting) == ["stack output late is unknown"]


def test_an_empty_stack_output() -> None:
    assert failure(lambda: pulumi.export("nothing", None)) == ["stack output nothing is empty"]


def unknowing() -> None:
    nothing: Any = pulumi.output.UNKNOWN
    aws.sns.Topic("topic", name=nothing)


def test_an_unknown_input() -> None:
    assert failure(unknowing) == ["aws:sns/topic:Topic topic: input name is unknown"]


def test_an_error_of_the_program_says_where() -> None:
    def failing() -> None:
        raise ZeroDivisionError("by zero\nat all")

    (line,) = failure(failing)
    assert line.startswith("tests/analyser/run/test_program.py:")
    assert line.endswith(": ZeroDivisionError: by zero at all")


def test_an_error_inside_apply_says_where() -> None:
    def halve(arn: Any) -> Any:
        return arn / 2

    def failing() -> None:
        pulumi.export("half", aws.kms.Key("key").arn.apply(halve))

    (line,) = failure(failing)
    assert line.startswith("tests/analyser/run/test_program.py:")
    assert "TypeError" in line


def test_an_error_pulumi_was_told_of() -> None:
    assert failure(lambda: pulumi.log.error("out of paper")) == ["out of paper"]


def test_a_program_that_exits() -> None:
    def leaving() -> None:
        raise SystemExit(3)

    (line,) = failure(leaving)
    assert line.endswith("the program exited by itself (3)")


async def _fail() -> None:
    raise ValueError("unheard")


def test_an_error_that_nobody_waits_for() -> None:
    started = []
    (line,) = failure(lambda: started.append(asyncio.ensure_future(_fail())))
    assert line.startswith("tests/analyser/run/test_program.py:")
    assert line.endswith("ValueError: unheard")


def test_a_call_without_an_answer() -> None:
    (line,) = failure(lambda: aws.ec2.get_ami(most_recent=True))
    assert "the preview has no answer to aws:ec2/getAmi:getAmi; give it one in" in line


def test_one_run_leaves_the_next_alone() -> None:
    failure(unknowing)
    assert [n.name for n in record(lambda: aws.sns.Topic("other"))] == ["other"]


def test_progress_hears_every_registration() -> None:
    heard: list[int] = []

    def program() -> None:
        aws.sns.Topic("topic")

    run_program(program, stack="test", config={}, progress=heard.append)
    assert heard == [1]
