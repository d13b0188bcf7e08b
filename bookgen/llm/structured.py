"""Replies of a given form: asked for by a schema, validated, repaired once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bookgen.errors import ReplyError
from bookgen.llm.base import Completion, LanguageModel, Message, Prompt, Schema

__all__ = ["complete_structured"]

Form = TypeVar("Form", bound=BaseModel)

_ERRORS_NAMED = 5
# What OpenAI's strict mode refuses; said in words, and held by the validation of the reply.
_ONLY_IN_WORDS = ("minLength", "maxLength", "minProperties", "maxProperties", "uniqueItems")
_OPENING = re.compile(r"[{\[]")
# Brackets, and strings, so that brackets in strings do not count.
_MARKS = re.compile(r'[{}\[\]]|"(?:[^"\\]|\\.)*"', re.DOTALL)


async def complete_structured(
    model: LanguageModel, prompt: Prompt, form: type[Form]
) -> tuple[Form, tuple[Completion, ...]]:
    """Return what the model gives in the form asked for, and the replies it took, one or two.

    Providers differ in how far they hold a model to a schema, so the reply is validated whatever
    they promise. Raises ReplyError where the second reply does not hold either, and what the model
    raises.
    """
    name = re.sub(r"\W|(?<=[a-z0-9])(?=[A-Z])", "_", form.__name__, flags=re.ASCII).lower()
    schema = _strict(form.model_json_schema())
    asked = replace(prompt, schema=Schema(name, schema))
    first = await model.complete(asked)
    found = _read(first, form)
    if isinstance(found, form):
        return found, (first,)
    repair = (
        f"{found}\nGive the whole answer again, as one JSON object of the form asked for, and "
        f"nothing else. The form, as a JSON schema:\n{json.dumps(schema, ensure_ascii=False)}"
    )
    turns = [Message("user", repair)]
    if first.text.strip():  # some providers refuse a message without text
        turns.insert(0, Message("assistant", first.text))
    # A reply that was cut off is asked for again as it was: its half is of no use.
    cut = first.is_cut_off
    second = await model.complete(
        asked if cut else replace(asked, messages=(*asked.messages, *turns))
    )
    found = _read(second, form)
    if isinstance(found, form):
        return found, (first, second)
    raise ReplyError(f"The model's reply has not the form asked for: {found}")


def _strict(schema: Any) -> Any:
    """Return a schema of pydantic's in the form that strict mode asks for: every property is
    required, no other may be there, nothing has a default (OpenAI, "Structured outputs")."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    strict: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):  # names here, not keywords
            strict[keyword] = {name: _strict(one) for name, one in value.items()}
        elif keyword in ("enum", "const"):
            strict[keyword] = value
        elif keyword not in ("default", *_ONLY_IN_WORDS):
            strict[keyword] = _strict(value)
    if "properties" in schema:
        strict["required"] = list(schema["properties"])
        strict["additionalProperties"] = False
    bounds = [f"{word} {schema[word]}" for word in _ONLY_IN_WORDS if word in schema]
    if bounds:
        strict["description"] = f"{schema.get('description', '')} ({', '.join(bounds)})".strip()
    return strict


def _read(reply: Completion, form: type[Form]) -> Form | str:
    """Return the object in a reply, or what is wrong with it."""
    if reply.is_cut_off:
        return "The reply was cut off."
    # The longest first: beside the answer a reply may show an example, or think aloud.
    candidates = sorted(_objects(reply.text), key=len, reverse=True)
    wrong = ""
    for candidate in candidates:
        try:
            return form.model_validate_json(candidate)
        except ValidationError as error:
            wrong = wrong or "; ".join(
                f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
                for one in error.errors()[:_ERRORS_NAMED]
            )
    return f"The reply does not hold: {wrong}" if wrong else "The reply is no JSON object."


def _objects(text: str) -> Iterator[str]:
    """Give the JSON objects in a text, whatever stands around them; never a part of one."""
    at = 0
    while begin := _OPENING.search(text, at):
        depth = 0
        for mark in _MARKS.finditer(text, begin.start()):
            depth += (mark[0] in "{[") - (mark[0] in "}]")
            if depth == 0:
                break
        else:
            return  # never closed: what stands inside is a part of the answer, not an answer
        at = mark.end()
        whole = text[begin.start() : at]
        if _is_object(whole):
            yield whole


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
