"""The client against the simulated provider: over real HTTP, and under virtual time."""

import asyncio
import json
import random

import async_solipsism
import httpx
import pytest

from bookgen.errors import InputError, ProviderError
from bookgen.llm.base import Message, Prompt, Schema
from bookgen.llm.openrouter import OpenRouter
from bookgen.llm.simulator import (
    Fault,
    Faults,
    Simulator,
    SimulatorConfig,
    SimulatorTransport,
)
from bookgen.llm.simulator.serve import INSTANT, running
from bookgen.settings import Settings

PASSAGES = "\n".join(
    f"[@life:{number}] Ada Lovelace wrote letter number {number} to Charles Babbage in 1843."
    for number in range(1, 30)
)
PROMPT = Prompt((Message("user", f"Length: 120 words\nPassages:\n{PASSAGES}"),), max_tokens=600)
KEY = "sk-or-secret-key"


def client(server, **more):
    return OpenRouter(
        **{"base_url": server.base_url, "model": "simulator/large", "key": KEY, **more}
    )


def asked(server, prompt=PROMPT, **more):
    async def ask():
        async with client(server, **more) as model:
            return await model.complete(prompt)

    return asyncio.run(ask())


def virtually(config, prompt=PROMPT, **more):
    """Return what the client gives and the virtual seconds that it took."""

    async def ask():
        simulator = Simulator(config)
        transport = SimulatorTransport(simulator)
        url = "http://provider.test/api/v1"
        settings = {"timeout": 60.0, "chance": random.Random(7), **more}
        async with OpenRouter(
            base_url=url, model="simulator/large", key=KEY, transport=transport, **settings
        ) as model:
            start = asyncio.get_running_loop().time()
            try:
                found = await model.complete(prompt)
            except ProviderError as error:
                found = error
            return found, asyncio.get_running_loop().time() - start, simulator.state

    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(ask())


def faulty(*faults, retry_after=5, **more):
    plan = Faults(calls=dict(enumerate(faults, 1)), retry_after=retry_after)
    return SimulatorConfig(faults=plan, **more)


@pytest.mark.parametrize(
    "config",
    [
        INSTANT,
        SimulatorConfig(time_to_first_token=0, tokens_per_second=1e9, only_max_tokens=True),
        SimulatorConfig(time_to_first_token=0, tokens_per_second=1e9, no_streaming=True),
    ],
    ids=["openrouter", "plain server", "no streaming"],
)
def test_a_reply_comes_whole_with_its_usage(config):
    with running(config) as server:
        reply = asked(server)
    assert reply.finish_reason == "stop"
    assert "[@life:1]" in reply.text
    assert reply.usage.completion_tokens > 50
    assert reply.attempts == 1
    assert reply.model == "simulator/large"
    assert (reply.usage.cost is None) == config.only_max_tokens


def test_the_text_is_told_of_while_it_comes_in():
    pieces = []

    async def ask(server):
        async with client(server) as model:
            return await model.complete(PROMPT, on_text=pieces.append)

    with running() as server:
        reply = asyncio.run(ask(server))
    assert len(pieces) > 3
    assert "".join(pieces) == reply.text


PASSING = [
    Fault.RATE_LIMIT_RETRY_AFTER,
    Fault.RATE_LIMIT,
    Fault.INTERNAL,
    Fault.BAD_GATEWAY,
    Fault.HANG,
    Fault.DROP,
    Fault.STREAM_ERROR,
    Fault.GARBAGE_CHUNK,
]


@pytest.mark.parametrize("fault", PASSING)
def test_a_failure_that_passes_is_tried_again(fault):
    whole, *_ = virtually(SimulatorConfig())
    reply, _, state = virtually(faulty(fault))
    assert reply.text == whole.text
    assert reply.attempts == state.calls == 2


@pytest.mark.parametrize("fault", PASSING)
def test_after_all_attempts_the_error_names_what_happened(fault):
    error, _, state = virtually(faulty(*[fault] * 9), max_attempts=3)
    assert isinstance(error, ProviderError)
    assert error.attempts == state.calls == 3
    assert "3 attempts" in str(error)
    assert error.message


def test_what_came_in_of_a_broken_reply_is_thrown_away():
    pieces = []

    async def ask():
        simulator = Simulator(faulty(Fault.DROP))
        async with OpenRouter(
            base_url="http://provider.test/api/v1",
            model="simulator/large",
            transport=SimulatorTransport(simulator),
        ) as model:
            return await model.complete(PROMPT, on_text=pieces.append)

    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        reply = runner.run(ask())
    assert "" in pieces
    assert "".join(pieces[pieces.index("") :]) == reply.text


def test_retry_after_is_waited_for_exactly():
    _, plain, _ = virtually(SimulatorConfig())
    config = faulty(Fault.RATE_LIMIT_RETRY_AFTER, retry_after=17)
    _, seconds, _ = virtually(config)
    assert seconds == pytest.approx(plain + 17, abs=1e-6)


def test_without_it_waits_grow():
    _, plain, _ = virtually(SimulatorConfig(time_to_first_token=0))
    _, seconds, _ = virtually(faulty(*[Fault.INTERNAL] * 3, time_to_first_token=0))
    assert plain + 0.5 + 1 + 2 <= seconds <= plain + 1 + 2 + 4


