"""The contract, over real HTTP: what a client of the original asks, and what nobody should ask."""

import hashlib
import json
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from api.conftest import serving, until

from bookgen.llm.simulator.serve import INSTANT, running
from scripts.services import served

ADA = Path(__file__).resolve().parents[2] / "examples" / "ada-lovelace"
GENERATE = "/api/v1/biographies/generate"


@contextmanager
def library():
    """Serve the example's documents, and give their URLs and the host that must be allowed."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            """A test's output is no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(ADA)))
    Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    try:
        yield [f"http://{host}/{file.name}" for file in sorted(ADA.glob("*.md"))], host
    finally:
        server.shutdown()
        server.server_close()


def order(urls, **more):
    body = {"character": "Ada Lovelace", "chapters": 3, "total_words": 3000, "sources": urls}
    return {**body, **more}


def ended(client, job_id):
    state = {}

    def has_ended():
        state.update(client.get(f"/api/v1/biographies/{job_id}/status").json())
        return state["status"] in ("completed", "failed", "cancelled")

    until(has_ended)
    return state


def problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:bookgen:problem:")
    return body


def test_the_service_says_what_it_is(service):
    assert service.get("/").json()["name"] == "BookGen"
    health = service.get("/health").json()
    assert (health["status"], health["debug"]) == ("healthy", False)
    assert health["timestamp"].endswith("+00:00")
    assert service.get("/livez").status_code == service.get("/readyz").status_code == 200
    status = service.get("/api/v1/status").json()
    assert status["services"] == {"api": "operational", "worker": "running"}
    assert status["configuration"]["total_words"] == 51_000


def test_a_book_is_ordered_followed_and_handed_out(tmp_path):
    with library() as (urls, host), serving(tmp_path, bookgen_fetch_allow=host) as client:
        made = client.post(GENERATE, json=order(urls))
        assert made.status_code == 202
        job = made.json()
        assert (job["status"], job["mode"], job["source_count"]) == ("pending", "manual", 7)
        state = ended(client, job["job_id"])
        assert (state["status"], state["error"]) == ("completed", None)
        assert state["progress"]["percentage"] == 100.0
        text = client.get(state["download_url"])
        assert text.headers["content-disposition"] == 'attachment; filename="ada-lovelace.txt"'
        assert text.text.startswith("ADA LOVELACE\n")
        page = client.get(state["download_url"], params={"format": "html"})
        assert "<h1>Ada Lovelace</h1>" in page.text
        report = client.get(f"/api/v1/biographies/{job['job_id']}/report").json()
        assert all(check["passed"] for check in report["report"]["checks"])
        assert report["cost"] == 0.0


def test_a_job_goes_on_after_the_service_has_ended(tmp_path):
    slow = {"bookgen_parallel": 1}
    with library() as (urls, host), running(INSTANT) as provider:
        given = {"bookgen_fetch_allow": host, "openrouter_base_url": provider.base_url, **slow}
        with serving(tmp_path, **given) as client:
            job_id = client.post(GENERATE, json=order(urls)).json()["job_id"]
            until(lambda: provider.state.calls >= 3)
        with serving(tmp_path, **given) as client:
            assert ended(client, job_id)["status"] == "completed"
        asked = dict(provider.state.calls_by_prompt)
    # What was in work when it ended is asked for again, and nothing else.
    assert sum(times - 1 for times in asked.values()) <= 2


def events(client, job_id, last=None):
    headers = {} if last is None else {"Last-Event-ID": last}
    found, event = [], {}
    with client.stream("GET", f"/api/v1/biographies/{job_id}/events", headers=headers) as stream:
        for line in stream.iter_lines():
            name, _, value = line.partition(":")
            if line:
                event[name] = value.strip()
            elif event.get("id"):
                found.append((int(event["id"]), event["event"], json.loads(event["data"])))
                event = {}
    return found


