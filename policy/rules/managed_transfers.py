"""Services that carry data elsewhere or compute on it: DMS, Glue, Transfer, EMR, SageMaker, OpenSearch Serverless."""

from collections.abc import Iterator

from policy.json_text import decoded
from policy.model import Block, Finding, Level, Resource, Severity, rule

ENDPOINT = "aws:dms/endpoint:Endpoint"
CONNECTION = "aws:glue/connection:Connection"
SERVER = "aws:transfer/server:Server"
EMR_CLUSTER = "aws:emr/cluster:Cluster"
EMR_SECURITY = "aws:emr/securityConfiguration:SecurityConfiguration"
EMR_SERVERLESS = "aws:emrserverless/application:Application"
REPLICATION_TASK = "aws:dms/replicationTask:ReplicationTask"
NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
MODEL = "aws:sagemaker/model:Model"
DATA_QUALITY = "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
SEARCH_POLICY = "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy"
NATIVE_SEARCH_POLICY = "aws-native:opensearchserverless:SecurityPolicy"
_AWS = "https://docs.aws.amazon.com/"
# Engines whose connections go by `sslMode`: https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html
_BY_MODE = (
    "mysql",
    "mariadb",
    "aurora",
    "postgres",
    "aurora-postgresql",
    "oracle",
    "sqlserver",
    "db2",
    "sybase",
    "mongodb",
    "docdb",
)
_MODES = ("require", "verify-ca", "verify-full")
# Those that allow ssh-rsa, and are older than 2022: https://docs.aws.amazon.com/transfer/latest/userguide/security-policies.html
_OLD_POLICIES = (
    "TransferSecurityPolicy-2018-11",
    "TransferSecurityPolicy-2020-06",
    "TransferSecurityPolicy-FIPS-2020-06",
    "TransferSecurityPolicy-Restricted-2018-11",
    "TransferSecurityPolicy-Restricted-2020-06",
)


@rule(
    "dms-endpoint-tls",
    title="Database migrations speak TLS with both ends",
    severity=Severity.HIGH,
    types=[ENDPOINT],
    frameworks={"FSBP": ("DMS.9", "DMS.12"), "Well-Architected": "SEC09-BP02"},
    remedy="Set sslMode to verify-full or require; of Kafka securityProtocol and of Redis sslSecurityProtocol.",
    link=_AWS + "dms/latest/userguide/CHAP_Security.SSL.html",
)
def endpoint_tls(endpoint: Resource) -> Iterator[Finding]:
    """A migration sends whole databases over the network, and their password before that."""
    if endpoint.has("engineName", *_BY_MODE) and endpoint.lacks("sslMode", *_MODES):
        yield Finding("is connected to in clear", "sslMode")
    for path in ("kafkaSettings.securityProtocol", "redisSettings.sslSecurityProtocol"):
        if endpoint.has(path, "plaintext"):
            yield Finding("is connected to in clear", path)


@rule(
    "glue-connection-tls",
    title="Glue connects by TLS",
    severity=Severity.HIGH,
    types=[CONNECTION],
    frameworks={"Well-Architected": "SEC09-BP02"},
    remedy='Set connectionProperties.JDBC_ENFORCE_SSL (of Kafka KAFKA_SSL_ENABLED) to "true".',
    link=_AWS + "glue/latest/dg/connection-properties.html",
)
def connection_tls(connection: Resource) -> Iterator[Finding]:
    """A job reads whole tables through it; without TLS so does whoever is on the way."""
    jdbc = connection.lacks("connectionType") or connection.has("connectionType", "JDBC")
    if jdbc and connection.has("connectionProperties"):
        if connection.lacks("connectionProperties.JDBC_ENFORCE_SSL", True):
            yield Finding("connects in clear where the server lets it", "connectionProperties.JDBC_ENFORCE_SSL")
    elif connection.has("connectionProperties.KAFKA_SSL_ENABLED", False):
        yield Finding("connects in clear", "connectionProperties.KAFKA_SSL_ENABLED")


@rule(
    "transfer-no-ftp",
    title="Files are transferred encrypted",
    severity=Severity.HIGH,
    types=[SERVER],
    frameworks={"FSBP": "Transfer.2"},
    remedy="Leave FTP out of protocols: SFTP, FTPS and AS2 are encrypted.",
    link=_AWS + "transfer/latest/userguide/create-server-ftp.html",
)
def no_ftp(server: Resource) -> Iterator[Finding]:
    """FTP sends passwords and files in clear."""
    if server.contains("protocols", "FTP"):
        yield Finding("takes files in clear", "protocols")


@rule(
    "transfer-security-policy",
    title="Transfer servers refuse old algorithms",
    severity=Severity.MEDIUM,
    types=[SERVER],
    frameworks={"Checkov": "CKV_AWS_380"},
    remedy="Set securityPolicyName to TransferSecurityPolicy-2024-01 or later.",
    link=_AWS + "transfer/latest/userguide/security-policies.html",
)
def transfer_policy(server: Resource) -> Iterator[Finding]:
    """The provider's default is of 2018; whoever is in the middle chooses the weakest that both ends take."""
    if server.lacks("securityPolicyName") or server.has("securityPolicyName", *_OLD_POLICIES):
        yield Finding("takes algorithms of 2020 and before", "securityPolicyName")


