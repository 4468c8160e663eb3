"""One run of a foreign program: the engine's two services on ports of this machine, and a process that speaks to them.

It is the engine's own protocol, so that the program's Python needs Pulumi's SDK, of whichever release, and nothing of
Strata's (docs/decisions/0053-any-pulumi-program.md).
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from analyser.graph import Gap, Graph, sorted_gaps
from analyser.run.deployed import Deployed
from analyser.run.foreign.observer import Observer
from analyser.run.foreign.outputs_elsewhere import Elsewhere
from analyser.run.foreign.project import Project, read_stack, region_of
from analyser.run.program import ProgramError
from analyser.run.references import ORGANIZATION
from settings import SettingsError, stackfile
from settings.errors import Problem
from settings.stackfile import StackFile

_WORKER = Path(__file__).with_name("worker.py")
_STRATA = Path(__file__).resolve().parents[3]
_LARGEST = 400 * 1024 * 1024
"""Bytes of a message, as the engine allows them."""
_LAST_LINES = 5

Answers = Mapping[str, Path]
"""Files with outputs of other stacks, by the names of those."""


def run_foreign(
    project: Project,
    stack: str,
    *,
    answers: Answers | None = None,
    progress: Callable[[int], None] | None = None,
    deployed: Deployed | None = None,
    within: tuple[tuple[Path, str], ...] = (),
) -> Graph:
    """What a stack of another project registers; with ``deployed``, as an update of what is there.

    ``within`` are the stacks for whose sake this one is run, so that none waits for itself. Raises SettingsError for a
    project or a stack that cannot be used, ProgramError for a program that fails.
    """
    if project.language != "python":
        said = f"{project.language} programs are not run; give what the CLI knows of one: --from FILE, of "
        formats = "pulumi stack export, or pulumi preview --json"
        raise SettingsError(project.file.name, [Problem("runtime", said + formats)])
    file = read_stack(project, stack)
    region = region_of(file.config, project.stack_file(stack).name)
    here = (project.root, stack)
    elsewhere = Elsewhere(
        project,
        answers or {},
        lambda other, name: run_foreign(other, name, answers=answers, within=(*within, here)),
        (*within, here),
    )

    def observed(*, texts_unknown: bool) -> Observer:
        observer = Observer(
            project.name,
            stack,
            region or "us-east-1",
            elsewhere=elsewhere,
            deployed=deployed,
            root=project.program[0],
            progress=progress,
        )
        _watch(project, file, observer, texts_unknown=texts_unknown)
        return observer

    hidden = [key for key in file.secret_keys if stackfile.HIDDEN in file.config.get(key, "")]
    try:
        observer = observed(texts_unknown=False)
    except ProgramError as failed:
        observer = _without(hidden, observed, failed)
    observer.gaps += _around(project, file, region)
    public = {key: value for key, value in file.config.items() if key not in file.secret_keys}
    return Graph(
        project.name,
        stack,
        observer.in_order(),
        observer.exports,
        region=region or "us-east-1",
        config=public,
        secret_exports=observer.secret_exports,
        reads=tuple(dict.fromkeys(observer.reads)),
        gaps=sorted_gaps([*observer.gaps, *(Gap("component", node.type, node.name) for node in observer.unseen)]),
        file=Path(os.path.relpath(project.stack_file(stack), project.root)).as_posix(),
    )


def _without(hidden: list[str], observed: Callable[..., Observer], failed: ProgramError) -> Observer:
    """Another run, with secrets unknown to a program that may have failed for taking the text in their place apart.

    Raises the error of the first run where there are none, or where it was not that.
    """
    if not hidden:
        raise failed
    try:
        observer = observed(texts_unknown=True)
    except ProgramError:
        raise failed from None
    observer.gaps += [Gap("secret", key) for key in hidden]
    return observer


def _around(project: Project, file: StackFile, region: str) -> list[Gap]:
    """What the run of a project's stack lacks whatever its program does."""
    found = [Gap("environment", name) for name in file.environments]
    found += [] if region else [Gap("region", "us-east-1")]
    return found + ([Gap("interpreter", project.virtualenv)] if project.virtualenv and not project.interpreter else [])


def _watch(project: Project, file: StackFile, observer: Observer, *, texts_unknown: bool) -> None:
    """Runs a program in front of an observer."""
    folder, program = project.program
    python = project.interpreter
    with _engine(observer) as address:
        said = {
            "monitor": address,
            "engine": address,
            "project": project.name,
            "stack": file.stack,
            "organization": ORGANIZATION,
            "root_directory": str(project.root),
            "root": str(project.root.resolve()),
            "folder": str(folder),
            "program": str(program),
            "config": file.config,
            "secret_keys": file.secret_keys,
            "hidden": stackfile.HIDDEN,
            "texts_unknown": texts_unknown,
            "finder": "" if python else str(_STRATA),
        }
        _run(str(python or sys.executable), said, observer)


def _run(python: str, said: Mapping[str, Any], observer: Observer) -> None:
    around = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_CONFIG")}
    around |= {
        "no_grpc_proxy": "127.0.0.1",
        "AWS_EC2_METADATA_DISABLED": "true",  # a program that asks AWS itself is told at once that it cannot
    }
    ended = subprocess.run(
        [python, str(_WORKER)], input=json.dumps(said), env=around, capture_output=True, text=True, errors="replace"
    )
    if problems := dict.fromkeys(observer.problems):
        raise ProgramError("\n".join(problems))
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-_LAST_LINES:] or [f"the program ended with {ended.returncode}"]
        raise ProgramError("\n".join(last))


@contextmanager
def _engine(observer: Observer) -> Generator[str]:
    """Serves an observer as the engine and its monitor; the address of both."""
    size = [(f"grpc.max_{way}_message_length", _LARGEST) for way in ("receive", "send")]
    with ThreadPoolExecutor(max_workers=32) as threads:
        server = grpc.server(threads, options=size)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(_Monitor(observer), server)
        engine_pb2_grpc.add_EngineServicer_to_server(_Engine(observer), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()
            observer.callbacks.close()


_FEATURES = frozenset({"secrets", "resourceReferences", "outputValues", "aliasSpecs", "deletedWith", "transforms"})


_METHODS = (
    "GetDeploymentInfo", "Invoke", "Call", "ReadResource", "RegisterResource", "RegisterResourceOutputs",
    "RegisterStackTransform", "RegisterStackInvokeTransform", "RegisterResourceHook", "RegisterErrorHook",
    "RegisterPackage", "SignalAndWaitForShutdown",
)  # fmt: skip


def _served(observer: Observer, name: str) -> Callable[[Any, grpc.ServicerContext], Any]:
    method = getattr(observer, name)

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(request)
        except (SettingsError, ProgramError, LookupError, ValueError, TypeError) as error:
            observer.problems.append(str(error))
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    return answer


class _Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The engine's resource monitor, whose methods are an observer's; what one raises fails the run by its message."""

    def __init__(self, observer: Observer) -> None:
        for name in _METHODS:
            setattr(self, name, _served(observer, name))

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _FEATURES)


class _Engine(engine_pb2_grpc.EngineServicer):
    """What a program tells the engine beside its resources."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._root = ""

    def Log(self, request: Any, context: Any) -> Any:
        if request.severity == engine_pb2.ERROR:
            self._observer.problems += request.message.splitlines()[:1] if not self._observer.problems else []
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any) -> Any:
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, context: Any) -> Any:
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()
