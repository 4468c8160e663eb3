"""The AWS CLI's part that scripts in delivery/ use, asked of an emulator: ``aws <service> <command> --option value…``.

What the emulator cannot hold is answered from a folder of recorded answers, ``<service>.<command>.json``, or
``….json.1``, ``….json.2`` and so on for one call after another. Environment: AWS_ENDPOINT_URL, RECORDED.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import jmespath

_SERVICES = {"s3api": "s3", "deploy": "codedeploy"}


def main(service: str, command: str, *words: str) -> str:
    """What the CLI prints."""
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            options[word] = values = []
        else:
            values.append(word)
    (query,), (output,) = options.pop("--query", ["@"]), options.pop("--output", ["json"])
    found = jmespath.search(query, _recorded(service, command) or _asked(service, command, options))
    return str(found) if output == "text" else json.dumps(found, default=str)


def _recorded(service: str, command: str) -> Any:
    every = Path(os.environ["RECORDED"]) / f"{service}.{command}.json"
    numbered = sorted(every.parent.glob(f"{every.name}.*"))
    if numbered:
        answer = json.loads(numbered[0].read_text())
        numbered[0].unlink()
        return answer
    return json.loads(every.read_text()) if every.exists() else None


def _asked(service: str, command: str, options: dict[str, list[str]]) -> Any:
    import boto3  # only here: it takes most of a second, and most calls are answered from records
    from botocore import xform_name

    client = boto3.client(_SERVICES.get(service, service))
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[command.replace("-", "_")])
    members = {f"--{xform_name(name, '-')}": name for name in operation.input_shape.members}
    given: dict[str, Any] = {members[option]: value for option, (value,) in options.items()}
    if "Body" in given:
        given["Body"] = Path(given["Body"]).read_bytes()
    return getattr(client, command.replace("-", "_"))(**given)


if __name__ == "__main__":
    sys.stdout.write(f"{main(*sys.argv[1:])}\n")
