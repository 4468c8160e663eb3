"""What a person reads."""

import io
import re

import pulumi
import pulumi_aws as aws

from analyser.analyses.policies.verdict import verdict
from analyser.analyses.report import Report
from analyser.faces.resource_details import facts
from analyser.faces.terminal.page import show
from analyser.graph import Graph, Node
from analyser.run.program import run_program
from policy.model import Exemption
from tests.analyser.analyses.policies.test_verdict import RULES, TODAY

CONFIG = {"aws:region": "eu-west-1", "strata:system": "records", "strata:environment": "prod"}


class Block(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("strata:test:Block", name, None, opts)
        self.below = pulumi.ResourceOptions(parent=self)


def program() -> None:
    network = Block("network")
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=network.below)
    tier = Block("tier", network.below)
    for zone, block in (("a", "10.0.1.0/24"), ("b", "10.0.2.0/24")):
        aws.ec2.Subnet(zone, vpc_id=vpc.id, cidr_block=block, opts=tier.below)
    database = Block("database")
    for name in ("one", "two"):
        aws.rds.Instance(
            name, instance_class="db.r6g.large", allocated_storage=20_000, engine="postgres", opts=database.below
        )
    for name in ("x", "y", "z"):
        aws.kms.Key(f"{name}-key", opts=Block(name).below)
    aws.sns.Topic("topic")
    pulumi.export("vpc", vpc.id)


def graph() -> Graph:
    return run_program(program, stack="prod", config=CONFIG)


def shown(found: Graph, *, full: bool = False) -> list[str]:
    violations, number = verdict(found, rules=RULES, exemptions=(), today=TODAY)
    file = io.StringIO()
    show(Report(found, tuple(violations), number), full=full, seconds=2.5, file=file)
    return file.getvalue().splitlines()


def test_components_are_shown_with_what_is_telling() -> None:
    lines = shown(graph())
    assert lines[0] == "strata prod  records · prod · eu-west-1"
    assert lines[1:8] == [
        "prod  9 resources",
        "├── network Block 3  10.0.0.0/16",
        "│   └── tier Block 2  10.0.1.0/24 · 10.0.2.0/24",
        "├── database Block 2  2x db.r6g.large 20,000 GiB postgres",
        "├── 3x Block 3  x, y, z",
        "└── Topic topic",
        "",
    ]


def test_in_full_every_resource_has_a_line() -> None:
    found = graph()
    text = "\n".join(shown(found, full=True))
    for node in found:
        assert re.search(rf"(── |\s){re.escape(node.name)}( |$)", text, re.MULTILINE), node.name
    assert "Subnet a  10.0.1.0/24" in text


def test_types_are_counted_by_service() -> None:
    lines = shown(graph())
    start = lines.index("By service")
    assert lines[start + 1].split(maxsplit=1) == ["9", "others  3 ec2 · 3 kms · 2 rds · 1 sns"]


def test_outputs_are_listed() -> None:
    lines = shown(graph())
    assert re.fullmatch(r"vpc  vpc-[0-9a-f]{17}", lines[lines.index("Outputs") + 1])


def test_verdicts_come_with_the_remedy() -> None:
    lines = shown(graph())
    start = next(i for i, line in enumerate(lines) if line.startswith("Policies:"))
    assert lines[start:] == [
        "Policies: 1 mandatory, 1 advisory, 0 exempt, by 2 rules",
        "mandatory  topic-encrypted  should hold: Topics are encrypted",
        "           topic: is not encrypted (kmsMasterKeyId)",
        "           mend: Set kmsMasterKeyId.",
        "advisory   topic-has-policy  should hold: Topics have a policy",
        "           topic: has no policy",
        "           mend: Add a TopicPolicy.",
        "Deployment: about 6 min, at worst 25 min; strata timeline prod shows what it waits for",
        "Recovery: 0 of 6 objectives hold; strata recovery prod shows by what, and judges its region too",
        "prod would be stopped: 9 resources in 6 components, 0 protected, 2.5 s",
    ]


def test_what_is_spared_is_told_with_the_reason() -> None:
    found = graph()
    pattern = "urn:pulumi:prod::*::aws:sns/topic:Topic::topic"
    spared = [Exemption(rule.id, pattern, "a test", "me", TODAY) for rule in RULES]
    violations, number = verdict(found, rules=RULES, exemptions=spared, today=TODAY)
    file = io.StringIO()
    show(Report(found, tuple(violations), number), full=False, seconds=1, file=file)
    assert file.getvalue().splitlines()[-6:] == [
        "Policies: 0 mandatory, 0 advisory, 2 exempt, by 2 rules",
        "exempt     topic-encrypted  topic: a test",
        "exempt     topic-has-policy  topic: a test",
        "Deployment: about 6 min, at worst 25 min; strata timeline prod shows what it waits for",
        "Recovery: 0 of 6 objectives hold; strata recovery prod shows by what, and judges its region too",
        "prod passes: 9 resources in 6 components, 0 protected, 1.0 s",
    ]


def test_into_a_pipe_it_is_plain() -> None:
    for line in shown(graph()):
        assert "\x1b" not in line
        assert line == line.rstrip()


def test_facts_say_nothing_of_what_is_not_known() -> None:
    def nodes() -> None:
        aws.eks.NodeGroup(
            "nodes",
            cluster_name="c",
            node_role_arn=aws.iam.Role("role", assume_role_policy="{}").arn,
            subnet_ids=[],
            instance_types=["m7g.large"],
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(min_size=1, max_size=3, desired_size=1),
        )

    found = run_program(nodes, stack="prod", config=CONFIG, known=False)
    assert facts(found.only("aws:eks/nodeGroup:NodeGroup")) == ["m7g.large", "1 to 3 nodes"]
    assert facts(Node("urn", "aws:none/none:None", "none", {}, {})) == []
