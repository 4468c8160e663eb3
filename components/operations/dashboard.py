"""A CloudWatch dashboard: alarms first, then metrics."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.operations.alarms import Alarm, Alarms
from components.operations.metric import EDGE_REGION, Metric
from components.stack_name import stack_name

# A dashboard is 24 units wide: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
_ROW = 24
_WIDTH = 8
_HEIGHT = 6

_NAME_LIMIT = 255
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html"""

_LEVELS = ("Connections", "Present")
"""What each process publishes once a minute, so that the sum over a minute is that over all processes."""
_PEAKS = ("OnPage",)
"""How many there are at one of many places; the greatest is what a graph shows."""

COST = Metric("AWS/Billing", "EstimatedCharges", {"Currency": "USD"}, "Maximum", region=EDGE_REGION, period=21600)
"""The month's charges so far; only published once billing alerts are switched on for the account."""


class Dashboard(Component):
    """The state of all alarms, a graph for each panel, the application's own metrics and the month's charges.

    ``overview`` is a graph that comes first, over five minutes, of averages except where a metric says otherwise.
    ``business_namespace`` is where the application publishes its own metrics, graphed whatever they are called: those
    of ``_LEVELS`` and ``_PEAKS`` as how many there are, all others as how many there were, but for
    ``business_gauges``, which are left to the panels. The dashboard goes by stack and component name, since CloudWatch
    wants a fixed one.
    """

    def __init__(
        self,
        name: str,
        panels: Mapping[str, Sequence[Metric]],
        *,
        account: Account,
        alarms: Alarms,
        business_namespace: str | None = None,
        business_gauges: Sequence[str] = (),
        overview: tuple[str, Sequence[Metric]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        graphs = [_overview(*overview, account.region)] if overview else []
        graphs += [_graph(title, metrics, account.region) for title, metrics in panels.items()]
        if business_namespace is not None:
            graphs += _searches("Business", business_namespace, business_gauges, account.region)
        graphs.append(_graph("Cost", [COST], account.region))
        dashboard_name = stack_name(name, longest=_NAME_LIMIT)
        dashboard = aws.cloudwatch.Dashboard(
            self.child("dashboard"),
            dashboard_name=dashboard_name,
            dashboard_body=pulumi.Output.json_dumps({"widgets": [_states(alarms), *_placed(graphs)]}),
            opts=self.child_options(),
        )
        console = f"https://{account.region}.console.aws.amazon.com/cloudwatch/home"
        self.url = f"{console}?region={account.region}#dashboards/dashboard/{dashboard_name}"
        """Where it is in the console, of the partition aws."""
        self.register_outputs({"dashboardArn": dashboard.dashboard_arn})


def panels_of(alarms: Mapping[str, Alarm]) -> dict[str, list[Metric]]:
    """A panel for every metric that alarms watch, with all the places they watch it at."""
    panels: dict[str, list[Metric]] = {}
    for alarm in alarms.values():
        title = f"{alarm.metric.namespace.removeprefix('AWS/')} {alarm.metric.name}"
        panels.setdefault(title, []).append(alarm.metric)
    return panels


def _states(alarms: Alarms) -> dict[str, Any]:
    properties = {"title": "Alarms", "alarms": list(alarms.arns.values())}
    return {"type": "alarm", "x": 0, "y": 0, "width": _ROW, "height": _HEIGHT, "properties": properties}


def _graph(title: str, metrics: Sequence[Metric], region: str) -> dict[str, Any]:
    series = [line for place, metric in enumerate(metrics) for line in metric.graphed(region, place)]
    return _properties(title, series, region)


def _overview(title: str, metrics: Sequence[Metric], region: str) -> dict[str, Any]:
    series = []
    for metric in metrics:
        series.append(metric.named if metric.statistic == "Average" else [*metric.named, {"stat": metric.statistic}])
    return {**_properties(title, series, region), "period": 300, "stat": "Average"}


def _searches(title: str, namespace: str, gauges: Sequence[str], region: str) -> list[dict[str, Any]]:
    """What happened, summed over five minutes, and what there is, which a sum over minutes would multiply.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
    """
    everything = f'Namespace="{namespace}"'
    levels = " OR ".join(f'"{name}"' for name in (*_LEVELS, *_PEAKS, *gauges))
    searches = {
        title: [(f"{everything} NOT MetricName=({levels})", "Sum", 300)],
        f"{title} now": [
            *((f'{everything} MetricName="{name}"', "Sum", 60) for name in _LEVELS),
            *((f'{everything} MetricName="{name}"', "Maximum", 300) for name in _PEAKS),
        ],
    }
    return [
        _properties(heading, [_found(place, *search, region) for place, search in enumerate(found)], region)
        for heading, found in searches.items()
    ]


def _found(place: int, terms: str, statistic: str, period: int, region: str) -> list[Any]:
    return [{"expression": f"SEARCH('{terms}', '{statistic}', {period})", "id": f"search{place}", "region": region}]


def _properties(title: str, metrics: list[list[Any]], region: str) -> dict[str, Any]:
    return {"title": title, "region": region, "view": "timeSeries", "stacked": False, "metrics": metrics}


def _placed(graphs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = _ROW // _WIDTH
    return [
        {
            "type": "metric",
            "x": place % columns * _WIDTH,
            "y": _HEIGHT + place // columns * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": properties,
        }
        for place, properties in enumerate(graphs)
    ]
