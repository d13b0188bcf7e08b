"""Replies of a given form: asked for by a schema, validated, repaired once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bookgen.errors import ReplyError
from bookgen.llm.base import Completion, LanguageModel, Message, Prompt, Schema

__all__ = ["complete_structured"]

Form = TypeVar("Form", bound=BaseModel)

_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_ERRORS_NAMED = 5


async def complete_structured(
    model: LanguageModel, prompt: Prompt, form: type[Form]
) -> tuple[Form, tuple[Completion, ...]]:
    """Return what the model gives in the form asked for, and the replies it took, one or two.

    Providers differ in how far they hold a model to a schema, so the reply is validated whatever
    they promise. Raises ReplyError where the second reply does not hold either, and what the model
    raises.
    """
    schema = Schema(form.__name__, form.model_json_schema())
    asked = replace(prompt, schema=schema)
    first = await model.complete(asked)
    found = _read(first, form)
    if isinstance(found, form):
        return found, (first,)
    repair = (
        f"{found}\nGive the whole answer again, as one JSON object of the form asked for, and "
        "nothing else."
    )
    turns = (Message("assistant", first.text), Message("user", repair))
    # A reply that was cut off is asked for again as it was: its half is of no use.
    cut = first.finish_reason == "length"
    second = await model.complete(
        asked if cut else replace(asked, messages=(*asked.messages, *turns))
    )
    found = _read(second, form)
    if isinstance(found, form):
        return found, (first, second)
    raise ReplyError(f"The model's reply has not the form asked for: {found}")


def _read(reply: Completion, form: type[Form]) -> Form | str:
    """Return the object in a reply, or what is wrong with it."""
    if reply.finish_reason == "length":
        return "The reply was cut off."
    found = _object(reply.text)
    if found is None:
        return "The reply is no JSON object."
    try:
        return form.model_validate(found)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors()[:_ERRORS_NAMED]
        ]
        return "The reply does not hold: " + "; ".join(lines)


def _object(text: str) -> object | None:
    """Return the JSON object in a text: the whole of it, a fenced part, or what stands between
    the outermost braces."""
    fenced = _FENCED.search(text)
    braces = text[text.find("{") : text.rfind("}") + 1]
    for candidate in (text, fenced[1] if fenced else "", braces):
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None
