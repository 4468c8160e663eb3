"""Tasks of ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"""

from typing import Annotated

from settings.form import Form

_NUMBER = r"[1-9]\d{0,9}"

ContainerUser = Annotated[
    str, Form(f"{_NUMBER}(:{_NUMBER})?", "a user by number other than 0, with a group or without", "1000:1000")
]
HealthPath = Annotated[str, Form("/[A-Za-z0-9._~/-]*", "a path of letters, digits and . _ ~ / -", "/health", most=256)]
