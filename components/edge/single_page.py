"""A CloudFront function that answers page paths of a single-page application with its one document."""

from pathlib import Path

_CODE = Path(__file__).parent / "assets" / "single_page.js"
FILES = (
    "avif",
    "css",
    "gif",
    "html",
    "ico",
    "jpeg",
    "jpg",
    "js",
    "json",
    "map",
    "mjs",
    "png",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "webp",
    "woff",
    "woff2",
    "xml",
)
"""Endings of files of a build. A path that ends otherwise is a page, with dots or without: /notes/v1.2, /docs/a.md."""


def viewer_request() -> str:
    """The function of CloudFront that asks the bucket for the one document in place of a page."""
    return _CODE.read_text(encoding="utf-8").replace("ENDINGS", "|".join(FILES))
