"""The README's pictures of real reports: ``make screenshots`` writes docs/images/report-*.png."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.analyser.faces.page.browser import Page, browser
from tests.analyser.faces.page.pages import stack_page
from tests.stacks import ROOT

_FOLDER = ROOT / "docs" / "images"
_WIDTH, _HEIGHT = 1280, 900
_LARGEST = 300_000


@dataclass(frozen=True)
class _Picture:
    name: str
    stack: str
    section: str
    scheme: str = "light"
    height: int = _HEIGHT
    before: str = ""
    """What is done on the page first."""


_PICTURES = (
    _Picture("summary-light", "prod", "summary"),
    _Picture("summary-dark", "prod", "summary", "dark"),
    _Picture("diagram", "confluence-prod", "diagram", height=2000),
    _Picture("cost", "prod", "cost", height=1000),
    _Picture("timeline", "prod", "timeline", height=1240),
    _Picture(
        "reach", "prod", "reach", height=1240, before="document.querySelector('.matrix a[href=\"#reach-1-3\"]').click()"
    ),
)


def take(page: Page, picture: _Picture, file: Path) -> bytes:
    """One picture: the window as it is once the section has been gone to."""
    page.size(_WIDTH, picture.height)
    page.media(prefers_color_scheme=picture.scheme, prefers_reduced_motion="reduce")
    page.open(file)
    page.run(f"document.getElementById({picture.section!r}).scrollIntoView()")
    if picture.before:
        page.run(picture.before)
    page.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.screenshot()


def main() -> None:
    """Writes all of them."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as page:
        for picture in _PICTURES:
            file = Path(folder) / f"{picture.stack}.html"
            file.write_text(stack_page(picture.stack), encoding="utf-8")
            taken = take(page, picture, file)
            if len(taken) > _LARGEST:
                sys.exit(f"report-{picture.name}.png has {len(taken):,} bytes, more than {_LARGEST:,}")
            path = _FOLDER / f"report-{picture.name}.png"
            path.write_bytes(taken)
            print(f"wrote {path.relative_to(ROOT)}")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
