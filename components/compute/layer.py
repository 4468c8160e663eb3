"""Libraries that functions share."""

import pulumi
import pulumi_aws as aws

from components.component import Component


class Layer(Component):
    """A layer for functions on Python 3.13 and arm64, from an archive that ``make`` built.

    ``archive`` is a path from the project's root to a zip with the packages below ``python/``, such as
    ``dist/collaboration-layer.zip``; an archive that is not there is an error of the engine, which names the path.
    The layer's name is the stack's and its own. A new archive is a new version; functions that run on the old one
    keep it:
    https://docs.aws.amazon.com/lambda/latest/dg/creating-deleting-layers.html
    """

    def __init__(
        self,
        name: str,
        *,
        archive: str,
        description: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        version = aws.lambda_.LayerVersion(
            self.child("version"),
            layer_name=f"{pulumi.get_stack()}-{name}",
            description=description,
            code=pulumi.FileArchive(archive),
            compatible_runtimes=[aws.lambda_.Runtime.PYTHON3D13],
            compatible_architectures=["arm64"],
            opts=self.child_options(),
        )
        self.arn = version.arn
        self.register_outputs({"arn": self.arn})
