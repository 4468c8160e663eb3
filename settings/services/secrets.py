"""Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"""

from typing import Annotated

from settings.form import Form

_LONGEST_DESCRIPTION = 2048

SecretName = Annotated[
    str,
    Form("[a-zA-Z0-9/_+=.@-]{1,200}", "the name of a secret: letters, digits and / _ + = . @ -", "records/database"),
]
SecretPath = Annotated[
    str,
    Form(
        "[a-z0-9-]+(/[a-z0-9-]+)+",
        "a name of two parts or more: lower-case letters, digits, hyphens, and slashes between",
        "consulting/application",
        most=120,
    ),
]
Purpose = Annotated[
    str,
    Form(r"\S[^\x00-\x1f]*", "a sentence on one line", "Keys of the payment service", most=_LONGEST_DESCRIPTION),
]
"""What a secret is for, which its description tells."""
