"""ECR replication of container images to another region."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component


class ImageReplication(Component):
    """Has ECR copy every image that is pushed from now on to ``region``, of repositories below ``namespaces``.

    A copy lies in the repository of the same name there, which its owner makes before the first push: ECR would make
    one without its key. What was pushed before is not copied. An account and region have one such configuration, so
    that one stack of them may ask for it. Raises ValueError when the copies would lie in the home region.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        region: str,
        namespaces: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if region == account.region:
            raise ValueError(f"{name}: images would be copied to {region}, where they are")
        super().__init__(name, opts)
        aws.ecr.ReplicationConfiguration(
            self.child("rules"),
            replication_configuration={
                "rules": [
                    {
                        "destinations": [{"region": region, "registry_id": account.id}],
                        "repository_filters": [
                            {"filter": f"{namespace}/", "filter_type": "PREFIX_MATCH"} for namespace in namespaces
                        ],
                    }
                ]
            },
            opts=self.child_options(),
        )
        self.register_outputs({})