def test_events_are_told_once_each_from_any_place_on(tmp_path):
    with library() as (urls, host), serving(tmp_path, bookgen_fetch_allow=host) as client:
        job_id = client.post(GENERATE, json=order(urls)).json()["job_id"]
        told = events(client, job_id)
        assert [one for one, *_ in told] == sorted({one for one, *_ in told})
        assert {kind for _, kind, _ in told} >= {"state", "section", "check", "done"}
        assert told[-1][1:] == ("done", {"status": "completed", "phase": "done"})
        middle = told[len(told) // 2][0]
        assert events(client, job_id, str(middle)) == [one for one in told if one[0] > middle]


def test_who_hangs_up_holds_nobody_up(tmp_path):
    """A reader that leaves in the middle is as good as one that stays to the end."""
    with library() as (urls, host), served(tmp_path, BOOKGEN_FETCH_ALLOW=host) as process:
        with httpx.Client(base_url=process.url, timeout=30) as client:
            job_id = client.post(GENERATE, json=order(urls)).json()["job_id"]
            ended(client, job_id)
            told = events(client, job_id)
            path = f"/api/v1/biographies/{job_id}/events"
            for event_id, *_ in told[:-1]:
                headers = {"Last-Event-ID": str(event_id)}
                with client.stream("GET", path, headers=headers) as stream:
                    next(stream.iter_lines())
            assert events(client, job_id) == told
        assert "Traceback" not in process.said


def test_a_cancelled_job_keeps_what_is_finished_and_goes_on(tmp_path):
    with library() as (urls, host), running(INSTANT) as provider:
        given = {"bookgen_fetch_allow": host, "openrouter_base_url": provider.base_url}
        with serving(tmp_path, **given, bookgen_parallel=1) as client:
            job_id = client.post(GENERATE, json=order(urls)).json()["job_id"]
            path = f"/api/v1/biographies/{job_id}"
            until(lambda: client.get(f"{path}/status").json()["progress"]["sections_completed"])
            assert client.post(f"{path}/cancel").json()["status"] == "cancelled"
            until(lambda: provider.state.in_flight == 0)
            calls = provider.state.calls
            problem(client.get(f"{path}/download"), 409)
            assert client.get(f"{path}/download", params={"partial": True}).status_code == 200
            problem(client.post(f"{path}/cancel"), 409)
            assert provider.state.calls == calls
            assert client.post(f"{path}/resume").status_code == 202
            assert ended(client, job_id)["status"] == "completed"
            assert client.delete(path).status_code == 204
            problem(client.get(f"{path}/status"), 404)


def test_an_outline_is_read_edited_and_approved(tmp_path):
    with library() as (urls, host), serving(tmp_path, bookgen_fetch_allow=host) as client:
        job_id = client.post(GENERATE, json=order(urls, approve_outline=True)).json()["job_id"]
        path = f"/api/v1/biographies/{job_id}"
        until(lambda: client.get(f"{path}/outline").status_code == 200)
        until(lambda: client.get(f"{path}/status").json()["progress"]["phase"] == "approval")
        read = client.get(f"{path}/outline")
        plan, version = read.json(), read.headers["etag"]
        plan["chapters"][0]["title"] = "As I Like It"
        changed = client.put(f"{path}/outline", json=plan, headers={"If-Match": version})
        assert changed.status_code == 200
        problem(client.put(f"{path}/outline", json=plan, headers={"If-Match": version}), 412)
        plan["chapters"][0]["sections"][0]["passages"] = ["nowhere:1"]
        newer = {"If-Match": changed.headers["etag"]}
        assert (
            "nowhere:1"
            in problem(client.put(f"{path}/outline", json=plan, headers=newer), 422)["detail"]
        )
        assert client.post(f"{path}/outline/approve", headers=newer).status_code == 202
        assert ended(client, job_id)["status"] == "completed"
        assert "As I Like It" in client.get(f"{path}/download").text


def test_a_job_without_sources_fails_with_the_reason(service):
    job_id = service.post(GENERATE, json={"character": "Ada Lovelace"}).json()["job_id"]
    state = ended(service, job_id)
    assert state["status"] == "failed"
    assert "set BOOKGEN_LIBRARY" in state["error"]


VALIDATE = "/api/v1/sources/validate"


def test_sources_are_checked_as_they_can_be_reached(tmp_path):
    with library() as (urls, host), serving(tmp_path, bookgen_fetch_allow=host) as client:
        given = [urls[0], urls[0], f"http://{host}/nothing.md", "http://"]
        body = {"sources": [{"url": url} for url in given]}
        answer = client.post(VALIDATE, json=body).json()
        assert (answer["total_sources"], answer["valid_sources"], answer["invalid_sources"]) == (
            (4, 1, 3)
        )
        assert [one["is_valid"] for one in answer["results"]] == [True, False, False, False]
        assert answer["results"][0]["is_accessible"] is True
        assert answer["results"][2]["is_accessible"] is False
        assert answer["summary"]["validation_rate"] == 0.25
        unasked = client.post(VALIDATE, json={**body, "check_accessibility": False}).json()
        assert unasked["summary"]["accessibility_checked"] == 0


def test_sources_are_judged_by_a_topic(tmp_path):
    with library() as (urls, host), serving(tmp_path, bookgen_fetch_allow=host) as client:
        scores = {}
        for topic in ("Ada Lovelace", "Simón Bolívar"):
            body = {"sources": [{"url": urls[0]}], "biography_topic": topic, "min_credibility": 0}
            answer = client.post(f"{VALIDATE}-advanced", json=body).json()
            (result,) = answer["results"]
            scores[topic] = result["relevance_score"]
            rejected = topic != "Ada Lovelace"
            assert bool(answer["rejected_sources"]) is rejected
        assert scores["Ada Lovelace"] > 0.7 > scores["Simón Bolívar"]


@pytest.mark.parametrize(
    "body", [{}, {"sources": []}, {"sources": [{}] * 101}, {"sources": [{"href": "x"}]}]
)
def test_a_list_of_sources_that_does_not_hold_is_refused(service, body):
    problem(service.post(VALIDATE, json=body), 422)


def test_an_address_inside_is_refused_without_a_connection(service):
    with library() as (urls, _):
        job_id = service.post(GENERATE, json=order(urls[:1])).json()["job_id"]
        state = ended(service, job_id)
    assert state["status"] == "failed"
    assert "does not lead to the open web" in state["error"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"character": ""},
        {"character": "   "},
        {"character": "A" * 201},
        {"character": "Ada\x00"},
        {"character": "Ada", "chapters": 0},
        {"character": "Ada", "chapters": 51},
        {"character": "Ada", "total_words": None},
        {"character": "Ada", "total_words": 999},
        {"character": "Ada", "temperature": 2.1},
        {"character": "Ada", "sources": ["ftp://example.org/a"]},
        {"character": "Ada", "mode": "magic"},
        {"character": "Ada", "unknown": 1},
        [],
    ],
)
def test_a_body_that_does_not_hold_is_refused(service, body):
    assert problem(service.post(GENERATE, json=body), 422)["errors"]
    assert service.get("/api/v1/biographies").json()["biographies"] == []


