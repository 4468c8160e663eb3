"""The records' tables and their partitions against a real PostgreSQL, as the users that will use them."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.migrations.job import run_job, texts_of
from tests.migrations.test_migrations import FOLDERS, refused
from tests.postgres import Server

Sql = Callable[..., str]
_AT = "records.first_id('{}')"
_ROW = "INSERT INTO record (id, tenant_id, kind, body) VALUES ({}, {}, 'note', '{{}}')"


@pytest.fixture(scope="module")
def database(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the records' migrations and partitions of the first half of 2030."""
    postgres.database("partitions")
    run_job(postgres, "partitions", texts_of("records", FOLDERS["records"]), tmp_path_factory.mktemp("records"))
    postgres.psql("SELECT records.make_partitions('2030-01-15Z', '2030-06-01Z')", database="partitions")
    return "partitions"


@pytest.fixture
def sql(postgres: Server, database: str) -> Sql:
    """Runs statements as the application, or as who is named."""

    def run(statements: str, user: str = "application") -> str:
        return postgres.psql(statements, user=user, database=database)

    return run


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a plan, from the outermost on."""
    return [plan, *(below for one in plan.get("Plans", ()) for below in nodes(one))]


def test_a_new_database_has_partitions_for_the_rows_of_today(sql: Sql) -> None:
    row = _ROW.format("records.first_id(now() + interval '80 days')", 1)
    assert sql(f"BEGIN; {_ROW.format('records.first_id(now())', 1)}; {row}; ROLLBACK") == ""
    assert int(sql("SELECT records.days_ahead()", "maintainer")) > 85


def test_an_id_is_a_time(sql: Sql) -> None:
    assert sql(f"SELECT {_AT.format('2030-03-05 06:07:08.912Z')}") == "01ba2086-7a70-0000-0000-000000000000"
    at = "SELECT records.made_at('01ba2086-7a70-7abc-8def-0123456789ab') AT TIME ZONE 'UTC'"
    assert sql(at) == "2030-03-05 06:07:08.912"


def test_a_month_goes_to_its_partition_and_is_made_once(sql: Sql) -> None:
    rows = [_ROW.format(_AT.format(at), 2) for at in ("2030-01-31 23:59:59.999Z", "2030-02-01 00:00Z")]
    where = "SELECT string_agg(tableoid::regclass::text, ',' ORDER BY id) FROM record WHERE tenant_id = 2"
    assert sql(f"BEGIN; {'; '.join(rows)}; {where}; ROLLBACK") == "record_2030_01,record_2030_02"
    again = "SELECT records.make_partitions('2030-01-01Z', '2030-06-30Z')"
    assert sql(again, "maintainer") == "0"


def test_a_row_without_a_partition_is_refused(postgres: Server, database: str) -> None:
    assert "no partition of relation" in refused(postgres, _ROW.format(_AT.format("2035-01-01Z"), 1), database)


def test_whoever_has_an_id_reads_one_partition(sql: Sql) -> None:
    read = "EXPLAIN (FORMAT JSON) SELECT body FROM record WHERE id = '01ba2086-7a70-7abc-8def-0123456789ab'"
    plan = json.loads(sql(read))
    assert [one.get("Relation Name") for one in nodes(plan[0]["Plan"])] == ["record_2030_03"]


def test_a_page_is_read_from_the_newest_partition_on_and_never_sorted(sql: Sql) -> None:
    page = "SELECT id FROM record WHERE tenant_id = 3 AND id < {} ORDER BY id DESC LIMIT 50"
    with_index = "SET enable_seqscan = off; SET enable_bitmapscan = off;"
    plan = json.loads(sql(f"{with_index} EXPLAIN (FORMAT JSON) {page.format(_AT.format('2030-04-10Z'))}"))
    steps = nodes(plan[0]["Plan"])
    assert [one["Node Type"] for one in steps[:2]] == ["Limit", "Append"]
    months = [one["Relation Name"] for one in steps[2:]]
    assert months[:4] == [f"record_2030_0{month}" for month in (4, 3, 2, 1)]
    assert {one["Node Type"] for one in steps[2:]} <= {"Index Only Scan", "Index Scan"}
    assert {one["Scan Direction"] for one in steps[2:]} == {"Backward"}


def test_vacuum_and_statistics_are_told_of_each_partition(sql: Sql) -> None:
    told = sql("SELECT array_to_string(reloptions, ' ') FROM pg_class WHERE relname = 'record_2030_02'").split()
    assert {"fillfactor=90", "autovacuum_vacuum_insert_scale_factor=0.02"} <= set(told)
    target = "SELECT attname, attstattarget FROM pg_attribute WHERE attrelid = 'record_2030_02'::regclass"
    assert sql(f"{target} AND attname IN ('body', 'tenant_id') ORDER BY 1") == "body|0\ntenant_id|1000"


def test_what_is_old_leaves_is_kept_and_goes(postgres: Server, sql: Sql, database: str) -> None:
    made = "SELECT records.make_partitions('2020-01-01Z', '2020-02-01Z')"
    assert sql(made, "maintainer") == "2"
    sql(f"{_ROW.format(_AT.format('2020-01-05Z'), 4)}; {_ROW.format(_AT.format('2020-02-05Z'), 4)}")
    retire = "SELECT records.retire_partitions('2020-02-28Z')"
    assert sql(retire, "maintainer") == sql(retire, "maintainer") == "record_2020_01"
    assert sql("SELECT count(*) FROM record WHERE tenant_id = 4") == "1"
    assert "permission denied" in refused(postgres, "SELECT FROM record_2020_01", database)
    assert sql("SELECT count(*) FROM record_2020_01", "maintainer") == "1"
    assert "permission denied" in refused(postgres, "DELETE FROM record_2020_01", database, "maintainer")
    for wrong in ("'record_2020_01', 2", "'record_2020_02', 1", "'outbox', 0", "'record', 0"):
        refused(postgres, f"SELECT records.drop_retired({wrong})", database, "maintainer")
    sql("SELECT records.drop_retired('record_2020_01', 1)", "maintainer")
    assert sql(retire, "maintainer") == ""


def test_a_month_that_is_not_over_stays(sql: Sql) -> None:
    retire = "BEGIN; SELECT records.retire_partitions('2030-{}Z'); ROLLBACK"
    assert "record_2030_01" not in sql(retire.format("01-31 23:59"), "maintainer")
    assert "record_2030_01" in sql(retire.format("02-01 00:00"), "maintainer")


def test_the_application_neither_makes_tenants_nor_drops_rows_by_the_month(postgres: Server, database: str) -> None:
    for form in (
        "INSERT INTO tenant (name) VALUES ('own')",
        "UPDATE tenant SET public = true",
        "DELETE FROM tenant",
        "SELECT records.retire_partitions(now())",
        "SELECT records.drop_retired('record_2030_01', 0)",
        "SELECT records.forget_requests(now())",
    ):
        assert "permission denied" in refused(postgres, form, database), form


def test_the_application_makes_months_to_come_and_not_a_thousand(postgres: Server, database: str, sql: Sql) -> None:
    assert sql("SELECT records.make_partitions(now(), now() + interval '1 month')") == "0"
    many = "SELECT records.make_partitions(now(), now() + interval '100 years')"
    assert "no more than 20 years" in refused(postgres, many, database)


@pytest.mark.parametrize("table", ["record", "outbox", "request", "tenant"])
def test_the_maintainer_touches_no_rows(postgres: Server, database: str, table: str) -> None:
    for form in (f"SELECT FROM {table}", f"DELETE FROM {table}"):
        assert "permission denied" in refused(postgres, form, database, "maintainer")


def test_a_tenant_s_name_and_key_have_a_form(postgres: Server, database: str, sql: Sql) -> None:
    for values in ("'Two Words', NULL", "'', NULL", "'short', 'abc'"):
        with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
            sql(f"INSERT INTO records.tenant (name, key) VALUES ({values})", "postgres")
    assert (
        sql("INSERT INTO records.tenant (name, key) VALUES ('acme', sha256('k')) RETURNING public", "postgres") == "f"
    )


def test_answers_to_batches_are_forgotten_by_age(sql: Sql) -> None:
    row = "INSERT INTO request (tenant_id, key, digest, made_at) VALUES (9, '{}', '', now() - interval '{}')"
    sql("; ".join(row.format(key, age) for key, age in (("old", "25 hours"), ("young", "1 hour"))))
    assert sql("SELECT records.forget_requests(now() - interval '1 day')", "maintainer") == "1"
    assert sql("SELECT key FROM request WHERE tenant_id = 9") == "young"


def test_nobody_waits_for_ever(sql: Sql) -> None:
    shown = "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"
    assert sql(shown) == "5s|10s"
    assert sql("SHOW lock_timeout", "maintainer") == "2s"


def test_names_of_other_tables_are_never_read_as_months(postgres: Server, database: str) -> None:
    """Whichever table PostgreSQL reads first."""
    for way in ("nestloop", "hashjoin", "mergejoin", "sort", "bitmapscan", "indexscan", "seqscan"):
        said = postgres.psql(
            f"SET enable_{way} = off; SELECT count(*) FROM records.retire_partitions('2000-01-01'); "
            "SELECT records.days_ahead() > 0",
            database=database,
        )
        assert said.split() == ["0", "t"]
