"""Where policy documents stand in aws-native's resources: CloudFormation's properties, most of them mappings.

As in the SDK of pulumi-aws-native at 7 August 2026: https://github.com/pulumi/pulumi-aws-native/tree/master/sdk/python
"""

IDENTITIES = {
    "aws-native:iam:Group": "policies[].policyDocument",
    "aws-native:iam:GroupPolicy": "policyDocument",
    "aws-native:iam:ManagedPolicy": "policyDocument",
    "aws-native:iam:Role": "policies[].policyDocument",
    "aws-native:iam:RolePolicy": "policyDocument",
    "aws-native:iam:User": "policies[].policyDocument",
    "aws-native:iam:UserPolicy": "policyDocument",
    "aws-native:sso:PermissionSet": "inlinePolicy",
}
"""Type token -> the input that holds an identity policy."""
TRUSTS = {"aws-native:iam:Role": "assumeRolePolicyDocument"}
ENDPOINTS = {"aws-native:ec2:VpcEndpoint": "policyDocument"}
RESOURCES = {
    "aws-native:aps:ResourcePolicy": "policyDocument",
    "aws-native:backup:BackupVault": "accessPolicy",
    "aws-native:codeartifact:Domain": "permissionsPolicyDocument",
    "aws-native:codeartifact:Repository": "permissionsPolicyDocument",
    "aws-native:dynamodb:Table": "resourcePolicy.policyDocument",
    "aws-native:ecr:RegistryPolicy": "policyText",
    "aws-native:ecr:Repository": "repositoryPolicyText",
    "aws-native:efs:FileSystem": "fileSystemPolicy",
    "aws-native:events:EventBus": "policy",
    "aws-native:eventschemas:RegistryPolicy": "policy",
    "aws-native:kinesis:ResourcePolicy": "resourcePolicy",
    "aws-native:kms:Key": "keyPolicy",
    "aws-native:kms:ReplicaKey": "keyPolicy",
    "aws-native:logs:Destination": "destinationPolicy",
    "aws-native:logs:ResourcePolicy": "policyDocument",
    "aws-native:oam:Sink": "policy",
    "aws-native:s3:AccessPoint": "policy",
    "aws-native:s3:BucketPolicy": "policyDocument",
    "aws-native:s3:MultiRegionAccessPointPolicy": "policy",
    "aws-native:s3express:BucketPolicy": "policyDocument",
    "aws-native:s3objectlambda:AccessPointPolicy": "policyDocument",
    "aws-native:s3outposts:BucketPolicy": "policyDocument",
    "aws-native:s3tables:TableBucketPolicy": "resourcePolicy",
    "aws-native:s3tables:TablePolicy": "resourcePolicy",
    "aws-native:s3vectors:VectorBucketPolicy": "policy",
    "aws-native:secretsmanager:ResourcePolicy": "resourcePolicy",
    "aws-native:sns:TopicInlinePolicy": "policyDocument",
    "aws-native:sns:TopicPolicy": "policyDocument",
    "aws-native:sqs:QueueInlinePolicy": "policyDocument",
    "aws-native:vpclattice:ResourcePolicy": "policy",
    "aws-native:xray:ResourcePolicy": "policyDocument",
}
