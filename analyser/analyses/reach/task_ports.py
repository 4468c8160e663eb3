"""The ports of the containers of an ECS task."""

import json
from collections.abc import Iterator

from analyser.analyses.reach.graph_view import text
from policy.model import Resource


def task_ports(task: Resource) -> Iterator[int]:
    """The ports that a task definition's containers answer on over TCP; none where it cannot be read.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
    """
    try:
        containers = json.loads(text(task.get("containerDefinitions")) or "[]")
    except ValueError:
        return
    for container in containers if isinstance(containers, list) else ():
        mappings = container.get("portMappings") if isinstance(container, dict) else None
        for mapping in mappings if isinstance(mappings, list) else ():
            port = mapping.get("containerPort") if isinstance(mapping, dict) else None
            if isinstance(port, int) and str(mapping.get("protocol") or "tcp").lower() == "tcp":
                yield port
