"""Buckets of S3: their names, and how objects may age."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, Field

from settings.errors import Problem, shown
from settings.form import Form
from settings.services.names import name_form

LONGEST_NAME = 35
"""Characters before account and region are appended; S3 allows 63 in all."""
_RESERVED_STARTS = ("sthree-", "amzn-s3-demo-")
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; of the reserved ends and ``xn--`` none
can be that of a name with account and region appended."""
_LONGEST = 2**31 - 1

StorageClass = Literal["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
_WATERFALL = ("STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")


def _bucket(value: str) -> str:
    if value.startswith(_RESERVED_STARTS):
        raise ValueError(f"{shown(value)} begins with {' or '.join(_RESERVED_STARTS)}, which S3 keeps to itself")
    return value


BucketName = Annotated[str, name_form(LONGEST_NAME), AfterValidator(_bucket)]
"""What a bucket is called before account and region are appended."""

BucketAddress = Annotated[
    str,
    Form(
        r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?(\?region=[a-z0-9-]+)?",
        "the address of a bucket, of a folder in it where there is one, and its region where that may be another one",
        "s3://state",
    ),
]

KeyPrefix = Annotated[
    str,
    Form("[a-z0-9]([a-z0-9/-]{0,62}[a-z0-9])?", "a folder of a bucket: lower-case letters, digits, - and /", "events"),
]

Origin = Annotated[
    str, Form(r"\*|[a-z][a-z0-9+.-]*://[^\s/*]*\*?[^\s/*]*", "an origin with one * at the most", "https://example.com")
]
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html"""

HeaderName = Annotated[
    str, Form(r"[A-Za-z0-9-]*\*?[A-Za-z0-9-]*", "the name of a header with one * at the most", "x-amz-meta-author")
]

Days = Annotated[int, Field(ge=1, le=_LONGEST)]
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html"""

DaysOrNone = Annotated[int, Field(ge=0, le=_LONGEST)]


class Step(Protocol):
    """A change of storage class after some days."""

    @property
    def days(self) -> int: ...

    @property
    def storage_class(self) -> str: ...


def age_problems(key: str, steps: Sequence[Step], end_key: str, end: int | None) -> Iterator[Problem]:
    """What S3 refuses of transitions in their order and of the day on which all ends, for a lifecycle rule.

    Objects only get colder; a class takes them from any day on, and bills its minimum for those that leave it sooner
    (STANDARD_IA 30 days, GLACIER_IR and GLACIER 90, DEEP_ARCHIVE 180). Older pages have a least of 30 days before
    STANDARD_IA, which S3's API (botocore 1.44.5) knows no more:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    """
    for number, (earlier, later) in enumerate(pairwise(steps), start=1):
        if _WATERFALL.index(later.storage_class) <= _WATERFALL.index(earlier.storage_class):
            said = f"S3 moves nothing from {earlier.storage_class} to {later.storage_class}"
            yield Problem(f"{key}[{number}].storageClass", said)
        elif later.days <= earlier.days:
            yield Problem(f"{key}[{number}].days", f"{later.days} is not after day {earlier.days}, the one before")
    if end is not None and steps and end <= steps[-1].days:
        yield Problem(end_key, f"{end} is not after the last of {key}, on day {steps[-1].days}")
