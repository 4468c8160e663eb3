"""The types of resources that cost nothing, said one by one: a new type is not free by being forgotten."""

_IN_CLUSTER = ("kubernetes", "random")
"""Packages of which everything is free: what runs in a cluster is paid for with its nodes and load balancers, which are
AWS's resources. Claims of new volumes and services with balancers of their own are not, and have pricers."""

# Configuration of what has a pricer, rights, and what AWS gives away: VPCs and their rules, public certificates,
# budgets, automatic scaling, CodeDeploy to ECS, the default event bus. Flow, query and delivery logs are paid for
# with their log groups and buckets, a global datastore with its members, functions behind events by their calls.
_AWS = {
    "acm": "Certificate CertificateValidation",
    "amplify": "Branch DomainAssociation",
    "apigateway": (
        "Account Authorizer BasePathMapping Deployment DomainName Integration IntegrationResponse Method "
        "MethodResponse MethodSettings RequestValidator Resource Response RestApi"
    ),
    "apigatewayv2": "ApiMapping Authorizer DomainName Integration Route Stage",
    "appautoscaling": "Policy ScheduledAction Target",
    "backup": "Selection Vault VaultLockConfiguration VaultPolicy",
    "budgets": "Budget",
    "cfg": "DeliveryChannel RecorderStatus",
    "cloudfront": "CachePolicy KeyGroup OriginAccessControl PublicKey ResponseHeadersPolicy",
    "cloudwatch": (
        "EventRule EventTarget LogDelivery LogDeliveryDestination LogDeliverySource LogResourcePolicy QueryDefinition"
    ),
    "codeconnections": "Connection",
    "codedeploy": "Application DeploymentGroup",
    "cognito": (
        "IdentityPool IdentityPoolRoleAttachment IdentityProvider ManagedLoginBranding RiskConfiguration "
        "UserPoolClient UserPoolDomain"
    ),
    "costexplorer": "AnomalyMonitor AnomalySubscription",
    "dax": "SubnetGroup",
    "ec2": (
        "DefaultRouteTable DefaultSecurityGroup FlowLog InternetGateway LaunchTemplate Route RouteTable "
        "RouteTableAssociation SecurityGroup Subnet Vpc"
    ),
    "ecr": "LifecyclePolicy",
    "ecs": "ClusterCapacityProviders TaskDefinition",
    "efs": "AccessPoint BackupPolicy FileSystemPolicy MountTarget",
    "eks": "AccessEntry AccessPolicyAssociation PodIdentityAssociation",
    "elasticache": "GlobalReplicationGroup ParameterGroup SubnetGroup User UserGroup",
    "iam": "InstanceProfile OpenIdConnectProvider Role RolePolicy RolePolicyAttachment ServiceLinkedRole",
    "kms": "Alias",
    "lambda": "Alias EventSourceMapping Invocation LayerVersion Permission",
    "lb": "Listener ListenerRule TargetGroup",
    "msk": "Configuration Topic",
    "rds": "ParameterGroup ProxyDefaultTargetGroup ProxyTarget SubnetGroup",
    "route53": "QueryLog Record",
    "s3": (
        "BucketCorsConfiguration BucketIntelligentTieringConfiguration BucketLifecycleConfiguration "
        "BucketLogging BucketNotification BucketObjectLockConfiguration BucketOwnershipControls BucketPolicy "
        "BucketPublicAccessBlock BucketReplicationConfig BucketServerSideEncryptionConfiguration "
        "BucketVersioning"
    ),
    "scheduler": "Schedule",
    "secretsmanager": "SecretPolicy SecretRotation",
    "ses": "DomainIdentityVerification",
    "sesv2": "ConfigurationSet ConfigurationSetEventDestination EmailIdentityMailFromAttributes",
    "sns": "TopicPolicy TopicSubscription",
    "sqs": "QueuePolicy",
    "vpc": "SecurityGroupEgressRule SecurityGroupIngressRule",
    "wafv2": "WebAclAssociation WebAclLoggingConfiguration",
    "xray": "Group SamplingRule",
}

FREE = frozenset(
    f"aws:{module}/{kind[0].lower()}{kind[1:]}:{kind}" for module, kinds in _AWS.items() for kind in kinds.split()
)
"""AWS's types that cost nothing by themselves."""


def is_free(token: str) -> bool:
    """Whether a type of resource costs nothing."""
    return token in FREE or token.split(":", 1)[0] in _IN_CLUSTER
