"""What is sent, what is tried again, and how long is waited: exact, under virtual time."""

import asyncio
import json
import random
import time
from contextlib import asynccontextmanager

import async_solipsism
import httpx
import pytest

from bookgen.errors import InputError, ProviderError
from bookgen.llm.base import Message, Prompt, Schema
from bookgen.llm.openrouter import OpenRouter
from bookgen.llm.pacing import Pacing
from bookgen.llm.retries import backoff, parse_retry_after
from bookgen.settings import Settings

PROMPT = Prompt((Message("user", "Write it."),), max_tokens=50)
HOME = "https://openrouter.ai/api/v1"
OTHER = "http://localhost:8080/v1"
NOON = 1_798_545_600.0  # 2026-12-29 12:00:00 UTC


def now():
    return asyncio.get_running_loop().time()


def run(main):
    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(main)


def said(text="Yes.", **more):
    return httpx.Response(
        200, json={"choices": [{"message": {"content": text}, "finish_reason": "stop"}], **more}
    )


def refused(status, retry_after=None, message="not now", **metadata):
    error = {"code": status, "message": message, "metadata": metadata}
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(status, json={"error": error}, headers=headers)


class Provider(httpx.AsyncBaseTransport):
    """Gives its answers in turn, the last one for ever; remembers requests and their seconds."""

    def __init__(self, *answers):
        self.answers = answers
        self.requests, self.times = [], []

    async def handle_async_request(self, request):
        await request.aread()
        self.requests.append(request)
        self.times.append(now())
        answer = self.answers[min(len(self.times), len(self.answers)) - 1]
        return answer(request) if callable(answer) else answer

    @property
    def body(self):
        return json.loads(self.requests[-1].content)


def ask(*answers, prompt=PROMPT, **more):
    """Return the provider, and its reply or what was raised."""
    provider = Provider(*(answers or (said(),)))

    async def call():
        settings = {"base_url": OTHER, "model": "m", "key": "k", "chance": random.Random(7)}
        async with OpenRouter(transport=provider, **{**settings, **more}) as model:
            try:
                return await model.complete(prompt)
            except ProviderError as error:
                return error

    return provider, run(call())


def waits(provider):
    return [
        later - sooner for sooner, later in zip(provider.times, provider.times[1:], strict=False)
    ]


class TestWaiting:
    @pytest.mark.parametrize(
        ("told", "seconds"),
        [
            ("17", 17),
            ("0", 0),
            ("2.5", 2.5),
            ("3600", 3600),
            ("Tue, 29 Dec 2026 12:01:30 GMT", 90),
            ("Tue, 29 Dec 2026 12:01:30 -0000", 90),
            ("Tue, 29 Dec 2026 11:00:00 GMT", 0),
        ],
    )
    @pytest.mark.parametrize("status", [429, 503])
    def test_retry_after_is_kept_to_the_second(self, told, seconds, status):
        provider, reply = ask(refused(status, told), said(), wall_clock=lambda: NOON)
        assert waits(provider) == [pytest.approx(seconds, abs=1e-6)]
        assert reply.attempts == 2

    def test_a_date_without_a_zone_is_of_utc_wherever_we_are(self, monkeypatch):
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        try:
            assert parse_retry_after("Tue, 29 Dec 2026 12:01:30 -0000", NOON) == 90
        finally:
            monkeypatch.undo()
            time.tzset()

    @pytest.mark.parametrize("told", ["soon", "-1", "nan", "inf", ""])
    def test_one_that_names_no_time_is_as_none(self, told):
        assert parse_retry_after(told, NOON) is None
        provider, _ = ask(refused(429, told), said())
        assert 0.5 <= waits(provider)[0] <= 1

    def test_without_it_waits_double_up_to_half_a_minute_half_of_it_by_chance(self):
        provider, error = ask(refused(500), max_attempts=8)
        again = random.Random(7)
        expected = [backoff(failures, again) for failures in range(1, 8)]
        assert waits(provider) == [pytest.approx(seconds, abs=1e-6) for seconds in expected]
        shares = [
            seconds / longest
            for seconds, longest in zip(expected, [1, 2, 4, 8, 16, 30, 30], strict=True)
        ]
        assert all(0.5 <= share <= 1 for share in shares)
        assert len(set(shares)) == 7
        assert error.attempts == 8

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 524, 529])
    def test_what_passes_is_tried_five_times(self, status):
        provider, error = ask(refused(status))
        assert (len(provider.times), error.status, error.attempts) == (5, status, 5)
        assert str(error).endswith(f"after 5 attempts (status {status}): not now")

    @pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
    def test_what_is_final_is_tried_once_whatever_retry_after_says(self, status):
        provider, error = ask(refused(status, "1"), said())
        assert (provider.times, error.status) == ([0], status)

    def test_a_full_in_flight_budget_is_waited_for_only_where_it_says_how_long(self):
        full = {"limit_source": "openrouter_in_flight_budget"}
        provider, _ = ask(refused(402, "4", **full), said())
        assert waits(provider) == [pytest.approx(4, abs=1e-6)]
        assert ask(refused(402, **full), said())[1].status == 402
        assert ask(refused(402, "4", limit_source="key"), said())[1].status == 402

    def test_a_stream_of_comments_is_given_up_after_five_times_the_silence(self):
        async def comments():
            while True:
                await asyncio.sleep(9)
                yield b": OPENROUTER PROCESSING\n\n"

        class Body(httpx.AsyncByteStream):
            def __aiter__(self):
                return comments()

        def answer(request):
            kind = {"Content-Type": "text/event-stream"}
            return httpx.Response(200, headers=kind, stream=Body())

        provider, reply = ask(answer, said(), timeout=10)
        assert reply.attempts == 2
        # The first comment that is 50 s late comes after 54.
        assert 54.5 <= waits(provider)[0] <= 55

    @pytest.mark.parametrize(
        "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError]
    )
    def test_a_lost_connection_is_tried_again_and_named(self, error):
        def fail(request):
            raise error("lost")

        assert ask(fail, said())[1].attempts == 2
        _, given_up = ask(fail)
        assert (given_up.status, given_up.attempts) == (None, 5)

    def test_a_request_that_cannot_be_made_is_not(self):
        def fail(request):
            raise httpx.LocalProtocolError("wrong header")

        assert ask(fail)[1].attempts == 1


