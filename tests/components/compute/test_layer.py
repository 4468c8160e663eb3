"""A layer fits the functions that use it."""

from components.compute.layer import Layer
from tests.support import record, without_digests


def test_a_layer_is_the_archive_for_python_on_arm() -> None:
    graph = record(lambda: Layer("crdt", archive="dist/collaboration-layer.zip", description="CRDT"), stack="dev")
    inputs = graph.only("aws:lambda/layerVersion:LayerVersion", "crdt-version").inputs
    assert {**inputs, "code": without_digests(inputs["code"])} == {
        "layerName": "dev-crdt",
        "description": "CRDT",
        "code": {"path": "dist/collaboration-layer.zip"},
        "compatibleRuntimes": ["python3.13"],
        "compatibleArchitectures": ["arm64"],
    }
