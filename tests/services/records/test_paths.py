"""The paths of the contract (docs/systems/records.md), over real stores."""

import json
import threading
from uuid import UUID

import pytest

from tests.services.records.conftest import Stores
from tests.services.records.service import KEY, Client, Heard

RECORDS = "/v1/tenants/acme/records"
NOTE = {"kind": "note", "body": {"text": "Grüße", "n": 1}}


def made(client: Client, text: str = "Grüße", path: str = RECORDS, key: str = KEY) -> str:
    answer = client.ask("POST", path, {"kind": "note", "body": {"text": text}}, key=key)
    assert answer.status == 201, answer.body
    return answer.json["id"]


def test_a_record_is_written_and_read(client: Client) -> None:
    answer = client.ask("POST", RECORDS, NOTE)
    assert answer.status == 201
    assert UUID(answer.json["id"]).version == 7
    assert {name: answer.json[name] for name in ("kind", "body", "version")} == {**NOTE, "version": 1}
    read = client.ask("GET", f"{RECORDS}/{answer.json['id']}")
    assert (read.status, read.json) == (200, answer.json)
    assert read.headers["cache-control"] == "private, no-store"


def test_a_record_that_is_in_no_cache_is_read_from_the_database(client: Client, stores: Stores) -> None:
    record = stores.sql(
        "INSERT INTO records.record (id, tenant_id, kind, body) SELECT records.first_id(now()), tenant_id, 'note', "
        "'{\"a\": 1}' FROM records.tenant WHERE name = 'acme' RETURNING id"
    )
    assert client.ask("GET", f"{RECORDS}/{record}").json["body"] == {"a": 1}
    stores.sql(f"DELETE FROM records.record WHERE id = '{record}'")
    assert client.ask("GET", f"{RECORDS}/{record}").status == 200  # from the cache


def test_pages_go_back_in_time_and_end(client: Client) -> None:
    path, key = "/v1/tenants/paged/records", f"paged-{KEY}"
    ids = [made(client, str(n), path, key) for n in range(5)]
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = client.ask("GET", f"{path}?limit=2{cursor and f'&cursor={cursor}'}", key=key).json
        seen += [record["id"] for record in page["records"]]
        cursor, pages = page["next"], pages + 1
    assert (seen, pages) == (sorted(ids, reverse=True), 3)


def test_a_page_is_of_a_time(client: Client) -> None:
    record = client.ask("GET", f"{RECORDS}/{made(client)}").json
    at = record["madeAt"]
    assert [one["id"] for one in client.ask("GET", f"{RECORDS}?since={at}&limit=200").json["records"]].count(
        record["id"]
    ) == 1
    before = client.ask("GET", f"{RECORDS}?until={at}&limit=200").json["records"]
    assert record["id"] not in [one["id"] for one in before]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=abc",
        "limit=0",
        "limit=201",
        "since=yesterday",
        "since=2026-01-01T00:00:00",
        "until=1960-01-01T00:00:00Z",
    ],
)
def test_what_is_no_page_is_refused(client: Client, query: str) -> None:
    assert client.ask("GET", f"{RECORDS}?{query}").status == 422


def test_a_cursor_is_the_tenant_s_own(client: Client) -> None:
    for n in range(2):
        made(client, str(n))
    cursor = client.ask("GET", f"{RECORDS}?limit=1").json["next"]
    assert client.ask("GET", f"/v1/tenants/open/records?cursor={cursor}", key=f"open-{KEY}").status == 422


def test_another_tenant_s_record_is_not_there(client: Client) -> None:
    record = made(client)
    assert client.ask("GET", f"{RECORDS}/{record}").status == 200
    other = f"/v1/tenants/open/records/{record}"
    assert client.ask("GET", other, key=f"open-{KEY}").status == 404
    assert client.ask("PUT", other, NOTE, key=f"open-{KEY}", If_Match='"1"').status == 404


@pytest.mark.parametrize("key", [None, "wrong", f"open-{KEY}", ""])
@pytest.mark.parametrize("tenant", ["acme", "other", "nobody"])
def test_nobody_reads_or_writes_without_the_tenant_s_key(client: Client, tenant: str, key: str | None) -> None:
    for method, body in (("GET", None), ("POST", NOTE)):
        answer = client.ask(method, f"/v1/tenants/{tenant}/records", body, key=key)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_anybody_reads_a_public_tenant_and_caches_may_keep_it(client: Client) -> None:
    path = "/v1/tenants/open/records"
    record = made(client, path=path, key=f"open-{KEY}")
    answer = client.ask("GET", f"{path}/{record}", key=None)
    assert (answer.status, answer.headers["cache-control"]) == (200, "public, max-age=300")
    assert client.ask("GET", path, key=None).headers["cache-control"] == "public, max-age=5"
    assert client.ask("GET", path, key=f"open-{KEY}").headers["cache-control"] == "private, no-store"
    assert client.ask("POST", path, NOTE, key=None).status == 401


