"""What Prometheus is told agrees with what the jobs themselves say, and stays bounded."""

import pytest
from api.conftest import serving, until
from api.test_service import GENERATE, ended, library, order
from prometheus_client.parser import text_string_to_metric_families

from bookgen.llm.simulator import Fault, Faults, SimulatorConfig
from bookgen.llm.simulator.serve import INSTANT, running


def figures(client):
    """Return each series' value, by its name and labels."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def total(found, name):
    return sum(value for series, value in found.items() if series[0] == name)


def written(client, urls):
    """Have a book written, and return its state and its report."""
    job_id = client.post(GENERATE, json=order(urls)).json()["job_id"]
    state = ended(client, job_id)
    assert state["status"] == "completed", state["error"]
    return state, client.get(f"/api/v1/biographies/{job_id}/report").json()


def test_after_books_the_counters_are_what_the_jobs_took(tmp_path):
    with library() as (urls, host), running(INSTANT) as provider:
        given = {"bookgen_fetch_allow": host, "openrouter_base_url": provider.base_url}
        with serving(tmp_path, **given, openrouter_model="simulator/small") as client:
            books = [written(client, urls), written(client, urls[:4])]
            found = figures(client)
        reports = [report for _, report in books]
        usage = [report["usage"] for report in reports]
        assert found["bookgen_sections_written_total",] == sum(
            state["progress"]["sections_completed"] for state, _ in books
        )
        for kind in ("prompt", "completion"):
            taken = sum(one[f"{kind}_tokens"] for one in usage)
            assert found["bookgen_tokens_total", kind] == taken > 0
        cost = sum(report["cost"] for report in reports)
        assert found["bookgen_cost_dollars_total",] == pytest.approx(cost)
        assert provider.state.cost == pytest.approx(cost)
        assert total(found, "bookgen_provider_errors_total") == 0
        assert found["bookgen_provider_calls_in_flight",] == 0


FAULTS = {
    Fault.RATE_LIMIT_RETRY_AFTER: "limit",
    Fault.UNAVAILABLE_RETRY_AFTER: "server",
    Fault.DROP: "connection",
    Fault.REQUEST_TIMEOUT: "timeout",
}


def test_every_failed_call_is_counted_by_its_kind(tmp_path):
    # None meets a call that has failed before, whose pauses grow.
    calls = dict(zip(range(2, 10, 2), FAULTS, strict=True))
    config = SimulatorConfig(
        time_to_first_token=0,
        tokens_per_second=INSTANT.tokens_per_second,
        faults=Faults(calls=calls, retry_after=0),
    )
    with library() as (urls, host), running(config) as provider:
        given = {"bookgen_fetch_allow": host, "openrouter_base_url": provider.base_url}
        with serving(tmp_path, **given, bookgen_parallel=1) as client:
            written(client, urls[:2])
            found = figures(client)
        assert set(provider.state.faults) == set(FAULTS)
    for fault, kind in FAULTS.items():
        assert found["bookgen_provider_errors_total", kind] == provider.state.faults[fault]
    assert found["bookgen_provider_errors_total", "refused"] == 0


def test_jobs_are_counted_by_state_also_those_that_are_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr("bookgen.api.metrics._SAMPLE_SECONDS", 0.05)
    with serving(tmp_path) as client:
        job_id = client.post(GENERATE, json={"character": "Ada"}).json()["job_id"]
        assert ended(client, job_id)["status"] == "failed"
        until(lambda: figures(client)["bookgen_jobs", "failed"] == 1)
        client.delete(f"/api/v1/biographies/{job_id}")
        until(lambda: figures(client)["bookgen_jobs", "failed"] == 0)
        assert figures(client)["bookgen_jobs", "completed"] == 0


def test_the_process_is_sampled_beside_the_requests(service):
    until(lambda: figures(service)["bookgen_process_resident_bytes",] > 10_000_000)
    found = figures(service)
    assert found["bookgen_process_cpu_seconds_total",] > 0
    assert found["bookgen_process_open_files",] > 0
    assert found["bookgen_database_bytes",] > 0


def test_names_say_what_they_count(service):
    service.get("/health")
    for family in text_string_to_metric_families(service.get("/metrics").text):
        assert family.name.startswith("bookgen_")
        assert family.documentation
        if family.type == "counter":
            # Beside it stands when it began.
            names = {sample.name for sample in family.samples}
            assert names <= {f"{family.name}_total", f"{family.name}_created"}


def test_no_client_makes_a_series_of_its_own(service):
    for number in range(50):
        service.request(f"METHOD{number}", "/health")
        service.get(f"/nowhere/{number}")
        service.get(f"/api/v1/biographies/{number:032x}/status")
    requests = {series for series in figures(service) if series[0] == "bookgen_requests_total"}
    assert requests == {
        ("bookgen_requests_total", "/health", "405", "other"),
        ("bookgen_requests_total", "404", "GET", "other"),
        ("bookgen_requests_total", "/api/v1/biographies/{job_id}/status", "404", "GET"),
    }
