"""What AWS's services take and answer is read once, where each session of boto3 that a test makes reads it anew."""

import functools
from collections.abc import Generator

import pytest
from botocore import session


@pytest.fixture(autouse=True, scope="session")
def _read_once() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "create_loader", functools.cache(session.create_loader))
        yield
