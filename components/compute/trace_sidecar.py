"""An OpenTelemetry collector as a sidecar container of a Fargate task."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.operations.otel_collector import CONFIG_VARIABLE, USER, image, sidecar_config
from components.operations.tracing import TracingSettings

SIDECAR = "trace-collector"
_MEMORY_MIB = 256


def trace_sidecar(
    settings: TracingSettings, region: str, log_options: Mapping[str, pulumi.Input[str]]
) -> dict[str, Any]:
    """A container definition; it takes 256 MiB of the task's memory at the most, and what CPU the other one leaves.

    The task goes on without it, and it is started again when it ends. Who depends on it is stopped before it, and so
    still finds somebody to send the last spans to.
    """
    return {
        "name": SIDECAR,
        "image": image(settings),
        "essential": False,
        "restartPolicy": {"enabled": True, "restartAttemptPeriod": 60},
        "memory": _MEMORY_MIB,
        "readonlyRootFilesystem": True,
        "user": f"{USER}:{USER}",
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "stopTimeout": 30,
        # A program of the image: https://github.com/aws-observability/aws-otel-collector/tree/v0.49.0/cmd/healthcheck
        "healthCheck": {
            "command": ["CMD", "/healthcheck"],
            "interval": 30,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 10,
        },
        "environment": [
            {"name": CONFIG_VARIABLE, "value": sidecar_config(settings, region, _MEMORY_MIB)},
            {"name": "GOMEMLIMIT", "value": f"{_MEMORY_MIB * 9 // 10}MiB"},
        ],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {**log_options, "awslogs-stream-prefix": SIDECAR},
        },
    }
