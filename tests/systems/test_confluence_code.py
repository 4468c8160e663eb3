"""The product's own code in the Lambda model: any package or image, where the settings put it."""

from analyser.analyses.prerequisites import When, prerequisites
from analyser.graph import Graph
from tests.systems.test_confluence_settings import NODE_LAYER, OTHER_LAYER, OWN_IMAGE, OWN_LAYER, changed
from tests.systems.wiring import EGRESS, ways

FUNCTION = "aws:lambda/function:Function"
SERVICES = ("auth", "user", "pages", "query")
"""The services by their logical names."""


def with_own_code() -> Graph:
    """The stack with every setting changed, its functions' code too."""
    return changed("confluence-lambda")


def test_the_product_s_functions_run_any_package_or_image() -> None:
    made = {name: with_own_code().only(FUNCTION, f"{name}-function").inputs for name in SERVICES}
    assert made["auth"]["imageUri"] == OWN_IMAGE
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
    assert layers == {"auth": None, "user": [OWN_LAYER, NODE_LAYER], "pages": None, "query": [OWN_LAYER, OTHER_LAYER]}


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