def test_a_replacement_names_the_version_that_it_replaces(client: Client) -> None:
    path = f"{RECORDS}/{made(client)}"
    changed = client.ask("PUT", path, {"kind": "note", "body": {"text": "b"}}, If_Match='"1"')
    assert (changed.status, changed.json["version"]) == (200, 2)
    assert client.ask("PUT", path, NOTE, If_Match='"1"').status == 412
    assert client.ask("GET", path).json["body"] == {"text": "b"}
    assert client.ask("PUT", path, NOTE).status == 422
    assert client.ask("PUT", path, NOTE, If_Match='"abc"').status == 422


def test_of_two_replacements_at_once_one_is_made(client: Client) -> None:
    path, statuses = f"{RECORDS}/{made(client)}", []
    threads = [
        threading.Thread(target=lambda: statuses.append(client.ask("PUT", path, NOTE, If_Match='"1"').status))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412, 412, 412, 412, 412]


def test_a_batch_sent_twice_is_made_once(client: Client, stores: Stores) -> None:
    batch = {"records": [{"kind": "batched", "body": {"n": n}} for n in range(3)]}
    answers = [client.ask("POST", f"{RECORDS}:batch", batch, Idempotency_Key="one") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    found = [client.ask("GET", f"{RECORDS}/{record}").json["body"]["n"] for record in answers[0].json["ids"]]
    assert found == [0, 1, 2]
    assert stores.sql("SELECT count(*) FROM records.record WHERE kind = 'batched'") == "3"
    other = {"records": [{"kind": "batched", "body": {}}]}
    assert client.ask("POST", f"{RECORDS}:batch", other, Idempotency_Key="one").status == 422


def test_a_batch_sent_by_many_at_once_is_made_once(client: Client, stores: Stores) -> None:
    batch, answers = {"records": [{"kind": "raced", "body": {}}]}, []
    threads = [
        threading.Thread(
            target=lambda: answers.append(
                client.ask("POST", f"{RECORDS}:batch", batch, Idempotency_Key="race").json["ids"][0]
            )
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert stores.sql("SELECT count(*) FROM records.record WHERE kind = 'raced'") == "1"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "note", "body": {"a": "x" * 70_000}}, 413),
        ({"kind": "note", "body": {"a": "\0"}}, 422),
        ({"kind": "Two Words", "body": {}}, 422),
        ({"kind": "note", "body": []}, 422),
        ({"kind": "note", "body": {}, "more": 1}, 422),
        (b'{"kind": "note", "body": {"a": NaN}}', 422),
        (b'{"kind": "note", "body": {"a": "\\ud800"}}', 422),
        (b"{", 422),
        (b"\xff", 400),
        (b" " * 1_100_000, 413),
    ],
)
def test_what_is_no_record_is_refused(client: Client, body: object, status: int) -> None:
    assert client.ask("POST", RECORDS, body).status == status


def test_the_topic_hears_of_each_version_in_order(client: Client, heard: Heard, stores: Stores) -> None:
    path = f"{RECORDS}/{made(client, 'first')}"
    assert client.ask("PUT", path, {"kind": "note", "body": {"text": "second"}}, If_Match='"1"').status == 200
    record = path.rpartition("/")[2]
    told: list[dict[str, object]] = []
    for _ in range(600):
        told = [json.loads(value) for key, value in list(heard.events) if key == UUID(record).bytes]
        if len(told) == 2:
            break
        threading.Event().wait(0.05)
    assert [(one["version"], one["event"], one["tenant"]) for one in told] == [
        (1, "created", "acme"),
        (2, "replaced", "acme"),
    ]
    assert told[1]["record"] == {"kind": "note", "body": {"text": "second"}}
    for _ in range(600):
        if stores.sql(f"SELECT count(*) FROM records.outbox WHERE record_id = '{record}'") == "0":
            return
        threading.Event().wait(0.05)
    raise AssertionError("the outbox keeps what was told")


def test_it_says_that_it_lives_and_is_ready(client: Client) -> None:
    assert [client.ask("GET", path, key=None).status for path in ("/health", "/ready")] == [200, 200]
