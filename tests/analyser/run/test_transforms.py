"""Transforms of a component that runs inside the engine, which the recorder calls in the engine's place."""

import dataclasses
from typing import Any

import pulumi
import pytest

from analyser.graph import Node
from analyser.run.remote_components import RemoteError
from analyser.run.transforms import Transforms

NODE = Node(
    urn="urn:pulumi:s::p::aws:kms/key:Key::key", type="aws:kms/key:Key", name="key", inputs={"a": 1}, outputs={}
)


def answered(answer: Any, node: Node = NODE) -> Node:
    transforms = Transforms()
    callback = transforms.register_transform(answer)
    return transforms.applied([callback], node)


def test_what_a_transform_is_told() -> None:
    told: list[pulumi.ResourceTransformArgs] = []
    assert answered(told.append) is NODE
    (args,) = told
    assert (args.custom, args.type_, args.name, args.props) == (True, NODE.type, "key", {"a": 1})
    assert (args.opts.protect, args.opts.retain_on_delete) == (None, None)


def test_protection_and_retention_are_taken_over() -> None:
    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        args.opts.protect = args.opts.retain_on_delete = True
        return pulumi.ResourceTransformResult(args.props, args.opts)

    made = answered(transform, dataclasses.replace(NODE, options={"aliases": ["urn"]}))
    assert (made.protect, made.options) == (True, {"aliases": ["urn"], "retainOnDelete": True})


def test_each_component_has_its_own() -> None:
    transforms = Transforms()
    transforms.register_transform(lambda args: pulumi.ResourceTransformResult(args.props, args.opts))
    assert transforms.applied([], NODE) is NODE


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda args: pulumi.ResourceTransformResult({"a": 2}, args.opts),
            "knows transforms of options and boundaries only",
        ),
        (lambda _: "no answer", "knows transforms of options and boundaries only"),
        (
            lambda args: pulumi.ResourceTransformResult(args.props, pulumi.ResourceOptions(ignore_changes=["a"])),
            "does not know transforms of ignore_changes",
        ),
    ],
)
def test_what_the_preview_does_not_know_is_said(answer: Any, said: str) -> None:
    with pytest.raises(RemoteError, match=f"aws:kms/key:Key key: the preview {said}"):
        answered(answer)
