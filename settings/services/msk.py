"""Kafka on MSK: https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html"""

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.form import Form
from settings.services.machines import known

Version = Annotated[
    str, Form(r"3\.[89]\.x(\.kraft)?|4\.\d{1,2}\.x\.kraft", "a version for new clusters, 3.9.x or", "3.9.x.kraft")
]
"""One that ends in ``.kraft`` has no ZooKeeper, which cannot be changed later; from 4.0 there is no other:
https://docs.aws.amazon.com/msk/latest/developerguide/kraft-intro.html"""

InstanceType = Annotated[str, AfterValidator(lambda name: known(name, "msk")), Field(examples=["kafka.m5.large"])]
"""What a broker runs on."""


def _topic(value: str) -> str:
    """https://github.com/apache/kafka/blob/3.9.0/clients/src/main/java/org/apache/kafka/common/internals/Topic.java"""
    if value.startswith("__"):
        raise ValueError(f"{shown(value)} begins with __, as Kafka's own topics do")
    return value


RESOURCE_NAME = Form(r"[A-Za-z0-9._-]{1,249}", "a name of letters, digits, dots, underscores and hyphens", "records")
"""Of a topic or a group, as it stands in ARNs."""

TopicName = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,248}",
        "the name of a topic: letters, digits, - _ . and no dot at first",
        "records",
    ),
    AfterValidator(_topic),
]
