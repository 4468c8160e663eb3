"""What pulumi stack export writes, as a graph and as answers."""

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from analyser.analyses.report import inputs
from analyser.run.deployed import ExportError, deployed, graph_of_export, is_export
from analyser.run.program import run_program
from policy.unknown import UNKNOWN

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET, ASSET = "1b47061264138c4ac30d75fd1eb44270", "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
STACK = "urn:pulumi:shop::strata::pulumi:pulumi:Stack::strata-shop"
PROVIDER = "urn:pulumi:shop::strata::pulumi:providers:aws::default_7_51_1"
QUEUE, TOPIC = "aws:sqs/queue:Queue", "aws:sns/topic:Topic"


def state(token: str, name: str, **said: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:shop::strata::{token}::{name}"
    return {"urn": urn, "type": token, "custom": True, "id": f"{name}-id", "parent": STACK, **said}


def export(*states: dict[str, Any], version: int = 3) -> dict[str, Any]:
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False, "outputs": {"url": "https://x"}}
    provider = {"urn": PROVIDER, "type": "pulumi:providers:aws", "custom": True, "inputs": {"region": "eu-west-1"}}
    return {"version": version, "deployment": {"resources": [stack, provider, *states]}}


def test_default_tags_are_those_of_the_default_provider() -> None:
    assert graph_of_export(export()).default_tags == {}
    default = {"urn": f"{PROVIDER}_7", "type": "pulumi:providers:aws", "custom": True}
    given: Any
    for given in ('{"tags": {"a": "b"}}', {"tags": {"a": "b"}}):
        assert graph_of_export(export({**default, "inputs": {"defaultTags": given}})).default_tags == {"a": "b"}
    # A state without such a provider does not say.
    alone = export()
    alone["deployment"]["resources"].pop(1)
    assert graph_of_export(alone).default_tags is None


def test_a_resource_is_read_whole() -> None:
    queue = state(
        QUEUE, "a", inputs={"fifoQueue": True, "code": {SIGNATURE: ASSET, "hash": "h", "path": "./a"}},
        outputs={"arn": "arn:aws:sqs:eu-west-1:123456789012:a"}, protect=True, retainOnDelete=True,
        propertyDependencies={"fifoQueue": [], "x": ["urn:y"]}, ignoreChanges=["x"],
    )  # fmt: skip
    graph = graph_of_export(export(queue))
    node = graph.only(QUEUE)
    assert (graph.project, graph.stack, graph.region, graph.exports) == (
        "strata",
        "shop",
        "eu-west-1",
        {"url": "https://x"},
    )
    assert (node.id, node.parent, node.protect, node.ignore_changes) == ("a-id", "", True, ("x",))
    assert node.inputs == {"fifoQueue": True, "code": {"path": "./a", "hash": "h"}}
    assert (node.options, dict(node.property_dependencies)) == ({"retainOnDelete": True}, {"x": ("urn:y",)})


@pytest.mark.parametrize(
    ("asset", "digest"),
    [
        ({SIGNATURE: ASSET, "hash": "h", "path": "a.py"}, "h"),
        ({SIGNATURE: ARCHIVE, "hash": "h", "path": "a.zip"}, "h"),
        # Of a folder the engine's digest is one of an archive, which no program makes.
        ({SIGNATURE: ARCHIVE, "hash": "h", "path": "a"}, {"$unknown": True}),
        ({SIGNATURE: ASSET, "path": "a.py"}, {"$unknown": True}),
    ],
)
def test_digests_of_what_assets_hold(asset: dict[str, Any], digest: Any) -> None:
    node = graph_of_export(export(state(QUEUE, "a", inputs={"code": asset}))).only(QUEUE)
    assert inputs(node)["code"]["hash"] == digest


def test_an_archive_of_assets_has_theirs() -> None:
    files = {SIGNATURE: ARCHIVE, "hash": "tar", "assets": {"a.py": {SIGNATURE: ASSET, "hash": "h", "path": "a.py"}}}
    node = graph_of_export(export(state(QUEUE, "a", inputs={"code": files}))).only(QUEUE)
    assert node.inputs["code"] == {"assets": {"a.py": {"path": "a.py", "hash": "h"}}}


def test_secrets_are_not_read() -> None:
    hidden = {SIGNATURE: SECRET, "ciphertext": "v1:abc", "plaintext": '"horse"'}
    node = graph_of_export(export(state(QUEUE, "a", inputs={"deep": {"x": [hidden]}, "open": 1}))).only(QUEUE)
    assert inputs(node) == {"deep": {"$secret": True}, "open": 1}
    assert "horse" not in repr(node)


def test_what_is_not_known_stays_so() -> None:
    node = graph_of_export(export(state(QUEUE, "a", inputs={"x": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}))).only(QUEUE)
    assert node.inputs == {"x": UNKNOWN}


BYTES, FLOAT, OUTPUT, REFERENCE = (
    "803fd3297a5875dc03ca845dda5d2a98",
    "8ad145fe-0d11-4827-bfd7-1abcbf086f5c",
    "d0e6a833031e9bbcd3f4e8bde6ca49a4",
    "5cf8f73096256a8f31e491e813e4eb8e",
)


