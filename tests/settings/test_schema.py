"""The JSON Schema that editors use tells the same story as the settings classes."""

from settings.schema import stack_file_schema
from tests.settings.test_stack import Shop


def test_the_system_chosen_decides_which_settings_there_are() -> None:
    schema = stack_file_schema({"shop": Shop})
    config = schema["properties"]["config"]
    assert config["properties"]["strata:system"]["enum"] == ["shop"]
    (choice,) = config["allOf"]
    assert choice["if"] == {"properties": {"strata:system": {"const": "shop"}}}
    assert choice["then"] == {"properties": {"strata:settings": {"$ref": "#/$defs/shop"}}}


def test_keys_are_spelled_as_in_the_file_and_others_refused() -> None:
    definitions = stack_file_schema({"shop": Shop})["$defs"]
    disk = definitions["shop.Disk"]
    assert set(disk["properties"]) == {"storageGib", "kind", "encrypted"}
    assert disk["additionalProperties"] is False
    assert definitions["shop"]["properties"]["disk"]["$ref"] == "#/$defs/shop.Disk"
