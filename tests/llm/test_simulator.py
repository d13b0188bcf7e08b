"""The simulated provider keeps OpenRouter's API, and its clock, to the field and the second."""

import asyncio
import json
import math

import async_solipsism
import httpx
import pytest

from bookgen.errors import InputError
from bookgen.llm.simulator import (
    Fault,
    Faults,
    Simulator,
    SimulatorConfig,
    SimulatorTransport,
    prompt_hash,
)

PASSAGES = """
[@fischer:1] Ludwig was born in Bonn in December 1770. His father taught him the piano at home.
[@fischer:2] In 1792 he left for Vienna with 2 letters. He studied with Haydn for more than a year.
[@letters:7] In 1802 he wrote a testament in Heiligenstadt. He kept it in a drawer until he died.
Length: 40 words
"""


def ask(text=PASSAGES, **more):
    return {"model": "simulator/large", "messages": [{"role": "user", "content": text}], **more}


def client(simulator, **options):
    return httpx.AsyncClient(
        transport=SimulatorTransport(simulator, **options),
        base_url="http://simulator/api/v1",
        timeout=None,
    )


def virtually(play, config=None, **options):
    """Run `play(client, simulator)` under virtual time, and return its result."""

    async def run():
        simulator = Simulator(config)
        async with client(simulator, **options) as http:
            return await play(http, simulator)

    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(run())


def now():
    return asyncio.get_running_loop().time()


async def post(http, **more):
    return await http.post("/chat/completions", json=ask(**more))


async def read(http, **more):
    """Return the response's lines, each with the second in which it came in."""
    async with http.stream("POST", "/chat/completions", json=ask(stream=True, **more)) as response:
        return response, [(now(), line) async for line in response.aiter_lines() if line]


def chunks(lines):
    return [
        json.loads(line.removeprefix("data: ")) for _, line in lines if line.startswith("data: {")
    ]


def text_of(lines):
    return "".join(
        choice["delta"]["content"] for chunk in chunks(lines) for choice in chunk["choices"]
    )


def content(response):
    return response.json()["choices"][0]["message"]["content"]


def test_a_stream_has_comments_an_empty_chunk_usage_at_its_end_and_done():
    async def play(http, simulator):
        return (*await read(http), await post(http))

    response, lines, whole = virtually(play)
    assert response.headers["content-type"] == "text/event-stream"
    assert lines[0][1] == ": OPENROUTER PROCESSING"
    assert lines[-1][1] == "data: [DONE]"
    first, *_, finish, last = chunks(lines)
    assert first["choices"] == last["choices"] == []
    assert finish["choices"][0]["finish_reason"] == "stop"
    assert "usage" not in finish
    assert {chunk["id"] for chunk in chunks(lines)} == {response.headers["X-Generation-Id"]}
    assert last["usage"] == whole.json()["usage"]
    assert text_of(lines) == content(whole)


def test_usage_counts_four_characters_a_token_at_the_model_s_price():
    async def play(http, simulator):
        return (await post(http)), simulator.state

    response, state = virtually(play)
    usage = response.json()["usage"]
    assert usage["prompt_tokens"] == math.ceil(len(PASSAGES) / 4)
    assert usage["completion_tokens"] == math.ceil(len(content(response)) / 4)
    dollars = usage["prompt_tokens"] * 3e-6 + usage["completion_tokens"] * 15e-6
    assert usage["cost"] == pytest.approx(dollars)
    assert (state.calls, state.in_flight, state.cost) == (1, 0, usage["cost"])
    assert state.calls_by_prompt == {prompt_hash(ask()): 1}


def test_sixty_tokens_a_second_after_a_second_and_a_fifth_cost_exactly_that():
    async def play(http, simulator):
        _, lines = await read(http)
        streamed = now()
        whole = await post(http)
        return lines, streamed, now(), whole.json()["usage"]["completion_tokens"]

    lines, streamed, end, tokens = virtually(play)
    first = next(at for at, line in lines if '"content":"' in line)
    second = [at for at, line in lines if '"content":"' in line][1]
    assert lines[0][0] == 0
    assert first == pytest.approx(1.2)
    assert second == pytest.approx(1.2 + 16 / 60)
    assert streamed == pytest.approx(1.2 + tokens / 60)
    assert end == pytest.approx(2 * streamed)