@pytest.mark.parametrize(
    ("saved", "read"),
    [
        ({SIGNATURE: REFERENCE, "urn": "urn:x", "id": "vpc-1", "packageVersion": ""}, "vpc-1"),
        # Of a resource that a preview would make, the id is there and empty; a component has none.
        ({SIGNATURE: REFERENCE, "urn": "urn:x", "id": "", "packageVersion": ""}, UNKNOWN),
        ({SIGNATURE: REFERENCE, "urn": "urn:x", "packageVersion": ""}, "urn:x"),
        ({SIGNATURE: BYTES, "value": "Y2Fm6Q=="}, "caf\N{REPLACEMENT CHARACTER}"),
        ({SIGNATURE: FLOAT, "value": "7ff0000000000000"}, UNKNOWN),
        ({SIGNATURE: OUTPUT, "value": ["a"]}, ["a"]),
        ({SIGNATURE: OUTPUT}, UNKNOWN),
    ],
)
def test_what_json_has_no_form_for_is_read_by_its_signature(saved: Any, read: Any) -> None:
    node = graph_of_export(export(state(QUEUE, "a", inputs={"x": [saved]}))).only(QUEUE)
    assert node.inputs == {"x": [read]}


def test_what_waits_for_its_end_or_was_only_read_is_left_out() -> None:
    gone = state(QUEUE, "d", pendingReplacement=True)
    left = (state(QUEUE, "a", delete=True), state(QUEUE, "b", external=True), state(QUEUE, "c"), gone)
    left = (*left, state(QUEUE, "e", viewOf="urn:pulumi:shop::strata::acme:index:Stack::all"))
    assert [node.name for node in graph_of_export(export(*left)).of_type(QUEUE)] == ["c"]


def test_what_an_update_had_begun_may_be_there() -> None:
    broken_off = export(state(TOPIC, "there"))
    broken_off["deployment"]["pending_operations"] = [{"resource": state(QUEUE, "a"), "type": "creating"}]
    graph = graph_of_export(broken_off)
    assert [(gap.kind, gap.token, gap.name) for gap in graph.hidden] == [("begun", QUEUE, "a")]
    assert not graph.of_type(QUEUE)


def test_what_a_backend_in_files_keeps_is_an_export() -> None:
    exported = export(state(QUEUE, "a"))
    kept = {"version": 3, "checkpoint": {"stack": "organization/strata/shop", "latest": exported["deployment"]}}
    assert is_export(kept)
    assert graph_of_export(kept).nodes == graph_of_export(exported).nodes


def test_what_a_provider_is_given_in_secret_is_not_told_as_configuration() -> None:
    hidden = {SIGNATURE: SECRET, "ciphertext": "v1:abc", "plaintext": '"horse"'}
    for given in (
        {"region": hidden, "defaultTags": hidden},
        {"region": hidden, "defaultTags": {"tags": {"a": hidden}}},
    ):
        alone = export()
        alone["deployment"]["resources"][1]["inputs"] = given
        graph = graph_of_export(alone)
        assert (graph.region, dict(graph.config)) == ("", {})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (export(version=2), "version 2 of an export is not known"),
        ({"version": 3, "deployment": {}}, "the export holds no stack"),
    ],
)
def test_what_cannot_be_read_is_said(data: dict[str, Any], said: str) -> None:
    assert is_export(data)
    with pytest.raises(ExportError, match=said):
        graph_of_export(data)


def test_a_preview_of_an_update_knows_what_is_there_and_no_more() -> None:
    def program() -> None:
        topic, other = aws.sns.Topic("there"), aws.sns.Topic("new")
        account = aws.get_caller_identity().account_id
        aws.sqs.Queue("q", name=topic.arn, policy=other.arn, kms_master_key_id=f"alias/{account}")
        pulumi.export("arn", topic.arn)

    arn = "arn:aws:sns:eu-west-1:210987654321:there-1234567"
    there = deployed(graph_of_export(export(state(TOPIC, "there", outputs={"arn": arn, "name": "there-1234567"}))))
    graph = run_program(program, stack="shop", config={}, known=False, deployed=there)
    assert graph.only(QUEUE).inputs == {"name": arn, "policy": UNKNOWN, "kmsMasterKeyId": "alias/210987654321"}


def test_what_a_state_leaves_out_of_a_block_is_not_known() -> None:
    """As ``strata preview --format state`` does, which holds what was asked for, and states of older providers."""
    vpc = {"subnetIds": ["subnet-1"]}

    def program() -> None:
        cluster = aws.eks.Cluster(
            "c", role_arn="arn:aws:iam::210987654321:role/eks", vpc_config={"subnet_ids": ["subnet-1"]}
        )
        aws.sqs.Queue("q", name=cluster.vpc_config["cluster_security_group_id"])

    there = deployed(graph_of_export(export(state("aws:eks/cluster:Cluster", "c", outputs={"vpcConfig": vpc}))))
    graph = run_program(program, stack="shop", config={}, known=False, deployed=there)
    assert graph.only(QUEUE).inputs == {"name": UNKNOWN}


def test_two_of_one_type_and_name_answer_for_nobody() -> None:
    twice = [state(TOPIC, "a", urn=f"urn:pulumi:shop::strata::strata:{part}${TOPIC}::a") for part in ("x:Y", "x:Z")]
    assert deployed(graph_of_export(export(*twice))).answer(TOPIC, "a", {}) is None
