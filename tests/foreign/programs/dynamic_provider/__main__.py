"""A resource that the program itself provides."""

import pulumi
import pulumi_aws as aws
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class SchemaProvider(ResourceProvider):
    def create(self, props: dict) -> CreateResult:
        raise RuntimeError("nobody deploys here")


class Schema(Resource):
    version: pulumi.Output[str]

    def __init__(self, name: str, address: pulumi.Input[str]) -> None:
        super().__init__(SchemaProvider(), name, {"address": address, "version": None})


database = aws.rds.Instance(
    "orders",
    engine="postgres",
    instance_class="db.t4g.micro",
    allocated_storage=20,
    username="orders",
    manage_master_user_password=True,
    skip_final_snapshot=True,
)
schema = Schema("orders", database.address)
pulumi.export("version", schema.version)