@rule(
    "dms-task-logs",
    title="Database migrations write logs",
    severity=Severity.LOW,
    types=[REPLICATION_TASK],
    frameworks={"FSBP": ("DMS.7", "DMS.8")},
    remedy="Set Logging.EnableLogging in replicationTaskSettings.",
    link=_AWS + "dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Logging.html",
    level=Level.ADVISORY,
)
def task_logs(task: Resource) -> Iterator[Finding]:
    """Rows that were left out on the way are told in the log alone."""
    settings = list(_json(task, "replicationTaskSettings"))
    if task.lacks("replicationTaskSettings") or any(each.lacks("Logging.EnableLogging", True) for each in settings):
        yield Finding("writes no log", "replicationTaskSettings")


@rule(
    "emr-serverless-logs-key",
    title="Logs of EMR Serverless are kept under a customer key",
    severity=Severity.MEDIUM,
    types=[EMR_SERVERLESS],
    frameworks={"Well-Architected": "SEC08-BP01"},
    remedy="Set encryptionKeyArn of managedPersistenceMonitoringConfiguration, or turn that off.",
    link=_AWS + "emr/latest/EMR-Serverless-UserGuide/jobs-log-encryption.html",
)
def serverless_logs(application: Resource) -> Iterator[Finding]:
    """What jobs print, rows of data among it, is kept by EMR unless told otherwise, under a key that AWS owns."""
    path = "monitoringConfiguration.managedPersistenceMonitoringConfiguration"
    if application.lacks(f"{path}.enabled", False) and application.lacks(f"{path}.encryptionKeyArn"):
        yield Finding("keeps its jobs' logs under a key that AWS owns", f"{path}.encryptionKeyArn")


@rule(
    "emr-encrypted",
    title="EMR clusters encrypt at rest and in transit",
    severity=Severity.HIGH,
    types=[EMR_CLUSTER, EMR_SECURITY],
    frameworks={"FSBP": ("EMR.3", "EMR.4"), "Checkov": ("CKV_AWS_171", "CKV_AWS_349", "CKV_AWS_351")},
    remedy="Name a security configuration that sets EnableAtRestEncryption and EnableInTransitEncryption.",
    link=_AWS + "emr/latest/ManagementGuide/emr-create-security-configuration.html",
)
def emr_encrypted(subject: Resource) -> Iterator[Finding]:
    """Without one, disks of nodes and what they shuffle among each other are in clear."""
    if subject.type == EMR_CLUSTER:
        if subject.lacks("securityConfiguration"):
            yield Finding("has no security configuration", "securityConfiguration")
        return
    for content in _json(subject, "configuration"):
        for switch, left in (("EnableAtRestEncryption", "at rest"), ("EnableInTransitEncryption", "in transit")):
            if content.lacks(f"EncryptionConfiguration.{switch}", True):
                yield Finding(f"does not encrypt {left}", "configuration")


@rule(
    "sagemaker-notebook-no-root",
    title="Notebooks give no root",
    severity=Severity.HIGH,
    types=[NOTEBOOK],
    frameworks={"FSBP": "SageMaker.3", "Checkov": "CKV_AWS_307"},
    remedy="Set rootAccess to Disabled.",
    link=_AWS + "sagemaker/latest/dg/nbi-root-access.html",
)
def notebook_no_root(notebook: Resource) -> Iterator[Finding]:
    """Root on the notebook reads its role's credentials and other users' files; it is the default."""
    if notebook.lacks("rootAccess", "Disabled"):
        yield Finding("gives its users root", "rootAccess")


@rule(
    "sagemaker-model-isolated",
    title="Models call nobody",
    severity=Severity.MEDIUM,
    types=[MODEL, DATA_QUALITY],
    frameworks={"FSBP": ("SageMaker.5", "SageMaker.11"), "Checkov": "CKV_AWS_370"},
    remedy="Set enableNetworkIsolation, or run the model in a VPC by vpcConfig.",
    link=_AWS + "sagemaker/latest/dg/mkt-algo-model-internet-free.html",
)
def model_isolated(model: Resource) -> Iterator[Finding]:
    """A model from elsewhere is code from elsewhere: with a network it sends away what it is asked."""
    path = "enableNetworkIsolation" if model.type == MODEL else "networkConfig.enableNetworkIsolation"
    if model.lacks(path, True) and model.lacks("vpcConfig"):
        yield Finding("may call whom it likes", path)


@rule(
    "opensearch-serverless-private",
    title="Serverless search collections are private and under a customer key",
    severity=Severity.CRITICAL,
    types=[SEARCH_POLICY, NATIVE_SEARCH_POLICY],
    frameworks={"Well-Architected": ("SEC05-BP01", "SEC08-BP01")},
    remedy="Name SourceVPCEs instead of AllowFromPublic, and KmsARN instead of AWSOwnedKey.",
    link=_AWS + "opensearch-service/latest/developerguide/serverless-network.html",
)
def search_private(policy: Resource) -> Iterator[Finding]:
    """A network policy decides whether a collection stands on the internet, an encryption policy whose key it has."""
    for content in _json(policy, "policy"):
        if content.has("AllowFromPublic", True):
            yield Finding("lets the internet reach its collections", "policy")
        if content.has("AWSOwnedKey", True):
            yield Finding("leaves its collections under a key that AWS owns", "policy")


def _json(resource: Resource, path: str) -> Iterator[Block]:
    """The mappings of an input that is JSON; none where it is not known or none."""
    content = decoded(resource.get(path))
    for member in content if isinstance(content, list) else [content]:
        if isinstance(member, dict):
            yield Block(member, path)