@pytest.mark.parametrize("job_id", ["nothing", "../../etc/passwd", "0" * 36, "a/b"])
def test_an_id_is_a_uuid_and_never_a_path(service, job_id):
    assert service.get(f"/api/v1/biographies/{job_id}/status").status_code in (404, 422)


def test_zero_stays_zero_and_any_script_is_a_name(service):
    body = {"character": "Μαρία Κιουρί 居里夫人", "temperature": 0}
    made = service.post(GENERATE, json=body)
    assert made.status_code == 202
    assert made.json()["character"] == body["character"]


def test_an_idempotency_key_stands_for_one_body(service):
    headers = {"Idempotency-Key": "once"}
    first = service.post(GENERATE, json={"character": "Ada"}, headers=headers).json()
    assert service.post(GENERATE, json={"character": "Ada"}, headers=headers).json() == first
    problem(service.post(GENERATE, json={"character": "Eva"}, headers=headers), 409)
    assert len(service.get("/api/v1/biographies").json()["biographies"]) == 1


def test_jobs_are_listed_page_by_page_the_newest_first(service):
    for name in ("One", "Two", "Three"):
        service.post(GENERATE, json={"character": name})
    first = service.get("/api/v1/biographies", params={"limit": 2}).json()
    assert [job["character"] for job in first["biographies"]] == ["Three", "Two"]
    rest = service.get("/api/v1/biographies", params={"cursor": first["cursor"]}).json()
    assert [job["character"] for job in rest["biographies"]] == ["One"]
    assert rest["cursor"] is None
    problem(service.get("/api/v1/biographies", params={"cursor": "x"}), 422)


