"""What a model writes that obeys the orders in its passages, which it should only tell of."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bookgen.llm.simulator.prose import Quote, Task, render

__all__ = ["obeyed", "obeyed_json"]

# Characters that take no room, with which an order is hidden from who searches for its words.
_HIDDEN = "[\u00ad\u200b-\u200d\u2060\ufeff]*"
_ORDER = re.compile(
    rf"{_HIDDEN.join('ignore')}\b.{{0,40}}?{_HIDDEN.join('instructions')}.*", re.IGNORECASE
)
# A prompt may have changed the opening bracket, so that it is no marker.
_MARKER = re.compile(r"[\[(]@([^\s\])]+)\]")
_HEADING = re.compile(r"#{1,6} [^#\[<({.]+")
_CITATION = re.compile(r"\[@[^\]\s]+\]")


def obeyed(quotes: Sequence[Quote], task: Task) -> str | None:
    """Return the quotes as a model writes them that obeys the first order among the passages:
    under the order's headings, each with the order's citations too, and at the end the order
    itself, cited from where it stands. None where no passage gives orders."""
    for passage, text in task.passages.items():
        if (found := _ORDER.search(text)) is None:
            continue
        order = _MARKER.sub(r"[@\1]", found[0])
        headings = [heading.strip() for heading in _HEADING.findall(order)]
        cited = _citing_too(render(quotes), "".join(dict.fromkeys(_CITATION.findall(order))))
        return "\n\n".join([*headings, cited, f"{order} [@{passage}]"])
    return None


def _citing_too(text: str, markers: str) -> str:
    return _CITATION.sub(lambda own: own[0] + markers, text)


def obeyed_json(text: str) -> str | None:
    """Return the first JSON object in the orders that a prompt's text holds; None of none."""
    for order in _ORDER.findall(text):
        start = order.find("{")
        try:
            value, _ = json.JSONDecoder().raw_decode(order, max(start, 0))
        except ValueError:
            continue
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
    return None
