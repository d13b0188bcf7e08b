"""What a server may do on a real connection, byte by byte, and what the client makes of it."""

import asyncio
import json
import logging
import traceback
from contextlib import asynccontextmanager

import httpx
import pytest

from bookgen.errors import InputError, ProviderError
from bookgen.llm.base import Message, Prompt
from bookgen.llm.openrouter import OpenRouter
from bookgen.models import Usage

PROMPT = Prompt((Message("user", "Write it."),), max_tokens=50)
KEY = "sk-or-v1-5ec2e7"
SLOW = 60.0  # seconds that no test waits for


def event(**chunk):
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def text(piece, reason=None):
    return event(choices=[{"index": 0, "delta": {"content": piece}, "finish_reason": reason}])


DONE = b"data: [DONE]\n\n"
WHOLE = text("Bonn, ") + text("1770.", "stop")
USAGE = event(choices=[], usage={"prompt_tokens": 9, "completion_tokens": 4, "cost": 0.25})


class Wire:
    """One connection as a server's script sees it."""

    def __init__(self, reader, writer, head, body, call):
        self.head, self.body, self.call = head, body, call
        self._reader, self._writer = reader, writer

    async def hang(self):
        """Say nothing more until the client hangs up."""
        await self._reader.read()

    async def send(self, data):
        self._writer.write(data)
        await self._writer.drain()

    async def start(self, kind="text/event-stream", status="200 OK", **headers):
        named = {"Content-Type": kind, "Transfer-Encoding": "chunked", **headers}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def chunk(self, data):
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def stream(self, *chunks, **headers):
        await self.start(**headers)
        for data in chunks:
            await self.chunk(data)
        await self.send(b"0\r\n\r\n")

    async def answer(self, status, body, kind="application/json", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        await self.stream(data, kind=kind, status=f"{status} X", **headers)


class Server:
    """Runs a script for every request. Counts calls and connections; a script ends a connection by
    returning DROP."""

    DROP = object()

    def __init__(self, script):
        self._script = script
        self.calls = self.connections = 0
        self.heads, self.bodies = [], []

    async def handle(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = httpx.Headers(
                    [line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if line]
                ).get("content-length", "0")
                body = await reader.readexactly(int(length))
                self.calls += 1
                self.heads.append(head.decode())
                self.bodies.append(json.loads(body or b"null"))
                wire = Wire(reader, writer, head.decode(), self.bodies[-1], self.calls)
                if await self._script(wire) is self.DROP:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # the client went away, as it may
        finally:
            writer.close()


@asynccontextmanager
async def serving(script, **more):
    server = Server(script)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    settings = {"model": "m", "key": KEY, "timeout": SLOW, **more}
    try:
        async with OpenRouter(base_url=f"http://127.0.0.1:{port}/v1", **settings) as model:
            yield server, model
    finally:
        listening.close()


def ask(script, *, calls=1, on_text=None, prompt=PROMPT, **more):
    """Return the server and the replies to so many calls at once; one reply alone as it is."""

    async def run():
        async with serving(script, **more) as (server, model), asyncio.timeout(SLOW / 2):
            found = await asyncio.gather(
                *(model.complete(prompt, on_text=on_text) for _ in range(calls)),
                return_exceptions=True,
            )
        return server, found[0] if calls == 1 else found

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class TestStreams:
    def test_a_stream_cut_anywhere_gives_the_text(self):
        stream = (
            b": OPENROUTER PROCESSING\r\n\r\n"
            + event(choices=[])
            + event(choices=[{"delta": {"role": "assistant", "content": ""}}])
            + text("Ñandú – ")
            + text("今日", "stop")
            + USAGE
            + DONE
        )

        async def script(wire):
            await wire.stream(*(stream[at : at + 1] for at in range(len(stream))))

        pieces = []
        _, reply = ask(script, on_text=pieces.append)
        assert reply.text == "Ñandú – 今日"
        assert pieces == ["Ñandú – ", "今日"]
        assert reply.usage == Usage(9, 4, 0.25, None)

    def test_a_reply_ends_with_done_though_the_server_holds_the_line(self):
        async def script(wire):
            await wire.start()
            await wire.chunk(WHOLE + USAGE + DONE)
            await wire.hang()

        server, reply = ask(script)
        assert (reply.text, reply.usage.cost, server.calls) == ("Bonn, 1770.", 0.25, 1)

    @pytest.mark.parametrize("rest", [b"", USAGE[:20], USAGE, USAGE + DONE])
    def test_a_text_that_is_whole_is_not_paid_for_again(self, rest):
        async def script(wire):
            await wire.start()
            await wire.chunk(WHOLE + rest)
            return Server.DROP

        server, reply = ask(script)
        assert (reply.text, reply.finish_reason, server.calls) == ("Bonn, 1770.", "stop", 1)
        assert reply.usage.cost == (0.25 if USAGE in rest else None)

    def test_a_connection_is_used_again(self):
        async def script(wire):
            await wire.stream(WHOLE, USAGE, DONE)

        async def run():
            async with serving(script) as (server, model):
                for _ in range(3):
                    await model.complete(PROMPT)
            return server

        server = asyncio.run(run())
        assert (server.calls, server.connections) == (3, 1)

    @pytest.mark.parametrize(
        "broken",
        [
            text("Bonn, "),
            text("Bonn, ") + b"data: {\n\n",
            text("Bonn, ") + text("", "error"),
            text("Bonn, ") + event(error={"code": 502, "message": "Provider disconnected"}),
            text("Bonn, ") + event(error={"code": "server_error", "message": "gone"}),
            text("Bonn, ") + event(error={"message": "no code"}, choices=[]),
        ],
        ids=["end", "garbage", "finish_reason", "code", "word", "no code"],
    )
    def test_what_breaks_off_is_thrown_away_and_asked_for_again(self, broken):
        async def script(wire):
            await wire.stream(broken if wire.call == 1 else WHOLE + DONE)

        pieces = []
        server, reply = ask(script, on_text=pieces.append)
        assert pieces == ["Bonn, ", "", "Bonn, ", "1770."]
        assert (reply.text, reply.attempts, server.calls) == ("Bonn, 1770.", 2, 2)

    def test_nothing_is_thrown_away_where_nothing_came(self):
        async def script(wire):
            if wire.call == 1:
                return Server.DROP
            return await wire.stream(WHOLE, DONE)

        pieces = []
        _, reply = ask(script, on_text=pieces.append)
        assert (pieces, reply.attempts) == (["Bonn, ", "1770."], 2)

    @pytest.mark.parametrize(
        "told",
        [
            {"code": 403},
            {"code": "content_policy_violation"},
            {"metadata": {"error_type": "content_policy_violation"}},
        ],
    )
    def test_a_final_error_in_mid_stream_is_final(self, told):
        async def script(wire):
            await wire.stream(text("Bonn"), event(error={"message": "flagged", **told}))

        server, error = ask(script)
        assert (error.status, error.message, server.calls) == (403, "flagged", 1)

    def test_a_server_that_falls_silent_is_given_up(self):
        async def script(wire):
            await wire.start()
            await wire.hang()

        _, error = ask(script, timeout=0.05, max_attempts=1)
        assert str(error).endswith("no byte came for 0.05 s")

    def test_a_cancelled_call_hangs_up(self):
        async def run():
            gone = asyncio.Event()

            async def script(wire):
                await wire.start()
                started.set()
                while True:
                    try:
                        await wire.chunk(b": still here\n")
                    except ConnectionError:
                        gone.set()
                        raise

            started = asyncio.Event()
            async with serving(script) as (_, model), asyncio.timeout(SLOW / 2):
                call = asyncio.create_task(model.complete(PROMPT))
                await started.wait()
                call.cancel()
                await gone.wait()
                assert (await asyncio.gather(call, return_exceptions=True))[0] is not None
                return call.cancelled()

        assert asyncio.run(run())


class TestOtherAnswers:
    def test_one_body_with_an_error_and_status_200_is_an_error(self):
        async def script(wire):
            await wire.answer(200, {"error": {"code": 402, "message": "no credit"}})

        server, error = ask(script)
        assert (error.status, server.calls) == (402, 1)

    @pytest.mark.parametrize(
        ("status", "body", "kind", "says"),
        [
            (200, b"<html>", "text/html", "no JSON object, but text/html"),
            (200, {"status": "up"}, "application/json", "no reply"),
            (302, b"", "text/html", "redirected to https://elsewhere.test/v1"),
            (404, b"Not Found", "text/plain", "Not Found"),
            (422, {"detail": "no such model"}, "application/json", "no such model"),
            (413, {"error": "too long"}, "application/json", "too long"),
        ],
    )
    def test_what_is_no_reply_is_said_and_final(self, status, body, kind, says):
        async def script(wire):
            await wire.answer(status, body, kind, Location="https://elsewhere.test/v1")

        server, error = ask(script)
        assert (error.status, error.attempts, server.calls) == (status, 1, 1)
        assert says in error.message

    def test_a_provider_s_own_words_are_passed_on(self):
        told = {"provider_name": "Acme", "raw": "prompt is in Klingon"}

        async def script(wire):
            error = {"code": 400, "message": "Provider returned error", "metadata": told}
            await wire.answer(400, {"error": error})

        _, error = ask(script)
        assert error.message == "Provider returned error (Acme: prompt is in Klingon)"

    @pytest.mark.parametrize(
        "says",
        [
            "Unrecognized request argument supplied: max_tokens",
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        ],
    )
    def test_many_calls_at_once_find_the_name_that_a_server_knows(self, says):
        async def script(wire):
            if "max_tokens" in wire.body:
                await wire.answer(400, {"error": {"message": says}})
            else:
                await wire.stream(WHOLE, DONE)

        server, replies = ask(script, calls=5)
        assert [(reply.text, reply.attempts) for reply in replies] == [("Bonn, 1770.", 2)] * 5
        assert server.calls == 10

    def test_a_limit_that_is_too_large_is_no_unknown_name(self):
        async def script(wire):
            error = "max_tokens is not supported: it is too large, at most 20"
            await wire.answer(400, {"error": {"message": error}})

        server, error = ask(script)
        assert (error.attempts, server.calls) == (1, 1)

    def test_another_name_that_is_unknown_is_no_reason_to_change_this_one(self):
        async def script(wire):
            await wire.answer(400, {"error": {"message": "unknown parameter: response_format"}})

        server, error = ask(script)
        assert (error.attempts, server.calls) == (1, 1)

    def test_a_server_that_knows_neither_name_is_asked_twice(self):
        async def script(wire):
            name = "max_tokens" if "max_tokens" in wire.body else "max_completion_tokens"
            await wire.answer(400, {"error": {"message": f"unknown field {name}"}})

        server, error = ask(script)
        assert (error.status, server.calls) == (400, 2)

    def test_usage_is_asked_for_unless_the_server_does_not_know_how(self):
        async def script(wire):
            if "stream_options" in wire.body:
                found = [{"loc": ["body", "stream_options"], "type": "extra_forbidden"}]
                await wire.answer(422, {"detail": found})
            else:
                await wire.stream(WHOLE, DONE)

        server, reply = ask(script)
        assert (reply.text, server.calls) == ("Bonn, 1770.", 2)
        assert server.bodies[0]["stream_options"] == {"include_usage": True}


class TestTheKey:
    def echo_in_error(self, status):
        async def script(wire):
            said = wire.head.split("Authorization: ")[1].split("\r\n")[0]
            await wire.answer(status, {"error": {"message": f"{'x' * 480} {said} is wrong"}})

        return script

    def shown(self, error):
        """All of an error that may be printed, logged or stored."""
        chained = "".join(traceback.format_exception(error))
        context = repr(error.__context__) + repr(error.__cause__)
        return f"{error}{error!r}{error.args}{chained}{context}"

    @pytest.mark.parametrize("status", [401, 503])
    def test_a_server_that_echoes_it_gives_it_to_nobody(self, status, caplog):
        caplog.set_level(logging.DEBUG)
        _, error = ask(self.echo_in_error(status), max_attempts=1)
        assert error.status == status
        # Not cut in its midst, either.
        assert KEY[:8] not in self.shown(error) + caplog.text

    def test_nor_does_a_broken_answer_that_holds_it(self):
        async def script(wire):
            await wire.send(wire.head[wire.head.index("Authorization") :].encode())
            return Server.DROP

        _, error = ask(script, max_attempts=1)
        assert "Bearer ***" in error.message
        assert KEY not in self.shown(error)

    def test_nor_a_reply(self):
        async def script(wire):
            named = event(id=f"gen-{KEY}", model=KEY, provider=KEY, choices=[])
            await wire.stream(named, text(KEY), WHOLE, DONE)

        _, reply = ask(script)
        assert KEY not in repr(reply)
        assert reply.text == "***Bonn, 1770."

    def test_a_word_in_the_place_of_a_key_is_left_in_a_reply_and_not_in_an_error(self):
        async def script(wire):
            await wire.stream(text("There was none left.", "stop"), DONE)

        assert ask(script, key="none")[1].text == "There was none left."
        _, error = ask(self.echo_in_error(401), key="none", max_attempts=1)
        assert "Bearer ***" in error.message

    @pytest.mark.parametrize("key", [f"{KEY}\nx", f"{KEY} x", f"{KEY}ñ"])
    def test_nor_one_that_no_header_can_hold(self, key):
        with pytest.raises(InputError, match="OPENROUTER_API_KEY") as caught:
            OpenRouter(base_url="http://127.0.0.1/v1", model="m", key=key)
        assert KEY not in self.shown(caught.value)

    def test_nor_the_client(self):
        model = OpenRouter(base_url="http://127.0.0.1/v1", model="m", key=KEY)
        assert KEY not in repr(model) + repr(vars(model)) + repr(vars(model._connection))

    def test_it_is_sent_and_line_ends_around_it_are_not(self):
        async def script(wire):
            await wire.stream(WHOLE, DONE)

        server, _ = ask(script, key=f"{KEY}\n")
        assert f"Authorization: Bearer {KEY}\r\n" in server.heads[0]


def test_models_and_key_are_asked_again_and_404_is_nothing():
    async def script(wire):
        if wire.head.startswith("GET /v1/key "):
            await wire.answer(404, b"Not Found", "text/plain")
        elif wire.call < 3:
            await wire.answer(503, {}, **{"Retry-After": "0"})
        else:
            await wire.answer(200, {"data": [{"id": "local", "max_model_len": 4096}]})

    async def run():
        async with serving(script) as (server, model):
            return await model.models(), await model.key(), server.calls

    models, key, calls = asyncio.run(run())
    assert models["local"].context_length == 4096
    assert models["local"].prompt_price is models["local"].supported_parameters is None
    assert (key.limit_remaining, key.is_free_tier, key.usage) == (None, None, None)
    assert calls == 4


def test_a_key_s_rest_is_told_and_another_error_is_one():
    async def script(wire):
        if wire.call == 1:
            data = {"limit_remaining": 7.5, "is_free_tier": False, "usage": 2}
            await wire.answer(200, {"data": data})
        else:
            await wire.answer(401, {"error": {"code": 401, "message": "No such key"}})

    async def run():
        async with serving(script) as (_, model):
            key = await model.key()
            with pytest.raises(ProviderError, match="No such key"):
                await model.models()
            return key

    key = asyncio.run(run())
    assert (key.limit_remaining, key.is_free_tier, key.usage) == (7.5, False, 2.0)
