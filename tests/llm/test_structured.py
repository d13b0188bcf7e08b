"""A reply of a given form is validated whatever the provider promises, and repaired once."""

import asyncio
import json
from datetime import date
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from bookgen.errors import ReplyError
from bookgen.llm.base import Completion, Message, Prompt
from bookgen.llm.structured import complete_structured
from bookgen.models import Usage

PROMPT = Prompt((Message("user", "A title, please."),), max_tokens=100)


class Title(BaseModel):
    title: str = Field(min_length=1)


class Scripted:
    """Gives the replies it was told to, and remembers what it was asked."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.prompts = []

    async def complete(self, prompt, *, on_text=None):
        self.prompts.append(prompt)
        text, reason = self.replies.pop(0)
        return Completion(text, reason, Usage(), "scripted")


def ask(*replies):
    model = Scripted(*replies)
    return model, asyncio.run(complete_structured(model, PROMPT, Title))


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "Bonn"}',
        '```json\n{"title": "Bonn"}\n```',
        'Here it is: {"title": "Bonn"} I hope it helps.',
        'As {asked} in [1]: {"title": "Bonn"} {so far}.',
        '<think>Not {"title": ""}, surely.</think>{"title": "Bonn"}',
    ],
)
def test_the_object_is_found_in_what_is_around_it(text):
    model, (title, replies) = ask((text, "stop"))
    assert title.title == "Bonn"
    assert len(replies) == 1
    assert model.prompts[0].schema.schema["required"] == ["title"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("No.", "is no JSON object"),
        ("[1, 2]", "is no JSON object"),
        ('{"plan": [{"title": "Half"}, ', "is no JSON object"),
        ('{"plan": [{"title": "Part"},]}', "is no JSON object"),
        ('{"title": ""}', "title: String should have at least 1 character"),
        ('{"name": "Bonn"}', "title: Field required"),
    ],
)
def test_a_wrong_reply_is_given_back_once_with_what_is_wrong(wrong, told):
    model, (title, replies) = ask((wrong, "stop"), ('{"title": "Bonn"}', "stop"))
    assert title.title == "Bonn"
    assert len(replies) == 2
    assert model.prompts[1].messages[1] == Message("assistant", wrong)
    assert told in model.prompts[1].messages[2].content
    assert "\n" in model.prompts[1].messages[2].content


def test_a_reply_that_was_cut_off_is_asked_for_again_as_it_was():
    model, (title, _) = ask(('{"title": "Bonn"}', "length"), ('{"title": "Vienna"}', "stop"))
    assert title.title == "Vienna"
    assert model.prompts[1] == model.prompts[0]


def test_the_second_wrong_reply_is_an_error():
    with pytest.raises(ReplyError, match="title: Field required"):
        ask(("No.", "stop"), ("{}", "stop"))


def test_a_message_without_text_is_not_sent():
    model, _ = ask((" ", "stop"), ('{"title": "Bonn"}', "stop"))
    assert [message.role for message in model.prompts[1].messages] == ["user", "user"]


def test_the_repair_shows_the_form():
    model, _ = ask(("No.", "stop"), ('{"title": "Bonn"}', "stop"))
    shown = model.prompts[1].messages[-1].content
    assert json.loads(shown[shown.index("{") :]) == model.prompts[1].schema.schema


class Life(BaseModel):
    class Year(BaseModel):
        year: int = 0
        default: Literal["minLength"] | None = None

    years: list[Year] = Field(default_factory=list, min_length=1)
    born: date


def objects(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for one in schema.values():
            yield from objects(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from objects(one)


def test_the_schema_is_one_that_strict_mode_takes():
    reply = '{"years": [{"year": 1770, "default": null}], "born": "1770-12-16"}'
    model = Scripted((reply, "stop"))
    life, _ = asyncio.run(complete_structured(model, PROMPT, Life))
    assert life.born == date(1770, 12, 16)
    asked = model.prompts[0].schema
    assert asked.name == "life"
    found = list(objects(asked.schema))
    assert len(found) == 2
    for one in found:
        assert one["required"] == list(one["properties"])
        assert one["additionalProperties"] is False
        assert not any(
            "default" in value or "maxLength" in value for value in one["properties"].values()
        )
    year = asked.schema["$defs"]["Year"]["properties"]
    assert list(year) == ["year", "default"]
    assert "minLength" in json.dumps(year["default"])


def test_a_bound_that_strict_mode_refuses_is_said_in_words():
    model, _ = ask(('{"title": "Bonn"}', "stop"))
    title = model.prompts[0].schema.schema["properties"]["title"]
    assert "minLength" not in title
    assert title["description"] == "(minLength 1)"
