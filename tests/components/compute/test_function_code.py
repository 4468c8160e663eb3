"""What a function runs is a package for one of Lambda's runtimes or an image, and never a mixture."""

from pathlib import Path
from typing import Any, get_args

import botocore.session
import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.compute.function_code import CodeSettings, Runtime, what_runs
from policy.rules.lambda_functions import is_deprecated
from settings.project_files import ROOT
from tests.components.compute.test_function import FUNCTION, build
from tests.support import record, without_digests

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/auth/service:1.0.0"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:tools:{}"


def test_the_runtimes_are_those_that_lambda_takes_and_has_not_deprecated() -> None:
    runtimes = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime").enum
    # No documented runtime goes by this one.
    assert set(get_args(Runtime)) == {one for one in runtimes if not is_deprecated(one)} - {"custom"}


@pytest.fixture
def built() -> Any:
    folder = ROOT / "build" / "test_code"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "index.mjs"
    file.write_text("export const handler = async () => ({})\n", encoding="utf-8")
    yield folder.relative_to(ROOT).as_posix()
    file.unlink()
    folder.rmdir()


def inputs_of(**code: Any) -> dict[str, Any]:
    graph: Graph = record(lambda: build(**code))
    return graph.only(FUNCTION).inputs


def test_another_runtime_takes_the_whole_folder(built: str) -> None:
    settings = CodeSettings(folder=built, handler="index.handler", runtime="nodejs24.x", architecture="x86_64")
    inputs = inputs_of(
        code=settings.folder,
        handler=settings.handler,
        runtime=settings.runtime,
        architecture=settings.architecture,
    )
    assert without_digests(inputs["code"]) == {"path": built}
    assert (inputs["runtime"], inputs["handler"], inputs["architectures"]) == (
        "nodejs24.x",
        "index.handler",
        ["x86_64"],
    )


@pytest.mark.parametrize("archive", ["dist/auth.zip", "dist/auth.jar"])
def test_an_archive_is_taken_as_it_is(archive: str) -> None:
    inputs = inputs_of(code=archive, handler="a.B::c", runtime="java25")
    assert without_digests(inputs["code"]) == {"path": archive}


def test_an_image_has_code_handler_and_runtime_in_it() -> None:
    inputs = inputs_of(image=IMAGE, code=None, handler=None)
    assert (inputs["packageType"], inputs["imageUri"], inputs["architectures"]) == ("Image", IMAGE, ["arm64"])
    assert {"code", "handler", "runtime", "layers"} & set(inputs) == set()


@pytest.mark.parametrize(
    ("code", "handler", "image"),
    [("functions/service", "handler.handle", IMAGE), (None, None, None), ("functions/service", None, None)],
)
def test_what_is_neither_or_both_is_refused(code: str | None, handler: str | None, image: str | None) -> None:
    with pytest.raises(ValueError, match="code and a handler, or an image"):
        what_runs(code, handler, "python3.13", "arm64", image)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"image": IMAGE, "handler": "x.y", "folder": "functions/service"}, "image: excludes folder, handler"),
        ({"image": IMAGE, "instrumentation": LAYER.format(1)}, "image: excludes instrumentation"),
        ({"image": "docker.io/library/python:3"}, "is not an image of a private ECR repository"),
        ({"image": IMAGE.rpartition(":")[0]}, "is not an image of a private ECR repository"),
        ({"runtime": "nodejs24.x"}, "runtime: nodejs24.x needs folder and handler"),
        ({"runtime": "nodejs24.x", "folder": "functions/service"}, "runtime: nodejs24.x needs handler"),
        ({"runtime": "nodejs24.x", "folder": "functions/nowhere", "handler": "a.b"}, "no folder with files below"),
        ({"runtime": "nodejs18.x"}, "Input should be"),
        ({"folder": "docs"}, "docs is no folder with Python files"),
        ({"handler": "two words"}, "is not a handler"),
        (
            {"layers": tuple(LAYER.format(n) for n in range(1, 6)), "instrumentation": LAYER.format(6)},
            "layers: are more than 5 together with instrumentation",
        ),
    ],
)
def test_contradictions_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        CodeSettings.model_validate(given)


def test_the_shipped_code_stays_python_on_arm() -> None:
    shipped = CodeSettings()
    assert (shipped.runtime, shipped.architecture, shipped.is_python) == ("python3.13", "arm64", True)
    assert Path(ROOT, shipped.folder).is_dir()
    assert not CodeSettings(image=IMAGE).is_python
