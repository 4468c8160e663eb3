"""RDS: who gets in and how: TLS, IAM, passwords, proxies, shared snapshots."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
PROXY = "aws:rds/proxy:Proxy"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETER_GROUP = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
SNAPSHOTS = (
    "aws:rds/snapshot:Snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
)
_LINK = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
_SECURE_TRANSPORT = "require_secure_transport"
_FORCE_SSL = "rds.force_ssl"
_OFF = ("0", "OFF")
# Parameter by engine, and the first version with it on by default:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
_TLS: dict[str, tuple[str, tuple[int, ...] | None]] = {
    "mysql": (_SECURE_TRANSPORT, None),
    "mariadb": (_SECURE_TRANSPORT, (11, 8)),
    "aurora-mysql": (_SECURE_TRANSPORT, None),
    "aurora-postgresql": (_FORCE_SSL, (17,)),
    **dict.fromkeys((f"sqlserver-{edition}" for edition in ("ee", "se", "ex", "web")), (_FORCE_SSL, None)),
}
_CLUSTER_TLS = {**_TLS, "postgres": (_FORCE_SSL, (15,))}
_EXPIRED = ("rds-ca-2015", "rds-ca-2019")  # UsingWithRDS.SSL-certificate-rotation.html
_COMMON_NAMES = ("admin", "administrator", "master", "mysql", "postgres", "root", "sa")


@stack_rule(
    "rds-requires-tls",
    title="MySQL, MariaDB, SQL Server and Aurora refuse connections without TLS",
    severity=Severity.HIGH,
    types=[INSTANCE, CLUSTER],
    frameworks={"FSBP": ("RDS.41", "RDS.44"), "Security Hub": "RDS.39", "Checkov": "CKV2_AWS_69"},
    remedy="Set require_secure_transport (rds.force_ssl for PostgreSQL and SQL Server) to 1 in the parameter group.",
    link=_LINK + "UsingWithRDS.SSL.html",
)
def requires_tls(database: Resource, graph: Graph) -> Iterator[Finding]:
    """A client that does not ask for TLS sends password and rows in clear. PostgreSQL instances have their own rule."""
    cluster = database.type == CLUSTER
    engines = _CLUSTER_TLS if cluster else _TLS
    engine = database.get("engine")
    if not isinstance(engine, str) or engine not in engines:
        return
    parameter, since = engines[engine]
    path = "dbClusterParameterGroupName" if cluster else "parameterGroupName"
    groups = graph.refers(database, path, CLUSTER_PARAMETER_GROUP if cluster else PARAMETER_GROUP)
    for group in groups:
        values = [each.get("value") for each in group.blocks("parameters") if each.has("name", parameter)]
        if any(known(value) and str(value).upper() not in ("1", "ON") for value in values):
            yield Finding(f"does not force TLS: {parameter} is off", path)
        elif not values and not group.partly_unknown("parameters", "name") and _is_before(database, since):
            yield Finding(f"does not force TLS: {parameter} is not set", path)
    if not groups and database.lacks(path) and _is_before(database, since):
        yield Finding("does not force TLS: it has no parameter group", path)


def _is_before(database: Resource, since: tuple[int, ...] | None) -> bool:
    if since is None:
        return True
    version = database.get("engineVersion")
    numbers = str(version).split(".")[: len(since)] if known(version) else []
    return all(number.isdigit() for number in numbers) and bool(numbers) and tuple(map(int, numbers)) < since


@stack_rule(
    "rds-parameters-force-tls",
    title="Parameter groups do not turn TLS off for whoever uses them",
    severity=Severity.HIGH,
    types=[PARAMETER_GROUP, CLUSTER_PARAMETER_GROUP],
    frameworks={"FSBP": ("RDS.41", "RDS.44"), "Security Hub": ("RDS.38", "RDS.39")},
    remedy="Set require_secure_transport or rds.force_ssl to 1, or leave them out where the engine has them on.",
    link=_LINK + "UsingWithRDS.SSL.html",
)
def parameters_force_tls(group: Resource, graph: Graph) -> Iterator[Finding]:
    """Of databases elsewhere, too. Those of the stack have findings of their own."""
    users = [*graph.companions(group, INSTANCE, by="parameterGroupName")]
    users += graph.companions(group, CLUSTER, by="dbClusterParameterGroupName")
    if users:
        return
    for index, each in enumerate(group.blocks("parameters")):
        value = each.get("value")
        if each.has("name", _FORCE_SSL, _SECURE_TRANSPORT) and known(value) and str(value).upper() in _OFF:
            yield Finding(f"turns {each.get('name')} off", f"parameters[{index}].value")


@rule(
    "rds-iam-authentication",
    title="Databases let roles sign in without a password",
    severity=Severity.MEDIUM,
    types=[INSTANCE, CLUSTER],
    frameworks={
        "FSBP": ("RDS.10", "RDS.12"),
        "cdk-nag": "AwsSolutions-RDS6",
        "Checkov": ("CKV_AWS_161", "CKV_AWS_162"),
    },
    remedy="Set iamDatabaseAuthenticationEnabled and grant rds-db:connect.",
    link=_LINK + "UsingWithRDS.IAMDBAuth.html",
    level=Level.ADVISORY,
)
def iam_authentication(database: Resource) -> Iterator[Finding]:
    """A token lives 15 minutes and stands in no configuration. Engines without it are left out."""
    able = ("postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql")
    if database.has("engine", *able) and database.lacks("iamDatabaseAuthenticationEnabled", True):
        yield Finding("does not take IAM tokens", "iamDatabaseAuthenticationEnabled")


@rule(
    "rds-managed-password-key",
    title="Managed master passwords are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[INSTANCE, CLUSTER],
    frameworks={"Checkov": "CKV_AWS_149"},
    remedy="Set masterUserSecretKmsKeyId.",
    link=_LINK + "rds-secrets-manager.html",
)
def managed_password_key(database: Resource) -> Iterator[Finding]:
    """Reading the master password then takes a second permission, on a key that can be withdrawn."""
    if database.has("manageMasterUserPassword", True) and database.lacks("masterUserSecretKmsKeyId"):
        yield Finding("has its password under the key that AWS manages", "masterUserSecretKmsKeyId")


@rule(
    "rds-administrator-name",
    title="Master users have no name that everybody tries first",
    severity=Severity.LOW,
    types=[INSTANCE, CLUSTER],
    frameworks={"FSBP": ("RDS.24", "RDS.25")},
    remedy="Choose another username. Changing it replaces the database.",
    link=_LINK + "UsingWithRDS.MasterAccounts.html",
    level=Level.ADVISORY,
)
def administrator_name(database: Resource) -> Iterator[Finding]:
    """Guessing then takes two guesses. It is no protection by itself, hence only advice for a new database."""
    for path in ("username", "masterUsername"):
        if database.has(path, *_COMMON_NAMES):
            yield Finding(f"has the master user {database.get(path)}", path)


@rule(
    "rds-certificate-authority",
    title="Databases present certificates of an authority that is still valid",
    severity=Severity.HIGH,
    types=[INSTANCE, CLUSTER, CLUSTER_INSTANCE, "aws:docdb/clusterInstance:ClusterInstance"],
    frameworks={"Checkov": "CKV_AWS_211"},
    remedy="Set the CA to rds-ca-rsa2048-g1, rds-ca-rsa4096-g1 or rds-ca-ecc384-g1.",
    link=_LINK + "UsingWithRDS.SSL-certificate-rotation.html",
)
def certificate_authority(database: Resource) -> Iterator[Finding]:
    """The authority of 2019 ran out in August 2024: clients that check certificates refuse the connection."""
    for path in ("caCertIdentifier", "caCertificateIdentifier"):
        if database.has(path, *_EXPIRED):
            yield Finding(f"has a certificate of {database.get(path)}", path)


@rule(
    "rds-proxy-requires-tls",
    title="Proxies accept TLS only",
    severity=Severity.HIGH,
    types=[PROXY],
    frameworks={"FSBP": "RDS.43"},
    remedy="Set requireTls.",
    link=_LINK + "rds-proxy.howitworks.html#rds-proxy-security.tls",
)
def proxy_requires_tls(proxy: Resource) -> Iterator[Finding]:
    """The database's own setting covers the connection from the proxy, not the one to it."""
    if proxy.lacks("requireTls", True):
        yield Finding("accepts connections without TLS", "requireTls")