class Book:
    """A gate that keeps book."""

    def __init__(self):
        self.entries = []

    @asynccontextmanager
    async def attempt(self, prompt):
        self.entries.append(("in", now()))
        try:
            yield self
        finally:
            self.entries.append(("out", now()))

    def limited(self, retry_after):
        self.entries.append(("limited", retry_after))

    def used(self, usage):
        self.entries.append(("used", usage.completion_tokens))


class TestGate:
    def test_every_attempt_passes_and_waits_outside(self):
        book = Book()
        usage = {"completion_tokens": 4}
        ask(refused(429, "20"), refused(503, "1"), said(usage=usage), gate=book)
        assert [(name, round(told, 3)) for name, told in book.entries] == [
            ("in", 0),
            ("limited", 20),
            ("out", 0),
            ("in", 20),
            ("out", 20),
            ("in", 21),
            ("used", 4),
            ("out", 21),
        ]

    def test_a_429_in_mid_stream_is_one_too(self):
        chunk = json.dumps({"error": {"code": "rate_limit_exceeded", "message": "x"}})
        stream = httpx.Response(
            200, text=f"data: {chunk}\n\n", headers={"Content-Type": "text/event-stream"}
        )
        book = Book()
        ask(stream, said(), gate=book)
        assert ("limited", None) in book.entries

    def test_pacing_is_such_a_gate_and_halves_its_limit(self):
        pacing = Pacing(8)
        _, reply = ask(refused(429, "3"), said(), gate=pacing.job("book", 1))
        assert (reply.attempts, pacing.limit, pacing.in_flight) == (2, 4, 0)


