"""The story of the collaboration service: from a browser to a document. One test a link."""

from tests.traces import Told

PROD = "collaboration-prod"
SERVICE = Told(PROD, "browser to collaborate.example.com")
TASKS = Told(PROD, "server to the stack's repositories")
CACHE = Told(PROD, "server to cache prod-collaboration-redis")
STATE = Told(PROD, "server to table prod-collaboration-state")
PASSWORD = Told(PROD, "server to secret prod-collaboration/redis")
FUNCTION_S_CACHE = Told(PROD, "websocket to cache prod-collaboration-redis")
FUNCTION_S_STATE = Told(PROD, "websocket-streams to table prod-collaboration-state")


def test_the_service_leaves_delegation_open() -> None:
    SERVICE.leaves_open("delegation", "the registrar is outside of the program")


def test_the_service_is_a_name_that_leads_there() -> None:
    SERVICE.shows("dns", "zone-collaborate.example.com-a", "zone-collaborate.example.com-aaaa")


def test_the_service_has_a_certificate_of_its_name() -> None:
    SERVICE.shows("certificate", "certificate-us-east-1-certificate")


def test_the_service_has_its_certificate_issued() -> None:
    SERVICE.shows("validation")


def test_the_service_is_taken_by_the_cdn() -> None:
    SERVICE.shows("cdn", "cdn-distribution")


def test_the_service_has_a_web_acl_before_it() -> None:
    SERVICE.shows("waf", "firewall-acl")


def test_the_service_has_origins_that_let_the_cdn_in() -> None:
    SERVICE.shows(
        "origin", "zone-origin.collaborate.example.com-a", "network-public-internet-all", "alb-from-prefix-list-443"
    )


def test_the_service_reaches_its_origin_by_no_stranger_s_distribution() -> None:
    SERVICE.shows("origin-proof", "alb-to-server")


def test_the_service_ends_at_a_listener_in_tls() -> None:
    SERVICE.shows("listener", "alb-https")


def test_the_service_is_forwarded_to_every_group() -> None:
    SERVICE.shows("rule", "alb-to-server")


def test_the_service_reaches_what_is_registered() -> None:
    SERVICE.shows("target", "server-to-alb-3000", "server-from-alb-3000")


def test_the_service_has_targets_that_answer_for_their_health() -> None:
    SERVICE.shows("health", "alb-server", "server-service", "server-task-definition")


def test_the_service_has_an_api_that_is_deployed() -> None:
    SERVICE.shows("stage", "sockets-stage")


def test_the_service_calls_functions_that_let_it() -> None:
    SERVICE.shows("call", "sockets-on-connect", "sockets-on-disconnect", "sockets-on-default")


def test_tasks_reach_the_registry_and_its_layers() -> None:
    TASKS.shows("network", "server-egress-https", "network-endpoints-ecr-api", "network-endpoints-from-cidr-private-a")


def test_tasks_may_sign_in_to_the_registry() -> None:
    TASKS.shows("login", "server-task-execution-role", "server-task-execution-policy")


def test_tasks_pull_from_repositories_that_are_there() -> None:
    TASKS.shows("repository", "registry-collaboration-server", "server-task-definition")


def test_tasks_may_pull() -> None:
    TASKS.shows("rights", "registry-collaboration-server", "server-task-execution-policy")


def test_tasks_leaves_image_open() -> None:
    TASKS.leaves_open("image", "images are pushed from outside")


def test_the_cache_is_told_where_and_as_whom() -> None:
    CACHE.shows("configured", "server-task-definition", "redis-secret-rotation-function")


def test_the_cache_has_a_way() -> None:
    CACHE.shows("network", "redis-to-server-6379", "redis-from-server-6379")


def test_the_cache_has_somebody_to_come_as() -> None:
    CACHE.shows("identity", "redis-secret-secret")


def test_the_cache_is_known_on_the_other_side() -> None:
    CACHE.shows("principal", "redis-application-user", "redis-user-group")


def test_the_cache_goes_in_tls_only() -> None:
    CACHE.shows("tls", "redis-replication-group")


def test_state_is_told_where_and_as_whom() -> None:
    STATE.shows("configured", "server-task-definition")


def test_state_has_a_way() -> None:
    STATE.shows("network", "server-egress-https", "network-endpoints-dynamodb")


def test_state_has_somebody_to_come_as() -> None:
    STATE.shows("identity", "server-task-definition", "server-task-own-role")


def test_state_has_the_rights() -> None:
    STATE.shows("rights", "server-task-own-policy", "state-table")


def test_state_leaves_tls_open() -> None:
    STATE.leaves_open("tls", "clients choose; AWS's own choose TLS")


def test_the_password_is_told_where_and_as_whom() -> None:
    PASSWORD.shows("configured", "server-task-definition")


def test_the_password_has_somebody_to_come_as() -> None:
    PASSWORD.shows("identity", "server-task-definition", "server-task-execution-role")


def test_the_password_has_a_way() -> None:
    PASSWORD.shows(
        "network", "server-egress-https", "network-endpoints-secretsmanager", "network-endpoints-from-cidr-private-a"
    )


def test_the_password_has_the_rights() -> None:
    PASSWORD.shows("rights", "server-task-execution-policy", "redis-secret-secret")


def test_the_password_finds_a_value() -> None:
    PASSWORD.shows("value", "redis-secret-schedule")


def test_the_function_s_cache_is_told_where_and_as_whom() -> None:
    FUNCTION_S_CACHE.shows("configured", "redis-secret-rotation-function")


def test_the_function_s_cache_has_a_way() -> None:
    FUNCTION_S_CACHE.shows("network", "redis-to-websocket-6379", "redis-from-websocket-6379")


def test_the_function_s_cache_has_somebody_to_come_as() -> None:
    FUNCTION_S_CACHE.shows("identity", "redis-secret-secret")


def test_the_function_s_cache_is_known_on_the_other_side() -> None:
    FUNCTION_S_CACHE.shows("principal", "redis-application-user", "redis-user-group")


def test_the_function_s_cache_goes_in_tls_only() -> None:
    FUNCTION_S_CACHE.shows("tls", "redis-replication-group")


def test_the_function_s_state_is_told_where_and_as_whom() -> None:
    FUNCTION_S_STATE.shows("configured", "websocket-streams-function", "websocket-streams-consumes-state-mapping")


def test_the_function_s_state_has_a_way() -> None:
    FUNCTION_S_STATE.shows("network", "websocket-streams-egress-https", "network-endpoints-dynamodb")


def test_the_function_s_state_has_somebody_to_come_as() -> None:
    FUNCTION_S_STATE.shows("identity", "websocket-streams-function", "websocket-streams-execution-role")


def test_the_function_s_state_has_the_rights() -> None:
    FUNCTION_S_STATE.shows(
        "rights", "websocket-streams-execution-policy", "websocket-streams-consumes-state-rights", "state-table"
    )


def test_the_function_s_state_leaves_tls_open() -> None:
    FUNCTION_S_STATE.leaves_open("tls", "clients choose; AWS's own choose TLS")
