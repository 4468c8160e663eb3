"""Drift by design: inputs that AWS, an autoscaler, a rotation or an operator changes, and how each is ignored.

An update must not take such a change back. Each row says how that is kept: the input is ignored once the resource is
there, is never given, is given in a form that stays true, or is one that AWS tells nobody (``unread``) and that the
state makes once. Where none of these can be, because somebody has to decide
before AWS does, the pack tells of the day half a year before (``told``). Components ask ``ignored`` for what to leave
alone; a test walks the graphs of all stacks with every row.
"""

from dataclasses import dataclass
from typing import Literal

ALWAYS = ""
PROVISIONED = "billingMode is PROVISIONED"
PROVISIONED_INDEXES = "billingMode is PROVISIONED and there are indexes"
BY_THE_CLOCK = "a scheduled action changes it"
GLOBAL_PRIMARY = "it is the primary of a global datastore"
GLOBAL_MEMBER = "it is in a global datastore"
GLOBAL_COPY = "it is a copy in a global datastore"
GROWS = "maxAllocatedStorage is given"
FOLLOWS = "replicationSourceIdentifier is given"
STANDBY = "multiAz is true"
PASSWORDS = "users sign in by password"
CANARY = "CodeDeploy moves it"
SCALED_PODS = "a HorizontalPodAutoscaler scales it"
WITHIN_BOUNDS = "the number given lies within the bounds"
SCALED_TASKS = "is no recovery stack's, whose promotion brings the first tasks"


@dataclass(frozen=True)
class Drift:
    """One input of one type, by its path as ``ignoreChanges`` takes it; ``form`` is what a pinned value looks like.

    ``when`` is the condition under which it drifts, and under which alone an ignored one is ignored.
    """

    type: str
    path: str
    by: Literal["AWS", "autoscaler", "rotation", "operator"]
    kept: Literal["ignored", "unset", "pinned", "told", "unread"]
    why: str
    source: str
    when: str = ALWAYS
    form: str = ""


_TABLE = "aws:dynamodb/table:Table"
_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_DATABASE = "aws:rds/instance:Instance"
_AURORA = "aws:rds/cluster:Cluster"
_TARGET = "aws:appautoscaling/target:Target"
_ALIAS = "aws:lambda/alias:Alias"
_REDIS_DOCS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg"
_SCALING_DOCS = "https://docs.aws.amazon.com/autoscaling/application/userguide"
_GLOBAL = f"{_REDIS_DOCS}/Redis-Global-Datastores-Console.html"
_LAST_MINORS = r"6\.2|7\.1"
_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws"
_MSK = "aws:msk/cluster:Cluster"
_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
_MUTATOR = (
    "https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/webhooks/elbv2/"
    "targetgroupbinding_mutator.go"
)

