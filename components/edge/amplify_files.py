"""The build specification, redirects and headers of an Amplify app."""

import json
from collections.abc import Sequence

import pulumi_aws as aws

from components.edge.header_settings import HeaderSettings
from components.edge.single_page import FILES

_HSTS = "max-age=63072000; includeSubDomains"


def build_spec(output: str) -> str:
    """The build specification: installs by the lock file, builds, and publishes every file below ``output``.

    https://docs.aws.amazon.com/amplify/latest/userguide/yml-specification-syntax.html
    """
    return f"""\
version: 1
frontend:
  phases:
    preBuild:
      commands:
        - npm ci
    build:
      commands:
        - npm run build
  artifacts:
    baseDirectory: {output}
    files:
      - '**/*'
  cache:
    paths:
      - node_modules/**/*
"""


def rewrites(api_origin: str | None) -> list[aws.amplify.AppCustomRuleArgs]:
    """Requests for the API go on to ``api_origin``; every other path that is no file is the one page's.

    WebSockets cannot be passed on: applications connect to their host itself.
    https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html
    """
    rule = aws.amplify.AppCustomRuleArgs
    page = rule(source=rf"</^[^.]+$|\.(?!({'|'.join(FILES)})$)([^.]+$)/>", target="/index.html", status="200")
    if api_origin is None:
        return [page]
    return [rule(source="/api/<*>", target=f"{api_origin}/api/<*>", status="200"), page]


def redirects(domain: str | None, prefixes: Sequence[str]) -> list[aws.amplify.AppCustomRuleArgs]:
    """One address for users where the domain itself is among several: who comes by another label is sent there.

    https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html
    """
    if domain is None or "" not in prefixes:
        return []
    labels = [prefix for prefix in prefixes if prefix]
    return [
        aws.amplify.AppCustomRuleArgs(source=f"https://{label}.{domain}", target=f"https://{domain}", status="301")
        for label in labels
    ]


def custom_headers(settings: HeaderSettings) -> str:
    """The headers of every answer, in the form of customHttp.yml.

    https://docs.aws.amazon.com/amplify/latest/userguide/custom-header-YAML-format.html
    """
    headers = {
        "Strict-Transport-Security": _HSTS,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.frame_option,
        "Referrer-Policy": settings.referrer_policy,
        "Content-Security-Policy": settings.content_security,
        "Permissions-Policy": settings.permissions_policy,
    }
    lines = ["customHeaders:", "  - pattern: '**'", "    headers:"]
    for key, value in headers.items():
        if value is not None:
            # A text in JSON's quotes is one in YAML's.
            lines += [f"      - key: {key}", f"        value: {json.dumps(value)}"]
    return "\n".join(lines)
