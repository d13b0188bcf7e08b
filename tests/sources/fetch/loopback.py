"""A real HTTP server on the loopback interface that counts what reaches it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bookgen.sources.fetch import Fetcher, FetchError, FetchPolicy

Writer = asyncio.StreamWriter
Answer = bytes | Callable[["Request", Writer], Awaitable[None]]

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]


@dataclass
class Loopback:
    """`answers` are by path, `default` is for all others; both can be changed while it runs."""

    port: int
    answers: dict[str, Answer]
    default: Answer = NOT_FOUND
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    sni: list[str | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.target}" for request in self.requests]

    def policy(self, *hosts: str, **limits: object) -> FetchPolicy:
        """A policy that allows this server, by its address and by these names."""
        allow = frozenset((host, self.port) for host in ("127.0.0.1", *hosts))
        return FetchPolicy(allow=allow, **limits)

    async def answer(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.connections += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            request = Request(method, target, headers)
            self.requests.append(request)
            answer = self.answers.get(target, self.default)
            if isinstance(answer, bytes):
                writer.write(
                    answer.split(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else answer
                )
            else:
                await answer(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client hung up
        finally:
            self.in_flight -= 1
            writer.close()


@asynccontextmanager
async def loopback(
    answers: Mapping[str, Answer] | None = None,
    *,
    default: Answer = NOT_FOUND,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Loopback]:
    server = Loopback(port, dict(answers or {}), default)
    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: server.sni.append(name)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        handlers.add(task)
        try:
            await server.answer(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            handlers.discard(task)

    running = await asyncio.start_server(handle, host, port, family=family, ssl=tls)
    server.port = running.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.close()
        for task in tuple(handlers):
            task.cancel()
        await running.wait_closed()
        if handlers:
            await asyncio.wait(handlers)


def reply(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    lines = {"Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Is\r\n{head}\r\n".encode("latin-1") + body


async def hang(request: Request, writer: Writer) -> None:
    """Answer nothing until the client hangs up."""
    await writer.wait_closed()


def lookup_here(_host: str, _port: int) -> list[str]:
    """A look-up that finds every name on this machine."""
    return ["127.0.0.1"]


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until a condition holds; the test's own time limit ends a wait in vain."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def failure(fetcher: Fetcher, url: str) -> FetchError:
    """Return the error of a get that must fail."""
    try:
        page = await fetcher.get(url)
    except FetchError as error:
        return error
    raise AssertionError(f"{url!r} was fetched: {page}")
