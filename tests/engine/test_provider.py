"""The stand-in provider answers as the engine expects, over gRPC."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator
from importlib import import_module
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as wire
from pulumi.runtime.proto import provider_pb2_grpc

from analyser.run.property_bags import decode, encode
from policy.unknown import UNKNOWN
from tests.engine.provider import serve
from tests.stacks import ROOT

STRUCT: Any = vars(import_module("google.protobuf.struct_pb2"))["Struct"]
BUCKET = "urn:pulumi:prod::strata::strata:data:Bucket$aws:s3/bucket:Bucket::store"
CLUSTER = "urn:pulumi:prod::strata::aws:eks/cluster:Cluster::cluster"


@pytest.fixture
def provider() -> Generator[provider_pb2_grpc.ResourceProviderStub]:
    server, port = serve("aws")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None).wait()


def created(provider: Any, urn: str, *, preview: bool = False, **inputs: Any) -> tuple[str, dict[str, Any]]:
    answer = provider.Create(wire.CreateRequest(urn=urn, properties=encode(inputs), preview=preview))
    return answer.id, decode(answer.properties)


def kinds(provider: Any, old: dict[str, Any], new: dict[str, Any], urn: str = BUCKET) -> dict[str, str]:
    answer = provider.Diff(wire.DiffRequest(urn=urn, old_inputs=encode(old), news=encode(new)))
    assert answer.changes == (wire.DiffResponse.DIFF_SOME if answer.detailedDiff else wire.DiffResponse.DIFF_NONE)
    return {path: wire.PropertyDiff.Kind.Name(diff.kind) for path, diff in answer.detailedDiff.items()}


def test_a_resource_gets_what_aws_computes_and_no_setting_that_nobody_made(provider: Any) -> None:
    identifier, state = created(provider, BUCKET, tags={"a": "b"})
    assert state["arn"] == f"arn:aws:s3:::{identifier}"
    assert state["bucket"] == identifier
    assert state["tags"] == {"a": "b"}
    assert state["forceDestroy"] is False
    assert {"objectLockEnabled", "acl", "versionings", "policy"}.isdisjoint(state)


def test_a_default_gives_way_to_what_was_asked_for(provider: Any) -> None:
    _, state = created(provider, BUCKET, forceDestroy=True)
    assert state["forceDestroy"] is True


def test_a_preview_knows_nothing_that_is_computed(provider: Any) -> None:
    identifier, state = created(provider, CLUSTER, preview=True, name="records", vpcConfig={"subnetIds": ["a"]})
    assert identifier == ""
    assert state.keys() == {"name", "vpcConfig"}
    assert state["vpcConfig"]["subnetIds"] == ["a"]
    assert state["vpcConfig"]["clusterSecurityGroupId"] is UNKNOWN


def test_the_region_is_that_of_the_configuration(provider: Any) -> None:
    configured = provider.Configure(wire.ConfigureRequest(args=encode({"region": "eu-west-1"})))
    assert configured.supportsPreview
    assert not configured.acceptSecrets
    _, state = created(provider, "urn:pulumi:prod::strata::aws:sns/topic:Topic::alarms")
    assert state["arn"].startswith("arn:aws:sns:eu-west-1:")


def test_differences_are_told_by_path_and_kind(provider: Any) -> None:
    old = {"name": "a", "tags": {"x": "1", "y": "2"}, "rules": [{"days": 1}, {"days": 2}], "zones": ["a"]}
    new = {"name": "a", "tags": {"x": "1", "z": "3"}, "rules": [{"days": 1}, {"days": 3}], "zones": ["a", "b"]}
    assert kinds(provider, old, old) == {}
    assert kinds(provider, old, new) == {
        "tags.y": "DELETE",
        "tags.z": "ADD",
        "rules[1].days": "UPDATE",
        "zones": "UPDATE",
    }


def test_what_is_not_known_yet_differs_from_everything(provider: Any) -> None:
    assert kinds(provider, {"name": "a"}, {"name": UNKNOWN}) == {"name": "UPDATE"}


@pytest.mark.parametrize(
    ("token", "old", "new", "replaces"),
    [
        ("aws:rds/instance:Instance", {"username": "a"}, {"username": "b"}, ["username"]),
        ("aws:rds/instance:Instance", {"instanceClass": "a"}, {"instanceClass": "b"}, []),
        ("aws:rds/instance:Instance", {"kmsKeyId": "a"}, {"kmsKeyId": UNKNOWN}, ["kmsKeyId"]),
        ("aws:madeUp/thing:Thing", {"a": 1}, {"a": 2}, []),
    ],
)
def test_what_makes_a_resource_anew_is_told(
    provider: Any, token: str, old: dict[str, Any], new: dict[str, Any], replaces: list[str]
) -> None:
    urn = f"urn:pulumi:prod::strata::{token}::it"
    answer = provider.Diff(wire.DiffRequest(urn=urn, old_inputs=encode(old), news=encode(new)))
    assert list(answer.replaces) == replaces


def test_an_update_keeps_what_was_computed_and_drops_what_is_no_longer_given(provider: Any) -> None:
    request = wire.UpdateRequest(
        urn=BUCKET,
        olds=encode({"arn": "arn:aws:s3:::a", "bucket": "a", "tags": {"x": "1"}}),
        old_inputs=encode({"bucket": "a", "tags": {"x": "1"}}),
        news=encode({"bucket": "a", "forceDestroy": True}),
    )
    state = decode(provider.Update(request).properties)
    assert state == {"arn": "arn:aws:s3:::a", "bucket": "a", "forceDestroy": True}


def test_a_call_is_answered_as_in_a_preview(provider: Any) -> None:
    request = wire.InvokeRequest(tok="aws:index/getCallerIdentity:getCallerIdentity")
    assert decode(getattr(provider.Invoke(request), "return"))["accountId"] == "123456789012"


@pytest.mark.parametrize(
    ("call", "key", "value"), [("getPartition", "partition", "aws"), ("getRegion", "name", "us-east-1")]
)
def test_what_pulumi_eks_asks_is_answered(provider: Any, call: str, key: str, value: str) -> None:
    request = wire.InvokeRequest(tok=f"aws:index/{call}:{call}")
    assert decode(getattr(provider.Invoke(request), "return"))[key] == value


def test_what_aws_adds_to_a_block_is_there(provider: Any) -> None:
    _, state = created(
        provider, "urn:pulumi:prod::strata::aws:sesv2/emailIdentity:EmailIdentity::mail", emailIdentity="a.b"
    )
    assert state["dkimSigningAttributes"]["tokens"]


@pytest.mark.parametrize("package", ["aws", "kubernetes", "random"])
def test_the_plugin_prints_its_port_and_goes_with_the_engine(package: str) -> None:
    # The engine is a shell here, which starts the plugin, tells its process number and is killed.
    command = f'"{sys.executable}" -m tests.engine.provider {package} & echo $!; wait'
    with subprocess.Popen(["sh", "-c", command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout is not None
        plugin, port = int(engine.stdout.readline()), int(engine.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            assert stub.GetSchema(wire.GetSchemaRequest()).schema == f'{{"name": "{package}"}}'
        engine.kill()
        # The pipe comes to its end when the plugin has closed it, too.
        closed, _, _ = select.select([engine.stdout], [], [], 60)
        if not closed:
            os.kill(plugin, signal.SIGKILL)
        assert closed
