"""A reply of a given form is validated whatever the provider promises, and repaired once."""

import asyncio

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
