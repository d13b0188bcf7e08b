"""What a process tells of its work while it writes, to whoever counts it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, Protocol, TypeAlias

from bookgen.llm.base import Prompt
from bookgen.llm.openrouter import Attempt, Gate
from bookgen.llm.retries import CallFailed
from bookgen.models import Usage

__all__ = ["UNOBSERVED", "ErrorKind", "ObservedGate", "Observer"]

ErrorKind: TypeAlias = Literal["connection", "limit", "refused", "server", "timeout"]

_TIMEOUTS = frozenset({408, 504, 524})
_TOO_MANY = 429


class Observer(Protocol):
    """Is told as it happens. It neither waits nor raises."""

    def section_kept(self) -> None:
        """A section of an outline is finished and durable."""
        ...

    def replied(self, usage: Usage) -> None:
        """The provider replied, and this is what it took."""
        ...

    def call_failed(self, kind: ErrorKind) -> None:
        """One attempt at a call failed; another may follow."""
        ...


class _Unobserved:
    """Lets everything pass."""

    def section_kept(self) -> None:
        """Nobody counts."""

    def replied(self, usage: Usage) -> None:
        """Nobody counts."""

    def call_failed(self, kind: ErrorKind) -> None:
        """Nobody counts."""


UNOBSERVED: Observer = _Unobserved()


class ObservedGate:
    """Tells of every attempt that failed, also where a later one brought the reply."""

    def __init__(self, gate: Gate, observer: Observer) -> None:
        self._gate = gate
        self._observer = observer

    @asynccontextmanager
    async def attempt(self, prompt: Prompt) -> AsyncIterator[Attempt]:
        """Wait for the gate behind this one."""
        async with self._gate.attempt(prompt) as attempt:
            try:
                yield attempt
            except CallFailed as failure:
                self._observer.call_failed(_kind(failure.status))
                raise


def _kind(status: int | None) -> ErrorKind:
    """Return what a failed attempt is counted as: one of few, whatever a provider answers."""
    if status is None:
        return "connection"
    if status == _TOO_MANY:
        return "limit"
    if status in _TIMEOUTS:
        return "timeout"
    return "server" if status >= 500 else "refused"
