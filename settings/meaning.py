"""The description of each settings field, from the docstring below it or the class that it holds."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_SECTION = "\n\n"


def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """The text below each field that has one, by the field's name; a subclass overrides what differs."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found |= _own(each)
    return found


def summary(text: str) -> str:
    """The first sentence or sentences of a docstring, in one line: what stands before its first empty line."""
    return " ".join(inspect.cleandoc(text).split(_SECTION, 1)[0].split())


class DescribedSchema(GenerateJsonSchema):
    """JSON Schema in which each field is described by the sentence that stands below it in the class."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The class's own schema, with its fields described."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        said = meanings(model)
        properties: dict[str, dict[str, Any]] = made.get("properties", {})
        for name, field in model.model_fields.items():
            if name in said:
                properties[field.alias or name]["description"] = summary(said[name])
        return made


@cache
def _own(model: type[BaseModel]) -> Mapping[str, str]:
    definition = _classes(sys.modules[model.__module__])[model.__qualname__]
    return dict(_documented(definition.body))


@cache
def _classes(module: ModuleType) -> Mapping[str, ast.ClassDef]:
    """Every class in a module's source by its qualified name: a module is read once, however many it has."""
    return dict(_named(ast.parse(inspect.getsource(module)), ""))


def _named(parent: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for found in ast.iter_child_nodes(parent):
        if isinstance(found, ast.ClassDef):
            yield f"{prefix}{found.name}", found
            yield from _named(found, f"{prefix}{found.name}.")
        elif isinstance(found, ast.FunctionDef):
            yield from _named(found, f"{prefix}{found.name}.<locals>.")
        elif isinstance(found, ast.stmt):
            yield from _named(found, prefix)


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            match below.value:
                case ast.Constant(value=str(text)):
                    yield field.target.id, text
