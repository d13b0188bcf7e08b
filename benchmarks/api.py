"""The service's answers, in process: what each route costs, and whether that grows with what is
stored or seen."""

from __future__ import annotations

from . import _inputs
from ._scenario import _Scenario
from ._service import GENERATE, ORDER, Application

SOURCES = 20


class _Requests(_Scenario):
    """Send requests to one route, one after the other."""

    number_of_requests = 50
    users = 1
    status = 200
    # The service's memory is that of its start, which `startup` measures.
    peakmem_run = track_peak_traced = track_instructions = None
    # A database answers from a thread, and how often it wakes the loop is chance.
    track_calls = None

    def prepare(self, stored=0):
        return Application(stored), [self.request(n) for n in range(self.number_of_requests)]

    def close(self):
        application, _ = self._prepared[0]
        application.close()

    def request(self, number):
        """Return (method, path, body, client)."""
        raise TypeError(f"{type(self).__name__} asks nothing")

    def run(self, inputs):
        application, requests = inputs
        filled = [
            (method, path.format(job_id=application.job_id), *rest)
            for method, path, *rest in requests
        ]
        return application.ask(filled, self.status, self.users)

    def verify(self, result):
        assert len(result) == self.number_of_requests
        for response in result:
            self.verify_answer(response)

    def verify_answer(self, response):
        raise TypeError(f"{type(self).__name__} does not verify its answers")

    def track_statements(self, *params):
        application, ((method, path, *rest), *_) = self._prepared[0]
        request = (method, path.format(job_id=application.job_id), *rest)
        return application.statements(request, self.status)

    track_statements.unit = "statements"


class Health(_Requests):
    number_of_requests = 200
    track_calls = _Scenario.track_calls

    def request(self, number):
        return "GET", "/health"

    def verify_answer(self, response):
        assert response.json()["status"] == "healthy"


class ConcurrentHealth(Health):
    """5 workers with 10 requests each."""

    number_of_requests, users = 50, 5


class Root(_Requests):
    track_calls = _Scenario.track_calls

    def request(self, number):
        return "GET", "/"

    def verify_answer(self, response):
        assert response.json()["name"] == "BookGen"


class Status(_Requests):
    track_calls = _Scenario.track_calls

    def request(self, number):
        return "GET", "/api/v1/status"

    def verify_answer(self, response):
        assert response.json()["api_version"] == "v1"


class Clients(_Requests):
    """1,000 requests from one client, and from 1,000 behind the rate limiter."""

    params = ([1, 1_000],)
    param_names = ("clients",)
    number_of_requests = 1_000
    repeat = (2, 6, 1.0)
    track_calls = _Scenario.track_calls
    track_statements = None

    def prepare(self, clients):
        addresses = [f"10.0.{n % clients // 250}.{n % clients % 250}" for n in range(1_000)]
        return Application(), [("GET", "/api/v1/status", None, one) for one in addresses]

    def verify_answer(self, response):
        assert response.headers["RateLimit"]


class JobStatus(_Requests):
    """The state of one of 10 and of 10,000 jobs."""

    params = ([10, 10_000],)
    param_names = ("stored",)

    def request(self, number):
        return "GET", "/api/v1/biographies/{job_id}/status"

    def verify_answer(self, response):
        assert response.json()["status"] == "pending"


class JobList(_Requests):
    """A page of 20 of 10 and of 10,000 jobs."""

    params = ([10, 10_000],)
    param_names = ("stored",)

    def request(self, number):
        return "GET", "/api/v1/biographies?limit=20"

    def verify_answer(self, response):
        assert 10 < len(response.json()["biographies"]) <= 20


class _Orders(_Requests):
    status = 202

    def request(self, number):
        return "POST", GENERATE, ORDER

    def verify_answer(self, response):
        assert response.json()["status"] == "pending"


class Creation(_Orders):
    """Order books, with 10 and with 10,000 jobs stored."""

    params = ([10, 10_000],)
    param_names = ("stored",)
    number_of_requests = 20


class ConcurrentCreation(_Orders):
    """10 users order a book each, at once."""

    number_of_requests = users = 10


class SourceValidation(_Requests):
    """Check 20 sources by their form."""

    number_of_requests = 10
    track_calls = _Scenario.track_calls

    def request(self, number):
        sources = [
            {
                "url": f"https://library.example/{number}/{place}.html",
                "title": _inputs.title(place),
                "author": _inputs.AUTHORS[place % len(_inputs.AUTHORS)],
                "publication_date": str(1850 + place),
                "source_type": "book",
            }
            for place in range(SOURCES)
        ]
        body = {"sources": sources, "check_accessibility": False}
        return "POST", "/api/v1/sources/validate", body

    def verify_answer(self, response):
        assert response.json()["total_sources"] == SOURCES


class Metrics(_Requests):
    track_calls = _Scenario.track_calls

    def request(self, number):
        return "GET", "/metrics"

    def verify_answer(self, response):
        assert "bookgen_requests_total" in response.text