def test_a_slow_first_token_is_filled_with_comments():
    async def play(http, simulator):
        return (await read(http))[1]

    lines = virtually(play, SimulatorConfig(time_to_first_token=25))
    assert [at for at, line in lines if line.startswith(":")] == [0, 10, 20]


def test_calls_run_at_the_same_time():
    async def play(http, simulator):
        await asyncio.gather(*(post(http) for _ in range(20)))
        return now(), simulator.state

    seconds, state = virtually(play)
    assert seconds < 5
    assert (state.most_in_flight, state.in_flight, state.calls) == (20, 0, 20)


def test_pieces_of_a_stream_may_be_cut_anywhere():
    async def play(http, simulator):
        text = PASSAGES.replace("Haydn", "Hâydn")
        return text_of((await read(http, text=text))[1]), content(await post(http, text=text))

    cut, whole = virtually(play, piece_bytes=1)
    assert cut == whole


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_over_its_limit_is_cut_off(name, stream):
    async def play(http, simulator):
        if stream:
            _, lines = await read(http, **{name: 7})
            finish, usage = chunks(lines)[-2:]
            return text_of(lines), finish["choices"][0]["finish_reason"], usage["usage"]
        body = (await post(http, **{name: 7})).json()
        choice = body["choices"][0]
        return choice["message"]["content"], choice["finish_reason"], body["usage"]

    text, finish_reason, usage = virtually(play)
    assert (len(text), finish_reason, usage["completion_tokens"]) == (28, "length", 7)


def test_the_first_model_that_is_up_answers_and_is_billed():
    config = SimulatorConfig(down_models=frozenset({"simulator/large"}))

    async def play(http, simulator):
        fallback = await post(http, models=["simulator/large", "simulator/small"])
        auto = await post(http, model="openrouter/auto")
        return fallback, auto, await post(http)

    fallback, auto, alone = virtually(play, config)
    assert fallback.json()["model"] == auto.json()["model"] == "simulator/small"
    assert fallback.json()["usage"]["cost"] < 1e-3
    assert alone.status_code == 502


def test_a_session_that_begins_alike_is_read_from_the_cache():
    prefix = "Rules. " * 1000

    async def play(http, simulator):
        usages = []
        for text in (prefix, prefix + PASSAGES):
            response = await post(http, text=text, session_id="book")
            usages.append(response.json()["usage"])
        return usages

    first, second = virtually(play)
    assert first["prompt_tokens_details"]["cached_tokens"] == 0
    assert second["prompt_tokens_details"]["cached_tokens"] == len(prefix) // 4 // 128 * 128
    assert second["cost"] < first["cost"]


def test_requests_over_the_rate_are_refused_until_a_minute_has_gone():
    async def play(http, simulator):
        let_in = [(await post(http)).status_code for _ in range(2)]
        begun = now()
        refused = await post(http)
        await asyncio.sleep(int(refused.headers["Retry-After"]))
        again = await post(http)
        return let_in, refused, begun, again.status_code, simulator.state

    config = SimulatorConfig(requests_per_minute=2, tokens_per_second=math.inf)
    let_in, refused, begun, again, state = virtually(play, config)
    assert let_in == [200, 200]
    assert refused.status_code == 429
    assert refused.json()["error"]["metadata"]["error_type"] == "rate_limit_exceeded"
    assert refused.headers["X-RateLimit-Limit"] == "2"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["X-RateLimit-Reset"]) == 60_000
    assert int(refused.headers["Retry-After"]) == math.ceil(60 - begun)
    assert again == 200
    assert (state.rate_limited, state.calls) == (1, 4)


