from components.operations.alarms import AlarmSettings
from components.operations.alarms.wafv2 import web_acl

SETTINGS = AlarmSettings()


def test_a_regional_firewall_publishes_beside_the_stack() -> None:
    (blocked,) = web_acl("site", SETTINGS, region="eu-west-1").values()
    assert blocked.metric.dimensions == {"WebACL": "site", "Rule": "ALL", "Region": "eu-west-1"}
    assert blocked.metric.region is None
