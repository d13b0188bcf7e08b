"""Fills a JSON schema with values from the passages of a prompt.

What a string is follows from its property's name: `passage` and `passages` are ids of passages,
dealt out so that none comes twice while there are enough; names that end with `date` or `year` are
a date of the passage beside them; `text`, `prose` and `body` are sentences; others are some words
of a passage, as a title would be. A number named `words` is its share of the prompt's length.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bookgen.llm.simulator.config import Fault
from bookgen.llm.simulator.prose import (
    Task,
    choose_quotes,
    first_date,
    made_up_year,
    render,
    split_sentences,
    unknown_passage,
)

__all__ = ["UnsupportedSchemaError", "fill_schema"]

_PASSAGE = re.compile(r"passages?(?:_ids?)?\Z", re.IGNORECASE)
_DATE = re.compile(r"(?:date|year)\Z", re.IGNORECASE)
_TEXT = re.compile(r"(?:text|prose|body)\Z", re.IGNORECASE)
_WORDS = re.compile(r"words\Z", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’‑-][^\W_]+)*")
TITLE_WORDS = 4
# Items of an array that says how few it may have and not how many.
SPREAD = 2


class UnsupportedSchemaError(Exception):
    """The schema uses a keyword, or a pattern, that no value can be generated for."""


def fill_schema(
    schema: Mapping[str, Any], task: Task, key: str, fault: Fault | None = None
) -> tuple[Any, bool]:
    """Return a value valid for `schema`, and whether `fault` found a place in it.

    `key` seeds every choice. Raises UnsupportedSchemaError.
    """
    # The first pass only counts: how many places share the passages and the words.
    places = _Filler(schema, task, key)
    places.fill()
    filler = _Filler(
        schema, task, key, places.passage_places, places.word_places, places.least, fault
    )
    return filler.fill(), filler.fault_given


@dataclass
class _Filler:
    root: Mapping[str, Any]
    task: Task
    key: str
    among: int = 1
    words_among: int = 1
    reserved: int = 0
    fault: Fault | None = None
    passage_places: int = 0
    word_places: int = 0
    least: int = 0
    fault_given: bool = False
    dealt: int = 0
    used: set[str] = field(default_factory=set)

    def fill(self) -> Any:
        return self._value(self.root, "", "$", ())

    def _value(self, schema: Mapping[str, Any], name: str, path: str, beside: Sequence[str]) -> Any:
        schema = self._resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._enum(schema["enum"], name, path)
        match _type(schema):
            case "object":
                return self._object(schema, path)
            case "array":
                return self._array(schema, name, path, beside)
            case "string":
                return self._string(schema, name, path, beside)
            case "integer":
                return self._integer(schema, name, path)
            case "number":
                low, high = _range(schema)
                return min(max(round(self._rng(path).uniform(low, high), 3), low), high)
            case "boolean":
                return self._rng(path).random() < 0.5
            case "null":
                return None
            case other:
                raise UnsupportedSchemaError(f"{path}: type {other!r} is not supported.")

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while True:
            if "$ref" in schema:
                found: Any = self.root
                for step in str(schema["$ref"]).removeprefix("#").strip("/").split("/"):
                    if step:
                        found = found.get(step)
                    if found is None:
                        raise UnsupportedSchemaError(f"{schema['$ref']} leads nowhere.")
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**found, **rest}
            elif alternatives := schema.get("anyOf") or schema.get("oneOf"):
                rest = {k: v for k, v in schema.items() if k not in ("anyOf", "oneOf")}
                schema = {**rest, **alternatives[0]}
            elif "allOf" in schema:
                merged: dict[str, Any] = {}
                for part in (*schema["allOf"], {k: v for k, v in schema.items() if k != "allOf"}):
                    merged.update(part)
                schema = merged
            else:
                return schema

    def _rng(self, path: str) -> random.Random:
        return random.Random(f"{self.key}:{path}")  # noqa: S311 - the same for the same prompt

    def _object(self, schema: Mapping[str, Any], path: str) -> dict[str, Any]:
        properties: Mapping[str, Any] = schema.get("properties", {})
        values: dict[str, Any] = {}
        # Passages first: what stands beside them is taken from them.
        for name in sorted(properties, key=lambda name: not _PASSAGE.search(name)):
            beside = _ids(values, self.task)
            if _PASSAGE.search(name):
                self.least += _type(self._resolve(properties[name])) == "string"
                if any(map(_DATE.search, properties)):
                    self._skip_undated()
            values[name] = self._value(properties[name], name, f"{path}.{name}", beside)
        return {name: values[name] for name in properties}

    def _array(
        self, schema: Mapping[str, Any], name: str, path: str, beside: Sequence[str]
    ) -> list[Any]:
        items = self._resolve(schema.get("items", {"type": "string"}))
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        if "enum" in items and schema.get("uniqueItems"):
            most = min(most, len(items["enum"]))
        if _PASSAGE.search(name) and self.task.passages and _type(items) == "string":
            count = self._share(least, min(most, len(items.get("enum", self.task.passages))))
        else:
            low = min(max(least, 1), most)
            count = self._rng(path).randint(int(low), int(min(most, low + SPREAD)))
        return [self._value(items, name, f"{path}[{place}]", beside) for place in range(count)]

    def _share(self, least: int, most: float) -> int:
        """Return how many passages the next array gets, so that all get as many, or one more."""
        self.passage_places += 1
        self.least += least
        spare = max(len(self.task.passages) - self.reserved, 0)
        extra = spare // self.among + (self.passage_places <= spare % self.among)
        return int(max(min(least + extra, most), least))

    def _skip_undated(self) -> None:
        ids = list(self.task.passages)
        for step in range(len(ids)):
            if first_date(self.task.passages[ids[(self.dealt + step) % len(ids)]]):
                self.dealt += step
                return

    def _enum(self, values: Sequence[Any], name: str, path: str) -> Any:
        if _PASSAGE.search(name):
            self.dealt += 1
            return values[(self.dealt - 1) % len(values)]
        return self._rng(path).choice(values)

    def _integer(self, schema: Mapping[str, Any], name: str, path: str) -> int:
        low, high = _range(schema)
        if _WORDS.search(name) and self.task.words is not None:
            self.word_places += 1
            value = max(self.task.words // self.words_among, math.ceil(low))
            if not {"maximum", "exclusiveMaximum"}.isdisjoint(schema):
                value = min(value, math.floor(high))
        else:
            value = self._rng(path).randint(math.ceil(low), math.floor(high))
        step = schema.get("multipleOf", 1)
        value -= value % step
        return int(value if value >= low else value + step)

    def _string(
        self, schema: Mapping[str, Any], name: str, path: str, beside: Sequence[str]
    ) -> str:
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        candidates = [
            _fit(text, least, most, self.task) for text in self._texts(name, path, beside)
        ]
        pattern = schema.get("pattern")
        for text in candidates:
            if pattern is None or re.search(pattern, text):
                return text
        raise UnsupportedSchemaError(f"{path}: no text was found for the pattern {pattern!r}.")

    def _texts(self, name: str, path: str, beside: Sequence[str]) -> Iterable[str]:
        """Return what a string may be, best first."""
        if not self.task.passages:
            return [f"No passage for {name or 'this'}."]
        if _PASSAGE.search(name):
            return [self._deal()]
        if _DATE.search(name):
            return self._dates(beside)
        if _TEXT.search(name):
            return [self._prose(path, beside)]
        return [self._title(beside)]

    def _deal(self) -> str:
        ids = list(self.task.passages)
        self.dealt += 1
        if self.fault is Fault.UNKNOWN_CITATION and not self.fault_given:
            self.fault_given = True
            return unknown_passage(self.task)
        return ids[(self.dealt - 1) % len(ids)]

    def _dates(self, beside: Sequence[str]) -> list[str]:
        if self.fault is Fault.MADE_UP_DATE and not self.fault_given:
            self.fault_given = True
            date = made_up_year(self.task)
        else:
            texts = [self.task.passages[passage] for passage in (*beside, *self.task.passages)]
            date = next((found for text in texts if (found := first_date(text))), "1800")
        # A pattern may ask for another precision than the passage has.
        parts = [*date.split("-"), "01", "01"]
        return [date, *("-".join(parts[:count]) for count in (3, 2, 1))]

    def _prose(self, path: str, beside: Sequence[str]) -> str:
        if beside:
            return split_sentences(self.task.passages[beside[0]])[0]
        quotes = choose_quotes(self.task, self.task.length, self._rng(path))
        return render(quotes)

    def _title(self, beside: Sequence[str]) -> str:
        ids = [*beside, *self.task.passages]
        for passage in ids:
            words = _WORD.findall(self.task.passages[passage])
            for start in range(0, max(len(words) - TITLE_WORDS, 0) + 1, TITLE_WORDS):
                title = " ".join(words[start : start + TITLE_WORDS])
                if title and title not in self.used:
                    self.used.add(title)
                    return title[0].upper() + title[1:]
        return " ".join(_WORD.findall(self.task.passages[ids[0]])[:TITLE_WORDS]) or ids[0]


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return str(kind)


def _range(schema: Mapping[str, Any]) -> tuple[float, float]:
    """Return the least and the greatest number that a schema lets through."""
    small = 1 if _type(schema) == "integer" else 0.001
    low = schema.get("minimum")
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + small
    high = schema.get("maximum")
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - small
    if low is None:
        low = 1 if high is None else min(1, high)
    return low, low + 9 if high is None else high


def _ids(values: Mapping[str, Any], task: Task) -> list[str]:
    """Return the passages that an object names already."""
    found: list[str] = []
    for value in values.values():
        found += value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, str) and one in task.passages]


def _fit(text: str, least: int, most: int | None, task: Task) -> str:
    """Return the text, lengthened with words or cut behind one until its length is in range."""
    more = " ".join(task.passages.values()).split() or ["and", "so", "on"]
    place = 0
    while len(text) < least:
        text = f"{text} {more[place % len(more)]}"
        place += 1
    if most is None or len(text) <= most:
        return text
    cut = text[: most + 1].rpartition(" ")[0].rstrip(" ,;:")
    return cut if len(cut) >= max(least, 1) else text[:most]
