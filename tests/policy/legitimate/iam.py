"""Rights, trust and resource policies that look wide and are as narrow as AWS lets them be."""

from policy.model import Resource
from policy.rules.lambda_permissions import PERMISSION
from tests.policy.rules.iam_support import ACCOUNT, ROLE, allow, inline, trust
from tests.policy.support import resource

_REGION = "us-east-1"
_CLUSTER = "records"
_OWNED = {f"aws:ResourceTag/kubernetes.io/cluster/{_CLUSTER}": "owned"}
_REQUESTED = {f"aws:RequestTag/kubernetes.io/cluster/{_CLUSTER}": "owned"}


def _arn(service: str, name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{_REGION}:{account}:{name}"


def _pods(service_account: str) -> Resource:
    tags = {
        "aws:SourceAccount": ACCOUNT,
        "aws:RequestTag/eks-cluster-arn": _arn("eks", f"cluster/{_CLUSTER}"),
        "aws:RequestTag/kubernetes-namespace": "kube-system",
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principal = {"Service": "pods.eks.amazonaws.com"}
    return resource(ROLE, service_account, assumeRolePolicy=trust(principal, {"StringEquals": tags}, actions))


def _given(role: Resource, *statements: dict[str, object]) -> list[Resource]:
    return [role, inline(*statements, name=f"{role.name}-policy", refers={"role": role}, role=role.name)]


def pulls_traces_and_metrics() -> list[Resource]:
    """Actions that AWS cannot limit to resources, metrics limited to a namespace."""
    return _given(
        _pods("agent"),
        allow("ecr:GetAuthorizationToken", "*"),
        allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules"], "*"),
        allow("cloudwatch:PutMetricData", "*", Condition={"StringEquals": {"cloudwatch:namespace": "Records"}}),
        allow(["ec2:Describe*", "autoscaling:DescribeAutoScalingGroups", "s3:ListAllMyBuckets"], "*"),
    )


def load_balancer_controller() -> list[Resource]:
    """Changes only what carries the tag of its cluster."""
    return _given(
        _pods("aws-load-balancer-controller"),
        allow(["ec2:DescribeSecurityGroups", "elasticloadbalancing:DescribeTargetHealth"], "*"),
        allow(["elasticloadbalancing:RegisterTargets"], _arn("elasticloadbalancing", "targetgroup/*")),
        allow(
            ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup"],
            "*",
            Condition={"Null": {"aws:ResourceTag/elbv2.k8s.aws/cluster": "false"}},
        ),
        allow(
            "iam:CreateServiceLinkedRole",
            "*",
            Condition={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
        ),
    )


def karpenter() -> list[Resource]:
    """Launches and ends tagged instances under one role, which it passes to EC2 alone."""
    return _given(
        _pods("karpenter"),
        allow(["ec2:RunInstances", "ec2:CreateFleet"], [_arn("ec2", "image/*", ""), _arn("ec2", "subnet/*")]),
        allow(["ec2:RunInstances"], _arn("ec2", "instance/*"), Condition={"StringEquals": _REQUESTED}),
        allow("ec2:CreateTags", _arn("ec2", "instance/*"), Condition={"StringEquals": _REQUESTED}),
        allow("ec2:TerminateInstances", _arn("ec2", "instance/*"), Condition={"StringEquals": _OWNED}),
        allow(
            "iam:PassRole",
            f"arn:aws:iam::{ACCOUNT}:role/node",
            Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        allow("ssm:GetParameter", _arn("ssm", "parameter/aws/service/*", "")),
        allow(["iam:ListInstanceProfiles", "pricing:GetProducts"], "*"),
    )


def cluster_autoscaler() -> list[Resource]:
    """Resizes groups that carry the tag of its cluster."""
    tag = {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{_CLUSTER}": "owned"}
    return _given(
        _pods("cluster-autoscaler"),
        allow(["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstanceTypes"], "*"),
        allow(["autoscaling:SetDesiredCapacity"], "*", Condition={"StringEquals": tag}),
    )


def people_with_a_second_factor() -> list[Resource]:
    """The account's own people, whom IAM lets, with a recent second factor."""
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
    role = resource(ROLE, "people", assumeRolePolicy=trust(root, mfa))
    attachment = resource(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "view",
        refers={"role": role},
        role="people",
        policyArn="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
    )
    return [role, attachment]


def workflows_of_one_repository() -> list[Resource]:
    """GitHub's workflows of one repository and environment."""
    issuer = "token.actions.githubusercontent.com"
    claims = {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": "repo:acme/records:environment:prod"}
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
    policy = trust(principal, {"StringEquals": claims}, "sts:AssumeRoleWithWebIdentity")
    return _given(resource(ROLE, "deploy", assumeRolePolicy=policy), allow("sts:AssumeRole"))


def function_of_a_bucket() -> list[Resource]:
    """Lambda brings no source when it takes a role; the bucket that calls is named with its account."""
    role = resource(ROLE, "function", assumeRolePolicy=trust({"Service": "lambda.amazonaws.com"}))
    permission = resource(
        PERMISSION, "called", principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::uploads", sourceAccount=ACCOUNT
    )
    return [*_given(role, allow("logs:PutLogEvents", _arn("logs", "log-group:/aws/lambda/f:*"))), permission]


def keys() -> list[Resource]:
    """The account delegates, EC2 uses the key for whoever may launch, logs for their own groups."""
    anyone = {"AWS": "*"}
    through = {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"ec2.{_REGION}.amazonaws.com"}
    groups = {"kms:EncryptionContext:aws:logs:arn": _arn("logs", "log-group:*")}
    statements = [
        allow("kms:*", "*", Sid="Root", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        allow("kms:Decrypt", "*", Sid="Volumes", Principal=anyone, Condition={"StringEquals": through}),
        allow(
            "kms:CreateGrant",
            "*",
            Sid="Grants",
            Principal=anyone,
            Condition={"StringEquals": through, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            "*",
            Sid="Logs",
            Principal={"Service": f"logs.{_REGION}.amazonaws.com"},
            Condition={"ArnLike": groups},
        ),
    ]
    policy = inline(*statements).get("policy")
    return [resource("aws:kms/key:Key", "key", enableKeyRotation=True, policy=policy)]


def key_of_a_trail() -> list[Resource]:
    """As CloudTrail's guide writes it: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/default-kms-key-policy.html"""
    trails = {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}
    trail = {"StringEquals": {"aws:SourceArn": _arn("cloudtrail", "trail/all")}}
    service, anyone = {"Service": "cloudtrail.amazonaws.com"}, {"AWS": "*"}
    own = {"kms:CallerAccount": ACCOUNT}
    through = {"StringEquals": own | {"kms:ViaService": f"ec2.{_REGION}.amazonaws.com"}}
    reading = {"StringEquals": own, "StringLike": trails}
    statements = [
        allow("kms:*", "*", Sid="Root", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        allow("kms:GenerateDataKey*", "*", Sid="Encrypt", Principal=service, Condition=trail | {"StringLike": trails}),
        allow("kms:DescribeKey", "*", Sid="Describe", Principal=service, Condition=trail),
        allow(["kms:Decrypt", "kms:ReEncryptFrom"], "*", Sid="Decrypt", Principal=anyone, Condition=reading),
        allow("kms:CreateAlias", "*", Sid="Alias", Principal=anyone, Condition=through),
    ]
    policy = inline(*statements).get("policy")
    return [resource("aws:kms/key:Key", "trail", enableKeyRotation=True, policy=policy)]


def key_through_services() -> list[Resource]:
    """Whoever of the account comes through EBS, grants included, as the policy of AWS's own key has it."""
    through = {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"ec2.{_REGION}.amazonaws.com"}}
    actions = [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:CreateGrant",
        "kms:DescribeKey",
    ]
    statements = [
        allow("kms:*", "*", Sid="Root", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        allow(actions, "*", Sid="Volumes", Principal={"AWS": "*"}, Condition=through),
    ]
    policy = inline(*statements).get("policy")
    return [resource("aws:kms/key:Key", "volumes", enableKeyRotation=True, policy=policy)]


def pods_as_the_guide_trusts_them() -> list[Resource]:
    """https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html"""
    principal = {"Service": "pods.eks.amazonaws.com"}
    policy = trust(principal, None, ["sts:AssumeRole", "sts:TagSession"])
    return _given(resource(ROLE, "pods", assumeRolePolicy=policy), allow("sqs:SendMessage", _arn("sqs", "jobs")))


def workflow_shared_by_an_organisation() -> list[Resource]:
    """GitHub's subject customised by claims: one workflow, on behalf of one owner's repositories."""
    issuer = "token.actions.githubusercontent.com"
    workflow = "acme/ci/.github/workflows/deploy.yml@refs/heads/main"
    subject = f"repository_owner:acme:job_workflow_ref:{workflow}"
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
    claims = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}}
    policy = trust(principal, claims, "sts:AssumeRoleWithWebIdentity")
    return _given(resource(ROLE, "ci", assumeRolePolicy=policy), allow("sqs:SendMessage", _arn("sqs", "jobs")))


def queue_of_a_topic() -> list[Resource]:
    """A topic of the account sends; everybody is denied what does not come over TLS."""
    arn = _arn("sqs", "jobs")
    statements = [
        allow(
            "sqs:SendMessage",
            arn,
            Sid="Topic",
            Principal={"Service": "sns.amazonaws.com"},
            Condition={"ArnEquals": {"aws:SourceArn": _arn("sns", "notices")}},
        ),
        allow(
            "sqs:*",
            arn,
            Sid="Tls",
            Effect="Deny",
            Principal="*",
            Condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
    ]
    return [resource("aws:sqs/queuePolicy:QueuePolicy", "policy", policy=inline(*statements).get("policy"))]
