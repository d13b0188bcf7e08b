"""`bookgen write` as a process that is killed or told to end, at any moment, and goes on later."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from faults.whole_books import files_in, prompts_of, sections_in

from bookgen.cli import main
from bookgen.llm.simulator.serve import INSTANT, running

ADA = Path(__file__).resolve().parents[2] / "examples" / "ada-lovelace"
KEY = "sk-or-v1-5ec2e75ec2e7"
WRITE = ("write", "Ada Lovelace", "--sources", str(ADA), "--words", "6000", "--chapters", "6",
         "--model", "simulator/large", "--out", "ada")  # fmt: skip
PARALLEL = 2
TIME_TO_FIRST_TOKEN = 0.2
WITHIN = 60.0  # seconds after which a test has failed


@pytest.fixture
def provider(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    with running(replace(INSTANT, time_to_first_token=TIME_TO_FIRST_TOKEN)) as server:
        monkeypatch.setenv("OPENROUTER_BASE_URL", server.base_url)
        yield server


# What runs in the background of a script has SIGINT ignored, and hands that on.
HEARING = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('bookgen', run_name='__main__', alter_sys=True)"
)


@contextmanager
def process(*arguments):
    """Run `bookgen write` beside the test; it does not outlive the block."""
    command = [sys.executable, "-c", HEARING, *WRITE, "--parallel", str(PARALLEL), *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as writing:
        try:
            yield writing
        finally:
            writing.kill()


def until(holds, writing=None):
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline
        assert writing is None or writing.poll() is None, "the book was finished too early"
        time.sleep(0.005)


def bookgen(*arguments):
    """Run the command line in this process, and return its exit code."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code or 0


def hashes_of(folder, provider):
    async def ask():
        async with httpx.AsyncClient(base_url=provider.base_url) as http:
            return await prompts_of(folder, http)

    return asyncio.run(ask())


def test_killed_eight_times_a_book_pays_only_for_calls_in_flight_again(provider, tmp_path):
    chance = random.Random(8)
    folder = tmp_path / "ada" / ".bookgen"
    state = provider.state
    finished, files = {}, {}
    for _ in range(8):
        more, later = chance.randrange(4), chance.random() * TIME_TO_FIRST_TOKEN
        before = state.calls
        with process("--resume") as writing:
            until(lambda calls=before + more: state.calls >= calls, writing)
            time.sleep(later)
            assert writing.poll() is None, "the book was finished too early"
            writing.send_signal(signal.SIGKILL)
            writing.wait()
        until(lambda: state.in_flight == 0)
        # What was kept before is as it was, and nothing of it was asked for again.
        assert files.items() <= files_in(folder).items()
        assert {name: state.calls_by_prompt[name] for name in finished} == finished
        files = files_in(folder)
        finished = {name: state.calls_by_prompt[name] for name in hashes_of(folder, provider)}
    assert finished

    assert bookgen(*WRITE, "--resume") == 0
    assert bookgen("check", "ada/book.md", "--sources", str(ADA)) == 0
    assert files.items() <= files_in(folder).items()
    assert {name: state.calls_by_prompt[name] for name in finished} == finished
    # A section in work has a call in flight, and may have one behind it that it follows.
    replies = [len(one["provenance"]["generation_ids"]) for one in sections_in(folder).values()]
    lost = sum(times - 1 for times in state.calls_by_prompt.values())
    assert lost <= 8 * PARALLEL * max(replies)
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or KEY not in file.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to one process")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_told_to_end_makes_no_call_more(sent, provider, tmp_path):
    folder = tmp_path / "ada" / ".bookgen"
    state = provider.state
    with process() as writing:
        until(lambda: len(files_in(folder)) >= 1 and state.in_flight, writing)
        writing.send_signal(sent)
        _, err = writing.communicate(timeout=WITHIN)
        stopped = state.calls
    until(lambda: state.in_flight == 0)
    assert state.calls == stopped
    assert writing.returncode != 0
    assert "Traceback" not in err
    assert KEY not in err
    files, prompts = files_in(folder), hashes_of(folder, provider)
    finished = {name: state.calls_by_prompt[name] for name in prompts}

    assert bookgen(*WRITE, "--resume") == 0
    assert files.items() <= files_in(folder).items()
    assert {name: state.calls_by_prompt[name] for name in finished} == finished
