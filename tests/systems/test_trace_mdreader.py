"""The story of MDReader: site, API, events and documents; its stores; and the site on Amplify. One test a link."""

from tests.traces import Told

PROD = "mdreader-prod"
SITE = Told(PROD, "browser to mdreader.app")
FILES = Told(PROD, "browser to files.mdreader.app")
EVENTS = Told(PROD, "browser to events.mdreader.app")
DOCUMENTS = Told(PROD, "browser to websocket.mdreader.app")
TASKS = Told(PROD, "hocuspocus to the stack's repositories")
DATABASE = Told(PROD, "lambda-backend to database mdreader-prod")
CACHE = Told(PROD, "hocuspocus to cache mdreader-prod")
SECRET = Told(PROD, "hocuspocus to secret mdreader-prod/app")
UPLOADS = Told(PROD, "lambda-backend to bucket mdreader-uploads-prod-123456789012-us-east-1")
CONNECTIONS = Told(PROD, "events to table mdreader-prod-connections")
AMPLIFY = "mdreader-amplify"
HOSTED_SITE = Told(AMPLIFY, "browser to www.mdreader.app")
API = Told(AMPLIFY, "browser to api.mdreader.app")


def test_the_site_leaves_delegation_open() -> None:
    SITE.leaves_open("delegation", "the registrar is outside of the program")


def test_the_site_is_a_name_that_leads_there() -> None:
    SITE.shows("dns", "zone-mdreader.app-a", "zone-mdreader.app-aaaa")


def test_the_site_has_a_certificate_of_its_name() -> None:
    SITE.shows("certificate", "site-certificate-certificate")


def test_the_site_has_its_certificate_issued() -> None:
    SITE.shows("validation")


def test_the_site_is_taken_by_the_cdn() -> None:
    SITE.shows("cdn", "site-cdn-distribution")


def test_the_site_has_a_web_acl_before_it() -> None:
    SITE.shows("waf", "firewall-acl")


def test_the_site_has_origins_that_let_the_cdn_in() -> None:
    SITE.shows("origin", "web-policy", "zone-api.mdreader.app-a")


def test_the_site_has_an_api_that_is_deployed() -> None:
    SITE.shows("stage", "rest-stage")


def test_the_site_calls_functions_that_let_it() -> None:
    SITE.shows("call", "rest-routes-all-any", "rest-routes-all-proxy-any", "rest-routes-health-any")


def test_files_leaves_delegation_open() -> None:
    FILES.leaves_open("delegation", "the registrar is outside of the program")


def test_files_is_a_name_that_leads_there() -> None:
    FILES.shows("dns", "zone-files.mdreader.app-a", "zone-files.mdreader.app-aaaa")


def test_files_has_a_certificate_of_its_name() -> None:
    FILES.shows("certificate", "files-certificate-certificate")


def test_files_has_its_certificate_issued() -> None:
    FILES.shows("validation")


def test_files_is_taken_by_the_cdn() -> None:
    FILES.shows("cdn", "files-cdn-distribution")


def test_files_has_a_web_acl_before_it() -> None:
    FILES.shows("waf", "firewall-acl")


def test_files_has_origins_that_let_the_cdn_in() -> None:
    FILES.shows("origin", "uploads-policy")


def test_events_leaves_delegation_open() -> None:
    EVENTS.leaves_open("delegation", "the registrar is outside of the program")


def test_events_is_a_name_that_leads_there() -> None:
    EVENTS.shows("dns", "zone-events.mdreader.app-a")


def test_events_has_a_certificate_of_its_name() -> None:
    EVENTS.shows("certificate", "events-certificate-certificate")


def test_events_has_its_certificate_issued() -> None:
    EVENTS.shows("validation")


def test_events_is_mapped_to_the_api() -> None:
    EVENTS.shows("mapping", "sockets-mapping")


def test_events_has_an_api_that_is_deployed() -> None:
    EVENTS.shows("stage", "sockets-stage")


def test_events_calls_functions_that_let_it() -> None:
    EVENTS.shows("call", "sockets-on-connect", "sockets-on-disconnect", "sockets-on-default")


def test_documents_leaves_delegation_open() -> None:
    DOCUMENTS.leaves_open("delegation", "the registrar is outside of the program")


def test_documents_is_a_name_that_leads_there() -> None:
    DOCUMENTS.shows("dns", "zone-websocket.mdreader.app-a")


def test_documents_has_a_certificate_of_its_name() -> None:
    DOCUMENTS.shows("certificate", "websocket-certificate-certificate")


def test_documents_has_its_certificate_issued() -> None:
    DOCUMENTS.shows("validation")


def test_documents_has_a_web_acl_before_it() -> None:
    DOCUMENTS.shows("waf", "regional-firewall-protects-alb", "regional-firewall-acl")


def test_documents_is_open_to_the_internet() -> None:
    DOCUMENTS.shows("door", "mdreader-vpc-public-internet-all", "alb-from-cidr-internet-https")


def test_documents_ends_at_a_listener_in_tls() -> None:
    DOCUMENTS.shows("listener", "alb-https")


def test_documents_is_forwarded_to_every_group() -> None:
    DOCUMENTS.shows("rule", "alb-to-hocuspocus")


def test_documents_reaches_what_is_registered() -> None:
    DOCUMENTS.shows("target", "alb-egress-to-hocuspocus", "hocuspocus-from-alb-8443")


def test_documents_has_targets_that_answer_for_their_health() -> None:
    DOCUMENTS.shows("health", "alb-hocuspocus", "hocuspocus-service", "hocuspocus-task-definition")


