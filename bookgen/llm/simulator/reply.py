"""Makes the reply to a prompt: its text, its tokens and what it costs."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass

from bookgen.llm.simulator.config import Fault, Model
from bookgen.llm.simulator.obedience import obeyed, obeyed_json
from bookgen.llm.simulator.prose import (
    Task,
    choose_quotes,
    count_words,
    read_task,
    render,
    with_made_up_date,
    with_unknown_citation,
)
from bookgen.llm.simulator.request import ChatRequest
from bookgen.llm.simulator.structured import fill_schema

__all__ = ["CHARACTERS_PER_TOKEN", "Reply", "cost_of", "count_tokens", "make_reply"]

CHARACTERS_PER_TOKEN = 4
# Of what a cut-off reply would have had.
CUT_OFF_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply before it is sent. `fault` is the one that found a place in it."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    fault: Fault | None


def count_tokens(text: str) -> int:
    """Return the tokens of a text: one for every four characters begun."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def cost_of(model: Model, prompt_tokens: int, completion_tokens: int, cached_tokens: int) -> float:
    """Return US dollars. Cached tokens are among the prompt's and have their own price."""
    cost = (
        float(model.prompt_price) * (prompt_tokens - cached_tokens)
        + float(model.cache_price) * cached_tokens
        + float(model.completion_price) * completion_tokens
    )
    return round(cost, 10)


def make_reply(
    request: ChatRequest, *, seed: int, limit: int | None, fault: Fault | None = None
) -> Reply:
    """Return the reply, the same for the same seed and prompt.

    `limit` is in tokens; a reply that is longer ends there, with "length". Raises
    UnsupportedSchemaError.
    """
    task = read_task(request.user_text)
    key = f"{seed}:{request.hash}"
    if request.schema is not None or request.json_object:
        text, given = _structured(request, task, key, fault)
    else:
        text, given = _prose(task, random.Random(key), fault)  # noqa: S311 - repeatable
    finish_reason = "stop"
    tokens = count_tokens(text)
    if fault is Fault.CUT_OFF and tokens > 1:
        limit, given = min(limit or tokens, math.ceil(tokens * CUT_OFF_SHARE)), True
    if limit is not None and tokens > limit:
        text, tokens, finish_reason = text[: limit * CHARACTERS_PER_TOKEN], limit, "length"
    return Reply(text, finish_reason, count_tokens(request.text), tokens, fault if given else None)


def _prose(task: Task, rng: random.Random, fault: Fault | None) -> tuple[str, bool]:
    if not task.passages:
        return "The prompt holds no passages, so there is nothing to write from.", False
    wrong = fault is Fault.WRONG_LENGTH
    length = _wrong_length(task, rng) if wrong else task.length
    quotes = choose_quotes(task, length, rng)
    if quotes and fault is Fault.UNKNOWN_CITATION:
        return render(with_unknown_citation(quotes, task, rng)), True
    if quotes and fault is Fault.MADE_UP_DATE:
        return render(with_made_up_date(quotes, task, rng)), True
    if fault is Fault.OBEY and (text := obeyed(quotes, task)) is not None:
        return text, True
    return render(quotes), wrong


def _wrong_length(task: Task, rng: random.Random) -> int:
    """Return half of what was asked, or double where the passages carry that much."""
    there = sum(count_words(text) for text in task.passages.values())
    double = rng.random() < 0.5 and there >= 2 * task.length
    return task.length * 2 if double else task.length // 2


def _structured(
    request: ChatRequest, task: Task, key: str, fault: Fault | None
) -> tuple[str, bool]:
    if fault is Fault.OBEY and (ordered := obeyed_json(request.user_text)) is not None:
        return ordered, True
    if request.schema is not None:
        value, given = fill_schema(request.schema, task, key, fault)
    else:
        text, given = _prose(task, random.Random(key), fault)  # noqa: S311 - repeatable
        value = {"text": text}
    written = json.dumps(value, ensure_ascii=False)
    if fault is Fault.GARBAGE_JSON:
        return f"Here is what you asked for: {written[: max(len(written) * 2 // 3, 1)]}", True
    return written, given
