"""A provider that takes a role in another account, handed down to what a component makes."""

import pulumi
import pulumi_aws as aws

audit = aws.Provider(
    "audit",
    region="eu-west-1",
    assume_roles=[{"role_arn": "arn:aws:iam::210987654321:role/deployer"}],
    default_tags={"tags": {"Team": "audit"}},
)


class Trail(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("acme:audit:Trail", name, None, opts)
        self.bucket = aws.s3.Bucket(name, opts=pulumi.ResourceOptions(parent=self))


Trail("trail", pulumi.ResourceOptions(providers=[audit]))
aws.s3.Bucket("own")
