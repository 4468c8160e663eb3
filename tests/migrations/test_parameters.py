"""Parameters that stacks give their databases, held against a real PostgreSQL of their major version."""

from components.data.postgres_base import PARAMETERS
from components.data.postgres_settings import PostgresSettings
from components.data.postgres_tuning import for_requests
from tests.postgres import Server

_KNOWN = "SELECT concat_ws('|', name, context, vartype, min_val, max_val) FROM pg_settings WHERE name = '{name}'"


def test_postgresql_takes_each_parameter_without_a_restart(postgres: Server) -> None:
    settings = PostgresSettings(identifier="one", instance_class="db.r5.2xlarge", storage_gib=65_536)
    for name, value in (PARAMETERS | for_requests(settings)).items():
        if name.startswith("rds."):
            continue  # RDS's own
        known, context, kind, *bounds = postgres.psql(_KNOWN.format(name=name)).split("|")
        assert known == name
        assert context in {"user", "superuser", "superuser-backend", "sighup"}, f"{name} needs a restart"
        if kind == "bool":
            assert value in {"0", "1"}
        else:
            least, most = map(float, bounds)
            assert least <= float(value) <= most
