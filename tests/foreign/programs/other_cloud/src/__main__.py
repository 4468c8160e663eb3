"""A bucket of another cloud beside one of this, by a package that Strata has never heard of."""

import pulumi
import pulumi_aws as aws


class GoogleBucket(pulumi.CustomResource):
    url: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        super().__init__("gcp:storage/bucket:Bucket", name, {"location": "EU", "url": None})


theirs = GoogleBucket("theirs")
aws.ssm.Parameter("theirs", type="String", value=theirs.url)
