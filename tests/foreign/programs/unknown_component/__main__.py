"""A component of a provider that nobody here knows, and what is built on what it hands back."""

import pulumi
import pulumi_aws as aws


class Landing(pulumi.ComponentResource):
    role_arn: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        super().__init__("acme:landing:Zone", name, {"role_arn": None, "accounts": 3}, None, True)

    def translate_output_property(self, prop: str) -> str:
        return {"roleArn": "role_arn"}.get(prop, prop)


landing = Landing("zone")
bucket = aws.s3.Bucket("files")
aws.s3.BucketPolicy("files", bucket=bucket.id, policy=landing.role_arn.apply(lambda arn: f'{{"role": "{arn}"}}'))
