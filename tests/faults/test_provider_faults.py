"""What can go wrong at a provider, kind by kind over real HTTP: it ends as it should."""

import asyncio
import logging
import random
import traceback
from dataclasses import replace
from functools import cache

import httpx
import pytest

from bookgen.errors import ProviderError
from bookgen.llm.base import Message, Prompt
from bookgen.llm.openrouter import OpenRouter
from bookgen.llm.retries import backoff
from bookgen.llm.simulator import Fault, Faults
from bookgen.llm.simulator.serve import INSTANT, running

PASSAGES = "\n".join(
    f"[@life:{number}] Ada Lovelace wrote letter number {number} to Charles Babbage in 1843."
    for number in range(1, 30)
)
PROMPT = Prompt((Message("user", f"Length: 120 words\nPassages:\n{PASSAGES}"),), max_tokens=600)
KEY = "sk-or-v1-5ec2e75ec2e7"
RETRY_AFTER = 7

# The status that the error names in the end (None: the connection failed), and words of it.
PASSING = {
    Fault.IN_FLIGHT_BUDGET: (402, "in flight"),
    Fault.REQUEST_TIMEOUT: (408, "timed out"),
    Fault.RATE_LIMIT: (429, "too many requests"),
    Fault.RATE_LIMIT_RETRY_AFTER: (429, "too many requests"),
    Fault.INTERNAL: (500, "Internal Server Error"),
    Fault.BAD_GATEWAY: (502, "Provider returned error"),
    Fault.UNAVAILABLE_RETRY_AFTER: (503, "No provider meets the routing"),
    Fault.EDGE_TIMEOUT: (524, "waited too long"),
    Fault.OVERLOADED: (529, "overloaded"),
    Fault.HANG: (None, "no byte came for"),
    Fault.DROP: (None, "connection failed"),
    Fault.STREAM_ERROR: (502, "Provider returned error"),
    Fault.GARBAGE_CHUNK: (None, "no JSON object"),
}
FINAL = {
    Fault.BAD_REQUEST: (400, "Prompt tokens cannot be counted"),
    Fault.UNAUTHORIZED: (401, "User not found."),
    Fault.NO_CREDIT: (402, "Insufficient credits"),
    Fault.MODERATION: (403, "flagged"),
    Fault.TOO_LARGE: (413, "too large"),
    Fault.UNPROCESSABLE: (422, "cannot be processed"),
}
SAY_WHEN = {Fault.IN_FLIGHT_BUDGET, Fault.RATE_LIMIT_RETRY_AFTER, Fault.UNAVAILABLE_RETRY_AFTER}
BREAK_OFF = {Fault.DROP, Fault.STREAM_ERROR, Fault.GARBAGE_CHUNK}
CHANGE_THE_TEXT = {
    Fault.CUT_OFF,
    Fault.GARBAGE_JSON,
    Fault.WRONG_LENGTH,
    Fault.UNKNOWN_CITATION,
    Fault.MADE_UP_DATE,
    Fault.OBEY,
}


class Asked:
    """One prompt that was sent to a provider which does `faults` in turn: the reply or the error,
    the seconds between the attempts, the text that was told of, the provider's counters."""

    def __init__(self, base_url, faults, counters, max_attempts=5):
        self.waits, self.pieces = [], []
        # In silence a hanging call is given up after a second; elsewhere nothing is to be late.
        self._timeout = 1.0 if Fault.HANG in faults else 60.0
        self.found = asyncio.run(self._ask(base_url, max_attempts))
        self.calls, self.faults = counters.calls, dict(counters.faults)

    async def _ask(self, base_url, max_attempts):
        async def sleep(seconds):
            self.waits.append(seconds)

        async with OpenRouter(
            base_url=base_url,
            model="simulator/large",
            key=KEY,
            is_openrouter=True,
            timeout=self._timeout,
            chance=random.Random(7),
            sleep=sleep,
            max_attempts=max_attempts,
        ) as model:
            try:
                return await model.complete(PROMPT, on_text=self.pieces.append)
            except ProviderError as error:
                return error


