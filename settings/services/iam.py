"""Names of IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names"""

from typing import Annotated

from settings.form import Form

RoleName = Annotated[
    str, Form(r"[A-Za-z0-9+=,.@_-]{1,64}", "the name of a role: up to 64 letters, digits and +=,.@_-", "strata-deploy")
]
AccountId = Annotated[str, Form(r"\d{12}", "the number of an account, twelve digits in quotes", "111122223333")]

RoleArn = Annotated[
    str,
    Form(
        r"arn:aws:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,576}",
        "the ARN of a role",
        "arn:aws:iam::123456789012:role/batch-team",
    ),
]
