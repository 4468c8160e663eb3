from typing import Any

import pytest
from pydantic import ValidationError

from components.edge.header_settings import ContentSecurityPolicy, CrossOriginSettings, HeaderSettings

SOCKET = "wss://socket.example.com"


def directives(policy: str | None) -> dict[str, str]:
    assert policy is not None
    return dict(part.partition(" ")[::2] for part in policy.split("; "))


def test_a_page_gets_things_from_its_own_origin() -> None:
    found = directives(HeaderSettings(content_security_policy=ContentSecurityPolicy()).content_security)
    assert found == {
        "default-src": "'self'",
        "base-uri": "'self'",
        "connect-src": "'self'",
        "font-src": "'self' data:",
        "form-action": "'self'",
        "img-src": "'self' data: blob:",
        "object-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "worker-src": "'self' blob:",
        "frame-ancestors": "'none'",
        "upgrade-insecure-requests": "",
    }


def test_sources_replace_those_of_their_directive() -> None:
    policy = ContentSecurityPolicy(sources={"connect-src": ("'self'", SOCKET), "frame-src": ("https://x.example",)})
    found = directives(HeaderSettings(content_security_policy=policy).content_security)
    assert found["connect-src"] == f"'self' {SOCKET}"
    assert found["frame-src"] == "https://x.example"
    assert found["script-src"] == "'self'"


def test_framing_is_said_once_for_old_and_new_browsers() -> None:
    settings = HeaderSettings(frame_option="SAMEORIGIN", content_security_policy=ContentSecurityPolicy())
    assert directives(settings.content_security)["frame-ancestors"] == "'self'"


def test_nothing_is_said_of_content_unless_given() -> None:
    assert HeaderSettings().content_security is None


@pytest.mark.parametrize("source", ["'self'; script-src *", "*", "'self", "", "https://a.example 'unsafe-eval'", "a,b"])
def test_a_source_cannot_smuggle_in_another_directive(source: str) -> None:
    with pytest.raises(ValidationError, match="connect-src"):
        ContentSecurityPolicy(sources={"connect-src": (source,)})


def test_a_policy_longer_than_cloudfront_sends_is_refused() -> None:
    many = tuple(f"https://host-{number}.example.com" for number in range(60))
    with pytest.raises(ValidationError, match="no more than 1783"):
        HeaderSettings(content_security_policy=ContentSecurityPolicy(sources={"img-src": many}))


@pytest.mark.parametrize("given", [{"origins": ("*",)}, {"origins": ("https://a.example",), "headers": ("*",)}])
def test_browsers_take_no_wildcard_with_credentials(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="credentials: name the origins"):
        CrossOriginSettings(credentials=True, **given)