def test_calls_over_the_concurrency_get_a_provider_s_429():
    async def play(http, simulator):
        return await asyncio.gather(*(post(http) for _ in range(3)))

    responses = virtually(play, SimulatorConfig(max_concurrency=2))
    assert sorted(response.status_code for response in responses) == [200, 200, 429]
    refused = next(response for response in responses if response.status_code == 429)
    assert not any(name.startswith(("x-ratelimit", "retry")) for name in refused.headers)


def test_a_key_is_asked_for_and_credit_runs_out():
    async def play(http, simulator):
        without = await post(http)
        http.headers["Authorization"] = "Bearer secret"
        return [without, await post(http), await post(http), await http.get("/key")]

    config = SimulatorConfig(require_key="secret", credit=0.000001)
    without, first, second, key = virtually(play, config)
    assert [r.status_code for r in (without, first, second)] == [401, 200, 402]
    assert key.json()["data"]["limit_remaining"] == 0
    assert key.json()["data"]["usage"] == first.json()["usage"]["cost"]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"messages": []}, "messages"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"model": "nobody/nothing"}, "nobody/nothing"),
        ({"session_id": "x" * 257}, "session_id"),
        ({"max_tokens": 32_768, "model": "simulator/small:free", "text": "x" * 120_000}, "context"),
        ({"response_format": {"type": "json_schema"}}, "json_schema"),
    ],
)
def test_a_wrong_request_is_a_400_that_names_what_is_wrong(more, named):
    body = {**ask(more.pop("text", PASSAGES)), **more}

    async def play(http, simulator):
        return await http.post("/chat/completions", json=body)

    response = virtually(play)
    assert response.status_code == response.json()["error"]["code"] == 400
    assert named in response.json()["error"]["message"]


def test_models_generations_and_counters_can_be_asked_for_under_both_prefixes():
    async def play(http, simulator):
        reply = await post(http)
        model = next(
            model
            for model in (await http.get("/models")).json()["data"]
            if model["id"] == "simulator/large"
        )
        generation = await http.get("/generation", params={"id": reply.json()["id"]})
        other = await http.post("http://simulator/v1/chat/completions", json=ask())
        counters = await http.get("http://simulator/simulator/state")
        reset = await http.post("http://simulator/simulator/reset")
        gone = await http.get("/generation", params={"id": reply.json()["id"]})
        return reply, model, generation, other, counters.json(), reset.json(), gone

    reply, model, generation, other, counters, reset, gone = virtually(play)
    assert float(model["pricing"]["completion"]) == 15e-6
    assert isinstance(model["pricing"]["prompt"], str)
    assert model["top_provider"]["max_completion_tokens"] < model["context_length"]
    assert "structured_outputs" in model["supported_parameters"]
    assert generation.json()["data"]["total_cost"] == reply.json()["usage"]["cost"]
    assert generation.json()["data"]["prompt_hash"] == prompt_hash(ask())
    assert content(other) == content(reply)
    assert (counters["calls"], reset["calls"], gone.status_code) == (2, 0, 404)


def test_a_plain_server_knows_max_tokens_only_and_no_cost():
    async def play(http, simulator):
        refused = await post(http, max_completion_tokens=9)
        _, silent = await read(http, max_tokens=9)
        response, lines = await read(http, max_tokens=9, stream_options={"include_usage": True})
        return refused, silent, response, lines, await http.get("/key")

    refused, silent, response, lines, key = virtually(play, SimulatorConfig(only_max_tokens=True))
    assert refused.status_code == 400
    assert "max_completion_tokens" in refused.json()["error"]["message"]
    assert not any("usage" in chunk for chunk in chunks(silent))
    assert "cost" not in chunks(lines)[-1]["usage"]
    assert not any("provider" in chunk for chunk in chunks(lines))
    assert "X-Generation-Id" not in response.headers
    assert key.status_code == 404


def test_a_server_without_streaming_answers_a_stream_request_with_one_body():
    async def play(http, simulator):
        return await post(http, stream=True)

    response = virtually(play, SimulatorConfig(no_streaming=True))
    assert response.headers["content-type"] == "application/json"
    assert response.json()["object"] == "chat.completion"


