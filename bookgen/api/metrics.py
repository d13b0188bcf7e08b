"""What Prometheus is told: requests, jobs, sections, tokens, money, the provider, the process."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import get_args

import psutil
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bookgen.jobs.errors import StoreError
from bookgen.jobs.observing import ErrorKind
from bookgen.jobs.provider import Provider
from bookgen.jobs.records import Status
from bookgen.jobs.store import JobStore
from bookgen.models import Usage

__all__ = ["Metrics", "Sampler"]

log = structlog.get_logger(__name__)

_SAMPLE_SECONDS = 5.0
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
# Clients may send any word for a method, and each would be a series of its own.
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"})


class Metrics:
    """The figures of one application, in a registry of its own. An observer of its jobs.

    Counters are of this process since its start.
    """

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.requests = Counter(
            "bookgen_requests", "Requests.", ["route", "method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "bookgen_request_seconds",
            "Seconds until the answer began.",
            ["route"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self.sections = Counter(
            "bookgen_sections_written", "Sections that were finished.", registry=registry
        )
        self.tokens = Counter(
            "bookgen_tokens", "Tokens of the provider's replies.", ["kind"], registry=registry
        )
        self.dollars = Counter(
            "bookgen_cost_dollars", "US dollars that the provider asked for.", registry=registry
        )
        self.errors = Counter(
            "bookgen_provider_errors", "Calls that failed.", ["kind"], registry=registry
        )
        self.in_flight = Gauge(
            "bookgen_provider_calls_in_flight", "Calls under way.", registry=registry
        )
        self.jobs = Gauge("bookgen_jobs", "Jobs by status.", ["status"], registry=registry)
        self.database = Gauge(
            "bookgen_database_bytes", "Bytes that the database takes.", registry=registry
        )
        self.memory = Gauge("bookgen_process_resident_bytes", "Resident memory.", registry=registry)
        self.cpu = Counter("bookgen_process_cpu_seconds", "CPU time used.", registry=registry)
        self.files = Gauge(
            "bookgen_process_open_files", "Open files and connections.", registry=registry
        )
        # A series that appears with its first event has no rate over it.
        for status in get_args(Status):
            self.jobs.labels(status)
        for kind in ("prompt", "completion"):
            self.tokens.labels(kind)
        for kind in get_args(ErrorKind):
            self.errors.labels(kind)

    def text(self) -> bytes:
        """Return all figures in Prometheus's text format."""
        return generate_latest(self._registry)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request whose answer began after so many seconds. `route` is the path of a route
        with its parameters unnamed, one of few."""
        known = method if method in _METHODS else "other"
        self.requests.labels(route, known, status).inc()
        self.seconds.labels(route).observe(seconds)

    def section_kept(self) -> None:
        self.sections.inc()

    def replied(self, usage: Usage) -> None:
        """Count what a reply took; what is not known of it is not counted."""
        self.tokens.labels("prompt").inc(usage.prompt_tokens or 0)
        self.tokens.labels("completion").inc(usage.completion_tokens or 0)
        self.dollars.inc(usage.cost or 0.0)

    def call_failed(self, kind: ErrorKind) -> None:
        self.errors.labels(kind).inc()


class Sampler:
    """Takes the figures that would cost a request too much, every few seconds.

    A context manager.
    """

    def __init__(self, metrics: Metrics, store: JobStore, provider: Provider) -> None:
        self._metrics = metrics
        self._store = store
        self._process = psutil.Process()
        self._cpu = 0.0
        self._task: asyncio.Task[None] | None = None
        # This one costs nothing, and is read when it is asked for.
        metrics.in_flight.set_function(lambda: provider.pacing.in_flight)

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._go_on(), name="sampling")

    async def __aexit__(self, *error: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _go_on(self) -> None:
        while True:
            self._sample_process()
            try:
                await self._sample_store()
            except StoreError as error:
                log.warning("figures not sampled", reason=str(error))
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _sample_process(self) -> None:
        with self._process.oneshot():
            self._metrics.memory.set(self._process.memory_info().rss)
            times = self._process.cpu_times()
            used = times.user + times.system
            self._metrics.cpu.inc(used - self._cpu)
            self._cpu = used
            # Windows counts handles instead.
            if hasattr(self._process, "num_fds"):
                self._metrics.files.set(self._process.num_fds())

    async def _sample_store(self) -> None:
        size = await self._store.size()
        self._metrics.database.set(size.size_bytes)
        for status in get_args(Status):
            self._metrics.jobs.labels(status).set(size.jobs.get(status, 0))
