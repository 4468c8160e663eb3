"""A program that is run with an SDK loaded part by part and shortcuts, as here, registers what it does without.

Its types are of modules that are small to load whole; ``every_stack.py`` has whole stacks.
"""

import json
import subprocess
import sys

import pulumi
import pulumi_aws as aws

from analyser.faces.formats import state
from analyser.graph import Graph
from analyser.run.sdk import finder
from tests.stacks import ROOT
from tests.support import record

_PLAIN = """
import contextlib, json, sys
from analyser.run import program
program.shortcuts = contextlib.nullcontext
from tests.analyser.run.sdk import test_plain
print(json.dumps(test_plain.registered()))
import pulumi_aws.dynamodb
print(type(pulumi_aws.dynamodb).__name__, file=sys.stderr)
"""


class Room(pulumi.ComponentResource):
    """A parent, with what nests, is a list, waits, is a secret and is computed."""

    def __init__(self) -> None:
        super().__init__("strata:test:Room", "room")
        own = pulumi.ResourceOptions(parent=self)
        dead = aws.sqs.Queue("dead", opts=own)
        redrive = dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}))
        self.queue = aws.sqs.Queue("queue", redrive_policy=redrive, opts=pulumi.ResourceOptions.merge(
            own, pulumi.ResourceOptions(depends_on=[dead], protect=True, ignore_changes=["tags"])
        ))  # fmt: skip
        table = aws.dynamodb.Table(
            "table",
            attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S"), {"name": "at", "type": "N"}],
            hash_key="id",
            range_key="at",
            billing_mode="PAY_PER_REQUEST",
            ttl=aws.dynamodb.TableTtlArgs(attribute_name="ends", enabled=True),
            tags={"queue": self.queue.name, "word": pulumi.Output.secret("hidden")},
            opts=own,
        )
        repository = aws.ecr.Repository(
            "images", image_scanning_configuration={"scan_on_push": True}, force_delete=False, opts=own
        )
        known = pulumi.Output.all(table.arn, repository.repository_url, self.queue.urn)
        told = pulumi.Output.concat("at ", known[1])
        aws.sns.Topic("topic", display_name=told, tags={"all": known.apply(" ".join)}, opts=own)
        self.register_outputs({"queue": self.queue.url})


def program() -> None:
    """Makes one, and puts out what it has."""
    room = Room()
    pulumi.export("queue", room.queue.arn)
    pulumi.export("word", pulumi.Output.secret("hidden"))


def registered() -> list[object]:
    """What is registered of known values and of unknown ones, whole."""
    return [_whole(record(program, known=known)) for known in (True, False)]


def _whole(graph: Graph) -> list[object]:
    said = [json.loads(json.dumps(state.deployment(graph), default=repr))]
    return [*said, *(repr(node) for node in graph), repr(sorted(graph.secret_exports))]


def test_a_program_registers_the_same() -> None:
    ended = subprocess.run([sys.executable, "-c", _PLAIN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stderr.split() == ["module"]
    here = json.loads(json.dumps(registered()))
    import pulumi_aws.dynamodb

    assert type(pulumi_aws.dynamodb) is finder._Package
    assert len(here[0]) > 6
    assert here == json.loads(ended.stdout)