@rule(
    "rds-proxy-no-statements-in-logs",
    title="Proxies write no statements into their logs",
    severity=Severity.MEDIUM,
    types=[PROXY],
    frameworks={"Well-Architected": "SEC08-BP04"},
    remedy="Leave debugLogging off; switch it on only while looking for a fault.",
    link=_LINK + "rds-proxy-monitoring.html",
    level=Level.MANDATORY_IN_PROD,
)
def proxy_no_statements_in_logs(proxy: Resource) -> Iterator[Finding]:
    """Debug logs hold SQL text with its values, so personal data, for whoever may read logs."""
    if proxy.has("debugLogging", True):
        yield Finding("writes SQL statements into its logs", "debugLogging")


@rule(
    "rds-snapshot-private",
    title="Database snapshots are not public",
    severity=Severity.CRITICAL,
    types=SNAPSHOTS,
    frameworks={"FSBP": "RDS.1", "Checkov": "CKV_AWS_302"},
    remedy="Name the accounts in sharedAccounts, or leave it out.",
    link=_LINK + "USER_ShareSnapshot.html",
)
def snapshot_private(snapshot: Resource) -> Iterator[Finding]:
    """Whoever has an AWS account restores a public snapshot and reads every table."""
    if snapshot.contains("sharedAccounts", "all"):
        yield Finding("is shared with everybody", "sharedAccounts")


@rule(
    "rds-copy-customer-key",
    title="Copies of databases are encrypted with a customer key",
    severity=Severity.HIGH,
    types=[
        *SNAPSHOTS[2:],
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "aws:rds/exportTask:ExportTask",
    ],
    frameworks={"FSBP": "RDS.4", "Checkov": ("CKV_AWS_245", "CKV_AWS_266")},
    remedy="Set kmsKeyId to a key of the region that the copy lies in.",
    link=_LINK + "USER_CopySnapshot.html",
)
def copy_customer_key(copy: Resource) -> Iterator[Finding]:
    """A copy is as worth protecting as the database, and often lies where fewer people look."""
    if copy.lacks("kmsKeyId"):
        yield Finding("names no key of its own", "kmsKeyId")
