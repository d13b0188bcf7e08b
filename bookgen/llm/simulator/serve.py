"""Serves a simulated provider on a port: for the command line, and for tests in a thread."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn

from bookgen.errors import InputError
from bookgen.listening import address_of, listen
from bookgen.llm.simulator.app import Simulator
from bookgen.llm.simulator.config import Fault, Faults, SimulatorConfig
from bookgen.llm.simulator.state import State

__all__ = ["INSTANT", "SimulatorServer", "parse_faults", "running", "serve"]

# A provider that answers at once: for tests on a real port, which cannot have virtual time.
INSTANT = SimulatorConfig(time_to_first_token=0, tokens_per_second=math.inf)

START_WITHIN = 10.0
API = "/api/v1"
# Seconds that replies under way are given when the server ends.
GRACE = 1


@dataclass(frozen=True, slots=True)
class SimulatorServer:
    """A provider that is running. `base_url` ends in /api/v1; `state` is live."""

    base_url: str
    state: State


@contextmanager
def running(config: SimulatorConfig = INSTANT) -> Iterator[SimulatorServer]:
    """Serve on a free port of 127.0.0.1, in a thread of its own, until the block ends.

    `config.epoch` is set from the clock. Raises RuntimeError if the server does not start.
    """
    simulator = Simulator(_with_clock(config))
    listener = listen("127.0.0.1", 0)
    server = _Server(simulator)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        if not server.ready.wait(START_WITHIN):
            raise RuntimeError(f"The simulator did not start within {START_WITHIN:g} s.")
        yield SimulatorServer(address_of(listener) + API, simulator.state)
    finally:
        server.should_exit = True
        thread.join()


def serve(
    config: SimulatorConfig, *, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until Ctrl-C. `announce` is called with the base URL once the port is open.

    Port 0 picks a free one. Raises InputError for a port that cannot be had.
    """
    listener = listen(host, port)
    announce(address_of(listener) + API)
    try:
        _Server(Simulator(_with_clock(config))).run(sockets=[listener])
    except KeyboardInterrupt:
        return  # the way that a server ends


def parse_faults(values: Sequence[str]) -> Faults:
    """Return the faults of `KIND=PROBABILITY` texts. Raises InputError for one of another form."""
    probabilities: dict[Fault, float] = {}
    for value in values:
        kind, _, probability = value.partition("=")
        try:
            probabilities[Fault(kind.strip())] = float(probability)
        except ValueError as error:
            raise InputError(
                f"A fault is KIND=PROBABILITY, for example 502=0.1, not {value!r}; "
                f"the kinds are {', '.join(Fault)}."
            ) from error
    return Faults(probabilities)


class _Server(uvicorn.Server):
    """A quiet server that says when it is ready."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(
            uvicorn.Config(
                simulator,
                http="h11",
                ws="none",
                lifespan="off",
                # Replies that a fault breaks off are errors to uvicorn; the simulator's own
                # failures are logged by itself.
                log_config=None,
                log_level="critical",
                access_log=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()


def _with_clock(config: SimulatorConfig) -> SimulatorConfig:
    # An asyncio loop's time is the monotonic clock's.
    return replace(config, epoch=time.time() - time.monotonic())
