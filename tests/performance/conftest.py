"""A running service to measure, and budgets that a measurement must stay under."""

import math
import tomllib
from pathlib import Path

import httpx
import pytest

from scripts.services import COSTS_NOTHING, GENERATE, served

ROOT = Path(__file__).resolve().parents[2]
BUDGETS = {
    budget["id"]: budget
    for budget in tomllib.loads((ROOT / "benchmarks" / "budgets.toml").read_text())["budget"]
}
API_SECONDS = BUDGETS["api-response"]["most"]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with served(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="module")
def client(service):
    with httpx.Client(base_url=service.url, timeout=30) as open_client:
        yield open_client


@pytest.fixture(scope="module")
def job_id(client):
    answer = client.post(GENERATE, json=COSTS_NOTHING)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


@pytest.fixture
def within(benchmark):
    """Measure what is called, and hold its mean to so many seconds."""

    def measure(seconds, call, **pedantic):
        result = benchmark.pedantic(call, **pedantic) if pedantic else benchmark(call)
        assert benchmark.stats is not None, "nothing was measured: run with --benchmark-only"
        mean = benchmark.stats.stats.mean
        assert math.isfinite(mean)
        assert 0 < mean < seconds, f"{1000 * mean:.1f} ms on average, {1000 * seconds:g} allowed"
        return result

    return measure
