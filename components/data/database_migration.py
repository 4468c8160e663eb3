"""Schema migrations by a Lambda function, for systems without a cluster that could run a Job."""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.function import Function, FunctionSettings, FunctionTier
from components.compute.layer import Layer
from components.data.postgres_primary import PostgresPrimary
from components.network.network import Network
from components.security.key import Key
from components.statements import Grant

_SIZE = FunctionSettings(memory_mib=256, timeout_seconds=900)


class DatabaseMigration(Component):
    """A function that applies SQL files as the master user: each once, in order, all of an update or none, noted in the
    table schema_migration. It is called whenever the files change; what depends on this component waits until then.

    It reaches ``database`` and Secrets Manager, where it reads the master user's password; ``database_key`` encrypts
    that. In the data tier it asks Secrets Manager through the network's endpoint, in the private tier by NAT.

    A ``database`` that follows another is not migrated: it has its source's schema, that table included. Function and
    role stand by, and once it is promoted the files are applied that its source had not applied.
    """

    def __init__(
        self,
        name: str,
        files: Mapping[str, str],
        *,
        account: Account,
        network: Network,
        key: Key,
        log_key: Key,
        database: PostgresPrimary,
        database_key: Key,
        tier: FunctionTier = "data",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        layer = Layer(
            self.child("layer"),
            archive="dist/migrate-database-layer.zip",
            description="The driver that applies a schema to PostgreSQL",
            opts=self.child_options(),
        )
        function = Function(
            name,
            _SIZE,
            account=account,
            key=key,
            log_key=log_key,
            code="functions/migrate_database",
            handler="database_migration.handler.handle",
            description=f"Applies the schema of {database.identifier}",
            environment={
                "DATABASE_SECRET_ARN": database.secret_arn,
                "DATABASE_HOST": database.endpoint,
                "DATABASE_PORT": str(database.port),
                "DATABASE_NAME": database.db_name,
            },
            grants=[database.read_secret, database_key.decrypt],
            network=network,
            tier=tier,
            layers=[layer.arn],
            stands_by=database.follows,
            opts=self.child_options(),
        )
        self._function = function
        database.allow(function)
        _ask(function, network, tier)
        if not database.follows:
            aws.lambda_.Invocation(
                self.child("applied"),
                function_name=function.function_name,
                input=json.dumps({"Files": [{"Name": file, "Sql": sql} for file, sql in files.items()]}),
                # The function needs its way, its right and a password that is there.
                opts=self.child_options(depends_on=[function, database, network.endpoints]),
            )
        self.register_outputs({})

    @property
    def operate(self) -> Grant:
        """Lets a role read the function's log."""
        return self._function.operate


def _ask(function: Function, network: Network, tier: FunctionTier) -> None:
    """Opens the way to Secrets Manager."""
    purpose = "The master user and password"
    if tier == "data":
        network.endpoints.allow(function, 443, purpose)
    elif function.security_group is not None:
        function.security_group.allow_egress("https", "0.0.0.0/0", 443, purpose)
