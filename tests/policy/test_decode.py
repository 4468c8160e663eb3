from typing import Any

import pytest

from policy.decode import from_struct, plain
from policy.model import UNKNOWN
from policy.sealed import Sealed
from tests.policy.engine.process import SIGNATURE, UNKNOWN_STRING, secret, struct

OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
VALUES: list[tuple[Any, Any]] = [
    (7.0, 7),
    (0.5, 0.5),
    (True, True),
    (None, None),
    ("text", "text"),
    ([1.0, {"b": "c"}], [1, {"b": "c"}]),
    (secret("hidden"), "hidden"),
    (secret({"deep": [secret(2.0)]}), {"deep": [2]}),
    ({SIGNATURE: OUTPUT_VALUE, "value": "v", "secret": True}, "v"),
    ({"a": 1.0, "__defaults": ["a"]}, {"a": 1}),
    ({SIGNATURE: ASSET, "path": "code.zip"}, {"path": "code.zip"}),
]


@pytest.mark.parametrize(("wire", "value"), VALUES)
def test_decodes(wire: Any, value: Any) -> None:
    assert from_struct(struct({"it": wire})) == {"it": value}
    assert plain({"it": wire}) == {"it": value}


@pytest.mark.parametrize(
    "wire",
    [
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        secret(UNKNOWN_STRING),
        {SIGNATURE: OUTPUT_VALUE},
    ],
)
def test_unknown_values_of_every_kind(wire: Any) -> None:
    assert from_struct(struct({"it": [wire]}))["it"][0] is UNKNOWN
    assert plain({"it": [wire]})["it"][0] is UNKNOWN


@pytest.mark.parametrize(
    "wire", [secret("it"), secret({"a": ["it"]}), {SIGNATURE: OUTPUT_VALUE, "value": "it", "secret": True}]
)
def test_texts_of_secrets_are_marked(wire: Any) -> None:
    for found in (from_struct(struct({"it": wire}))["it"], plain({"it": wire})["it"]):
        text = found["a"][0] if isinstance(found, dict) else found
        assert isinstance(text, Sealed)
        assert text == "it"


def test_nothing_else_is_marked() -> None:
    for wire in ("it", {SIGNATURE: OUTPUT_VALUE, "value": "it"}):
        assert not isinstance(from_struct(struct({"it": wire}))["it"], Sealed)
        assert not isinstance(plain({"it": wire})["it"], Sealed)


def test_whole_numbers_are_integers() -> None:
    assert isinstance(plain({"it": 3.0})["it"], int)
    assert isinstance(from_struct(struct({"it": 3}))["it"], int)


def test_a_secret_that_nobody_decrypted_is_not_known() -> None:
    sealed = {SIGNATURE: secret("")[SIGNATURE], "ciphertext": "v1:abc"}
    found = from_struct(struct({"redacted": "[secret]", "within": ["[secret]", "b"], "sealed": sealed}))
    assert found["redacted"] is UNKNOWN
    assert found["within"][0] is UNKNOWN
    assert found["within"][1] == "b"
    assert found["sealed"] is UNKNOWN
