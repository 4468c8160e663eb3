"""What a change opens or loosens, and what it does not."""

import json
from typing import Any

import pytest

from analyser.analyses.changes.changes import changes
from analyser.analyses.changes.pairing import pairs
from analyser.analyses.changes.widening import widened, widening_document
from tests.analyser.analyses.changes.documents import preview, resource

POLICY, ROLE, BUCKET_POLICY = "aws:iam/rolePolicy:RolePolicy", "aws:iam/role:Role", "aws:s3/bucketPolicy:BucketPolicy"
RULE, GROUP = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:ec2/securityGroup:SecurityGroup"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
INSTANCE, LOGS = "aws:rds/instance:Instance", "aws:cloudwatch/logGroup:LogGroup"
CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
UNKNOWN = {"$unknown": True}


def of(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    found = pairs(preview(*before), preview(*after))
    return [(w.kind, w.what, w.certain) for w in widened(found, changes(found, one_stack=True))]


def changed(token: str, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return of([resource(token, "a", before)], [resource(token, "a", after)])


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


def allow(*actions: str, on: str = "arn:aws:s3:::b/*", effect: str = "Allow", **said: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": list(actions), "Resource": on, **said}


ORG: dict[str, Any] = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
MORE: dict[str, Any] = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1", "aws:SourceVpc": "vpc-1"}}}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (allow("s3:Get*"), allow("s3:Get*", "s3:PutObject"), ["policy allows s3:PutObject on arn:aws:s3:::b/*"]),
        (allow("s3:Get*"), allow("s3:getObject"), []),
        (allow("s3:GetObject"), allow("s3:*"), ["policy allows s3:* on arn:aws:s3:::b/*"]),
        (allow("s3:GetObject", on="*"), allow("s3:GetObject"), []),
        (allow("s3:GetObject"), allow("s3:GetObject", on="*"), ["policy allows s3:GetObject on *"]),
        (allow("s3:GetObject", **ORG), allow("s3:GetObject", **MORE), []),
        (allow("s3:GetObject", **MORE), allow("s3:GetObject"), ["policy allows s3:GetObject on arn:aws:s3:::b/*"]),
        (
            allow("s3:GetObject", Principal={"AWS": "arn:a"}), allow("s3:GetObject", Principal="*"),
            ["policy allows s3:GetObject on arn:aws:s3:::b/* to *"],
        ),
        (allow("s3:*", Principal="*"), allow("s3:*", Principal={"AWS": "arn:a"}), []),
        (
            allow("s3:*", effect="Deny"), allow("s3:Put*", effect="Deny"),
            ["policy no longer denies s3:* on arn:aws:s3:::b/*"],
        ),
        (allow("s3:Put*", effect="Deny"), allow("s3:*", effect="Deny"), []),
    ],
)  # fmt: skip
def test_statements_that_allow_more(before: dict[str, Any], after: dict[str, Any], found: list[str]) -> None:
    assert changed(BUCKET_POLICY, policy(before), policy(after)) == [("rights", what, True) for what in found]


def test_a_statement_that_moves_to_another_place_allows_nothing_new() -> None:
    one, other = allow("s3:GetObject"), allow("s3:PutObject")
    assert changed(POLICY, policy(one, other), policy(other, one)) == []


def test_a_policy_that_comes_or_goes() -> None:
    reads = resource(POLICY, "a", policy(allow("s3:GetObject")))
    assert [what for _, what, _ in of([], [reads])] == ["policy allows s3:GetObject on arn:aws:s3:::b/*"]
    assert of([reads], []) == []
    denies = resource(BUCKET_POLICY, "b", policy(allow("s3:*", effect="Deny", Principal="*")))
    assert [what for _, what, _ in of([denies], [])] == ["policy no longer denies s3:* on arn:aws:s3:::b/* to *"]


def test_a_role_that_more_may_take_on() -> None:
    def trusts(*who: str) -> dict[str, Any]:
        principals = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": one}} for one in who]
        return {"assumeRolePolicy": json.dumps({"Statement": principals})}

    found = changed(ROLE, trusts("arn:a"), trusts("arn:a", "arn:b"))
    assert found == [("rights", "assumeRolePolicy allows sts:AssumeRole on * to AWS:arn:b", True)]


def test_a_policy_known_only_after_up_may_allow_more() -> None:
    known = policy(allow("s3:GetObject"))
    assert [certain for *_, certain in changed(POLICY, known, {"policy": UNKNOWN})] == [False]
    assert changed(POLICY, {"policy": UNKNOWN}, {"policy": UNKNOWN}) == []
    assert changed(POLICY, {"policy": UNKNOWN}, known) == []


def test_grants_that_are_resources() -> None:
    attached = resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", {"role": "r", "policyArn": "arn:p"})
    assert of([], [attached]) == [("rights", "r arn:p", True)]
    assert of([attached], [attached]) == []
    assert of([attached], []) == []


def test_rules_of_a_cluster_s_role() -> None:
    def rules(*verbs: str, kinds: tuple[str, ...] = ("pods",)) -> dict[str, Any]:
        return {"rules": [{"apiGroups": [""], "resources": list(kinds), "verbs": list(verbs)}]}

    assert changed(CLUSTER_ROLE, rules("get"), rules("get", "delete")) == [("rights", "delete pods", True)]
    assert changed(CLUSTER_ROLE, rules("*", kinds=("*",)), rules("get")) == []


def door(source: str = "10.0.0.0/16", first: int = 443, last: int = 443, group: str = "sg-1") -> dict[str, Any]:
    return {"cidrIpv4": source, "ipProtocol": "tcp", "fromPort": first, "toPort": last, "securityGroupId": group}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (door(), door("0.0.0.0/0"), ["0.0.0.0/0 to tcp 443"]),
        (door(), door("10.0.1.0/24"), []),
        (door(), door(first=1, last=65535), ["10.0.0.0/16 to tcp 1 to 65535"]),
        (door(first=0, last=1000), door(), []),
        (door(), {**door(), "ipProtocol": "-1"}, ["10.0.0.0/16 to every port"]),
        ({**door(), "ipProtocol": "-1"}, door(), []),
        (door(), door(group="sg-2"), []),
        (door("10.0.0.0/16"), door("10.0.1.0/24", group="sg-2"), ["10.0.1.0/24 to tcp 443"]),
    ],
)
def test_rules_that_let_in_more(before: dict[str, Any], after: dict[str, Any], found: list[str]) -> None:
    assert changed(RULE, before, after) == [("ingress", what, True) for what in found]


def test_rules_that_come_and_those_within_a_group() -> None:
    assert of([], [resource(RULE, "a", door())]) == [("ingress", "10.0.0.0/16 to tcp 443", True)]
    assert of([resource(RULE, "a", door())], []) == []
    block = {"cidrBlocks": ["0.0.0.0/0"], "protocol": "tcp", "fromPort": 22, "toPort": 22}
    assert changed(GROUP, {"ingress": []}, {"ingress": [block]}) == [("ingress", "0.0.0.0/0 to tcp 22", True)]


def test_network_policies() -> None:
    closed = resource(NETWORK_POLICY, "a", {"spec": {"ingress": []}})
    assert of([closed], []) == [("ingress", "the network policy is gone", True)]
    opened = resource(NETWORK_POLICY, "a", {"spec": {"ingress": [{}]}})
    assert of([closed], [opened]) == [("ingress", "the network policy says something else", False)]
    assert of([], [closed]) == []


def rule(**expiration: int) -> dict[str, Any]:
    return {"rules": [{"id": "age", **({"expiration": expiration} if expiration else {})}]}


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ({"deletionProtection": True}, {"deletionProtection": False}, ["deletion"]),
        ({"deletionProtection": True}, {}, ["deletion"]),
        ({"deletionProtection": False}, {"deletionProtection": True}, []),
        ({"skipFinalSnapshot": False}, {"skipFinalSnapshot": True}, ["deletion"]),
        ({"storageEncrypted": True}, {"storageEncrypted": False}, ["encryption"]),
        ({"kmsKeyId": "a"}, {}, ["encryption"]),
        ({"kmsKeyId": "a"}, {"kmsKeyId": "b"}, []),
        ({"sslPolicy": "a"}, {"sslPolicy": "b"}, ["encryption"]),
        ({"publiclyAccessible": False}, {"publiclyAccessible": True}, ["ingress"]),
        ({"vpc": {"publicAccessCidrs": ["a"]}}, {"vpc": {"publicAccessCidrs": ["a", "b"]}}, ["ingress"]),
        ({"backupRetentionPeriod": 35}, {"backupRetentionPeriod": 7}, ["retention"]),
        ({"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 35}, []),
        ({"backupRetentionPeriod": 7}, {}, ["retention"]),
        (rule(days=365), rule(days=90), ["retention"]),
        (rule(days=90), rule(days=365), []),
        (rule(), rule(days=90), ["retention"]),
        ({"rules": []}, rule(days=90), ["retention"]),
        (rule(days=90), {"rules": []}, []),
        ({"accessLogs": {"enabled": True}}, {"accessLogs": {"enabled": False}}, ["logging"]),
        ({"accessLogs": {"bucket": "a"}}, {}, ["logging"]),
        ({"x": {"enabled": True}}, {"x": {"enabled": False}}, []),
        (
            {"versioningConfiguration": {"status": "Enabled"}},
            {"versioningConfiguration": {"status": "Suspended"}},
            ["deletion"],
        ),
        ({"enabledClusterLogTypes": ["api", "audit"]}, {"enabledClusterLogTypes": ["api"]}, ["logging"]),
        ({"enabledClusterLogTypes": ["api"]}, {"enabledClusterLogTypes": ["api", "audit"]}, []),
    ],
)
def test_settings_that_guard(before: dict[str, Any], after: dict[str, Any], kinds: list[str]) -> None:
    assert [kind for kind, *_ in changed(INSTANCE, before, after)] == kinds


@pytest.mark.parametrize(
    ("before", "after", "shorter"), [(0, 30, True), (30, 0, False), (None, 30, True), (30, None, False)]
)
def test_logs_without_a_time_are_kept_for_ever(before: int | None, after: int | None, shorter: bool) -> None:
    found = changed(LOGS, {"retentionInDays": before}, {"retentionInDays": after})
    assert [kind for kind, *_ in found] == (["retention"] if shorter else [])


def test_what_guards_by_being_there() -> None:
    alarm = resource("aws:cloudwatch/metricAlarm:MetricAlarm", "a")
    assert of([alarm], []) == [("logging", "is gone", True)]
    assert of([resource(LOGS, "a")], []) == []


def test_pulumi_s_own_protection() -> None:
    assert of([resource(INSTANCE, "a", protect=True)], [resource(INSTANCE, "a")]) == [
        ("deletion", "options.protect  true → false", True)
    ]


def test_as_json() -> None:
    before, after = (resource(INSTANCE, "a", {"storageEncrypted": on}) for on in (True, False))
    found = pairs(preview(before), preview(after))
    assert widening_document(widened(found, changes(found, one_stack=True))) == [
        {
            "kind": "encryption", "urn": after["urn"], "type": INSTANCE, "name": "a",
            "what": "storageEncrypted  true → false", "certain": True,
        }
    ]  # fmt: skip


BLOCK, COUNT, NONE = {"action": {"block": {}}}, {"action": {"count": {}}}, {"overrideAction": {"none": {}}}


def acl(*rules: dict[str, Any], default: str = "allow") -> dict[str, Any]:
    named = [{"name": f"r{number}", **rule} for number, rule in enumerate(rules)]
    return {"defaultAction": {default: {}}, "rules": named}


def limit(requests: int) -> dict[str, Any]:
    return {**BLOCK, "statement": {"rateBasedStatement": {"limit": requests}}}


def group(**overrides: str) -> dict[str, Any]:
    told = [{"name": name, "actionToUse": {action: {}}} for name, action in overrides.items()]
    return {**NONE, "statement": {"managedRuleGroupStatement": {"name": "common", "ruleActionOverrides": told}}}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (acl(BLOCK), acl(), [("rule r0 is gone", True)]),
        (acl(BLOCK), acl(COUNT), [("rule r0 stops nothing", True)]),
        (acl(NONE), acl({"overrideAction": {"count": {}}}), [("rule r0 stops nothing", True)]),
        (acl(COUNT), acl(), []),
        (acl(COUNT), acl(BLOCK), []),
        (acl(), acl(BLOCK), []),
        (acl(), acl({"action": {"allow": {}}}), [("rule r0 lets in", False)]),
        (acl(default="block"), acl(), [("what no rule names is let in", True)]),
        (acl(), acl(default="block"), []),
        (acl(limit(1000)), acl(limit(2000)), [("rule r0 lets in 2,000 requests instead of 1,000", True)]),
        (acl(limit(2000)), acl(limit(1000)), []),
        (acl(group()), acl(group(xss="count")), [("rule r0 no longer stops by xss", True)]),
        (acl(group(xss="count")), acl(group(xss="block")), [("rule r0 says something else", False)]),
        (acl(group(xss="count")), acl(group()), [("rule r0 says something else", False)]),
    ],
)
def test_web_acls(before: dict[str, Any], after: dict[str, Any], found: list[tuple[str, bool]]) -> None:
    told = [one for one in changed("aws:wafv2/webAcl:WebAcl", before, after) if one[0] == "ingress"]
    assert told == [("ingress", what, certain) for what, certain in found]


@pytest.mark.parametrize(
    ("token", "before", "after", "kinds"),
    [
        ("aws:backup/plan:Plan", {"rules": [{"ruleName": "a"}, {"ruleName": "b"}]}, {"rules": [{"ruleName": "a"}]},
         ["retention"]),
        ("aws:sqs/queue:Queue", {"rules": [{"ruleName": "a"}, {"ruleName": "b"}]}, {"rules": [{"ruleName": "a"}]}, []),
        ("aws:s3/bucketReplicationConfig:BucketReplicationConfig", {"rules": [{"status": "Enabled"}]},
         {"rules": [{"status": "Disabled"}]}, ["retention"]),
        ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", {"rules": [{"status": "Enabled"}]},
         {"rules": [{"status": "Disabled"}]}, []),
        (INSTANCE, {"backup": {"deletionProtection": True}}, {}, ["deletion"]),
        (INSTANCE, {}, {"vpcConfig": {"assignPublicIp": True}}, ["ingress"]),
        (INSTANCE, {"volumes": [{"name": "a"}]}, {"volumes": [{"name": "a"}, {"name": "b", "hostPath": {"path": "/"}}]},
         ["rights"]),
        (INSTANCE, {"volumes": [{"name": "a", "encrypted": True}, {"name": "b"}]}, {"volumes": [{"name": "b"}]}, []),
        (INSTANCE, {"objectLock": {"defaultRetention": {"mode": "COMPLIANCE", "days": 9}}},
         {"objectLock": {"defaultRetention": {"mode": "GOVERNANCE", "days": 9}}}, ["deletion"]),
        # What is not said has a value of its own, which is not always off or nought.
        (INSTANCE, {"endpointPublicAccess": False}, {}, ["ingress"]),
        (INSTANCE, {"endpointPublicAccess": True}, {}, []),
        (INSTANCE, {"publiclyAccessible": True}, {}, []),
        (INSTANCE, {"enableLogging": True}, {}, []),
        (INSTANCE, {"allowPrivilegeEscalation": False}, {}, ["rights"]),
        (INSTANCE, {"deletionWindowInDays": 7}, {}, []),
        (INSTANCE, {}, {"deletionWindowInDays": 7}, ["retention"]),
        (INSTANCE, {"mfaConfiguration": "ON"}, {"mfaConfiguration": "OPTIONAL"}, ["ingress"]),
        (INSTANCE, {"sslPolicy": "TLS-1-2-2021"}, {"sslPolicy": "TLS-1-3-2021"}, []),
        (INSTANCE, {"protocol": "HTTPS"}, {"protocol": "HTTP"}, ["encryption"]),
        (INSTANCE, {"protocol": "HTTP"}, {"protocol": "HTTPS"}, []),
        (INSTANCE, {"protocol": "tcp"}, {"protocol": "http"}, []),
    ],
)  # fmt: skip
def test_what_is_not_said_and_what_is_in_blocks(
    token: str, before: dict[str, Any], after: dict[str, Any], kinds: list[str]
) -> None:
    assert [kind for kind, *_ in changed(token, before, after)] == kinds


def test_what_is_new_and_open() -> None:
    assert of([], [resource(INSTANCE, "a", {"publiclyAccessible": True, "skipFinalSnapshot": True})]) == [
        ("ingress", "publiclyAccessible  true", True)
    ]
    assert of([], [resource(INSTANCE, "a", {"publiclyAccessible": False})]) == []


def test_a_policy_beside_another_may_let_in_more() -> None:
    pods = {"podSelector": {"matchLabels": {"app": "a"}}}
    lets = resource(NETWORK_POLICY, "a", {"spec": {**pods, "ingress": [{}]}})
    assert of([], [lets]) == [("ingress", "the network policy lets in more, where another one stands", False)]


def test_networks_of_a_prefix_list() -> None:
    token = "aws:ec2/managedPrefixList:ManagedPrefixList"
    one, two = ({"cidr": f"10.{n}.0.0/16"} for n in (1, 2))
    assert changed(token, {"entries": [one]}, {"entries": [one, two]}) == [
        ("ingress", "10.2.0.0/16 to every port", True)
    ]
    assert changed(token, {"entries": [one, two]}, {"entries": [one]}) == []
