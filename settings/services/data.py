"""Names in DynamoDB and EFS."""

from typing import Annotated

from settings.form import Form

TableName = Annotated[
    str, Form(r"[a-zA-Z0-9_.-]{3,255}", "the name of a table: 3 to 255 letters, digits and _ . -", "documents")
]
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""

AccessPointPath = Annotated[
    str,
    Form(
        r"(/(?!\.)[A-Za-z0-9._-]+){1,4}",
        "a folder of a file system, at most four levels deep",
        "/attachments",
        most=100,
    ),
]
"""https://docs.aws.amazon.com/efs/latest/APIReference/API_RootDirectory.html"""

Permissions = Annotated[str, Form("0[0-7]{3}", "permissions as four octal digits in quotes", "0750")]
"""https://docs.aws.amazon.com/efs/latest/APIReference/API_CreationInfo.html"""