@pytest.fixture(scope="module")
def ask():
    """Return a function that asks a provider with such faults; what is the same is asked once."""
    calls = {}  # changed from test to test: a server for each would take more time than the tests
    config = replace(INSTANT, faults=Faults(calls=calls, retry_after=RETRY_AFTER))
    with (
        running(config) as server,
        httpx.Client(base_url=server.base_url.removesuffix("/api/v1")) as control,
    ):

        @cache
        def ask(*faults, **more):
            calls.clear()
            calls.update(enumerate(faults, 1))
            control.post("/simulator/reset")
            return Asked(server.base_url, faults, server.state, **more)

        yield ask


@pytest.fixture(scope="module")
def whole(ask):
    return ask().found.text


def test_every_kind_of_fault_has_its_end():
    assert set(Fault) == {*PASSING, *FINAL, *CHANGE_THE_TEXT}


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_asked_for_again_and_the_reply_is_whole(fault, ask, whole):
    asked = ask(fault)
    assert asked.found.text == whole
    assert asked.found.attempts == asked.calls == 2
    assert asked.faults == {fault: 1}
    # Of a reply that broke off nothing is kept: what was told of it is taken back.
    assert ("" in asked.pieces) == (fault in BREAK_OFF)
    begun_again = asked.pieces.index("") + 1 if "" in asked.pieces else 0
    assert "".join(asked.pieces[begun_again:]) == whole


@pytest.mark.parametrize("fault", PASSING)
def test_retry_after_is_waited_for_exactly_and_else_the_backoff(fault, ask):
    seconds = RETRY_AFTER if fault in SAY_WHEN else backoff(1, random.Random(7))
    assert ask(fault).waits == [seconds]


@pytest.mark.parametrize("fault", PASSING)
def test_it_is_given_up_with_status_message_and_attempts(fault, ask):
    attempts = 2 if fault is Fault.HANG else 5
    asked = ask(*[fault] * 9, max_attempts=attempts)
    status, words = PASSING[fault]
    assert isinstance(asked.found, ProviderError)
    assert (asked.found.status, asked.found.attempts) == (status, attempts)
    assert (asked.calls, len(asked.waits)) == (attempts, attempts - 1)
    for told in (words, f"{attempts} attempts", f"status {status}" if status else "no connection"):
        assert told in str(asked.found)


@pytest.mark.parametrize("fault", FINAL)
def test_what_is_final_is_asked_once(fault, ask):
    asked = ask(fault)
    status, words = FINAL[fault]
    assert (asked.calls, asked.waits, asked.pieces) == (1, [], [])
    assert (asked.found.status, asked.found.attempts) == (status, 1)
    assert f"after 1 attempt (status {status}): " in str(asked.found)
    assert words in str(asked.found)


def test_a_reply_that_is_cut_off_says_so(ask, whole):
    asked = ask(Fault.CUT_OFF)
    assert asked.found.finish_reason == "length"
    assert whole.startswith(asked.found.text)
    assert len(asked.found.text) < len(whole)
    assert asked.calls == 1


@pytest.mark.parametrize("fault", [*PASSING, *FINAL])
def test_the_key_is_in_no_log_error_or_traceback(fault, ask, caplog):
    caplog.set_level(logging.DEBUG)
    found = ask(fault, max_attempts=1).found
    assert isinstance(found, ProviderError)
    printed = "".join(
        traceback.TracebackException.from_exception(found, capture_locals=True).format()
    )
    shown = f"{found}{found!r}{found.args}{found.__context__!r}{found.__cause__!r}"
    assert "Traceback" in printed
    assert "httpcore" in {record.name.partition(".")[0] for record in caplog.records}
    assert KEY not in printed + shown + caplog.text
