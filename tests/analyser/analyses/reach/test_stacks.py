"""What the real stacks let whom connect to, and why not."""

import functools

import pytest

from analyser.analyses.reach.answer import Answer, ask, matrix
from analyser.analyses.reach.model import Reach, UnknownPlaceError, reach_of
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.reach.unmodelled_types import bears_on_reach
from analyser.faces.terminal.reach import show_matrix
from tests.stacks import STACKS, stack_graph

PROD, CONSULTING, CONFLUENCE, SERVERLESS = "prod", "consulting-prod", "confluence-prod", "confluence-lambda"


@functools.cache
def of(stack: str) -> Reach:
    return reach_of(stack_graph(stack))


@functools.cache
def from_internet(stack: str) -> frozenset[Place]:
    return frozenset(found.target for found in matrix(of(stack), frozenset({Kind.INTERNET})))


def best(stack: str, source: str, target: str, port: int | None = None) -> Answer:
    return ask(of(stack), source, target, port)[0]


def by(answer: Answer) -> list[str]:
    return [link.target.name for link in answer.path]


@pytest.mark.parametrize("stack", [PROD, CONSULTING, CONFLUENCE, SERVERLESS])
def test_the_internet_does_not_reach_a_database(stack: str) -> None:
    answer = best(stack, "internet", "postgres")
    assert not answer.yes
    route, address, group = answer.missing
    assert "has a route to an internet gateway (network-data-a, network-data-b" in route
    assert "has no public address" in address
    assert "lets in no tcp 5432 from the internet; it does so from " in group


@pytest.mark.parametrize(
    ("stack", "way"),
    [
        (PROD, ["cdn", "balancer"]),
        (CONSULTING, ["alb"]),
        (CONFLUENCE, ["cdn", "alb"]),
    ],
)
def test_the_internet_reaches_the_application(stack: str, way: list[str]) -> None:
    answers = ask(of(stack), "internet", "application")
    assert answers
    assert all(answer.yes and by(answer) == [*way, answer.target.name] for answer in answers)


def test_each_hop_says_why() -> None:
    answer = best(PROD, "internet", "microservice")
    said = [check.says for link in answer.path for check in link.checks]
    assert "origin origin.records.example.com is balancer by record zone-origin.records.example.com-primary-a" in said
    assert "security group balancer lets in tcp 443 from CloudFront (rule balancer-from-prefix-list-443)" in said
    assert "rule balancer-to-microservice of listener 443 (/*, header X-Origin-Verify) forwards to it" in said
    assert "NetworkPolicy records/microservice lets in tcp 8080 from balancer" in said
    assert answer.port == 8080


def test_only_cloudfront_reaches_the_records_balancer() -> None:
    assert best(PROD, "cloudfront", "balancer").yes
    assert by(best(PROD, "internet", "balancer")) == ["cdn", "balancer"]


def test_a_listener_that_redirects_leads_nowhere() -> None:
    assert best(CONFLUENCE, "internet", "alb", 80).yes
    assert by(best(CONFLUENCE, "internet", "bff")) == ["cdn", "alb", "bff"]


@pytest.mark.parametrize(("stack", "source"), [(PROD, "pods"), (CONSULTING, "backend"), (CONFLUENCE, "pods")])
def test_pods_reach_the_database(stack: str, source: str) -> None:
    answer = best(stack, source, "postgres")
    assert answer.yes
    assert answer.port == 5432
    assert not best(stack, source, "postgres", 5433).yes


@pytest.mark.parametrize("stack", [CONSULTING, CONFLUENCE])
def test_a_network_policy_keeps_the_frontend_from_the_database(stack: str) -> None:
    answer = best(stack, "frontend", "postgres")
    (missing,) = answer.missing
    assert missing.startswith("no NetworkPolicy lets out tcp 5432 to ")


def test_the_api_server_answers_within_the_network_only() -> None:
    assert best(PROD, "internet", "cluster").missing == ["its public endpoint is off"]
    assert best(PROD, "nodes", "cluster").yes
    assert best(CONFLUENCE, "deployment-runner", "api-server").yes
    assert not best(CONFLUENCE, "delivery-production", "api-server").yes


@pytest.mark.parametrize("promoted", [False, True])
@pytest.mark.parametrize(
    ("stack", "source", "store"),
    [
        ("prod-dr", "pods", "database"),
        ("confluence-prod-dr", "pods", "postgres"),
        ("confluence-lambda-dr", "auth", "postgres"),
        ("mdreader-prod-dr", "hocuspocus", "rds"),
    ],
)
def test_the_store_that_follows_is_reached_from_its_own_network_alone(
    stack: str, source: str, store: str, promoted: bool
) -> None:
    there = reach_of(stack_graph(stack, promoted=promoted))
    # A proxy has a target only once the database behind it writes.
    assert ask(there, source, store)[0].yes is (promoted or stack != "confluence-lambda-dr")
    assert not any(answer.yes for answer in ask(there, "internet", store))


