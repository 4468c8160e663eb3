"""The code of a Lambda function: a package for a managed runtime, or a container image."""

from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from components.compute.code_archive import package
from components.versions import PYTHON_RUNTIME
from settings import MisfitError, Problem, Settings
from settings.services.arns import region_of
from settings.services.containers import ImageUri, registry_region
from settings.services.functions import MOST_LAYERS, Handler, LayerArn, elsewhere

Runtime = Literal[
    "dotnet10",
    "java8.al2",
    "java8.al2023",
    "java11",
    "java11.al2023",
    "java17",
    "java17.al2023",
    "java21",
    "java25",
    "nodejs22.x",
    "nodejs24.x",
    "nodejs26.x",
    "provided.al2023",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "python3.15",
    "ruby3.3",
    "ruby3.4",
    "ruby4.0",
]
"""What Lambda's API takes (botocore 1.44.5) and has not deprecated, which the policy pack knows; a test holds both:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""
Architecture = Literal["arm64", "x86_64"]
_PYTHON = "python"
_OF_A_PACKAGE = ("runtime", "folder", "handler", "layers", "instrumentation")


class CodeSettings(Settings):
    """The code of one function: ``folder``, ``handler`` and ``runtime``, or an ``image``, which has all three in it.

    ``folder`` is a folder of this project, or a zip that a build leaves. Of a Python folder the Python files are taken;
    of another runtime's everything, so it has to hold what a build left for Lambda and nothing else.
    ``instrumentation`` is AWS's layer of OpenTelemetry for the runtime's language, in the stack's region.
    """

    image: ImageUri | None = None
    """An image in ECR in place of a folder; it brings runtime, handler and layers of its own."""
    runtime: Runtime = PYTHON_RUNTIME
    """Lambda's name of the language and version that the folder's code is for."""
    architecture: Architecture = "arm64"
    """The processors it runs on; layers and built libraries have to be for the same."""
    folder: str = "functions/service"
    """A folder of this project, or a zip that a build leaves, from the project's root."""
    handler: Handler = "handler.handle"
    """What Lambda calls, as the runtime spells it."""
    layers: tuple[LayerArn, ...] = Field(default=(), max_length=MOST_LAYERS)
    """Layers by ARN with version, in the stack's region; they are unpacked in this order."""
    instrumentation: LayerArn | None = None
    """AWS's layer of OpenTelemetry for the language, by ARN with version, in the stack's region."""

    @field_validator("image", "layers", "instrumentation")
    @classmethod
    def _of_the_region(cls, value: str | tuple[str, ...] | None, info: ValidationInfo) -> str | tuple[str, ...] | None:
        region = (info.context or {}).get("region")
        for each in (value,) if isinstance(value, str) else value or ():
            if wrong := elsewhere(region_of(each) if each.startswith("arn:") else registry_region(each), region):
                raise ValueError(wrong)
        return value

    @field_validator("folder")
    @classmethod
    def _holds_code(cls, value: str, info: ValidationInfo) -> str:
        try:
            package(value, python=info.data.get("runtime", _PYTHON).startswith(_PYTHON))
        except ValueError as error:
            raise ValueError(f"{error}; name one, or a zip that a build leaves") from error
        return value

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        given = self.model_fields_set
        if self.image is not None:
            if both := [field for field in _OF_A_PACKAGE if field in given]:
                raise MisfitError(Problem("image", f"excludes {', '.join(both)}: what an image runs is in it"))
            return self
        wanting = [field for field in ("folder", "handler") if field not in given]
        if not self.is_python and wanting:
            raise MisfitError(
                Problem("runtime", f"{self.runtime} needs {' and '.join(wanting)}: what is there without is Python")
            )
        if len(self.layers) + (self.instrumentation is not None) > MOST_LAYERS:
            raise MisfitError(Problem("layers", f"are more than {MOST_LAYERS} together with instrumentation"))
        return self

    @property
    def is_python(self) -> bool:
        """Whether the function uses a managed Python runtime; False for container images, whose runtime is unknown."""
        return self.image is None and self.runtime.startswith(_PYTHON)


def what_runs(
    code: str | None, handler: str | None, runtime: Runtime, architecture: Architecture, image: str | None
) -> dict[str, Any]:
    """The arguments of a function for its package or its image; Lambda refuses both together.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html. Raises ValueError unless there is one of
    them.
    """
    if image is not None and code is None and handler is None:
        return {"package_type": "Image", "image_uri": image, "architectures": [architecture]}
    if image is not None or code is None or handler is None:
        raise ValueError("a function has code and a handler, or an image")
    return {
        "runtime": runtime,
        "architectures": [architecture],
        "code": package(code, python=runtime.startswith(_PYTHON)),
        "handler": handler,
    }
