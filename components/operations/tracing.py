"""Which requests X-Ray traces."""

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from components.statements import Statement, sid
from settings import Name, Settings

_NAME_LIMIT = 32
"""https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html"""


class SamplingRule(Settings):
    """Traces ``reservoir`` requests a second and the share ``rate`` of the rest; the lowest ``priority`` goes first."""

    rate: float = Field(default=0.05, ge=0, le=1)
    reservoir: int = Field(default=1, ge=0)
    priority: int = Field(default=9000, ge=1, le=9999)
    url_path: str = "*"


class TracingSettings(Settings):
    """The rules by name, and from how many milliseconds on a request counts as slow."""

    rules: dict[Name, SamplingRule] = Field(default_factory=lambda: {"all": SamplingRule()}, min_length=1)
    slow_ms: int = Field(default=500, ge=1)


class Tracing(Component):
    """Sampling rules, and a group of the requests that failed or were slow, with X-Ray Insights.

    Applications send traces by OpenTelemetry, since X-Ray's own SDKs are in maintenance, and need ``write``. Names in
    X-Ray are fixed, so they start with the stack's. Raises ValueError when one gets longer than 32 characters.
    """

    def __init__(
        self,
        name: str,
        settings: TracingSettings,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        for key, rule in sorted(settings.rules.items()):
            aws.xray.SamplingRule(
                self.child(key),
                rule_name=_named(key),
                version=1,
                priority=rule.priority,
                fixed_rate=rule.rate,
                reservoir_size=rule.reservoir,
                url_path=rule.url_path,
                host="*",
                http_method="*",
                service_name="*",
                service_type="*",
                resource_arn="*",
                opts=self.child_options(),
            )
        group = aws.xray.Group(
            self.child("group"),
            group_name=_named("slow-or-failed"),
            filter_expression=f"fault = true OR error = true OR responsetime >= {settings.slow_ms / 1000}",
            insights_configuration=aws.xray.GroupInsightsConfigurationArgs(
                insights_enabled=True, notifications_enabled=False
            ),
            opts=self.child_options(),
        )
        self.register_outputs({"groupArn": group.arn})

    @property
    def write(self) -> Statement:
        """Lets a role send traces and ask which requests to trace; X-Ray knows no resources for either."""
        return Statement(
            sid("Trace", self.name),
            [
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            ["*"],
        )


def _named(key: str) -> str:
    name = f"{pulumi.get_stack()}-{key}"
    if len(name) > _NAME_LIMIT:
        raise ValueError(f"X-Ray takes names of {_NAME_LIMIT} characters at most: {name}")
    return name
