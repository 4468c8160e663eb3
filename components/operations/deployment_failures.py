"""Failed deployments of ECS services, from events to a metric for an alarm."""

import pulumi

from components.operations.failed_events import FailedEvents
from components.security.key import Key

_FAILED = "SERVICE_DEPLOYMENT_FAILED"


class DeploymentFailures(FailedEvents):
    """Failed deployments of one ECS service, for an alarm (``ecs.deployments``).

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
    """

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        service_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        pattern = {
            "source": ["aws.ecs"],
            "detail-type": ["ECS Deployment State Change"],
            "resources": [service_arn],
            "detail": {"eventName": [_FAILED]},
        }
        super().__init__(name, key=key, description="A deployment failed", pattern=pattern, opts=opts)
