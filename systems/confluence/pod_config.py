"""Environment variables of the Confluence system's pods."""

import pulumi

from components.account import Account
from systems.confluence.data import cache_variables, database_url
from systems.confluence.models import EksModel
from systems.confluence.parts import PAGES_USER, Data, metrics_namespace, variable_of


def bff_config(account: Account, data: Data) -> dict[str, pulumi.Input[str]]:
    """Those of the BFF."""
    return {
        "AWS_REGION": account.region,
        "DATABASE_URL": database_url(data, data.database.endpoint),
        **data.database.read_variables,
        **cache_variables(data),
        "SEARCH_ENDPOINT": data.search.endpoint,
        "UPLOADS_BUCKET": data.uploads.bucket_name,
        "BACKUPS_BUCKET": data.backups.bucket_name,
        "JWT_SECRET_ARN": data.signing_key.arn,
        "SHARED_FOLDER": "/shared",
        "METRICS_NAMESPACE": metrics_namespace(),
        **{variable_of(name): secret.arn for name, secret in data.secrets.items()},
    }


def websocket_config(model: EksModel, account: Account, data: Data) -> dict[str, pulumi.Input[str]]:
    """Those of the WebSocket service."""
    return {
        "AWS_REGION": account.region,
        "PORT": str(model.websocket.port),
        "DATABASE_URL": database_url(data, data.database.endpoint, PAGES_USER),
        **cache_variables(data),
        "JWT_SECRET_ARN": data.signing_key.arn,
        "METRICS_NAMESPACE": metrics_namespace(),
    }
