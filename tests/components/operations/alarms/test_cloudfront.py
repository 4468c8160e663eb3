from components.operations.alarms import AlarmSettings
from components.operations.alarms.cloudfront import distribution
from components.operations.alarms.wafv2 import web_acl

SETTINGS = AlarmSettings()


def test_edge_metrics_are_where_cloudfront_publishes() -> None:
    (errors,) = distribution("E123", SETTINGS).values()
    assert errors.metric.dimensions == {"DistributionId": "E123", "Region": "Global"}
    (blocked,) = web_acl("records", SETTINGS).values()
    assert blocked.metric.dimensions == {"WebACL": "records", "Rule": "ALL"}
    assert blocked.threshold == 2000
    assert errors.metric.region == blocked.metric.region == "us-east-1"
