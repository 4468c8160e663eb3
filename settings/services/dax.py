"""DynamoDB Accelerator: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateCluster.html"""

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.form import Form
from settings.services.machines import known

ClusterName = Annotated[
    str, Form("[a-z](-?[a-z0-9])*", "a name of lower-case letters, digits and single hyphens", "documents-dax", most=20)
]
NodeType = Annotated[str, AfterValidator(lambda name: known(name, "dax")), Field(examples=["dax.t3.small"])]