DRIFTS = (
    Drift(_TABLE, "readCapacity", "autoscaler", "ignored", "follows the load",
          "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html", PROVISIONED),
    Drift(_TABLE, "writeCapacity", "autoscaler", "ignored", "follows the load",
          "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html", PROVISIONED),
    Drift(_TABLE, "globalSecondaryIndexes[*].readCapacity", "autoscaler", "ignored", "follows the load",
          "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html", PROVISIONED_INDEXES),
    Drift(_TABLE, "globalSecondaryIndexes[*].writeCapacity", "autoscaler", "ignored", "follows the load",
          "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html", PROVISIONED_INDEXES),
    Drift(_TABLE, "warmThroughput", "AWS", "unset", "grows with use and never shrinks",
          "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html"),
    Drift(_TABLE, "globalSecondaryIndexes[*].warmThroughput", "AWS", "unset",
          "grows with use; what is not given the provider takes from AWS, since this pull request",
          f"{_PROVIDER}/pull/46094"),
    Drift(_TARGET, "minCapacity", "AWS", "ignored", "a scheduled action replaces it twice a day",
          f"{_SCALING_DOCS}/application-auto-scaling-scheduled-scaling.html", BY_THE_CLOCK),
    Drift(_TARGET, "maxCapacity", "AWS", "ignored", "a scheduled action replaces it twice a day",
          f"{_SCALING_DOCS}/application-auto-scaling-scheduled-scaling.html", BY_THE_CLOCK),
    Drift("aws:ecs/service:Service", "desiredCount", "autoscaler", "ignored", "follows the load",
          "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html", SCALED_TASKS),
    Drift("aws:autoscaling/group:Group", "desiredCapacity", "autoscaler", "ignored",
          "follows the pods, as long as it lies within its bounds",
          "https://docs.aws.amazon.com/eks/latest/userguide/autoscaling.html", WITHIN_BOUNDS),
    Drift(_TARGET, "roleArn", "AWS", "unset", "Application Auto Scaling puts its service-linked role in",
          f"{_SCALING_DOCS}/application-auto-scaling-service-linked-roles.html"),
    Drift(_TARGET, "suspendedState", "operator", "unset",
          "a drill suspends scaling; what is not given the provider takes from AWS, so that an up suspends and resumes "
          "nothing", f"{_PROVIDER}/pull/38942"),
    Drift("aws:eks/cluster:Cluster", "version", "AWS", "told",
          "EKS lifts it at the end of standard support, and takes no minor back",
          "https://docs.aws.amazon.com/eks/latest/userguide/view-support-status.html"),
    Drift("aws:eks/nodeGroup:NodeGroup", "scalingConfig.desiredSize", "autoscaler", "ignored",
          "follows the pods; docs/decisions/0030 for bounds that it lies outside of",
          "https://docs.aws.amazon.com/eks/latest/userguide/autoscaling.html"),
    Drift(_CACHE, "engineVersion", "AWS", "ignored", "the global datastore has it, for all regions at once",
          _GLOBAL, GLOBAL_PRIMARY),
    Drift(_CACHE, "engineVersion", "AWS", "pinned",
          "the last minor of its major, which automatic upgrades cannot pass; a lower one would be a replacement",
          f"{_REDIS_DOCS}/supported-engine-versions.html", ALWAYS, _LAST_MINORS),
    Drift("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup", "engineVersion", "AWS", "pinned",
          "the last minor of its major", f"{_REDIS_DOCS}/supported-engine-versions.html", ALWAYS, _LAST_MINORS),
    Drift(_CACHE, "nodeType", "operator", "ignored", "the global datastore has it", _GLOBAL, GLOBAL_PRIMARY),
    Drift(_CACHE, "numNodeGroups", "operator", "ignored", "the global datastore has it", _GLOBAL, GLOBAL_PRIMARY),
    Drift(_CACHE, "parameterGroupName", "AWS", "ignored", "the global datastore makes one", _GLOBAL, GLOBAL_PRIMARY),
    Drift(_CACHE, "autoMinorVersionUpgrade", "AWS", "ignored",
          "members report false, whatever they were told: a datastore is upgraded as a whole",
          f"{_REDIS_DOCS}/Redis-Global-Datastores-Getting-Started.html", GLOBAL_MEMBER),
    Drift(_CACHE, "globalReplicationGroupId", "operator", "ignored",
          "whoever promotes the copy takes it out of the datastore, and the provider would replace it to put it back",
          f"{_PROVIDER}/issues/32804", GLOBAL_COPY),
    Drift("aws:elasticache/user:User", "accessString", "AWS", "pinned",
          "as the service writes it: it begins commands with -@all where nothing says what they begin with",
          "https://github.com/go-to-k/cdk-real-drift/pull/488", ALWAYS, r"(on|off)( [~&%]\S+)* [-+]@all( .+)?"),
    Drift("aws:elasticache/user:User", "authenticationMode", "rotation", "ignored", "the rotation sets new passwords",
          f"{_REDIS_DOCS}/User-Secrets-Manager.html", PASSWORDS),
    Drift(_DATABASE, "engineVersion", "AWS", "pinned",
          "a major alone: a minor that automatic upgrades have passed would be a downgrade, which RDS refuses",
          f"{_PROVIDER}/blob/main/website/docs/r/db_instance.html.markdown", ALWAYS, r"\d+"),
    Drift(_DATABASE, "allocatedStorage", "AWS", "ignored", "RDS enlarges it and cannot shrink it",
          "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html", GROWS),
    Drift(_DATABASE, "iops", "AWS", "unset", "gp3 that grows past 400 GiB is given 12,000 in place of 3,000",
          "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage", GROWS),
    Drift(_DATABASE, "storageThroughput", "AWS", "unset", "goes with the iops",
          "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage", GROWS),
    Drift(_DATABASE, "engineVersion", "AWS", "told", "RDS asks for more from the end of standard support on",
          "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html"),
    Drift(_DATABASE, "password", "rotation", "unread",
          "the first, which stays in the state: AWS tells nobody what the rotation has set since, and an ignored one "
          "would not be sent when RDS gives up a password of its own",
          "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"),
    Drift(_DATABASE, "availabilityZone", "AWS", "unset", "a failover moves the primary to the zone of its standby",
          "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html", STANDBY),
    Drift(_AURORA, "engineVersion", "AWS", "ignored",
          "minors come by themselves; of a major alone the provider sends the default minor, which may be a lower one",
          f"{_PROVIDER}/issues/45026"),
    Drift(_AURORA, "replicationSourceIdentifier", "operator", "ignored",
          "a promotion ends it, and the provider takes no source back", f"{_PROVIDER}/pull/40337", FOLLOWS),
    Drift(_MSK, "kafkaVersion", "AWS", "told", "MSK lifts it some time after the end of support, without notice",
          "https://docs.aws.amazon.com/msk/latest/developerguide/version-support.html"),
    Drift("aws:rds/proxy:Proxy", "vpcSubnetIds", "operator", "ignored",
          "a zone more in the network: RDS changes no subnets of a proxy and takes no second one of its name",
          "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBProxy.html"),
    Drift("aws:eks/fargateProfile:FargateProfile", "subnetIds", "operator", "ignored",
          "a zone more in the network: EKS changes no profile, and deletes the pods of one that goes",
          "https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteFargateProfile.html"),
    Drift("aws:opensearch/domain:Domain", "advancedOptions", "AWS", "unset",
          "the service adds options of its own, which it refuses when they are sent back",
          f"{_PROVIDER}/issues/27371"),
    Drift("aws:amplify/branch:Branch", "framework", "AWS", "ignored", "Amplify says which it found in the build",
          "https://github.com/aws-amplify/amplify-hosting/issues/3649"),
    Drift("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "thumbprintLists", "AWS", "unset",
          "IAM fetches them, and trusts its own authorities in any case",
          "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html"),
    Drift(_BINDING, "spec.vpcID", "AWS", "unset", "the controller's webhook fills it in", _MUTATOR),
    Drift(_BINDING, "spec.ipAddressType", "AWS", "unset", "the controller's webhook fills it in", _MUTATOR),
    Drift(_MSK, "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize", "autoscaler",
          "ignored", "MSK grows it and cannot shrink it",
          "https://docs.aws.amazon.com/msk/latest/developerguide/msk-autoexpand.html"),
    Drift(_ALIAS, "functionVersion", "AWS", "ignored", "a deployment moves it",
          "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-lambda.html", CANARY),
    Drift(_ALIAS, "routingConfig", "AWS", "ignored", "a deployment shifts traffic by it",
          "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-lambda.html", CANARY),
    Drift("kubernetes:apps/v1:Deployment", "spec.replicas", "autoscaler", "ignored", "follows the load",
          "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/", SCALED_PODS),
    Drift("aws:budgets/budget:Budget", "timePeriodStart", "AWS", "unset", "the month in which the budget was made",
          "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html"),
    Drift("aws:wafv2/webAcl:WebAcl", "rules[*].statement.managedRuleGroupStatement.version", "AWS", "unset",
          "AWS moves the default version of its rules, with the mends in it",
          "https://docs.aws.amazon.com/waf/latest/developerguide/waf-managed-rule-groups-versioning.html"),
)  # fmt: skip


def ignored(token: str, *conditions: str) -> list[str]:
    """What an update leaves alone on a resource of a type under the conditions that hold for it."""
    holding = {ALWAYS, *conditions}
    return [drift.path for drift in DRIFTS if drift.type == token and drift.kept == "ignored" and drift.when in holding]
