"""An RDS Proxy for a PostgreSQL instance."""

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.data.postgres_primary import PRIMARY, PostgresPrimary
from components.drift import ignored
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, Statement, service_trust, sid
from settings import Name, Settings


class DatabaseProxySettings(Settings):
    """Name and pool of a proxy; percents are of the connections that the database takes, times in seconds.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connections.html
    """

    name: Name
    """The proxy's name in AWS."""
    max_connections_percent: int = Field(default=80, ge=1, le=100)
    """Leaves the rest to migrations and people, who connect without the proxy."""
    idle_client_seconds: int = Field(default=1800, ge=1, le=28_800)
    """After how long without a statement a client's connection is closed."""
    borrow_timeout_seconds: int = Field(default=30, ge=0, le=300)
    """How long a client waits for a free connection before it is told that there is none."""


class DatabaseProxy(Component):
    """An RDS Proxy in the data tier that shares connections to the primary of ``database`` among many short clients.

    Clients reach it where they were allowed to (``allow``), over TLS only, and sign in by IAM as a PostgreSQL user they
    were granted (``connect``); the proxy signs in to the database as the same user, by IAM as well, so no password is
    kept for it anywhere. It serves the primary alone and sees no replica; while ``database`` follows another, it serves
    nobody, since RDS takes only what writes as its target. Statements are not logged; what is, goes to a log group
    under ``log_key``.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-iam-setup.html
    """

    def __init__(
        self,
        name: str,
        settings: DatabaseProxySettings,
        *,
        account: Account,
        network: Network,
        database: PostgresPrimary,
        log_key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.port = database.port
        self._account = account
        self._database = database
        self._purpose = f"Proxy {settings.name}"
        self._users: set[str] = set()
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=self._purpose, opts=self.child_options()
        )
        self.security_group_id = self._security_group.security_group_id
        database.allow(self)
        self._role = Role(
            self.child("role"),
            # RDS documents no source that it would name when it takes this role: see rds-proxy-iam-setup.html.
            trust=service_trust("rds.amazonaws.com"),
            description=f"{self._purpose}: sign in to {database.identifier}",
            opts=self.child_options(),
        )
        logs = LogGroup(
            self.child("logs"),
            account=account,
            key=log_key,
            log_group_name=f"/aws/rds/proxy/{settings.name}",
            opts=self.child_options(),
        )
        self._proxy = self._make(settings, network, logs)
        self._join(settings)
        self.arn = self._proxy.arn
        self.endpoint = self._proxy.endpoint
        self.register_outputs({"endpoint": self.endpoint})

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to the proxy."""
        self._security_group.allow(client, self.port, self._purpose)

    def connect(self, user: str) -> Grant:
        """Lets a role sign in to the proxy as the PostgreSQL user ``user``, and the proxy to the database.

        The user needs ``rds_iam`` inside PostgreSQL.
        """
        if user not in self._users:
            self._users.add(user)
            self._role.grant(f"connect-{user}", self._database.connect(user))
        # The last part of the ARN is the proxy's id, which IAM goes by.
        identifier = self.arn.apply(lambda arn: arn.rsplit(":", 1)[-1])
        signed_in = pulumi.Output.concat(self._account.arn("rds-db", "dbuser:"), identifier, "/", user)
        return Statement(sid("Connect", self.name), ["rds-db:connect"], [signed_in])

    def _make(self, settings: DatabaseProxySettings, network: Network, logs: LogGroup) -> aws.rds.Proxy:
        return aws.rds.Proxy(
            self.child("proxy"),
            name=settings.name,
            engine_family="POSTGRESQL",
            default_auth_scheme="IAM_AUTH",
            role_arn=self._role.arn,
            require_tls=True,
            debug_logging=False,
            idle_client_timeout=settings.idle_client_seconds,
            vpc_subnet_ids=list(network.data_subnet_ids.values()),
            vpc_security_group_ids=[self.security_group_id],
            # The proxy finds its log group by name and would make a bare one.
            opts=self.child_options(depends_on=[logs], ignore_changes=ignored("aws:rds/proxy:Proxy")),
        )

    def _join(self, settings: DatabaseProxySettings) -> None:
        """A proxy has exactly one group of targets, which AWS makes and names."""
        group = aws.rds.ProxyDefaultTargetGroup(
            self.child("targets"),
            db_proxy_name=self._proxy.name,
            connection_pool_config={
                "max_connections_percent": settings.max_connections_percent,
                "connection_borrow_timeout": settings.borrow_timeout_seconds,
            },
            opts=self.child_options(),
        )
        if self._database.follows:
            return
        aws.rds.ProxyTarget(
            self.child("target"),
            db_proxy_name=self._proxy.name,
            target_group_name=group.name,
            db_instance_identifier=self._database.instance_ids[PRIMARY],
            opts=self.child_options(),
        )
