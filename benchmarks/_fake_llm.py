"""A language model to measure with: it answers by the prompt's own passages, as fast as told.

It depends on bookgen for nothing but the types of the port, so that a change of the simulated
provider is no change of what is measured.
"""

from __future__ import annotations

import asyncio
import json
import re

from ._compat import find

_PASSAGE = re.compile(r"^\[@([^\]]+)\] (.+)$", re.MULTILINE)
_LENGTH = re.compile(r"Length: (\d+) words")
# A reply of a real provider, as far as time goes.
FIRST_TOKEN, TOKENS_A_SECOND = 1.2, 60.0
CHARACTERS_A_TOKEN = 4
FAULTY_REPLY_TOKENS = 120


class FakeModel:
    """Remembers its calls: (beginning, end) in the loop's seconds, prompt and reply tokens."""

    def __init__(self, *, real_time=False):
        self._completion = find("bookgen.llm.base:Completion")
        self._usage = find("bookgen.models:Usage")
        self._waits = real_time
        self.calls = []
        self.cost = 0.0

    async def complete(self, prompt, *, on_text=None):
        clock = asyncio.get_running_loop().time
        began = clock()
        asked = prompt.messages[-1].content
        text = '{"chapters": [], "sections": []}' if prompt.schema else _reply(asked)
        taken = sum(len(message.content) for message in prompt.messages) // CHARACTERS_A_TOKEN
        given = max(1, len(text) // CHARACTERS_A_TOKEN)
        if self._waits:
            await asyncio.sleep(FIRST_TOKEN + given / TOKENS_A_SECOND)
        else:
            await asyncio.sleep(0)
        self.calls.append((began, clock(), taken, given))
        cost = 1e-6 * taken + 4e-6 * given
        self.cost += cost
        usage = self._usage(taken, given, cost)
        return self._completion(text, "stop", usage, "fake")


def faulty_provider():
    """Return a provider behind HTTP that fails by a fixed plan, and counts its calls.

    Of its calls, by number, every 7th is refused with 429 and Retry-After, every 11th with 503,
    and every 13th breaks off in the middle of its reply. It is a transport for httpx.
    """
    import httpx

    class Provider(httpx.AsyncBaseTransport):
        def __init__(self):
            self.calls = 0
            self.tokens_thrown_away = 0

        async def handle_async_request(self, request):
            self.calls += 1
            number = self.calls
            await asyncio.sleep(FIRST_TOKEN)
            if number % 7 == 0:
                return _refused(429, {"Retry-After": "2"})
            if number % 11 == 0:
                return _refused(503, {})
            return httpx.Response(
                200,
                headers={"Content-Type": "text/event-stream"},
                stream=Stream(self, breaks_off=number % 13 == 0),
            )

    class Stream(httpx.AsyncByteStream):
        def __init__(self, provider, *, breaks_off):
            self.provider = provider
            self.breaks_off = breaks_off

        async def __aiter__(self):
            for sent in range(FAULTY_REPLY_TOKENS):
                if self.breaks_off and sent == FAULTY_REPLY_TOKENS // 2:
                    self.provider.tokens_thrown_away += sent
                    raise httpx.ReadError("The connection was lost.")
                await asyncio.sleep(1 / TOKENS_A_SECOND)
                yield _event({"choices": [{"index": 0, "delta": {"content": "word "}}]})
            ended = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
            usage = {"prompt_tokens": 10, "completion_tokens": FAULTY_REPLY_TOKENS, "cost": 0.001}
            yield _event({**ended, "model": "fake", "usage": usage})
            yield b"data: [DONE]\n\n"

    def _refused(status, headers):
        error = {"error": {"code": status, "message": "Not now."}}
        return httpx.Response(status, headers=headers, json=error)

    def _event(chunk):
        return f"data: {json.dumps(chunk)}\n\n".encode()

    return Provider()


def _reply(asked):
    """Return the passages of a prompt, each with its citation, up to the length asked for."""
    wanted = int(_LENGTH.search(asked)[1])
    parts, words = [], 0
    for passage_id, text in _PASSAGE.findall(asked):
        if parts and words >= wanted:
            break
        parts.append(f"{text} [@{passage_id}]")
        words += len(text.split())
    return "\n\n".join(parts)
