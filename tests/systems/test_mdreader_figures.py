"""The figures of MDReader's rows in docs/requirements, one case a row; rows that other tests prove are not here."""

import pytest

from tests.stacks import stack_graph
from tests.systems.figures import Figure, Of, unmet

PRIVATE_BUCKET = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)
SIGNED_ORIGIN = {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"}
EVERY_METHOD = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]


def encrypted(bucket: str) -> list[Figure]:
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}, "bucketKeyEnabled": True}
    return [
        (
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            f"{bucket}-encryption",
            {"rules": [rule]},
        )
    ]


def subnet(name: str, cidr: str, zone: str) -> list[Figure]:
    return [
        ("aws:ec2/subnet:Subnet", f"mdreader-vpc-{name}", {"cidrBlock": cidr, "availabilityZone": f"us-east-1{zone}"})
    ]


ROWS: dict[str, list[Figure]] = {
    "MDR-AUTH-01": [
        (
            "aws:cognito/userPool:UserPool",
            "users-pool",
            {
                "name": "MDReaderUsers",
                "passwordPolicy": {
                    "minimumLength": 8,
                    "requireLowercase": True,
                    "requireNumbers": True,
                    "requireSymbols": True,
                    "requireUppercase": True,
                },
                "autoVerifiedAttributes": ["email"],
                "mfaConfiguration": "OPTIONAL",
                "softwareTokenMfaConfiguration": {"enabled": True},
            },
        )
    ],
    "MDR-AUTH-03": [
        (
            "aws:cognito/userPoolClient:UserPoolClient",
            "client-client",
            {
                "generateSecret": False,
                "explicitAuthFlows": [
                    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                    "ALLOW_USER_SRP_AUTH",
                    "ALLOW_REFRESH_TOKEN_AUTH",
                ],
                "supportedIdentityProviders": ["COGNITO"],
            },
        )
    ],
    "MDR-AUTH-04": [
        (
            "aws:cognito/userPoolClient:UserPoolClient",
            "client-client",
            {
                "callbackUrls": ["https://mdreader.app/auth/callback", "mdreader://auth/callback"],
                "logoutUrls": ["https://mdreader.app/"],
                "allowedOauthFlows": ["code"],
                "allowedOauthFlowsUserPoolClient": True,
                "allowedOauthScopes": ["openid", "email", "profile"],
            },
        ),
        ("aws:cognito/userPoolDomain:UserPoolDomain", "sign-in-domain", {"domain": "mdreader"}),
    ],
    "MDR-RDS-01": [
        (
            "aws:rds/instance:Instance",
            "rds-primary",
            {"engine": "postgres", "engineVersion": "15", "instanceClass": "db.t3.micro"},
        )
    ],
    "MDR-RDS-05": [
        ("aws:rds/instance:Instance", "rds-primary", {"enabledCloudwatchLogsExports": ["postgresql", "upgrade"]}),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            "rds-primary-postgresql-group",
            {"name": "/aws/rds/instance/mdreader-prod/postgresql"},
        ),
    ],
    "MDR-ECS-03": [
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            "hocuspocus-task-definition",
            {"cpu": "512", "memory": "1024", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]},
        )
    ],
    "MDR-ECS-04": [
        (
            "aws:ecs/cluster:Cluster",
            "cluster-cluster",
            {"settings": [{"name": "containerInsights", "value": "enhanced"}]},
        )
    ],
    "MDR-WS-01": [
        (
            "aws:apigatewayv2/api:Api",
            "sockets-api",
            {
                "name": "MDReaderWebSocket",
                "protocolType": "WEBSOCKET",
                "routeSelectionExpression": "$request.body.action",
            },
        )
    ],
    "MDR-API-01": [
        (
            "aws:lambda/function:Function",
            "lambda-backend-function",
            {
                "name": "MDReaderBackend",
                "runtime": "python3.11",
                "handler": "app.main.handler",
                "memorySize": 1024,
                "timeout": 30,
            },
        )
    ],
    "MDR-API-02": [
        ("aws:apigateway/resource:Resource", "rest-routes-path-{proxy+}", {"pathPart": "{proxy+}"}),
        ("aws:apigateway/method:Method", "rest-routes-all-proxy-any", {"httpMethod": "ANY"}),
        (
            "aws:apigateway/integration:Integration",
            "rest-routes-all-proxy-any",
            {
                "type": "AWS_PROXY",
                "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                "arn:aws:lambda:us-east-1:123456789012:function:MDReaderBackend/invocations",
            },
        ),
    ],
    "MDR-API-06": [
        (
            "aws:apigateway/requestValidator:RequestValidator",
            "rest-routes-validator",
            {"validateRequestBody": True, "validateRequestParameters": True},
        ),
        (
            "aws:apigateway/methodSettings:MethodSettings",
            "rest-methods",
            {"methodPath": "*/*", "settings": {"throttlingRateLimit": 2000, "throttlingBurstLimit": 5000}},
        ),
    ],
    "MDR-S3-01": [
        ("aws:s3/bucket:Bucket", "uploads-bucket", {"bucket": "mdreader-uploads-prod-123456789012-us-east-1"}),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            "uploads-versioning",
            {"versioningConfiguration": {"status": "Enabled"}},
        ),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "uploads-public-access-block", PRIVATE_BUCKET),
    ],
    "MDR-S3-03": [*encrypted("uploads"), *encrypted("web"), *encrypted("audit")],
    "MDR-CDN-01": [
        (
            "aws:cloudfront/distribution:Distribution",
            "files-cdn-distribution",
            {"enabled": True, "origins": [{"originId": "S3Origin"}]},
        ),
        ("aws:cloudfront/originAccessControl:OriginAccessControl", "files-cdn-access-S3Origin", SIGNED_ORIGIN),
    ],
    "MDR-CDN-02": [
        (
            "aws:cloudfront/distribution:Distribution",
            "files-cdn-distribution",
            {
                "defaultCacheBehavior": {
                    "viewerProtocolPolicy": "redirect-to-https",
                    "cachePolicyId": Of("files-cdn-cache-default"),
                    "allowedMethods": EVERY_METHOD,
                }
            },
        )
    ],
    "MDR-FE-01": [
        ("aws:s3/bucket:Bucket", "web-bucket", {"bucket": "mdreader-web-prod-123456789012-us-east-1"}),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "web-public-access-block", PRIVATE_BUCKET),
        ("aws:cloudfront/originAccessControl:OriginAccessControl", "site-cdn-access-web", SIGNED_ORIGIN),
        ("aws:cloudfront/distribution:Distribution", "site-cdn-distribution", {"defaultRootObject": "index.html"}),
    ],
    "MDR-FE-02": [
        ("aws:amplify/app:App", "web-app", {"name": "MDReaderWeb", "repository": "https://github.com/yourorg/mdreader"})
    ],
    "MDR-FE-03": [("aws:amplify/branch:Branch", "web-branch", {"branchName": "main", "enableAutoBuild": True})],
    "MDR-NET-02": subnet("public-a", "10.0.1.0/24", "a"),
    "MDR-NET-03": subnet("private-a", "10.0.10.0/24", "a"),
    "MDR-NET-04": [*subnet("public-b", "10.0.2.0/24", "b"), *subnet("private-b", "10.0.11.0/24", "b")],
    "MDR-WAF-01": [
        (
            "aws:wafv2/webAcl:WebAcl",
            "firewall-acl",
            {"name": "MDReaderWAF", "scope": "CLOUDFRONT", "defaultAction": {"allow": {}}},
        )
    ],
    "MDR-OBS-06": [
        (
            "aws:budgets/budget:Budget",
            "budget-budget",
            {
                "limitAmount": "450",
                "timeUnit": "MONTHLY",
                "costFilters": [{"name": "TagKeyValue", "values": ["user:stack$mdreader-prod"]}],
            },
        )
    ],
    "MDR-SES-01": [
        ("aws:sesv2/emailIdentity:EmailIdentity", "email-identity-us-east-1", {"emailIdentity": "mdreader.app"}),
        *[
            ("aws:route53/record:Record", f"zone-dkim-us-east-1-{key}-cname", {"type": "CNAME", "ttl": 300})
            for key in (1, 2, 3)
        ],
    ],
    "MDR-SEC-01": [
        ("aws:secretsmanager/secret:Secret", "app-secret-secret", {"name": "mdreader-prod/app"}),
        (
            "aws:secretsmanager/secretRotation:SecretRotation",
            "app-secret-schedule",
            {"rotationRules": {"automaticallyAfterDays": 30}},
        ),
    ],
    "MDR-SEC-02": [
        (
            "aws:lb/listener:Listener",
            "alb-https",
            {"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        ),
        ("aws:lb/targetGroup:TargetGroup", "alb-hocuspocus", {"protocol": "HTTPS"}),
        ("aws:apigateway/domainName:DomainName", "rest-domain", {"securityPolicy": "TLS_1_2"}),
        (
            "aws:apigatewayv2/domainName:DomainName",
            "sockets-domain",
            {"domainNameConfiguration": {"securityPolicy": "TLS_1_2"}},
        ),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "redis-replication-group",
            {"transitEncryptionMode": "required"},
        ),
        (
            "aws:sesv2/configurationSet:ConfigurationSet",
            "email-set-us-east-1",
            {"deliveryOptions": {"tlsPolicy": "REQUIRE"}},
        ),
    ],
    "MDR-CMP-02": [
        (
            "aws:cloudtrail/trail:Trail",
            "trail-trail",
            {"enableLogging": True, "isMultiRegionTrail": True, "enableLogFileValidation": True},
        ),
    ],
    "MDR-COST-03": [
        (
            "aws:appautoscaling/scheduledAction:ScheduledAction",
            "hocuspocus-scaling-off-peak",
            {"schedule": "cron(0 22 * * ? *)"},
        ),
        (
            "aws:appautoscaling/scheduledAction:ScheduledAction",
            "hocuspocus-scaling-peak",
            {"schedule": "cron(0 6 * * ? *)"},
        ),
    ],
}
BY_AMPLIFY = {"MDR-FE-02", "MDR-FE-03"}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_figures(row: str) -> None:
    graph = stack_graph("mdreader-amplify" if row in BY_AMPLIFY else "mdreader-prod")
    assert unmet(graph, ROWS[row]) == []
