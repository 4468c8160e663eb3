"""A Route 53 health check of a public endpoint."""

from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from settings import DomainName, Settings
from settings.services.edge import UrlPath


class HealthCheckSettings(Settings):
    """What to ask for, and how often it may fail.

    Each of Route 53's checkers in eight regions asks every ``interval_seconds``; 10 costs more than 30. With the
    defaults an endpoint counts as failed after about 90 seconds.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
    """

    domain: DomainName
    path: UrlPath = "/health"
    failure_threshold: int = Field(default=3, ge=1, le=10)
    interval_seconds: Literal[10, 30] = 30


class HealthCheck(Component):
    """Asks over HTTPS, with the name in the TLS handshake; any answer but 2xx or 3xx within 2 seconds is a failure.

    Its metric, HealthCheckStatus in AWS/Route53, is published in us-east-1 whatever the stack's region.
    """

    def __init__(self, name: str, settings: HealthCheckSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        check = aws.route53.HealthCheck(
            self.child("check"),
            type="HTTPS",
            fqdn=settings.domain,
            port=443,
            resource_path=settings.path,
            enable_sni=True,
            failure_threshold=settings.failure_threshold,
            request_interval=settings.interval_seconds,
            tags={"Name": name},
            opts=self.child_options(),
        )
        self.health_check_id = check.id
        self.register_outputs({"healthCheckId": self.health_check_id})