def test_a_body_that_is_too_large_is_not_read(tmp_path):
    with serving(tmp_path, bookgen_max_body=1000) as client:
        problem(client.post(GENERATE, content=b"x" * 1001), 413)
        # Without a length, as it comes in.
        problem(client.post(GENERATE, content=iter([b"x" * 600] * 2)), 413)
        assert client.post(GENERATE, json={"character": "Ada"}).status_code == 202


def test_a_client_over_its_limit_waits_and_health_does_not_count(tmp_path):
    with serving(tmp_path, rate_limit_per_minute=3) as client:
        answers = [client.get("/") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=60'
        assert problem(answers[3], 429)["detail"].startswith("More than 3 requests")
        # What was let in late in this minute still counts for a while in the next.
        assert 1 <= int(answers[3].headers["retry-after"]) <= 120
        # Another address in a header is nobody's to choose.
        assert client.get("/", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 429
        assert all(client.get("/health").status_code == 200 for _ in range(10))


def test_a_trusted_proxy_tells_who_asks(tmp_path):
    given = {"rate_limit_per_minute": 1, "bookgen_trusted_proxies": "127.0.0.1"}
    with serving(tmp_path, **given) as client:
        for address in ("198.51.100.1", "198.51.100.2"):
            assert client.get("/", headers={"X-Forwarded-For": address}).status_code == 200
        last = {"X-Forwarded-For": "203.0.113.9, 198.51.100.2"}
        assert client.get("/", headers=last).status_code == 429


def test_with_keys_set_the_api_needs_one(tmp_path):
    hashed = hashlib.sha256(b"open sesame").hexdigest()
    with serving(tmp_path, bookgen_api_keys=hashed) as client:
        answer = client.post(GENERATE, json={"character": "Ada"})
        assert problem(answer, 401)["type"].endswith("key-required")
        assert answer.headers["www-authenticate"] == "Bearer"
        wrong = {"Authorization": "Bearer open simsim"}
        problem(client.post(GENERATE, json={"character": "Ada"}, headers=wrong), 401)
        for right in ({"Authorization": "Bearer open sesame"}, {"X-API-Key": "open sesame"}):
            assert client.post(GENERATE, json={"character": "Ada"}, headers=right).is_success
        problem(client.get("/api/v1/status"), 401)
        assert client.get("/health").status_code == 200


def test_every_answer_has_an_id_and_is_counted(service):
    given = service.get("/health", headers={"X-Request-ID": "abc-123"})
    assert given.headers["x-request-id"] == "abc-123"
    made = service.get("/health", headers={"X-Request-ID": "no good id!"})
    assert len(made.headers["x-request-id"]) == 32
    service.get("/nowhere/at/all")
    text = service.get("/metrics").text
    assert 'bookgen_requests_total{method="GET",route="/health",status="200"} 2.0' in text
    assert 'route="other",status="404"' in text
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert all(name.startswith("bookgen_") for name in names)


def test_other_origins_are_not_let_in(service):
    answer = service.get("/", headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers
