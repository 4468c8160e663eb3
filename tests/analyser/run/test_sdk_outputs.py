"""Properties that are made when they are read are what Pulumi's SDK makes of all of them at once."""

from typing import Any

import pulumi_aws as aws
import pytest
from pulumi import CustomResource, Output
from pulumi.runtime import rpc
from pulumi.runtime.known_types import is_unknown

from analyser.run import property_bags, sdk_outputs
from analyser.run.program import ProgramError, run_program
from analyser.run.property_bags import UNKNOWN_TEXT
from tests.support import record

SECRET = {property_bags.SIGNATURE: rpc._special_secret_sig, "value": "hidden"}
GIVEN = {"bucket": "given", "tags": {"a": "b"}, "loggings": [{"targetBucket": "logs"}], "region": "eu-west-1"}
SAID = {
    "arn": "arn:aws:s3:::said", "bucket": "said", "bucketDomainName": SECRET, "hostedZoneId": UNKNOWN_TEXT,
    "tags": {"a": UNKNOWN_TEXT}, "versioning": {"enabled": True, "mfaDelete": False}, "unheardOf": 1,
}  # fmt: skip
NAMES = (
    "arn",
    "bucket",
    "bucket_domain_name",
    "hosted_zone_id",
    "tags",
    "versioning",
    "loggings",
    "region",
    "policy",
    "urn",
)


def _plain(value: Any) -> Any:
    """A value with its type, in which unknowns are equal."""
    if isinstance(value, dict):
        return type(value), {key: _plain(value[key]) for key in value}
    return "unknown" if is_unknown(value) else (type(value), value)


class _Heard:
    """What becomes of a bucket's properties by functions of the SDK or of ours; read before or after they are there."""

    def __init__(self, transfer: Any, resolve: Any) -> None:
        self._transfer, self._resolve = transfer, resolve

    async def of(self, name: str, *, early: bool, missing: bool) -> list[Any]:
        bucket, other = aws.s3.Bucket(name), aws.s3.Bucket(f"{name}-other")
        resolvers = self._transfer(bucket, dict.fromkeys(NAMES), True)
        reads = [vars(bucket)[each]._data for each in resolvers] if early else []
        given, said = (property_bags.encode(values) for values in (GIVEN, SAID))
        self._resolve(
            bucket, given, said, {"arn": {other}}, resolvers, True, True, True, resolve_missing_as_unknown=missing
        )
        data = [await read for read in reads or [vars(bucket)[each]._data for each in resolvers]]
        return [
            (_plain(d.value), d.is_known, d.is_secret, sorted(r._name.removeprefix(name) for r in d.resources))
            for d in data
        ]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("missing", [True, False])
def test_each_is_what_the_sdk_makes_of_it(known: bool, missing: bool) -> None:
    theirs = _Heard(rpc.transfer_properties, rpc.resolve_outputs)
    heard = []

    async def program() -> None:
        ours = _Heard(rpc.transfer_properties, rpc.resolve_outputs)
        assert ours._resolve is sdk_outputs.resolve_outputs
        heard.append(await theirs.of("theirs", early=False, missing=missing))
        heard.append(await ours.of("late", early=False, missing=missing))
        heard.append(await ours.of("early", early=True, missing=missing))

    run_program(program, stack="test", config={}, known=known)
    assert heard[1] == heard[2] == heard[0]
    assert len({known for _, known, *_ in heard[0]}) == 2  # some known, some not
    assert heard[0][2][2]  # the secret


class _Misfit(CustomResource):
    """A resource that is given a map where it says that it takes a text."""

    label: Output[str]

    def __init__(self, name: str) -> None:
        super().__init__("aws:s3/bucket:Bucket", name, {"arn": None, "label": {"a": "b"}})


def test_what_does_not_fit_its_type_is_refused_though_nobody_reads_it() -> None:
    with pytest.raises(ProgramError, match=r"expected a value of type `<class 'str'>` .* resource `misfit`"):
        record(lambda: _Misfit("misfit"))
