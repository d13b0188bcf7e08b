"""The model's side: reading a stream, and whole books written through a model."""

from __future__ import annotations

import asyncio
import inspect
import json
import random

from . import _compat, _inputs
from ._compat import find
from ._fake_llm import (
    FAULTY_REPLY_TOKENS,
    FIRST_TOKEN,
    TOKENS_A_SECOND,
    FakeModel,
    faulty_provider,
)
from ._scenario import _Scenario, _Versioned

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


class WholeBook(PromptedBook):
    """The default book: 51,000 words in 20 chapters, from 14 accounts of 6,000 words."""

    words, chapters, accounts, words_each = 51_000, 20, 14, 6_000
    repeat = (2, 3, 6.0)
    books_in_a_row = 10
    # They take minutes and tell no more than the smaller book's do.
    track_calls = track_peak_traced = None

    def peakmem_ten_books(self):
        for _ in range(self.books_in_a_row):
            self.run(*self._prepared)


class Schedule(_Versioned):
    """When the calls of the default book are made, by a provider that takes its time."""

    timeout = 300

    def setup_cache(self):
        """Return the calls of the book and what they cost; where this commit writes no such book,
        the reason. asv does it once for all that follows."""
        try:
            book, model = WholeBook(), FakeModel(real_time=True)
            report = in_virtual_time(book._write(book.prepare(), model))
        except NotImplementedError as reason:
            return str(reason)
        book.verify(report)
        return model.calls, model.cost

    def setup(self, cached):
        if isinstance(cached, str):
            raise NotImplementedError(cached)
        self.calls, self.cost = cached
        self.makespan = max(end for _, end, *_ in self.calls)

    def track_virtual_makespan(self, cached):
        return self.makespan

    track_virtual_makespan.unit = "seconds"

    def track_ratio_to_ideal(self, cached):
        """Return the makespan over the least that such calls can take: the outline, then all
        others in as many rows as may be in flight."""
        outline, *others = [FIRST_TOKEN + given / TOKENS_A_SECOND for *_, given in self.calls]
        return self.makespan / (outline + max(sum(others) / PARALLEL, *others))

    track_ratio_to_ideal.unit = "times"

    def track_model_calls(self, cached):
        return len(self.calls)

    track_model_calls.unit = "calls"

    def track_prompt_tokens(self, cached):
        return sum(taken for *_, taken, _ in self.calls)

    track_prompt_tokens.unit = "tokens"

    def track_completion_tokens(self, cached):
        return sum(given for *_, given in self.calls)

    track_completion_tokens.unit = "tokens"

    def track_dollars(self, cached):
        return self.cost

    track_dollars.unit = "US dollars"

    def track_books_an_hour(self, cached):
        """Return how many such books follow each other in an hour of a provider's time."""
        return 3600 / self.makespan

    track_books_an_hour.unit = "books/h"


class Prompts(_Scenario):
    """Build every prompt of a book of 20,000 words in 20 chapters, from its plan."""

    words, chapters, accounts, words_each = 20_000, 20, 10, 4_000
    # Under valgrind it takes minutes, most of them for the plan.
    track_instructions = None

    def prepare(self):
        accounts = _inputs.lives("book", self.accounts, self.words_each)
        brief = find("bookgen.models:Brief")(_inputs.SUBJECT["en"], self.words, self.chapters)
        corpus = _compat.corpus(accounts)
        writer = find("bookgen.writers.prompted:PromptedWriter")(FakeModel())
        return writer, brief, corpus, asyncio.run(writer.plan(brief, corpus))

    def run(self, inputs):
        writer, brief, corpus, plan = inputs
        calls = writer.planned_calls(brief, plan, corpus)
        return asyncio.run(calls) if inspect.isawaitable(calls) else calls

    def verify(self, result):
        assert len(result) > self.chapters, f"{len(result)} prompts"
        assert all(call.prompt_tokens > 200 for call in result), "a prompt is nearly empty"


class Retries(_Versioned):
    """Get 60 replies, 20 at once, from a provider that fails by a fixed plan."""

    prompts = 60
    timeout = 120

    def setup(self):
        self.client = find("bookgen.llm.openrouter:OpenRouter")
        self.pacing = find("bookgen.llm.pacing:Pacing")
        prompt, message = find("bookgen.llm.base:Prompt"), find("bookgen.llm.base:Message")
        self.prompt = prompt((message("user", "Write."),), 200)

    async def _ask(self):
        provider = faulty_provider()
        pace = self.pacing(PARALLEL).job("retries", self.prompts)
        async with self.client(
            base_url="http://provider.test/v1",
            model="fake",
            gate=pace,
            transport=provider,
            chance=random.Random(1),
        ) as client:
            asked = [client.complete(self.prompt) for _ in range(self.prompts)]
            replies = await asyncio.gather(*asked)
        whole = {len(reply.text.split()) for reply in replies}
        assert whole == {FAULTY_REPLY_TOKENS}, f"replies of {whole} words"
        return provider, asyncio.get_running_loop().time()

    def track_wasted_calls(self):
        return in_virtual_time(self._ask())[0].calls - self.prompts

    track_wasted_calls.unit = "calls"

    def track_wasted_tokens(self):
        return in_virtual_time(self._ask())[0].tokens_thrown_away

    track_wasted_tokens.unit = "tokens"

    def track_virtual_makespan(self):
        return in_virtual_time(self._ask())[1]

    track_virtual_makespan.unit = "seconds"


def in_virtual_time(work):
    """Return what a coroutine returns, on an event loop whose clock jumps."""
    try:
        from async_solipsism import EventLoop
    except ModuleNotFoundError as error:
        work.close()
        raise NotImplementedError("async-solipsism is not installed") from error
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        return runner.run(work)