def failing(fault):
    return SimulatorConfig(faults=Faults(calls={1: fault}, retry_after=9))


@pytest.mark.parametrize(
    ("fault", "status", "retry_after", "kind"),
    [
        (Fault.BAD_REQUEST, 400, None, "invalid_request"),
        (Fault.UNAUTHORIZED, 401, None, "authentication"),
        (Fault.NO_CREDIT, 402, None, "payment_required"),
        (Fault.IN_FLIGHT_BUDGET, 402, "9", "payment_required"),
        (Fault.MODERATION, 403, None, "content_policy_violation"),
        (Fault.REQUEST_TIMEOUT, 408, None, "timeout"),
        (Fault.TOO_LARGE, 413, None, "payload_too_large"),
        (Fault.UNPROCESSABLE, 422, None, "unprocessable"),
        (Fault.RATE_LIMIT_RETRY_AFTER, 429, "9", "rate_limit_exceeded"),
        (Fault.RATE_LIMIT, 429, None, "rate_limit_exceeded"),
        (Fault.INTERNAL, 500, None, "server"),
        (Fault.BAD_GATEWAY, 502, None, "provider_unavailable"),
        (Fault.UNAVAILABLE_RETRY_AFTER, 503, "9", "provider_unavailable"),
        (Fault.EDGE_TIMEOUT, 524, None, "timeout"),
        (Fault.OVERLOADED, 529, None, "provider_overloaded"),
    ],
)
def test_a_planned_error_is_answered_once(fault, status, retry_after, kind):
    async def play(http, simulator):
        return await post(http), now(), await post(http), simulator.state

    failed, answered, fine, state = virtually(play, failing(fault))
    error = failed.json()["error"]
    assert (failed.status_code, error["code"]) == (status, status)
    assert error["metadata"]["error_type"] == kind
    assert error["message"]
    limited = error["metadata"].get("limit_source") == "openrouter_in_flight_budget"
    assert limited == (fault is Fault.IN_FLIGHT_BUDGET)
    # A provider that was not asked takes no time.
    assert answered == pytest.approx(1.2 if status == 408 or status >= 500 else 0)
    assert failed.headers.get("Retry-After") == retry_after
    assert "X-RateLimit-Limit" not in failed.headers
    assert fine.status_code == 200
    assert state.faults == {fault: 1}
    assert state.rate_limited == (status == 429)


def test_calls_at_the_same_time_have_numbers_of_their_own():
    async def play(http, simulator):
        return await asyncio.gather(*(post(http, text=f"call {n}") for n in range(3)))

    config = SimulatorConfig(faults=Faults(calls={2: Fault.INTERNAL}))
    first, second, third = virtually(play, config)
    assert [r.status_code for r in (first, second, third)] == [200, 500, 200]
    assert first.json()["id"] != third.json()["id"]


def test_a_hanging_call_lasts_until_its_client_gives_up():
    async def play(http, simulator):
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/chat/completions", json=ask(), timeout=30)
        return now(), simulator.state

    seconds, state = virtually(play, failing(Fault.HANG))
    assert seconds == pytest.approx(30)
    assert (state.aborted, state.in_flight, state.faults) == (1, 0, {Fault.HANG: 1})


@pytest.mark.parametrize("stream", [False, True])
def test_a_dropped_connection_is_a_protocol_error_after_some_text(stream):
    async def play(http, simulator):
        pieces = []
        with pytest.raises(httpx.RemoteProtocolError):
            await receive(http, pieces)
        return b"".join(pieces), simulator.state

    async def receive(http, pieces):
        asked = ask(stream=stream)
        async with http.stream("POST", "/chat/completions", json=asked) as response:
            async for piece in response.aiter_bytes():
                pieces.append(piece)

    body, state = virtually(play, failing(Fault.DROP))
    assert b"content" in body
    assert b"[DONE]" not in body
    assert (state.aborted, state.faults) == (0, {Fault.DROP: 1})
    assert state.completion_tokens > 0


