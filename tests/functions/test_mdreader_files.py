"""What is said of an uploaded file."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from .events import uploaded

CODE = Path(__file__).parents[2] / "functions" / "mdreader_files" / "handler.py"
BUCKET = "uploads"


@pytest.fixture(scope="module")
def handler() -> Iterator[Any]:
    """The function's code over a bucket, each of whose objects a test puts anew."""
    spec = importlib.util.spec_from_file_location("mdreader_files", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as monkeypatch, mock_aws():
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        spec.loader.exec_module(module)
        module.client().create_bucket(Bucket=BUCKET)
        yield module


def tags(handler: Any, key: str) -> dict[str, str]:
    found = handler.client().get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "declared", "detected", "agree"),
    [
        (PNG, "image/png", "image/png", "yes"),
        (PNG, "image/jpeg", "image/png", "no"),
        (b"<script>alert(1)</script>", "image/png", "text/plain", "no"),
        (b"<svg/>", "image/svg+xml", "text/plain", "yes"),
        (b"# Title\n", "text/markdown; charset=utf-8", "text/plain", "yes"),
        ("ä" * 255 + "aß" * 2, "text/plain", "text/plain", "yes"),
        (b"%PDF-1.7\n", "application/pdf", "application/pdf", "yes"),
        (b"PK\x03\x04", "application/vnd.oasis.opendocument.text", "application/zip", "yes"),
        (b"PK\x03\x04", "image/png", "application/zip", "no"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", "image/webp", "yes"),
        (b"\x7fELF\x02\x01", "text/plain", "unknown", "no"),
        (b"\xff\xfe broken from the start on", "text/plain", "unknown", "no"),
        (b"", "text/markdown", "inode/x-empty", "yes"),
        (b"", "image/png", "inode/x-empty", "no"),
        (b"\xff\xd8\xff\xe0", "image/jpg", "image/jpeg", "yes"),
        (b"\xff\xd8\xff\xe0", "image/png", "image/jpeg", "no"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 99, "image/avif", "image/avif", "yes"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif" + b"\0" * 99, "image/avif", "image/avif", "yes"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41avif", "image/avif", "unknown", "no"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(
    handler: Any, content: bytes | str, declared: str, detected: str, agree: str
) -> None:
    body = content.encode() if isinstance(content, str) else content
    key = "users/us-east-1:1/a file+1.bin"
    handler.client().put_object(Bucket=BUCKET, Key=key, Body=body, ContentType=declared)
    handler.handle(uploaded(BUCKET, key), None)
    assert tags(handler, key) == {
        "size-bytes": str(len(body)),
        "declared-type": declared.partition(";")[0],
        "detected-type": detected,
        "types-agree": agree,
    }


def test_an_object_with_all_its_tags_keeps_as_many_as_there_is_room_for(
    handler: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    given = "&".join(f"t{number}={number}" for number in range(10))
    handler.client().put_object(Bucket=BUCKET, Key="a", Body=PNG, ContentType="image/png", Tagging=given)
    for _ in range(2):
        handler.handle(uploaded(BUCKET, "a"), None)
        found = tags(handler, "a")
        assert {name for name in found if name.startswith("t") and name[1:].isdigit()} == {f"t{n}" for n in range(6)}
        assert found["detected-type"] == "image/png"
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["dropped"] for line in said] == [["t6", "t7", "t8", "t9"]]


def test_a_second_look_says_the_same_and_keeps_what_others_said(handler: Any) -> None:
    handler.client().put_object(Bucket=BUCKET, Key="a", Body=PNG, ContentType="image/png", Tagging="owner=ada")
    for _ in range(2):
        handler.handle(uploaded(BUCKET, "a"), None)
    assert tags(handler, "a")["owner"] == "ada"
    assert len(tags(handler, "a")) == 5


def test_what_no_tag_may_hold_is_left_out(handler: Any) -> None:
    handler.client().put_object(Bucket=BUCKET, Key="a", Body=b"x", ContentType="text/<b>")
    handler.handle(uploaded(BUCKET, "a"), None)
    assert tags(handler, "a")["declared-type"] == "text/_b_"


def test_a_file_that_is_gone_holds_up_no_other(handler: Any, capsys: pytest.CaptureFixture[str]) -> None:
    handler.client().put_object(Bucket=BUCKET, Key="b", Body=PNG, ContentType="image/png")
    handler.handle(uploaded(BUCKET, "gone", "b"), None)
    assert tags(handler, "b")["types-agree"] == "yes"
    assert "gone" in capsys.readouterr().out
