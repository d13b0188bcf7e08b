"""Whole books against a simulated provider under virtual time, and what must hold of them."""

import asyncio
import json
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import async_solipsism
import httpx

from bookgen.checks import review
from bookgen.llm.openrouter import OpenRouter
from bookgen.llm.simulator import Simulator, SimulatorTransport
from bookgen.pipeline import SectionFinished, write_biography
from bookgen.text.quotations import citation_ids
from bookgen.writers.prompted import PromptedWriter

URL = "http://provider.test/api/v1"
# What a book by a model keeps whatever the model wrote.
KEPT_BY_ALL = ("citations resolve", "facts supported", "paragraphs cited")


def virtually(main):
    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(main)


@dataclass
class Writing:
    """A book in work: its provider's counters, and the sections that it told of, by place."""

    simulator: Simulator
    writer: PromptedWriter
    told: dict = field(default_factory=dict)

    async def write(self, brief, corpus, checkpoint):
        def take(event):
            if isinstance(event, SectionFinished):
                self.told[event.section.chapter, event.section.number] = event.section

        return await write_biography(
            brief, corpus, self.writer, checkpoint=checkpoint, on_event=take
        )


@asynccontextmanager
async def writing(config=None, **client):
    """Give a book's model and its provider; `client` goes to OpenRouter."""
    simulator = Simulator(config)
    async with OpenRouter(
        base_url=URL,
        model="simulator/large",
        transport=SimulatorTransport(simulator),
        chance=random.Random(1),
        timeout=60.0,
        **client,
    ) as model:
        yield Writing(simulator, PromptedWriter(model))


async def prompts_of(folder, http):
    """Return the hashes of the prompts that the finished sections in a folder were written by;
    `http` asks the provider that was asked for them."""
    found = set()
    for section in sections_in(folder).values():
        for generation in (section["provenance"] or {}).get("generation_ids", ()):
            answer = await http.get("generation", params={"id": generation})
            found.add(answer.json()["data"]["prompt_hash"])
    return found


def asking(simulator):
    return httpx.AsyncClient(transport=SimulatorTransport(simulator), base_url=URL)


def sections_in(folder):
    """Return the finished sections in a folder by their places, as JSON."""
    kept = [
        json.loads(file.read_text(encoding="utf-8"))["section"]
        for file in sorted(folder.glob("section-*.json"))
    ]
    return {(section["chapter"], section["number"]): section for section in kept}


def files_in(folder):
    return {file.name: file.read_bytes() for file in folder.glob("section-*.json")}


def assert_whole(book, corpus):
    """Every section that was planned is there, in order, and what it says is the sources'."""
    planned = [(plan.chapter, plan.number) for plan in book.outline.sections]
    written = [(section.chapter, section.number) for section in book.sections]
    assert [place for place in written if place in planned] == planned
    for section in book.sections:
        assert section.text.strip()
        assert set(citation_ids(section.text)) <= set(corpus.passage)
    passed = {check.name: check.passed for check in review(book, corpus).checks}
    assert {name: passed[name] for name in KEPT_BY_ALL} == dict.fromkeys(KEPT_BY_ALL, True)