class TestRequest:
    def test_openrouter_is_asked_by_its_own_names(self):
        schema = Schema("plan", {"type": "object"})
        prompt = Prompt(PROMPT.messages, 50, temperature=0.0, schema=schema, session="book-1")
        provider, _ = ask(prompt=prompt, base_url=HOME, routing={"sort": "price"}, fallbacks=["n"])
        assert str(provider.requests[0].url) == f"{HOME}/chat/completions"
        assert provider.body == {
            "model": "m",
            "models": ["m", "n"],
            "messages": [{"role": "user", "content": "Write it."}],
            "stream": True,
            "max_completion_tokens": 50,
            "temperature": 0.0,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "plan", "strict": True, "schema": {"type": "object"}},
            },
            "provider": {"sort": "price", "require_parameters": True},
            "session_id": "book-1",
        }

    def test_another_server_gets_nothing_that_is_openrouter_s(self):
        schema = Schema("plan", {"type": "object"})
        prompt = Prompt(PROMPT.messages, 50, schema=schema, session="book-1")
        provider, _ = ask(prompt=prompt, routing={"sort": "price"}, key=None)
        assert provider.body.keys() == {
            "model",
            "messages",
            "stream",
            "max_tokens",
            "response_format",
            "stream_options",
        }
        assert "Authorization" not in provider.requests[0].headers

    def test_one_that_stands_in_for_openrouter_is_asked_like_it(self):
        provider, _ = ask(is_openrouter=True)
        assert "max_completion_tokens" in provider.body

    def test_a_long_session_stays_one_of_its_own(self):
        def session(name):
            return ask(prompt=Prompt(PROMPT.messages, 5, session=name), base_url=HOME)[0].body[
                "session_id"
            ]

        assert session("s" * 256) == "s" * 256
        assert len(session("s" * 300 + "a")) <= 256
        assert session("s" * 300 + "a") != session("s" * 300 + "b")
        assert session("s" * 300 + "a") == session("s" * 300 + "a")

    def test_text_of_any_kind_can_be_sent(self):
        prompt = Prompt((Message("user", "half \ud83d of a pair, «ñ»"),), 50)
        provider, _ = ask(prompt=prompt, headers={"X-OpenRouter-Title": "Biografías –\n1", "A": ""})
        assert provider.body["messages"][0]["content"] == "half ? of a pair, «ñ»"
        headers = provider.requests[0].headers
        assert headers.raw.count((b"X-OpenRouter-Title", "Biografías – 1".encode())) == 1
        assert "A" not in headers

    def test_the_settings_are_used(self):
        provider = Provider(said(id=""))
        settings = Settings(
            openrouter_api_key="sk-1",
            openrouter_fallbacks="a/b, c/d,",
            site_url="https://books.test",
            openrouter_timeout=33,
        )

        async def call():
            async with httpx.AsyncClient(transport=provider) as client:
                async with OpenRouter.from_settings(settings, model="m", client=client) as model:
                    await model.complete(PROMPT)
                return client.is_closed

        assert run(call()) is False
        request = provider.requests[0]
        assert provider.body["models"] == ["m", "a/b", "c/d"]
        assert request.headers["HTTP-Referer"] == "https://books.test"
        assert request.headers["X-OpenRouter-Title"] == "BookGen"
        assert request.headers["Authorization"] == "Bearer sk-1"
        timeouts = request.extensions["timeout"]
        assert (timeouts["connect"], timeouts["read"]) == (10, 33)

    def test_the_generation_id_may_stand_in_the_headers(self):
        answer = said()
        answer.headers["X-Generation-Id"] = "gen-7"
        assert ask(answer)[1].generation_id == "gen-7"
        assert ask(said(id="gen-8"))[1].generation_id == "gen-8"


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "localhost:11434/v1"},
        {"base_url": "http://host:port/v1"},
        {"base_url": "http://host:99999/v1"},
        {"base_url": "http://[::1/v1"},
        {"timeout": 0},
        {"max_attempts": 0},
    ],
)
def test_what_no_call_can_be_made_with_is_refused_and_named(wrong):
    with pytest.raises(InputError) as caught:
        OpenRouter(**{"base_url": OTHER, "model": "m", **wrong})
    assert str(next(iter(wrong.values()))) in str(caught.value)


@pytest.mark.parametrize("host", ["openrouter.ai", "eu.openrouter.ai"])
def test_openrouter_needs_a_key_and_a_host_that_is_only_called_alike_does_not(host):
    with pytest.raises(InputError, match="OPENROUTER_API_KEY"):
        OpenRouter(base_url=f"https://{host}/api/v1", model="m")
    OpenRouter(base_url="https://notopenrouter.ai/api/v1", model="m")


def test_prices_are_dollars_a_token_or_unknown():
    listed = [
        {
            "id": "m",
            "pricing": {"prompt": "0.0000005", "completion": "-1"},
            "supported_parameters": ["seed"],
            "top_provider": {"max_completion_tokens": 900},
        },
        {"id": "n", "pricing": {"prompt": "free", "completion": "nan"}},
        "what",
    ]

    async def call():
        provider = Provider(httpx.Response(200, json={"data": listed}))
        async with OpenRouter(base_url=OTHER, model="m", transport=provider) as model:
            return await model.models()

    models = run(call())
    assert list(models) == ["m", "n"]
    assert (models["m"].prompt_price, models["m"].completion_price) == (5e-7, None)
    assert models["m"].supported_parameters == {"seed"}
    assert models["m"].max_completion_tokens == 900
    assert (models["n"].prompt_price, models["n"].completion_price) == (None, None)
