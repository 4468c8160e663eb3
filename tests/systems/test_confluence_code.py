"""The product's own code in the Lambda model: any package or image, where the settings put it."""

import functools

import systems
from analyser.analyses.prerequisites import When, prerequisites
from analyser.graph import Graph
from analyser.run.program import run_program
from settings.stack import parse
from tests.stacks import stack_graph
from tests.systems.test_confluence_settings import config
from tests.systems.wiring import EGRESS, ways

FUNCTION = "aws:lambda/function:Function"
SERVICES = ("auth", "user", "pages", "query")
"""The services by their logical names."""
IMAGE = "210987654321.dkr.ecr.us-east-1.amazonaws.com/auth/service:1.0.0"
OWN_LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:own:1"
NODE_LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:node-telemetry:1"


@functools.cache
def with_own_code() -> Graph:
    """The stack with code of the product's own: an image, and a package of another runtime and architecture."""
    code = {
        "auth": {"image": IMAGE, "architecture": "x86_64"},
        "user": {
            "folder": "dist/user.zip",
            "handler": "index.handler",
            "runtime": "nodejs24.x",
            "architecture": "x86_64",
            "layers": [OWN_LAYER],
            "instrumentation": NODE_LAYER,
        },
        "document": {"folder": "dist/document.zip", "handler": "bootstrap", "runtime": "provided.al2023"},
        "search": {"layers": [OWN_LAYER]},
    }
    changes = {"functions.code": code, "functions.subnets": {"user": "data", "document": "private"}}
    given = config("confluence-lambda", changes)

    def program() -> None:
        systems.build(parse("confluence-lambda", given, systems.SETTINGS))

    return run_program(program, stack="confluence-lambda", config=given)


def test_the_product_s_functions_run_any_package_or_image() -> None:
    made = {name: with_own_code().only(FUNCTION, f"{name}-function").inputs for name in SERVICES}
    assert made["auth"]["imageUri"] == IMAGE
    assert {"runtime", "handler", "code", "layers"} & set(made["auth"]) == set()
    assert "AWS_LAMBDA_EXEC_WRAPPER" not in made["auth"]["environment"]["variables"]
    told = [(one.get("runtime"), one["architectures"]) for one in made.values()]
    assert told == [
        (None, ["x86_64"]),
        ("nodejs24.x", ["x86_64"]),
        ("provided.al2023", ["arm64"]),
        ("python3.13", ["arm64"]),
    ]


def test_layers_fit_the_language_that_they_are_for() -> None:
    graph = with_own_code()
    layers = {name: graph.only(FUNCTION, f"{name}-function").inputs.get("layers") for name in SERVICES}
    (python,) = stack_graph("confluence-lambda").only(FUNCTION, "query-function").inputs["layers"]
    assert layers == {"auth": None, "user": [OWN_LAYER, NODE_LAYER], "pages": None, "query": [OWN_LAYER, python]}


def test_a_function_stands_in_the_tier_that_the_settings_name() -> None:
    graph = with_own_code()
    tiers = {
        name: {
            subnet.name.split("-")[1]
            for subnet in graph.of_type("aws:ec2/subnet:Subnet")
            if subnet.id in graph.only(FUNCTION, f"{name}-function").inputs["vpcConfig"]["subnetIds"]
        }
        for name in SERVICES
    }
    assert tiers == {"auth": {"private"}, "user": {"data"}, "pages": {"private"}, "query": {"data"}}
    assert "0.0.0.0/0" not in {who for who, *_ in ways(graph, EGRESS, "user")}, "the data tier leads nowhere"


def test_an_image_must_be_there_before_the_first_run() -> None:
    (found,) = [one for one in prerequisites(with_own_code()) if one.kind == "image"]
    assert (found.title, found.when) == ("auth/service:1.0.0 is in the registry", When.BEFORE)
    assert "--registry-id 210987654321 --repository-name auth/service --image-ids imageTag=1.0.0" in found.check
