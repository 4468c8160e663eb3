"""A stand-in for Pulumi's engine: starts the pack's process as the engine does and speaks gRPC to it."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi.runtime.proto import analyzer_pb2_grpc

POLICY = Path(__file__).resolve().parents[3] / "policy"
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
# protobuf makes these classes at run time, where type checkers do not see them.
EMPTY: Any = vars(import_module("google.protobuf.empty_pb2"))["Empty"]()
_STRUCT: Any = vars(import_module("google.protobuf.struct_pb2"))["Struct"]


class PackError(Exception):
    """The pack's process did not come up; what it said is in this process's stderr."""


def struct(values: Mapping[str, Any]) -> Any:
    message = _STRUCT()
    message.update(values)
    return message


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET_SIGNATURE, "value": value}


def urn(token: str, name: str, stack: str = "prod") -> str:
    return f"urn:pulumi:{stack}::strata::{token}::{name}"


def analyze_request(token: str, name: str, stack: str = "prod", /, **inputs: Any) -> wire.AnalyzeRequest:
    return wire.AnalyzeRequest(type=token, urn=urn(token, name, stack), name=name, properties=struct(inputs))


def stack_resource(
    token: str, name: str, /, refers: Mapping[str, str] | None = None, **inputs: Any
) -> wire.AnalyzerResource:
    dependencies = {key: wire.AnalyzerPropertyDependencies(urns=[target]) for key, target in (refers or {}).items()}
    return wire.AnalyzerResource(
        type=token,
        urn=urn(token, name),
        name=name,
        properties=struct(inputs),
        dependencies=list((refers or {}).values()),
        propertyDependencies=dependencies,
    )


@contextmanager
def pack_process(
    stack: str = "prod", config: str = "{}", project: str = "strata", pack: Path = POLICY, python: str = sys.executable
) -> Generator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack as `pulumi preview --policy-pack policy` starts it, ended with the context.

    Raises PackError where it does not come up.
    """
    environment = os.environ | {
        "PULUMI_PROJECT": project,
        "PULUMI_STACK": stack,
        "PULUMI_DRY_RUN": "true",
        "PULUMI_ORGANIZATION": "organization",
        "PULUMI_CONFIG": config,
    }
    environment.pop("PYTHONPATH", None)
    process = subprocess.Popen(
        [python, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(pack)],
        cwd=pack,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline()
        if not port:
            raise PackError(f"the pack ended with {process.wait(timeout=600)} before it said its port")
        with grpc.insecure_channel(f"127.0.0.1:{int(port)}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.terminate()
        process.wait(timeout=600)
        if process.stdout is not None:
            process.stdout.close()
