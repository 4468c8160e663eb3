"""Where code comes from and how it is delivered: GitHub, git, CodeConnections and Pulumi."""

import re
from typing import Annotated

from pydantic import AfterValidator

from settings.errors import shown
from settings.form import Form
from settings.services.arns import KNOWN_REGION

Repository = Annotated[
    str,
    Form(
        r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}"
        r"|[A-Za-z0-9](-?[A-Za-z0-9]){0,38}@[1-9]\d*/[A-Za-z0-9._-]{1,100}@[1-9]\d*",
        "a repository of GitHub as owner/name",
        "example/strata",
    ),
]
"""A repository as owner and name, each with its number where GitHub says so."""


def without_numbers(repository: str) -> str:
    """Owner and name as everybody calls them."""
    return re.sub(r"@\d+", "", repository)


RepositoryAddress = Annotated[
    str,
    Form(
        r"https://github\.com/[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}",
        "the https address of a repository of GitHub",
        "https://github.com/example/site",
    ),
]

Environment = Annotated[
    str, Form("[A-Za-z0-9._-]{1,255}", "the name of an environment: letters, digits and . _ -", "production")
]
"""https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments"""


def _branch(value: str) -> str:
    """https://git-scm.com/docs/git-check-ref-format"""
    parts = value.split("/")
    if ".." in value or any(not part or part.startswith((".", "-")) or part.endswith((".", ".lock")) for part in parts):
        raise ValueError(f"{shown(value)} is no name that git gives a branch; for example main")
    return value


Branch = Annotated[
    str,
    Form("[A-Za-z0-9._/-]{1,255}", "the name of a branch: letters, digits and . _ / -", "main"),
    AfterValidator(_branch),
]

ConnectionArn = Annotated[
    str,
    Form(
        r"arn:aws:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "the ARN of a connection",
        "arn:aws:codeconnections:us-east-1:123456789012:connection/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    ),
    KNOWN_REGION,
]
"""https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_Connection.html"""

StackName = Annotated[str, Form(r"[A-Za-z0-9_.-]{1,100}", "the name of a stack", "confluence-dev")]
"""https://www.pulumi.com/docs/iac/concepts/stacks/#stack-naming-requirements"""