def test_a_private_bucket_is_reached_through_its_distribution_alone() -> None:
    assert by(best(CONFLUENCE, "internet", "static")) == ["cdn", "static"]
    assert best(CONFLUENCE, "internet", "uploads").missing == [
        "uploads answers requests signed by AWS principals only: it blocks public access"
    ]


def test_services_of_aws_are_reached_through_endpoints() -> None:
    asked = ("sessions", "encryption-keys")
    said = {target: best(SERVERLESS, "pages", target).path[-1].checks[-1].says for target in asked}
    assert said["sessions"] == "a route to gateway endpoint network-endpoints-dynamodb"
    assert said["encryption-keys"].startswith("security group network-endpoints lets in tcp 443 from pages")
    assert best(PROD, "microservice", "notices").path[-1].checks[-1].says.startswith("a route to the internet by NAT")


def test_functions_are_called_through_apis_and_reach_the_database_through_its_proxy() -> None:
    assert by(best(SERVERLESS, "internet", "websocket")) == ["sockets", "websocket"]
    assert by(best(SERVERLESS, "pages", "postgres")) == ["connection-pool", "postgres"]
    assert not best(SERVERLESS, "websocket", "postgres").yes
    assert by(best(SERVERLESS, "sessions", "collaboration")) == ["collaboration"]
    assert best(SERVERLESS, "internet", "jwt-secret-rotation").path == ()


def test_the_data_tier_has_no_way_out() -> None:
    assert best(SERVERLESS, "pages", "internet").missing[-1].startswith("no route to the internet from network-data-a")
    assert best(SERVERLESS, "collaboration", "internet").yes
    assert best(SERVERLESS, "auth", "internet").yes


def test_an_open_address_is_a_way_for_tcp_to_nodes_only_from_the_balancer() -> None:
    said = [check.says for check in best(CONSULTING, "alb", "backend").path[0].checks]
    assert any("lets in tcp 30000-32767 from alb" in text for text in said)
    assert any("NetworkPolicy cloud-consulting/backend lets in tcp 8061 from backend's nodes" in text for text in said)


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_opens_a_store_to_the_internet(stack: str) -> None:
    reach = of(stack)
    stores = {place for place in reach.places if place.kind in (Kind.STORE, Kind.PROXY, Kind.API_SERVER)}
    assert from_internet(stack)
    assert not stores & from_internet(stack)


@pytest.mark.parametrize("stack", STACKS)
def test_the_matrix_and_single_answers_agree(stack: str) -> None:
    reach = of(stack)
    internet = reach.find("internet")[0]
    for place in reach.places:
        if place is not internet:
            assert ask(reach, "internet", place.name)[0].yes == (place in from_internet(stack)), place.name


@pytest.mark.parametrize("stack", STACKS)
def test_places_have_names_of_their_own(stack: str) -> None:
    names = [place.name for place in of(stack).places]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "word", ["database", "database-primary", "prod-postgres", "postgres", "postgresql", "db", "rds", "store"]
)
def test_a_place_goes_by_many_names(word: str) -> None:
    assert "database" in [place.name for place in of(PROD).find(word)]


@pytest.mark.parametrize(
    ("stack", "word", "place"),
    [
        (PROD, "eks", "cluster"),
        (PROD, "kubernetes", "cluster"),
        (PROD, "pod", "microservice"),
        (PROD, "node", "nodes"),
        (PROD, "alb", "balancer"),
        (PROD, "load-balancers", "balancer"),
        (PROD, "redis", "cache"),
        (PROD, "kafka", "stream"),
        (PROD, "0.0.0.0/0", "internet"),
        ("confluence-lambda", "lambdas", "auth"),
        ("confluence-lambda", "opensearch", "search"),
        ("mdreader-prod", "fargate", "hocuspocus"),
    ],
)
def test_people_have_words_for_places(stack: str, word: str, place: str) -> None:
    assert place in [found.name for found in of(stack).find(word)]


def test_the_matrix_prints_a_line_for_those_that_reach_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    show_matrix(matrix(of(PROD)))
    lines = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert lines[:4] == ["from", "internet", "cdn", "balancer"]
    assert any(line.startswith("nodes, ") for line in lines)


def test_a_name_that_is_none() -> None:
    with pytest.raises(UnknownPlaceError, match="prod: nothing is called 'datbase'; did you mean database"):
        of(PROD).find("datbase")


@pytest.mark.parametrize("stack", STACKS)
def test_what_has_no_place_is_what_cloudfront_runs_or_checks_a_signature_by(stack: str) -> None:
    without = {token for token in stack_graph(stack).counts if bears_on_reach(token)}
    assert without <= {
        f"aws:cloudfront/{one}" for one in ("function:Function", "keyGroup:KeyGroup", "publicKey:PublicKey")
    }
