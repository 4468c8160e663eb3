"""Rights inside services that keep their own, jobs of Batch, Network Firewall, Elastic Beanstalk, what EMR keeps."""

import json
from dataclasses import replace
from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import batch, beanstalk, managed_access, managed_ports, managed_transfers, network_firewall, redshift
from policy.rules.events import EVENT_TARGET, KEY_POLICY
from policy.rules.sns import TOPIC
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

ROLE = "arn:aws:iam::123456789012:role/search"
KEY = resource("aws:kms/key:Key", "key")
ALERTS = resource(TOPIC, "alerts", refers={"kmsMasterKeyId": KEY}, kmsMasterKeyId=UNKNOWN)
SETTING = {"namespace": "aws:elasticbeanstalk:managedactions", "name": "ManagedActionsEnabled", "value": "true"}
FILTER = {
    "statelessDefaultActions": ["aws:forward_to_sfe"],
    "statelessFragmentDefaultActions": ["aws:drop"],
    "statefulRuleGroupReferences": [{"resourceArn": "arn:aws:network-firewall:eu-west-1:123456789012:stateful/it"}],
}
FIREWALL = resource(network_firewall.FIREWALL, "firewall", name="edge")
STATELESS = {"rulesSource": {"statelessRulesAndCustomActions": {"statelessRules": [{"priority": 1}]}}}
PERSISTENCE = "monitoringConfiguration.managedPersistenceMonitoringConfiguration"


def data_policy(
    principal: str = ROLE, place: str = "index/logs/*", permission: str = "aoss:ReadDocument", **more: Any
) -> str:
    rules = [{"ResourceType": "index", "Resource": [place], "Permission": [permission]}]
    return json.dumps([{"Rules": rules, "Principal": [principal], **more}])