def test_an_error_in_mid_stream_comes_with_200_behind_half_of_the_text():
    async def play(http, simulator):
        return (*await read(http), content(await post(http)))

    response, lines, whole = virtually(play, failing(Fault.STREAM_ERROR))
    last = chunks(lines)[-1]
    assert response.status_code == 200
    assert last["error"]["code"] == 502
    assert last["choices"] == [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]
    assert text_of(lines) == whole[: len(whole) // 2]
    assert "[DONE]" not in lines[-1][1]


def test_an_error_without_streaming_comes_with_200_too():
    async def play(http, simulator):
        return await post(http)

    response = virtually(play, failing(Fault.STREAM_ERROR))
    assert (response.status_code, response.json()["error"]["code"]) == (200, 502)


def test_a_garbage_chunk_is_one_line_that_is_no_json():
    async def play(http, simulator):
        return (await read(http))[1]

    bad = []
    for _, line in virtually(play, failing(Fault.GARBAGE_CHUNK)):
        if line.startswith("data: {"):
            try:
                json.loads(line.removeprefix("data: "))
            except ValueError:
                bad.append(line)
    assert len(bad) == 1


def test_a_planned_cut_off_ends_with_length():
    async def play(http, simulator):
        return await post(http), await post(http)

    cut, whole = virtually(play, failing(Fault.CUT_OFF))
    assert cut.json()["choices"][0]["finish_reason"] == "length"
    assert content(whole).startswith(content(cut))
    assert 0 < len(content(cut)) < len(content(whole))


def test_faults_by_probability_are_the_same_in_any_order_of_calls():
    faults = Faults({Fault.BAD_GATEWAY: 0.3, Fault.RATE_LIMIT: 0.2})
    prompts = [f"prompt {number}" for number in range(60)]

    def statuses(order, seed=1):
        async def play(http, simulator):
            return {text: (await post(http, text=text)).status_code for text in order}

        return virtually(play, SimulatorConfig(seed=seed, faults=faults))

    drawn = statuses(prompts)
    assert drawn == statuses(reversed(prompts))
    assert drawn != statuses(prompts, seed=2)
    assert set(drawn.values()) == {200, 429, 502}


def test_a_client_that_leaves_in_mid_stream_is_noticed_and_billed_for_what_it_got():
    async def play(http, simulator):
        async with http.stream("POST", "/chat/completions", json=ask(stream=True)) as response:
            async for line in response.aiter_lines():
                if '"content":"' in line:
                    break
        early = simulator.state.as_dict()
        generation = await http.get(
            "/generation", params={"id": response.headers["X-Generation-Id"]}
        )
        return early, generation.json()["data"]

    state, generation = virtually(play)
    assert (state["aborted"], state["in_flight"], state["completion_tokens"]) == (1, 0, 16)
    assert generation["cancelled"] is True
    assert generation["total_cost"] == state["cost"]


def test_a_cancelled_task_is_a_client_that_leaves_under_httpx_s_own_transport_too():
    async def run():
        simulator = Simulator()
        transport = httpx.ASGITransport(simulator)
        async with httpx.AsyncClient(transport=transport, base_url="http://simulator/v1") as http:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await post(http)
            return simulator.state, (await post(http)).status_code

    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        state, status = runner.run(run())
    assert (state.aborted, state.in_flight, status) == (1, 0, 200)


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: Faults({Fault.DROP: 1.5}), "drop"),
        (lambda: Faults({Fault.DROP: 0.6, Fault.HANG: 0.6}), "1.2"),
        (lambda: Faults(calls={0: Fault.DROP}), "0"),
        (lambda: SimulatorConfig(tokens_per_second=0), "0"),
        (lambda: SimulatorConfig(time_to_first_token=-1), "-1"),
        (lambda: SimulatorConfig(chunk_tokens=0), "0"),
        (lambda: SimulatorConfig(requests_per_minute=0), "0"),
        (lambda: SimulatorConfig(models=()), "openrouter/auto"),
    ],
)
def test_a_setting_out_of_range_is_named(build, named):
    with pytest.raises(InputError, match=named):
        build()
