"""A book that is cancelled makes no call more, hangs up on those under way, and goes on later."""

import asyncio
import random
from dataclasses import replace

import httpx
import pytest
from faults.whole_books import asking, assert_whole, files_in, prompts_of, virtually, writing
from support import lives

from bookgen.checkpoint import FolderCheckpoint
from bookgen.llm.openrouter import OpenRouter
from bookgen.llm.pacing import Pacing
from bookgen.llm.simulator import Fault, Faults, SimulatorConfig
from bookgen.llm.simulator.serve import INSTANT, running
from bookgen.pipeline import write_biography
from bookgen.writers.prompted import PromptedWriter

BRIEF = lives.ANNING
# Calls that hang, that wait for another attempt, and that write.
FAULTS = Faults({Fault.RATE_LIMIT_RETRY_AFTER: 0.2, Fault.BAD_GATEWAY: 0.2, Fault.HANG: 0.1})


@pytest.mark.parametrize("seed", range(12))
def test_at_any_moment_a_cancelled_book_stops_at_once_and_goes_on_later(seed, tmp_path):
    corpus = lives.anning()
    moment = random.Random(seed).uniform(0, 8)

    def checkpoint():
        return FolderCheckpoint(tmp_path, BRIEF, corpus, "prompted")

    async def cancel():
        gate = Pacing(3).job("book", 1)
        async with writing(SimulatorConfig(seed=seed, faults=FAULTS), gate=gate) as work:
            state = work.simulator.state
            book = asyncio.create_task(work.write(BRIEF, corpus, checkpoint()))
            await asyncio.sleep(moment)
            book.cancel()
            with pytest.raises(asyncio.CancelledError):
                await book
            stopped = (state.calls, state.in_flight)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await asyncio.sleep(3_600)
            assert (state.calls, 0) == stopped
            async with asking(work.simulator) as http:
                return await prompts_of(tmp_path, http)

    async def go_on():
        async with writing(SimulatorConfig(seed=seed)) as work:
            book = await work.write(BRIEF, corpus, checkpoint())
            return book, work.simulator.state

    prompts, files = virtually(cancel()), files_in(tmp_path)
    book, paid = virtually(go_on())
    assert_whole(book, corpus)
    assert files.items() <= files_in(tmp_path).items()
    assert not prompts & set(paid.calls_by_prompt)


def test_on_a_network_the_connections_are_closed():
    corpus = lives.anning()
    # The outline is answered, what comes then is not.
    config = replace(INSTANT, faults=Faults(calls=dict.fromkeys(range(2, 100), Fault.HANG)))

    async def cancel(server):
        async with (
            OpenRouter(base_url=server.base_url, model="simulator/large", timeout=60.0) as model,
            httpx.AsyncClient(base_url=server.base_url.removesuffix("/api/v1")) as control,
        ):

            async def counters():
                return (await control.get("/simulator/state")).json()

            writer = PromptedWriter(model)
            book = asyncio.create_task(write_biography(BRIEF, corpus, writer))
            while (await counters())["in_flight"] < 2:
                assert not book.done()
            book.cancel()
            with pytest.raises(asyncio.CancelledError):
                await book
            stopped = (await counters())["calls"]
            while (await counters())["in_flight"]:
                pass
            return stopped, await counters()

    with running(config) as server:
        stopped, after = asyncio.run(asyncio.wait_for(cancel(server), timeout=60))
    assert after["calls"] == stopped
    assert after["aborted"] == stopped - 1
