"""Names and values of Kubernetes.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.form import Form
from settings.services.names import Name

MOST_USER_ID = 2**31 - 1
"""https://github.com/kubernetes/kubernetes/blob/v1.35.0/staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go"""
_MEMORY_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_PREFIX = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*/)?"
_WORD = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"


def _namespace(value: str) -> str:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces"""
    if value == "default" or value.startswith("kube-"):
        raise ValueError(f"{shown(value)} is a namespace that every cluster has already; one of its own")
    return value


Namespace = Annotated[Name, AfterValidator(_namespace)]
"""A namespace that the stack makes."""

LabelKey = Annotated[
    str, Form(_PREFIX + _WORD, "the key of a label: up to 63 letters, digits, - _ . after an optional domain/", "tier")
]
LabelValue = Annotated[
    str, Form(f"({_WORD})?", "the value of a label: up to 63 letters, digits, - _ . from a letter or digit on", "data")
]
VARIABLE = Form("[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable", "DATABASE_URL", most=128)
Variable = Annotated[str, VARIABLE]
"""The name of an environment variable."""

CapitalVariable = Annotated[
    str, Form("[A-Z][A-Z0-9_]*", "the name of a variable: capitals, digits and _", "PAYMENT_API_KEY", most=128)
]
"""As people who put values in by hand know one."""

Path = Annotated[str, Form(r"(/(?!\.{1,2}(/|$))[a-z0-9._-]+)+", "an absolute path", "/var/cache/nginx", most=255)]
"""A directory in a container."""

SECRET_KEY = Form(r"(?!\.{1,2}$)[A-Za-z0-9._-]+", "a key of a secret: letters, digits, - _ .", "password", most=253)
SecretKeyName = Annotated[str, SECRET_KEY]
"""https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data"""

UserId = Annotated[int, Field(ge=1, le=MOST_USER_ID)]
"""A user other than root."""

Cpu = Annotated[str, Form(r"[1-9]\d{0,5}m|[1-9]\d{0,3}(\.\d{1,3})?", "an amount of CPU such as 2", "250m")]
"""CPU time in cores, or in thousandths of one (``m``)."""

Memory = Annotated[str, Form(r"[1-9]\d{0,8}(Ki|Mi|Gi)", "an amount of memory such as 2Gi", "512Mi")]
"""Memory in Ki, Mi or Gi."""


def millicores(cpu: str) -> int:
    """An amount of CPU in thousandths of a core."""
    return int(cpu.removesuffix("m")) if cpu.endswith("m") else round(float(cpu) * 1000)


def size_in_bytes(memory: str) -> int:
    """An amount of memory in bytes."""
    return int(memory[:-2]) * _MEMORY_UNITS[memory[-2:]]
