"""The base class of all components: type token, names and options of child resources."""

from typing import Any, ClassVar

import pulumi


class Component(pulumi.ComponentResource):
    """A building block named ``strata:<room>:<Class>``; the room is the folder its module lives in."""

    token: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.token = f"strata:{cls.__module__.split('.')[1]}:{cls.__name__}"

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.token, name, None, opts)
        self.name = name

    def child(self, *suffix: str) -> str:
        """The logical name of a child: the component's own name and a fixed suffix."""
        return "-".join((self.name, *suffix))

    def child_options(self, **options: Any) -> pulumi.ResourceOptions:
        """Options of a child: this component is its parent."""
        return pulumi.ResourceOptions(parent=self, **options)
