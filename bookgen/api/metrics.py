"""What Prometheus is told: requests, jobs, tokens, money, the provider, and the process."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bookgen.jobs.errors import StoreError
from bookgen.jobs.provider import Provider
from bookgen.jobs.store import JobStore

__all__ = ["Metrics", "Sampler"]

log = structlog.get_logger(__name__)

_SAMPLE_SECONDS = 5.0
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)


@dataclass
class Metrics:
    """The figures of one application, in a registry of its own."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        registry = self.registry
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
        self.jobs = Gauge("bookgen_jobs", "Jobs by status.", ["status"], registry=registry)
        self.in_flight = Gauge(
            "bookgen_provider_calls_in_flight", "Calls under way.", registry=registry
        )
        self.database_bytes = Gauge(
            "bookgen_database_bytes", "Bytes that the database takes.", registry=registry
        )
        self.memory = Gauge("bookgen_process_resident_bytes", "Resident memory.", registry=registry)
        self.cpu = Gauge("bookgen_process_cpu_seconds", "CPU time used.", registry=registry)
        self.files = Gauge("bookgen_process_open_files", "Open descriptors.", registry=registry)

    def text(self) -> bytes:
        """Return all figures in Prometheus's text format."""
        return generate_latest(self.registry)


class Sampler:
    """Takes the figures that would cost a request too much, every few seconds.

    A context manager.
    """

    def __init__(self, metrics: Metrics, store: JobStore, provider: Provider) -> None:
        self._metrics = metrics
        self._store = store
        self._provider = provider
        self._process = psutil.Process()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._go_on(), name="sampling")

    async def __aexit__(self, *error: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _go_on(self) -> None:
        while True:
            try:
                await self._sample()
            except StoreError as error:
                log.warning("figures not sampled", reason=str(error))
            await asyncio.sleep(_SAMPLE_SECONDS)

    async def _sample(self) -> None:
        metrics = self._metrics
        with self._process.oneshot():
            metrics.memory.set(self._process.memory_info().rss)
            times = self._process.cpu_times()
            metrics.cpu.set(times.user + times.system)
            metrics.files.set(self._process.num_fds() if hasattr(self._process, "num_fds") else 0)
        metrics.in_flight.set(self._provider.pacing.in_flight)
        size = await self._store.size()
        metrics.database_bytes.set(size.size_bytes)
        for status, count in size.jobs.items():
            metrics.jobs.labels(status).set(count)
