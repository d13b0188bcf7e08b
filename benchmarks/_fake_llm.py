"""A language model to measure with: it answers by the prompt's own passages, as fast as told.

It depends on bookgen for nothing but the types of the port, so that a change of the simulated
provider is no change of what is measured.
"""

from __future__ import annotations

import asyncio
import re

from ._compat import find

_PASSAGE = re.compile(r"^\[@([^\]]+)\] (.+)$", re.MULTILINE)
_LENGTH = re.compile(r"Length: (\d+) words")
# A reply of a real provider, as far as time goes.
FIRST_TOKEN, TOKENS_A_SECOND = 1.2, 60.0
CHARACTERS_A_TOKEN = 4


class FakeModel:
    """Remembers its calls: (beginning, end) in the loop's seconds, prompt and reply tokens."""

    def __init__(self, *, real_time=False):
        self._completion = find("bookgen.llm.base:Completion")
        self._usage = find("bookgen.models:Usage")
        self._waits = real_time
        self.calls = []

    async def complete(self, prompt, *, on_text=None):
        clock = asyncio.get_running_loop().time
        began = clock()
        asked = prompt.messages[-1].content
        text = '{"chapters": [], "sections": []}' if prompt.schema else _reply(asked)
        taken = sum(len(message.content) for message in prompt.messages) // CHARACTERS_A_TOKEN
        given = max(1, len(text) // CHARACTERS_A_TOKEN)
        if self._waits:
            await asyncio.sleep(FIRST_TOKEN + given / TOKENS_A_SECOND)
        else:
            await asyncio.sleep(0)
        self.calls.append((began, clock(), taken, given))
        usage = self._usage(taken, given, 1e-6 * taken + 4e-6 * given)
        return self._completion(text, "stop", usage, "fake")


def _reply(asked):
    """Return the passages of a prompt, each with its citation, up to the length asked for."""
    wanted = int(_LENGTH.search(asked)[1])
    parts, words = [], 0
    for passage_id, text in _PASSAGE.findall(asked):
        if parts and words >= wanted:
            break
        parts.append(f"{text} [@{passage_id}]")
        words += len(text.split())
    return "\n\n".join(parts)