@pytest.mark.parametrize(
    ("config", "status"),
    [
        (SimulatorConfig(require_key="another"), 401),
        (SimulatorConfig(credit=0.0), 402),
        (SimulatorConfig(), 400),
    ],
)
def test_what_is_final_is_not_tried_again(config, status):
    prompt = PROMPT if status != 400 else Prompt((), max_tokens=10)
    error, seconds, _ = virtually(config, prompt)
    assert isinstance(error, ProviderError)
    assert (error.status, error.attempts) == (status, 1)
    assert seconds < 1.2


def test_a_reply_that_was_cut_off_says_so():
    reply, *_ = virtually(SimulatorConfig(), Prompt(PROMPT.messages, max_tokens=20))
    assert reply.finish_reason == "length"


def test_a_fallback_that_answered_is_named():
    config = SimulatorConfig(down_models=frozenset({"simulator/large"}))
    reply, *_ = virtually(config, fallbacks=["simulator/small"])
    assert reply.model == "simulator/small"


def test_a_schema_is_sent_and_kept():
    form = {
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
        "additionalProperties": False,
    }
    prompt = Prompt(PROMPT.messages, 300, temperature=0.0, schema=Schema("Title", form))
    reply, *_ = virtually(SimulatorConfig(), prompt)
    assert set(json.loads(reply.text)) == {"title"}


class Provider(httpx.AsyncBaseTransport):
    """Answers each request by a function of its JSON, and remembers them."""

    def __init__(self, answer):
        self.answer = answer
        self.bodies = []

    async def handle_async_request(self, request):
        self.bodies.append(json.loads(await request.aread() or b"null"))
        return self.answer(request, self.bodies[-1])


def told(provider, prompt=PROMPT, **more):
    async def ask():
        settings = {"base_url": "http://provider.test/v1", "model": "m", **more}
        async with OpenRouter(transport=provider, **settings) as model:
            return await model.complete(prompt)

    return asyncio.run(ask())


def said(text="Yes."):
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    return httpx.Response(200, json=body)


def test_temperature_zero_is_sent_and_none_is_not():
    provider = Provider(lambda *_: said())
    told(provider, Prompt(PROMPT.messages, 100, temperature=0.0))
    told(provider)
    assert provider.bodies[0]["temperature"] == 0
    assert "temperature" not in provider.bodies[1]


def test_a_server_that_knows_only_the_other_name_of_the_limit_is_asked_by_that():
    def answer(request, body):
        if "max_completion_tokens" not in body:
            return httpx.Response(400, json={"error": {"message": "max_tokens is not supported"}})
        return said()

    provider = Provider(answer)
    assert told(provider, max_attempts=1).attempts == 2
    names = [[name for name in body if name.startswith("max_")] for body in provider.bodies]
    assert names == [["max_tokens"], ["max_completion_tokens"]]


def test_an_unknown_cost_is_not_zero():
    usage = told(Provider(lambda *_: said())).usage
    assert (usage.cost, usage.completion_tokens) == (None, None)


def test_a_full_in_flight_budget_is_waited_for_and_other_402s_are_final():
    def answers(metadata):
        replies = iter(
            [
                httpx.Response(
                    402,
                    json={"error": {"message": "no credit", "metadata": metadata}},
                    headers={"Retry-After": "0"},
                ),
                said(),
            ]
        )
        return Provider(lambda *_: next(replies))

    assert told(answers({"limit_source": "openrouter_in_flight_budget"})).attempts == 2
    with pytest.raises(ProviderError, match=r"1 attempt \(status 402\): no credit"):
        told(answers({}))


def test_the_key_is_in_no_error_and_no_representation():
    def echo(request, body):
        return httpx.Response(403, json={"error": {"message": request.headers["Authorization"]}})

    with pytest.raises(ProviderError) as caught:
        told(Provider(echo), key=KEY)
    assert KEY not in f"{caught.value} {caught.value!r}"
    assert "Bearer ***" in str(caught.value)
    model = OpenRouter(base_url="http://provider.test/v1", model="m", key=KEY)
    assert KEY not in repr(model)


@pytest.mark.parametrize("url", ["ftp://provider.test/v1", "provider.test", "", "http://"])
def test_an_address_that_is_none_is_refused_before_any_call(url):
    with pytest.raises(InputError, match="address"):
        OpenRouter(base_url=url, model="m")


def test_openrouter_without_a_key_is_refused_before_any_call(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    with pytest.raises(InputError, match="OPENROUTER_API_KEY"):
        OpenRouter.from_settings(Settings())


def test_prices_and_limits_of_the_models_are_read():
    async def ask(server):
        async with client(server) as model:
            return await model.models(), await model.is_free_tier()

    with running() as server:
        models, free = asyncio.run(ask(server))
    assert models["simulator/large"].prompt_price > 0
    assert models["simulator/large"].context_length > 1_000
    assert models["openrouter/auto"].prompt_price is None
    assert models["simulator/small:free"].completion_price == 0
    assert free is False


def test_a_server_without_lists_has_no_prices():
    async def ask():
        provider = Provider(lambda *_: httpx.Response(404))
        async with OpenRouter(base_url="http://p.test/v1", model="m", transport=provider) as model:
            return await model.models(), await model.is_free_tier()

    assert asyncio.run(ask()) == ({}, None)
