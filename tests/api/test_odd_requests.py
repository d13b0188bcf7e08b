"""Requests that no client of good will sends are answered as well, and never by 5xx."""

import copy
import json
import threading

import pytest
from api.conftest import serving, until
from api.stored import FAILED, store_jobs

from bookgen.api.schemas.common import EXAMPLE_JOB
from bookgen.api.schemas.outlines import OutlineBody

GENERATE = "/api/v1/biographies/generate"
BASE = "/api/v1/biographies"
OUTLINE = OutlineBody.model_config["json_schema_extra"]["examples"][0]


@pytest.fixture
def stored(tmp_path, off_the_net):
    """The service, with jobs in every state."""
    store_jobs(tmp_path)
    with serving(tmp_path) as client:
        yield client


@pytest.mark.parametrize("given", [b"a\xff", b"\xc3\xa4", b"a b", b"a" * 65, b"<script>", b""])
def test_an_id_that_is_no_plain_word_is_replaced(service, given):
    answer = service.get("/health", headers=[(b"X-Request-ID", given)])
    assert answer.status_code == 200
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize("host", ["xn--a.com", "xn--", "xn--\u00e9", "a..b", "[::1", "0x7f.1"])
def test_a_source_on_a_host_that_cannot_be_is_told_of_and_no_error(service, host):
    body = {"sources": [{"url": f"http://{host}/"}], "check_accessibility": False}
    answer = service.post("/api/v1/sources/validate", json=body)
    assert answer.status_code == 200
    assert answer.json()["total_sources"] == 1


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"{BASE}/{EXAMPLE_JOB}/outline", "GET, PUT"),
        (f"{BASE}/{EXAMPLE_JOB}", "DELETE"),
        (GENERATE, "POST"),
        ("/health", "GET"),
    ],
)
def test_another_method_is_told_which_there_are(service, path, allowed):
    answer = service.request("PATCH", path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.json()["detail"] == f"{path} takes {allowed}, not PATCH."


def test_what_is_no_id_of_a_job_leads_nowhere(service):
    answer = service.delete(GENERATE)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    answer = service.get(f"{BASE}/nothing/status")
    assert answer.status_code == 404
    assert f"nothing at {BASE}/nothing/status" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"character": "Ada", "model": ""}',
        b'{"character": "Ada", "temperature": NaN}',
        b'{"character": "\\ud800"}',
        b'{"character": "Ada", "sources": ["http://\\ud800"]}',
        b"",
        b"null",
    ],
)
def test_a_body_that_cannot_be_an_order_is_unprocessable(service, body):
    headers = {"Content-Type": "application/json"}
    assert service.post(GENERATE, content=body, headers=headers).status_code == 422


@pytest.mark.parametrize("body", [b'"\xff"', b"[" * 100_000, b"1" * 5_000])
def test_a_body_that_cannot_be_read_is_a_bad_request(service, body):
    answer = service.post(GENERATE, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_idempotency_key_is_not_empty(service):
    headers = {"Idempotency-Key": ""}
    assert service.post(GENERATE, json={"character": "Ada"}, headers=headers).status_code == 422


def changed(**changes):
    body = copy.deepcopy(OUTLINE)
    for name, value in changes.items():
        place = body["chapters"][0] if name in ("title", "period", "sections") else body
        place[name] = value
    return body


@pytest.mark.parametrize(
    "body",
    [
        changed(chapters=[]),
        changed(sections=[]),
        changed(title="  "),
        changed(title="A\x00B"),
        changed(title="\ud800"),
        changed(period=["1815"]),
        changed(period=["yesterday", "today"]),
        changed(author="Nobody"),
        changed(chapters=OUTLINE["chapters"] * 2),
        changed(sections=[{"title": "One", "words": 10**30, "passages": ["letters:1"]}]),
    ],
)
def test_an_outline_that_cannot_be_written_is_refused(stored, body):
    """Before a job that waits for it has taken it, and can no longer be written."""
    answer = stored.put(
        f"{BASE}/{EXAMPLE_JOB}/outline",
        content=json.dumps(body).encode(),
        headers={"If-Match": '"1"', "Content-Type": "application/json"},
    )
    assert answer.status_code == 422
    kept = stored.get(f"{BASE}/{EXAMPLE_JOB}/outline")
    assert kept.headers["etag"] == '"1"'


def test_an_outline_is_taken_as_it_was_handed_out(stored):
    path = f"{BASE}/{EXAMPLE_JOB}/outline"
    read = stored.get(path)
    written = stored.put(path, json=read.json(), headers={"If-Match": read.headers["etag"]})
    assert written.status_code == 200
    assert written.json() == read.json()


def test_events_of_a_job_that_is_deleted_end(stored):
    """The stream of a job that waits has no end of its own."""
    received = threading.Event()

    def follow():
        with stored.stream("GET", f"{BASE}/{EXAMPLE_JOB}/events") as stream:
            for _ in stream.iter_lines():
                received.set()

    follower = threading.Thread(target=follow)
    follower.start()
    until(received.is_set)
    assert stored.delete(f"{BASE}/{EXAMPLE_JOB}").status_code == 204
    follower.join(20)
    assert not follower.is_alive()
    assert stored.get(f"{BASE}/{FAILED}/status").status_code == 200
