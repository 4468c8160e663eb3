"""A stand-in for the plugin of a provider: the engine talks to it as to pulumi-resource-aws, and no cloud is touched.

    python -m tests.engine.provider aws|kubernetes|random

Prints the port that it serves, as every plugin does, and ends with the engine that started it. It proves the program,
the pack, the state and the differences between two updates; not that AWS accepts what it is given.
"""

import json
import os
import signal
import sys
import time
from concurrent import futures
from importlib import import_module
from importlib.metadata import version
from typing import Any

import grpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from analyser.run.property_bags import decode, encode
from tests.engine import answers
from tests.engine.differences import differences, replacing

# protobuf makes this class at run time, where type checkers do not see it.
_EMPTY: Any = vars(import_module("google.protobuf.empty_pb2"))["Empty"]
_UNBOUNDED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
_KINDS = provider_pb2.PropertyDiff
_DIFFS = provider_pb2.DiffResponse


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers for one package. It keeps nothing: whatever it must remember comes back to it from the engine's state."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.region = "us-east-1"

    def Handshake(self, request: Any, context: object) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_resources=True, accept_outputs=True)

    def GetPluginInfo(self, request: Any, context: object) -> Any:
        return plugin_pb2.PluginInfo(version=version(f"pulumi-{self.package}"))

    def GetSchema(self, request: Any, context: object) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": self.package}))

    def CheckConfig(self, request: Any, context: object) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: object) -> Any:
        changed = decode(request.old_inputs) != decode(request.news)
        return _DIFFS(changes=_DIFFS.DIFF_SOME if changed else _DIFFS.DIFF_NONE)

    def Configure(self, request: Any, context: object) -> Any:
        self.region = decode(request.args).get("region") or self.region
        # Secrets come in plain and the engine marks them again, as with the providers made by the Terraform bridge.
        return provider_pb2.ConfigureResponse(supportsPreview=True, acceptResources=True, acceptOutputs=True)

    def Check(self, request: Any, context: object) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: object) -> Any:
        old, new = decode(request.old_inputs), decode(request.news)
        found = dict(differences(old, new))
        return _DIFFS(
            changes=_DIFFS.DIFF_SOME if found else _DIFFS.DIFF_NONE,
            diffs=sorted(found),
            detailedDiff={path: _KINDS(kind=getattr(_KINDS, kind), inputDiff=True) for path, kind in found.items()},
            hasDetailedDiff=bool(found),
            replaces=replacing(_named(request.urn)[0], old, new),
        )

    def Create(self, request: Any, context: object) -> Any:
        token, name = _named(request.urn)
        inputs = decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(answers.planned(token, inputs)))
        identifier, state = answers.created(token, name, inputs, self.region)
        return provider_pb2.CreateResponse(id=identifier, properties=encode(state))

    def Update(self, request: Any, context: object) -> Any:
        state = answers.updated(decode(request.olds), decode(request.old_inputs), decode(request.news))
        return provider_pb2.UpdateResponse(properties=encode(state))

    def Read(self, request: Any, context: object) -> Any:
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Invoke(self, request: Any, context: object) -> Any:
        found = answers.invoked(request.tok, decode(request.args), self.region)
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(found))
        return response

    def Delete(self, request: Any, context: object) -> Any:
        return _EMPTY()

    def Cancel(self, request: Any, context: object) -> Any:
        return _EMPTY()

    def Attach(self, request: Any, context: object) -> Any:
        return _EMPTY()


def _named(urn: str) -> tuple[str, str]:
    """The type and the logical name in a URN."""
    parts = urn.split("::")
    return parts[2].rpartition("$")[2], parts[-1]


def serve(package: str) -> tuple[grpc.Server, int]:
    """Starts to serve a package on a free port of this machine; the port comes with it."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=_UNBOUNDED)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main(package: str) -> None:
    """Serves until the engine goes, even when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which is meant for the engine, that stops its plugins itself
    engine = os.getppid()
    _, port = serve(package)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while os.getppid() == engine:
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])
