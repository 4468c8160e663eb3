"""The API's function, the libraries of the application shipped here, and the user by whom it signs in to PostgreSQL."""

from collections.abc import Sequence

from components.compute.function import Function
from components.compute.layer import Layer
from components.data.database_migration import DatabaseMigration
from components.data.migration_files import read_files
from components.data.table import Table
from components.edge.websocket_api import WebSocketApi
from components.network.network import Network
from systems.foundation import Stack
from systems.mdreader.parts import BACKEND_FUNCTION, BACKEND_USER, Data, Mail, Names, SignIn
from systems.mdreader.settings import SHIPPED_BACKEND, SHIPPED_RUNTIME, SystemSettings


def make_schema(stack: Stack[SystemSettings], *, network: Network, data: Data) -> DatabaseMigration:
    """The user by whom the backend signs in, and what it needs to be there before it does."""
    return DatabaseMigration(
        "migration",
        read_files(stack.settings.migration),
        account=stack.account,
        network=network,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        database=data.database,
        database_key=stack.keys.data,
        tier="private",
    )


def make_backend(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    data: Data,
    sign_in: SignIn,
    names: Names,
    mail: Mail,
    sockets: WebSocketApi,
    connections: Table,
    clients: Sequence[str],
    stands_by: bool,
) -> Function:
    """The API's function, in the private tier, with access to both stores and, by NAT, to AWS."""
    layer = Layer(
        "backend-layer",
        archive="dist/mdreader-backend-layer.zip",
        description="FastAPI and the drivers of the API of MDReader",
        runtime=SHIPPED_RUNTIME,
    )
    backend = Function(
        "lambda-backend",
        stack.settings.backend,
        account=stack.account,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        code=stack.settings.backend.package,
        handler=stack.settings.backend.handler,
        runtime=stack.settings.backend.runtime,
        # The plan's words for the security group, which takes this description.
        description="Lambda Functions: the API of MDReader",
        function_name=BACKEND_FUNCTION,
        environment={
            "ENVIRONMENT": stack.account.environment.value,
            "DATABASE_URL": data.database_url.value_from,
            "DATABASE_HOST": data.database.endpoint,
            "DATABASE_NAME": data.database.db_name,
            "DATABASE_USER": BACKEND_USER,
            **data.database.read_variables,
            "REDIS_URL": data.cache_url.value_from,
            "UPLOADS_BUCKET": data.uploads.bucket_name,
            "FILES_URL": f"https://{names.files}",
            "FILES_KEY_ID": sign_in.signer_id,
            "FILES_SIGNING_KEY": data.file_signing_key.arn,
            "CORS_ORIGINS": ",".join(clients),
            "MAIL_SENDER": mail.sender,
            "MAIL_CONFIGURATION_SET": mail.configuration_set,
            "USER_POOL_ID": sign_in.pool_id,
            "USER_POOL_CLIENT_ID": sign_in.client_id,
            "CONNECTIONS_TABLE": connections.table_name,
            "MANAGEMENT_ENDPOINT": sockets.management_endpoint,
        },
        grants=[
            data.secret.read,
            data.file_signing_key.read,
            stack.keys.secrets.decrypt,
            *([data.copied_secrets_key.decrypt] if data.copied_secrets_key else []),
            data.database.connect(BACKEND_USER),
            data.uploads.read_write,
            mail.send,
            connections.read,
            sockets.manage_connections,
        ],
        network=network,
        layers=[layer.arn] if stack.settings.backend.package == SHIPPED_BACKEND else [],
        stands_by=stands_by,
    )
    _let_out(backend, "AWS, mail and pushes to sockets")
    for store in (data.database, data.cache):
        store.allow(backend)
    return backend


def _let_out(function: Function, purpose: str) -> None:
    if function.security_group is not None:
        function.security_group.allow_egress("https", "0.0.0.0/0", 443, purpose)
