"""A Lambda layer: libraries that several functions share."""

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.compute.code_archive import PythonRuntime
from components.stack_name import stack_name
from components.versions import PYTHON_RUNTIME

_NAME_LIMIT = 64
"""The ARN that a name becomes part of takes 140: https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html"""


class Layer(Component):
    """A layer for functions on one Python and arm64, from an archive that ``make`` built for it.

    ``archive`` is a path from the project's root to a zip with the packages below ``python/``, such as
    ``dist/collaboration-layer.zip``; an archive that is not there is an error of the engine, which names the path.
    The layer goes by stack and component name. A new archive is a new version; functions that run on the old one
    keep it:
    https://docs.aws.amazon.com/lambda/latest/dg/creating-deleting-layers.html
    """

    def __init__(
        self,
        name: str,
        *,
        archive: str,
        description: str,
        runtime: PythonRuntime = PYTHON_RUNTIME,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        version = aws.lambda_.LayerVersion(
            self.child("version"),
            layer_name=stack_name(name, longest=_NAME_LIMIT),
            description=description,
            code=pulumi.FileArchive(archive),
            compatible_runtimes=[runtime],
            compatible_architectures=["arm64"],
            opts=self.child_options(),
        )
        self.arn = version.arn
        self.register_outputs({"arn": self.arn})