def test_tasks_reach_the_registry_and_its_layers() -> None:
    TASKS.shows("network", "hocuspocus-egress-https", "mdreader-vpc-private-nat-a", "mdreader-vpc-endpoints-s3")


def test_tasks_may_sign_in_to_the_registry() -> None:
    TASKS.shows("login", "hocuspocus-task-execution-role", "hocuspocus-task-execution-policy")


def test_tasks_pull_from_repositories_that_are_there() -> None:
    TASKS.shows("repository", "registry-hocuspocus", "hocuspocus-task-definition")


def test_tasks_may_pull() -> None:
    TASKS.shows("rights", "registry-hocuspocus", "hocuspocus-task-execution-policy")


def test_tasks_leaves_image_open() -> None:
    TASKS.leaves_open("image", "images are pushed from outside")


def test_the_database_is_told_where_and_as_whom() -> None:
    DATABASE.shows("configured", "app-secret-rotation-function")


def test_the_database_has_a_way() -> None:
    DATABASE.shows("network", "rds-to-lambda-backend-5432", "rds-from-lambda-backend-5432")


def test_the_database_has_somebody_to_come_as() -> None:
    DATABASE.shows("identity", "lambda-backend-execution-role")


def test_the_database_may_be_signed_in_to_by_iam() -> None:
    DATABASE.shows("rights", "lambda-backend-execution-policy", "rds-primary")


def test_the_database_is_known_on_the_other_side() -> None:
    DATABASE.shows("principal", "migration-applied", "migration-function")


def test_the_database_goes_in_tls_only() -> None:
    DATABASE.shows("tls", "rds-parameter-group")


def test_the_cache_is_told_where_and_as_whom() -> None:
    CACHE.shows("configured", "app-secret-rotation-function")


def test_the_cache_has_a_way() -> None:
    CACHE.shows("network", "redis-to-hocuspocus-6379", "redis-from-hocuspocus-6379")


def test_the_cache_has_somebody_to_come_as() -> None:
    CACHE.shows("identity", "app-secret-secret")


def test_the_cache_is_known_on_the_other_side() -> None:
    CACHE.shows("principal", "redis-application-user", "redis-user-group")


def test_the_cache_goes_in_tls_only() -> None:
    CACHE.shows("tls", "redis-replication-group")


def test_the_secret_is_told_where_and_as_whom() -> None:
    SECRET.shows("configured", "hocuspocus-task-definition")


def test_the_secret_has_somebody_to_come_as() -> None:
    SECRET.shows("identity", "hocuspocus-task-definition", "hocuspocus-task-execution-role")


def test_the_secret_has_a_way() -> None:
    SECRET.shows("network", "hocuspocus-egress-https", "mdreader-vpc-private-nat-a")


def test_the_secret_has_the_rights() -> None:
    SECRET.shows("rights", "hocuspocus-task-execution-policy", "app-secret-secret")


def test_the_secret_finds_a_value() -> None:
    SECRET.shows("value", "app-secret-schedule")


def test_uploads_is_told_where_and_as_whom() -> None:
    UPLOADS.shows("configured", "lambda-backend-function")


def test_uploads_has_a_way() -> None:
    UPLOADS.shows("network", "lambda-backend-egress-https", "mdreader-vpc-endpoints-s3")


def test_uploads_has_somebody_to_come_as() -> None:
    UPLOADS.shows("identity", "lambda-backend-function", "lambda-backend-execution-role")


def test_uploads_has_the_rights() -> None:
    UPLOADS.shows("rights", "lambda-backend-execution-policy", "uploads-bucket")


def test_uploads_goes_in_tls_only() -> None:
    UPLOADS.shows("tls", "uploads-policy")


def test_connections_is_told_where_and_as_whom() -> None:
    CONNECTIONS.shows("configured", "events-function")


def test_connections_has_a_way() -> None:
    CONNECTIONS.shows("network")


def test_connections_has_somebody_to_come_as() -> None:
    CONNECTIONS.shows("identity", "events-function", "events-execution-role")


def test_connections_has_the_rights() -> None:
    CONNECTIONS.shows("rights", "events-execution-policy", "connections-table")


def test_connections_leaves_tls_open() -> None:
    CONNECTIONS.leaves_open("tls", "clients choose; AWS's own choose TLS")


def test_the_hosted_site_leaves_delegation_open() -> None:
    HOSTED_SITE.leaves_open("delegation", "the registrar is outside of the program")


def test_the_hosted_site_shows_a_branch_of_the_site() -> None:
    HOSTED_SITE.shows("site", "web-branch", "web-domain")


def test_the_api_leaves_delegation_open() -> None:
    API.leaves_open("delegation", "the registrar is outside of the program")


def test_the_api_is_a_name_that_leads_there() -> None:
    API.shows("dns", "zone-api.mdreader.app-a")


def test_the_api_has_a_certificate_of_its_name() -> None:
    API.shows("certificate", "api-certificate-certificate")


def test_the_api_has_its_certificate_issued() -> None:
    API.shows("validation")


def test_the_api_is_mapped_to_the_api() -> None:
    API.shows("mapping", "rest-mapping")


def test_the_api_has_a_web_acl_before_it() -> None:
    API.shows("waf", "regional-firewall-protects-api", "regional-firewall-acl")


def test_the_api_has_an_api_that_is_deployed() -> None:
    API.shows("stage", "rest-stage")


def test_the_api_calls_functions_that_let_it() -> None:
    API.shows("call", "rest-routes-all-any", "rest-routes-all-proxy-any", "rest-routes-health-any")