def iot(
    action: str | list[str],
    on: str = "arn:aws:iot:eu-west-1:123456789012:topic/meters",
    condition: dict[str, Any] | None = None,
) -> str:
    statement = {"Sid": "Devices", "Effect": "Allow", "Action": action, "Resource": on, "Condition": condition or {}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ATTACHED = {"Bool": {"iot:Connection.Thing.IsAttached": ["true"]}}


def letting_events_in(*conditions: dict[str, Any]) -> str:
    base = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Resource": "*"}
    actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
    return json.dumps({"Statement": [{**base, "Action": actions, "Condition": each} for each in conditions]})


CASES = [
    *(
        Case(
            "opensearch-serverless-access",
            [resource(token, type="data", policy=data_policy())],
            [
                Set("policy", data_policy("arn:aws:iam::123456789012:root")),
                Set("policy", data_policy("arn:aws:iam::123456789012:role/*")),
                Set("policy", data_policy("*")),
                Set("policy", data_policy(place="index/*/*", permission="aoss:*")),
                Set("policy", data_policy(place="index/**/*", permission="aoss:*")),
            ],
        )
        for token in managed_access.SEARCH_ACCESS
    ),
    *(
        Case(
            "iot-policy-scoped",
            [replace(resource(token), inputs={path: iot(["iot:Publish", "iot:Receive"])})],
            [
                Set(path, iot("iot:*")),
                Set(path, iot("*", "*")),
                Set(path, iot("iot:Connect", "*")),
                Set(path, iot("iot:Publish", "arn:aws:iot:*:*:topic/*")),
                Set(path, iot("iot:Pub*", "*")),
                Set(path, iot("iot:?*", "arn:aws:iot:eu-west-1:123456789012:topic/meters")),
                Set(path, iot("iot:DeleteThingShadow", "*")),
                Set(path, iot("iot:Connect", "*", {"StringLike": {"iot:ClientId": "*"}})),
                Set(path, iot("iot:Publish", "*", {"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}})),
            ],
        )
        for token, path in managed_access.IOT_POLICIES.items()
    ),
    *(
        Case(
            "verifiedaccess-conditions",
            [
                resource(
                    token,
                    policyDocument='permit(principal, action, resource) when { context.idp.groups.contains("admin") };',
                )
            ],
            [
                Set("policyDocument", "permit(principal, action, resource);"),
                Set("policyDocument", "permit (principal,action,resource)\nwhen { true };"),
                Set("policyDocument", "permit(principal, action, resource) when { 1 == 1 };"),
                Set("policyDocument", "permit(principal, action, resource) unless { false };"),
                Set("policyDocument", "permit(principal, // everybody\naction, resource);"),
            ],
        )
        for token in managed_access.VERIFIED
    ),
    Case(
        "batch-not-privileged",
        [resource(batch.JOB_DEFINITION, containerProperties=json.dumps({"image": "a:1", "privileged": False}))],
        [Set("containerProperties", json.dumps({"image": "a:1", "privileged": True}))],
    ),
    Case(
        "batch-not-privileged",
        [resource(batch.JOB_DEFINITION, nodeProperties=json.dumps({"nodeRangeProperties": [{"container": {}}]}))],
        [
            Set(
                "nodeProperties",
                json.dumps({"nodeRangeProperties": [{"targetNodes": "0:", "container": {"privileged": True}}]}),
            ),
            Set(
                "nodeProperties",
                json.dumps(
                    {
                        "nodeRangeProperties": [
                            {"ecsProperties": {"taskProperties": [{"containers": [{"privileged": True}]}]}}
                        ]
                    }
                ),
            ),
        ],
    ),
    Case(
        "batch-not-privileged",
        [resource(batch.JOB_DEFINITION, ecsProperties=json.dumps({"taskProperties": [{"containers": [{}]}]}))],
        [Set("ecsProperties", json.dumps({"taskProperties": [{"containers": [{"privileged": True}]}]}))],
    ),
    Case(
        "batch-not-privileged",
        [resource(batch.JOB_DEFINITION, eksProperties={"podProperties": {"containers": [{"securityContext": {}}]}})],
        [Set("eksProperties.podProperties.containers[0].securityContext.privileged", True)],
    ),
    Case(
        "batch-not-privileged",
        [resource(batch.NATIVE_JOB_DEFINITION, containerProperties={"privileged": False})],
        [Set("containerProperties.privileged", True)],
    ),
    Case(
        "managed-ports-open",
        [
            resource(
                managed_ports.LIGHTSAIL_PORTS,
                portInfos=[{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrs": ["203.0.113.0/24"]}],
            )
        ],
        [Set("portInfos[0].cidrs", ["0.0.0.0/0"]), Set("portInfos[0].cidrs")],
    ),
    Case(
        "managed-ports-open",
        [
            resource(
                managed_ports.GAME_FLEET,
                ec2InboundPermissions=[{"protocol": "TCP", "fromPort": 22, "toPort": 22, "ipRange": "203.0.113.0/24"}],
            )
        ],
        [Set("ec2InboundPermissions[0].ipRange", "0.0.0.0/0")],
    ),
    Case(
        "networkfirewall-filters",
        [resource(network_firewall.FIREWALL_POLICY, firewallPolicy=FILTER)],
        [
            Set("firewallPolicy.statelessDefaultActions", ["aws:pass"]),
            Set("firewallPolicy.statelessFragmentDefaultActions", ["aws:pass"]),
            Set("firewallPolicy.statefulRuleGroupReferences"),
        ],
    ),
    Case(
        "networkfirewall-group-not-empty",
        [resource(network_firewall.RULE_GROUP, type="STATELESS", ruleGroup=STATELESS)],
        [Set("ruleGroup.rulesSource.statelessRulesAndCustomActions.statelessRules", [])],
    ),
    Case(
        "networkfirewall-logs",
        [FIREWALL, resource(network_firewall.LOGGING, "logs", refers={"firewallArn": FIREWALL}, firewallArn=UNKNOWN)],
        [Without("logs", by="firewallArn")],
    ),
    Case(
        "beanstalk-looked-after",
        [resource(beanstalk.ENVIRONMENT, settings=[SETTING])],
        [Set("settings[0].value", "false")],
    ),
    Case(
        "beanstalk-looked-after",
        [resource(beanstalk.ENVIRONMENT, settings=[{**SETTING, "name": "Other", "value": "false"}])],
        [
            Set(
                "settings[0]",
                {
                    "namespace": "aws:elasticbeanstalk:healthreporting:system",
                    "name": "SystemType",
                    "value": "basic",
                },
            ),
            Set(
                "settings[0]",
                {"namespace": "aws:elasticbeanstalk:cloudwatch:logs", "name": "StreamLogs", "value": "false"},
            ),
        ],
    ),
    Case(
        "autoscaling-balancer-health",
        [resource(beanstalk.SCALING_GROUP, targetGroupArns=["arn:tg"], healthCheckType="ELB")],
        [Set("healthCheckType"), Set("healthCheckType", "EC2")],
    ),
    Case(
        "autoscaling-balancer-health",
        [resource(beanstalk.SCALING_GROUP, loadBalancers=["classic"], healthCheckType="ELB")],
        [Set("healthCheckType", "EC2")],
    ),
    Case(
        "transfer-security-policy",
        [resource(managed_transfers.SERVER, securityPolicyName="TransferSecurityPolicy-2024-01")],
        [Set("securityPolicyName"), Set("securityPolicyName", "TransferSecurityPolicy-2020-06")],
    ),
    Case(
        "dms-task-logs",
        [
            resource(
                managed_transfers.REPLICATION_TASK,
                replicationTaskSettings=json.dumps({"Logging": {"EnableLogging": True}}),
            )
        ],
        [
            Set("replicationTaskSettings"),
            Set("replicationTaskSettings", json.dumps({"Logging": {"EnableLogging": False}})),
        ],
    ),
    Case(
        "emr-serverless-logs-key",
        [
            resource(
                managed_transfers.EMR_SERVERLESS,
                monitoringConfiguration={
                    "managedPersistenceMonitoringConfiguration": {
                        "enabled": True,
                        "encryptionKeyArn": "arn:aws:kms:::1",
                    }
                },
            )
        ],
        [Set("monitoringConfiguration"), Set(f"{PERSISTENCE}.encryptionKeyArn")],
    ),
    Case(
        "sagemaker-model-isolated",
        [resource(managed_transfers.DATA_QUALITY, networkConfig={"enableNetworkIsolation": True})],
        [Set("networkConfig.enableNetworkIsolation", False), Set("networkConfig")],
    ),
    *(
        Case(
            "redshift-enhanced-routing", [resource(token, enhancedVpcRouting=True)], [Set("enhancedVpcRouting", False)]
        )
        for token in (redshift.CLUSTER, redshift.WORKGROUP)
    ),
    Case(
        "redshift-administrator-name",
        [resource(redshift.CLUSTER, masterUsername="steward")],
        [Set("masterUsername", "awsuser")],
    ),
    Case(
        "redshift-administrator-name",
        [resource(redshift.NAMESPACE, adminUsername="steward")],
        [Set("adminUsername", "admin")],
    ),
    Case(
        "events-topic-key-without-source",
        [
            resource(EVENT_TARGET, refers={"arn": ALERTS}, arn=UNKNOWN),
            ALERTS,
            KEY,
            resource(KEY_POLICY, "policy", refers={"keyId": KEY}, keyId=UNKNOWN, policy=letting_events_in({})),
        ],
        [
            Set("policy", letting_events_in({"StringEquals": {"aws:SourceAccount": "123456789012"}}), on="policy"),
            Set(
                "policy",
                letting_events_in({"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:123456789012:rule/*"}}),
                on="policy",
            ),
        ],
    ),
]


@pytest.mark.parametrize(
    ("rule", "token", "inputs"),
    [
        ("opensearch-serverless-access", managed_access.SEARCH_ACCESS[0], {"policy": "no JSON"}),
        ("opensearch-serverless-access", managed_access.SEARCH_ACCESS[0], {"policy": data_policy(place="index/*/*")}),
        ("opensearch-serverless-access", managed_access.SEARCH_ACCESS[0], {"policy": data_policy(permission="aoss:*")}),
        ("iot-policy-scoped", "aws:iot/policy:Policy", {"policy": UNKNOWN}),
        ("iot-policy-scoped", "aws:iot/policy:Policy", {"policy": iot("iot:Connect", "*", ATTACHED)}),
        (
            "verifiedaccess-conditions",
            managed_access.VERIFIED[0],
            {"policyDocument": "permit(principal, action, resource) when { 1 == context.level };"},
        ),
        ("batch-not-privileged", batch.JOB_DEFINITION, {"containerProperties": "no JSON"}),
        (
            "managed-ports-open",
            managed_ports.LIGHTSAIL_PORTS,
            {"portInfos": [{"protocol": "tcp", "fromPort": 443, "toPort": 443}]},
        ),
        ("networkfirewall-group-not-empty", network_firewall.RULE_GROUP, {"type": "STATEFUL"}),
        ("autoscaling-balancer-health", beanstalk.SCALING_GROUP, {"healthCheckType": "EC2"}),
        (
            "emr-serverless-logs-key",
            managed_transfers.EMR_SERVERLESS,
            {"monitoringConfiguration": {"managedPersistenceMonitoringConfiguration": {"enabled": False}}},
        ),
    ],
)
def test_what_is_meant_for_others_is_left_alone(rule: str, token: str, inputs: dict[str, Any]) -> None:
    assert check(rule, resource(token, **inputs)) == []


SOURCE = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (letting_events_in(SOURCE, {}), False),
        (letting_events_in({"StringNotEquals": {"aws:SourceAccount": "999988887777"}}), False),
        (letting_events_in({"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": "arn"}}), False),
        (
            json.dumps(
                {
                    "Statement": [
                        *json.loads(letting_events_in(SOURCE))["Statement"],
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudwatch.amazonaws.com"},
                            "Action": "kms:GenerateDataKey*",
                            "Resource": "*",
                        },
                    ]
                }
            ),
            True,
        ),
    ],
)
def test_events_are_let_in_by_any_statement_of_theirs_without_a_source(policy: str, found: bool) -> None:
    target = resource(EVENT_TARGET, "target", refers={"arn": ALERTS}, arn=UNKNOWN)
    key_policy = resource(KEY_POLICY, "policy", refers={"keyId": KEY}, keyId=UNKNOWN, policy=policy)
    assert bool(check("events-topic-key-without-source", target, ALERTS, KEY, key_policy)) is found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_each_change_is_told_and_nothing_else(case: Case) -> None:
    assert check(case.rule, *case.baseline) == []
    assert all(check(case.rule, *change.broken(case.baseline)) for change in case.breaks)
    assert not any(check(case.rule, *change.unknown(case.baseline)) for change in case.breaks)
