"""Configuration of every kind: of the project, of the stack, structured, and secret."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
database = config.require_object("database")
instance = aws.rds.Instance(
    "db",
    engine="postgres",
    instance_class=database["size"],
    allocated_storage=config.require_int("storage"),
    username="admin",
    password=config.require_secret("password"),
    port=config.require_secret_int("port"),
    db_name=config.require_secret_object("names").apply(lambda names: names[0]),
    multi_az=config.get_bool("standby"),
    storage_encrypted=True,
)
token = aws.ssm.Parameter(
    "token", type="SecureString", value=config.require_secret_object("api").apply(lambda a: a["token"])
)
pulumi.export("address", instance.address)
pulumi.export("password", config.require_secret("password"))
