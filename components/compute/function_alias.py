"""The alias by which callers invoke a published version of a Lambda function."""

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.drift import ALWAYS, CANARY, ignored

ALIAS = "live"


class Live(Component):
    """The alias ``live`` of a function that publishes a version with every change.

    The alias follows the newest version, unless ``canary``: then CodeDeploy moves it, so Pulumi points it at the first
    version and leaves it alone from there on. ``provisioned`` executions are kept warm on it, whatever it points at:
    https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
    """

    def __init__(
        self,
        name: str,
        *,
        function: aws.lambda_.Function,
        canary: bool,
        provisioned: int | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        moved_elsewhere = ignored("aws:lambda/alias:Alias", CANARY if canary else ALWAYS)
        alias = aws.lambda_.Alias(
            self.child("alias"),
            name=ALIAS,
            description="The version that callers reach",
            function_name=function.name,
            function_version=function.version,
            opts=self.child_options(ignore_changes=moved_elsewhere),
        )
        if provisioned is not None:
            aws.lambda_.ProvisionedConcurrencyConfig(
                self.child("provisioned-concurrency"),
                function_name=function.name,
                qualifier=alias.name,
                provisioned_concurrent_executions=provisioned,
                opts=self.child_options(),
            )
        self.arn = alias.arn
        self.invoke_arn = alias.invoke_arn
        self.alias_name = alias.name
        self.register_outputs({"arn": self.arn, "aliasName": self.alias_name})
