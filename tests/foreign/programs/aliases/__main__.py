"""Resources that have been renamed and moved under a component."""

import pulumi
import pulumi_aws as aws


class Storage(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("acme:storage:Storage", name, None, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")]))
        self.bucket = aws.s3.Bucket(
            f"{name}-files",
            opts=pulumi.ResourceOptions(
                parent=self, aliases=[pulumi.Alias(name="files", parent=pulumi.ROOT_STACK_RESOURCE)], protect=True
            ),
        )
        self.register_outputs({"bucket": self.bucket.id})


pulumi.export("bucket", Storage("shop").bucket.id)
