"""What the Kubernetes API answers."""

import hashlib
from typing import Any

from policy.unknown import UNKNOWN


def kubernetes_outputs(token: str, name: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An object as the API server would echo it; a Helm release with its status."""
    if token.startswith("kubernetes:helm.sh/"):
        release = inputs.get("name") or name
        status = {"name": release, "namespace": inputs.get("namespace", "default"), "status": "deployed"}
        return f"{status['namespace']}/{release}", {**inputs, "name": release, "status": status}
    given = inputs.get("metadata")
    metadata = dict(given) if isinstance(given, dict) else {}
    metadata.setdefault("name", f"{name}-{hashlib.sha256(name.encode()).hexdigest()[:8]}")
    if given is UNKNOWN:
        return metadata["name"], {**inputs, "metadata": UNKNOWN}
    namespace = metadata.get("namespace")
    identifier = f"{namespace}/{metadata['name']}" if isinstance(namespace, str) else str(metadata["name"])
    return identifier, {**inputs, "metadata": metadata}
