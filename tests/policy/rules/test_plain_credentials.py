"""Credentials in the inputs of services without a rule of their own for them."""

from dataclasses import replace
from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.sealed import sealed
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

PASSWORD = "hunter2hunter2"
BROKER = resource("aws:mq/broker:Broker", "broker", users=[{"username": "app", "password": UNKNOWN}])
PIPELINE = resource(
    "aws:codepipeline/pipeline:Pipeline",
    "pipeline",
    stages=[{"actions": [{"configuration": {"Repo": "web", "OAuthToken": UNKNOWN}}]}],
)
PROVIDER = resource("pulumi:providers:aws", "provider", region="eu-west-1")
CONNECTION = resource(
    "aws:cloudwatch/eventConnection:EventConnection",
    "connection",
    authParameters={"apiKey": {"key": "x-key", "value": UNKNOWN}},
)
VERSION = resource("aws:secretsmanager/secretVersion:SecretVersion", "version", secretString=sealed(PASSWORD))
CASES = [
    Case("no-plain-credentials", [BROKER], [Set("users[0].password", PASSWORD)]),
    Case("no-plain-credentials", [PIPELINE], [Set("stages[0].actions[0].configuration.OAuthToken", "ghp_" + "a" * 36)]),
    Case("no-plain-credentials", [PROVIDER], [Set("secretKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")]),
    Case("no-plain-credentials", [VERSION], [Set("secretString", PASSWORD)]),
    Case("no-plain-credentials", [CONNECTION], [Set("authParameters.apiKey.value", PASSWORD)]),
]
CASES += [
    Case(
        "no-plain-credentials-elsewhere",
        [resource("aws:ec2/vpnConnection:VpnConnection", "vpn", tunnel1PresharedKey=UNKNOWN)],
        [Set("tunnel1PresharedKey", "orchard_Tunnel_77")],
    ),
    Case(
        "no-plain-credentials-elsewhere",
        [resource("aws:mskconnect/connector:Connector", "it", connectorConfiguration={"database.user": "app"})],
        [
            Set('connectorConfiguration["database.password"]', PASSWORD),
            Set('connectorConfiguration["connection.uri"]', "mongodb://app:hunter2hunter2@db.internal/app"),
        ],
    ),
    Case(
        "no-plain-credentials-elsewhere",
        [resource("aws-native:rds:DbInstance", "it", masterUserPassword=sealed(PASSWORD))],
        [Set("masterUserPassword", PASSWORD)],
    ),
    *(
        Case(
            "no-plain-credentials-elsewhere",
            [replace(resource(token), inputs={path: UNKNOWN})],
            [Set(path, "0a1b" * 16)],
        )
        for token, path in (
            ("aws-native:apigateway:ApiKey", "value"),
            ("aws:apigateway/apiKey:ApiKey", "value"),
            ("aws:directconnect/macsecKeyAssociation:MacsecKeyAssociation", "cak"),
            ("aws:kms/ciphertext:Ciphertext", "plaintext"),
            ("aws:kms/externalKey:ExternalKey", "keyMaterialBase64"),
        )
    ),
]
ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("DB_PASSWORD", PASSWORD, True),
        ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db", False),
        ("LOG_LEVEL", "information", False),
        ("DB_PASSWORD", UNKNOWN, False),
    ],
)
def test_settings_are_read_by_name(name: str, value: Any, found: bool) -> None:
    setting = {"namespace": "aws:elasticbeanstalk:application:environment", "name": name, "value": value}
    assert bool(check("no-plain-credentials", resource(ENVIRONMENT, settings=[setting]))) is found


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        (resource("aws:mq/broker:Broker", users=[{"username": "app", "password": PASSWORD}]), False),
        (resource("pulumi:providers:aws", secretKey="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), False),
        (resource("aws:glue/job:Job", defaultArguments={"--db_password": PASSWORD}), True),
        (resource(ENVIRONMENT, settings=[{"namespace": "aws:a", "name": "DB_PASSWORD", "value": PASSWORD}]), True),
    ],
)
def test_pulumi_secrets_are_fine_where_the_service_does_not_show_them(kept: Resource, found: bool) -> None:
    assert check("no-plain-credentials", kept)
    assert bool(check("no-plain-credentials", replace(kept, inputs=sealed(dict(kept.inputs))))) is found


def test_what_is_set_elsewhere_is_only_a_place() -> None:
    version = resource(VERSION.type, options={"ignoreChanges": ["secretString"]}, secretString="set by hand")
    assert check("no-plain-credentials", version) == []


def test_variables_of_amplify_are_told_once() -> None:
    app = resource("aws:amplify/app:App", environmentVariables={"API_TOKEN": PASSWORD})
    assert check("no-plain-credentials", app) == []
    assert check("amplify-no-plain-secrets", app)


def test_values_of_parameters_are_read() -> None:
    dsn = f"postgres://app:{PASSWORD}@db.internal/app"
    parameter = resource("aws:ssm/parameter:Parameter", name="/app/dsn", type="String", value=dsn)
    assert check("ssm-parameter-no-plain-secret", parameter)


def test_arguments_of_containers_are_read() -> None:
    text = '[{"name": "a", "command": ["run", "--dsn=postgres://app:hunter2@db/app"]}]'
    assert check("ecs-no-plain-secrets", resource("aws:ecs/taskDefinition:TaskDefinition", containerDefinitions=text))


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:efs/fileSystem:FileSystem", {"creationToken": "orchard-files"}),
        ("aws:codeartifact/domain:Domain", {"encryptionKey": "1a2b3c4d-1111-2222-3333-444455556666"}),
        ("aws:cognito/userPoolClient:UserPoolClient", {"tokenValidityUnits": {"refreshToken": "minutes"}}),
        ("aws:apigateway/integration:Integration", {"credentials": "arn:aws:iam::123456789012:role/api"}),
        (
            "aws:apigateway/integration:Integration",
            {"requestParameters": {"integration.request.header.token": "method.request.header.token"}},
        ),
        ("aws:cloudwatch/eventTarget:EventTarget", {"inputTransformer": {"inputPaths": {"token": "$.detail.token"}}}),
        ("aws:sfn/stateMachine:StateMachine", {"definition": '{"Token": "{% $states.context.Task.Token %}"}'}),
        ("aws:lambda/function:Function", {"environment": {"variables": {"DB_PASSWORD": PASSWORD}}}),
        ("aws:mq/broker:Broker", {"users": [{"password": PASSWORD}]}),
    ],
)
def test_what_is_no_credential_or_is_judged_by_another_rule_is_left_alone(token: str, inputs: dict[str, Any]) -> None:
    assert check("no-plain-credentials-elsewhere", resource(token, **inputs)) == []
