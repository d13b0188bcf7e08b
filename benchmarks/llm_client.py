"""The model's side: reading a stream, and whole books written through a model."""

from __future__ import annotations

import asyncio
import json

from . import _compat, _inputs
from ._compat import find
from ._fake_llm import FIRST_TOKEN, TOKENS_A_SECOND, FakeModel
from ._scenario import _Scenario

STREAMED_TOKENS = 20_000
PARALLEL = 20


class Stream(_Scenario):
    """Read a reply of 20,000 tokens, an event each, in pieces of 4 KiB."""

    def prepare(self):
        parser = find("bookgen.llm.sse:EventParser")
        reply = find("bookgen.llm.replies:Reply")
        words = _inputs.text("stream", STREAMED_TOKENS).split()[:STREAMED_TOKENS]
        events = [": PROCESSING\n\n"]
        for word in words:
            chunk = {"choices": [{"index": 0, "delta": {"content": f"{word} "}}], "model": "m"}
            events.append(f"data: {json.dumps(chunk)}\n\n")
        events.append("data: [DONE]\n\n")
        data = "".join(events).encode()
        pieces = [data[at : at + 4096] for at in range(0, len(data), 4096)]
        return parser, reply, pieces

    def run(self, inputs):
        parser, reply, pieces = inputs
        events, whole = parser(), reply()
        for piece in pieces:
            for data in events.feed(piece):
                whole.take(data)
        return whole

    def verify(self, result):
        assert result.done, "the end was not seen"
        assert len("".join(result.text).split()) == STREAMED_TOKENS


class PromptedBook(_Scenario):
    """20,000 words in 20 chapters by a model that answers at once, and its report."""

    words, chapters, accounts, words_each = 20_000, 20, 10, 4_000
    repeat = (2, 4, 4.0)
    # Under valgrind it takes minutes.
    track_instructions = None

    def prepare(self):
        find("bookgen.writers.prompted:PromptedWriter")
        find("bookgen.llm.base:Completion")
        accounts = _inputs.lives("book", self.accounts, self.words_each)
        brief = find("bookgen.models:Brief")(_inputs.SUBJECT["en"], self.words, self.chapters)
        return brief, _compat.corpus(accounts)

    def run(self, inputs):
        return asyncio.run(self._write(inputs, FakeModel()))

    async def _write(self, inputs, model):
        brief, corpus = inputs
        write = find("bookgen.pipeline:write_biography")
        writer = find("bookgen.writers.prompted:PromptedWriter")(model)
        book = await write(brief, corpus, writer)
        return find("bookgen.checks:review")(book, corpus)

    def verify(self, result):
        assert 0.6 * self.words < result.words < 1.1 * self.words, f"{result.words} words"
        assert result.coverage > 0.95, f"coverage {result.coverage}"

    def _in_virtual_time(self):
        """Return the calls of the book by a model that takes its time, and how long it took."""
        try:
            from async_solipsism import EventLoop
        except ModuleNotFoundError as error:
            raise NotImplementedError("async-solipsism is not installed") from error
        model = FakeModel(real_time=True)
        with asyncio.Runner(loop_factory=EventLoop) as runner:
            runner.run(self._write(self._prepared[0], model))
        return model.calls, max(end for _, end, *_ in model.calls)

    def track_virtual_makespan(self):
        return self._in_virtual_time()[1]

    track_virtual_makespan.unit = "seconds"

    def track_ratio_to_ideal(self):
        """Return the makespan over the least that such calls can take: the outline, then all
        others in as many rows as may be in flight."""
        calls, makespan = self._in_virtual_time()
        outline, *others = [FIRST_TOKEN + given / TOKENS_A_SECOND for *_, given in calls]
        return makespan / (outline + max(sum(others) / PARALLEL, *others))

    track_ratio_to_ideal.unit = "times"

    def track_model_calls(self):
        return len(self._in_virtual_time()[0])

    track_model_calls.unit = "calls"

    def track_prompt_tokens(self):
        return sum(taken for *_, taken, _ in self._in_virtual_time()[0])

    track_prompt_tokens.unit = "tokens"

    def track_completion_tokens(self):
        return sum(given for *_, given in self._in_virtual_time()[0])

    track_completion_tokens.unit = "tokens"
