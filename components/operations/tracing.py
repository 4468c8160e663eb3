"""X-Ray sampling rules and trace groups."""

from typing import Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.component import Component
from components.stack_name import stack_name
from components.statements import Grant, Statement, sid
from components.versions import COLLECTOR
from settings import MisfitError, Name, Problem, Settings
from settings.services.containers import CollectorTag
from settings.services.operations import LONGEST_TRACE_NAME, FilterExpression, TracedPath

_SLOW_OR_FAILED = "slow-or-failed"


class SamplingRule(Settings):
    """Traces ``reservoir`` requests a second and the share ``rate`` of the rest; the lowest ``priority`` goes first."""

    rate: float = Field(default=0.05, ge=0, le=1)
    """The share of requests that is traced after the reservoir."""
    reservoir: int = Field(default=1, ge=0)
    """How many requests a second are traced in any case."""
    priority: int = Field(default=9000, ge=1, le=9999)
    """Which rule is asked first: the one with the lowest number."""
    url_path: TracedPath = "*"
    """The paths that it is for; ``*`` stands for anything."""


class TracingSettings(Settings):
    """The rules by name, and from how many milliseconds on a request counts as slow.

    X-Ray's rules decide as a request comes in, before anybody knows whether it fails, so none of them can keep all
    failures. A collector decides once a trace is whole: it keeps what failed or was slow, and of the rest what the
    rules say but for their reservoirs, which X-Ray alone can share out.
    ``groups`` are further groups of traces by their filter expression:
    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
    """

    rules: dict[Name, SamplingRule] = Field(default_factory=lambda: {"all": SamplingRule()}, min_length=1)
    slow_ms: int = Field(default=500, ge=1)
    """From how many milliseconds on a request counts as slow, and is kept."""
    groups: dict[Name, FilterExpression] = Field(default_factory=dict)
    """Groups of traces by name, with X-Ray's filter expression."""
    collector_tag: CollectorTag = COLLECTOR.value
    """Which image of https://gallery.ecr.aws/aws-observability/aws-otel-collector pods and tasks send to; by
    default the one of ``components.versions``."""

    @model_validator(mode="after")
    def _precedence_decided(self) -> Self:
        names: dict[int, str] = {}
        for key, rule in sorted(self.rules.items()):
            first = names.setdefault(rule.priority, key)
            if first != key:
                said = f"{rule.priority} is that of {first} too; the lowest goes first"
                raise MisfitError(Problem(f"rules.{key}.priority", said))
        return self

    @model_validator(mode="after")
    def _own_group_kept(self) -> Self:
        if _SLOW_OR_FAILED in self.groups:
            raise MisfitError(Problem(f"groups.{_SLOW_OR_FAILED}", "is there already; give another name"))
        return self


class Tracing(Component):
    """Sampling rules, and a group of the requests that failed or were slow, with X-Ray Insights.

    Applications send traces by OpenTelemetry, since X-Ray's own SDKs are in maintenance, to a collector, which alone
    needs ``write``. Names in X-Ray are fixed, so they start with the stack's.
    """

    def __init__(
        self,
        name: str,
        settings: TracingSettings,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.settings = settings
        for key, rule in sorted(settings.rules.items()):
            aws.xray.SamplingRule(
                self.child(key),
                rule_name=stack_name(key, longest=LONGEST_TRACE_NAME),
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
        slow = f"fault = true OR error = true OR responsetime >= {settings.slow_ms / 1000}"
        group = self._group("group", _SLOW_OR_FAILED, slow)
        for key, expression in sorted(settings.groups.items()):
            self._group(f"group-{key}", key, expression)
        self.register_outputs({"groupArn": group.arn})

    @property
    def write(self) -> Grant:
        """Lets a collector's role send traces, which is all that its exporter calls; X-Ray knows no resources for it.

        https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.156.0/exporter/awsxrayexporter
        """
        return Statement(sid("Trace", self.name), ["xray:PutTraceSegments"], ["*"])

    def _group(self, suffix: str, key: str, expression: str) -> aws.xray.Group:
        return aws.xray.Group(
            self.child(suffix),
            group_name=stack_name(key, longest=LONGEST_TRACE_NAME),
            filter_expression=expression,
            insights_configuration=aws.xray.GroupInsightsConfigurationArgs(
                insights_enabled=True, notifications_enabled=False
            ),
            opts=self.child_options(),
        )
