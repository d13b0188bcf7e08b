"""Titles of chapters and sections, drawn from what they quote."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bookgen.text.similarity import TfIdf
from bookgen.text.words import STOP_WORDS, fold_accents, words
from bookgen.writers.extractive.chronology import Times
from bookgen.writers.extractive.evidence import Evidence
from bookgen.writers.extractive.subject import is_variant
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Titles"]

# A heading of the source serves where so much of the part stands under it, unless it stands above
# far more than the part.
DOMINANT, WHOLE = 0.3, 0.5
LARGEST = 3.5
MAX_HEADING_WORDS = 9
CANDIDATES = 14
# The second name of a title is so near to the first in how much it tells of the part.
SECOND = 0.35
# A part is one of letters if so much of it is.
LETTERS = 0.6
# A word that follows an article and ends its phrase so often is a noun, the stuff of titles.
NOUN = 0.3
# A name has its article in a title if it has it so often in the text ("the Junto").
WITH_ARTICLE = 0.6
# A single name is given in full if the full form is so frequent, next to it.
FULL_FORM = 0.1
# A chapter is called by what others tell of the subject if that is so much of it.
NARRATED = 0.35

Group = Sequence[int]


class Titles:
    """Gives titles that are unique in a book.

    A heading of the sources serves where it covers the part; a part of letters is called by whom
    they are to. Else the names that are characteristic of the part, then its nouns, then its years.
    """

    def __init__(self, evidence: Evidence, times: Times, taken: Iterable[str] = ()) -> None:
        self._evidence = evidence
        self._times = times
        self._vocabulary = VOCABULARY[evidence.subject.language]
        self._used = {fold_accents(title) for title in taken}
        self._full_forms = self._find_full_forms()
        self._names = [
            [self._full_forms.get(name, name) for name in names if self._is_telling_name(name)]
            for names in evidence.names
        ]
        self._everywhere = Counter(name for names in self._names for name in names)
        self._full_names = {
            frozenset(_folded(name)) for names in evidence.names for name in names if " " in name
        }
        self._sizes = [
            sum(sentence.words for sentence in group if sentence.usable)
            for group in evidence.by_passage
        ]
        self._above: Counter[tuple[str, str | None]] = Counter()
        for place, passage in enumerate(evidence.corpus.passages):
            self._above[passage.source_id, passage.heading] += self._sizes[place]
            self._above[passage.source_id, _WHOLE] += self._sizes[place]
        self._nouns = self._find_nouns()

    def give(self, groups: Sequence[Group]) -> list[str]:
        """Return a title for each group of passages, none of them given before."""
        names = self._characteristic_names(groups)
        nouns = self._characteristic_nouns(groups)
        titles = []
        for group, group_names, group_nouns in zip(groups, names, nouns, strict=True):
            candidates = self._candidates(group, group_names, group_nouns)
            title = next(title for title in candidates if fold_accents(title) not in self._used)
            self._used.add(fold_accents(title))
            titles.append(title)
        return titles

    def narrated(self, group: Group) -> Group:
        """Return of a chapter what others tell of the subject, if that is enough to name it by."""
        told = [place for place in group if not self._evidence.own_words[place]]
        size = sum(self._sizes[place] for place in told)
        return told if size >= NARRATED * sum(self._sizes[place] for place in group) else group

    def _candidates(
        self, group: Group, names: Sequence[tuple[str, float]], nouns: Sequence[str]
    ) -> Iterator[str]:
        years = self._period(group)
        yield from self._headings(group)
        if addressees := self._addressees(group):
            base = f"{self._vocabulary.letters_to} {self._joined(*addressees[:2])}"
            yield base
            if years:
                yield f"{base}, {years}"
        called = [self._with_article(name, group) for name, _ in names]
        for place, (_, weight) in enumerate(names):
            for other in range(place + 1, min(place + 3, len(names))):
                if names[other][1] >= SECOND * weight:
                    yield _capital(self._joined(called[place], called[other]))
            yield _capital(called[place])
        if years:
            # A heading that stands above more than one part has been used by the first.
            yield from (f"{heading}, {years}" for heading in self._headings(group))
        yield from (_capital(name) for name in self._once_named(group))
        yield from (_capital(noun) for noun in nouns)
        base = _capital(called[0]) if called else self._evidence.subject.name
        if years:
            yield f"{base}, {years}"
        number = 2
        while True:
            yield f"{base} ({number})"
            number += 1

    def _headings(self, group: Group) -> Iterator[str]:
        """Yield what the sources call most of the group: headings, then whole works."""
        passages = self._evidence.corpus.passages
        total = sum(self._sizes[place] for place in group)
        under: Counter[tuple[str, str | None]] = Counter()
        for place in group:
            source_id = passages[place].source_id
            under[source_id, passages[place].heading] += self._sizes[place]
            under[source_id, _WHOLE] += self._sizes[place]
        # A work's title says more of a part than a heading above the smaller half of it.
        ranked = sorted(
            under.items(),
            key=lambda item: (item[1] < WHOLE * total, item[0][1] == _WHOLE, -item[1]),
        )
        for (source_id, heading), size in ranked:
            if heading is None or size < (WHOLE if heading == _WHOLE else DOMINANT) * total:
                continue
            if self._above[source_id, heading] > LARGEST * max(total, 1):
                continue
            if heading == _WHOLE:
                yield from self._parts_of_title(self._evidence.corpus.source[source_id].title)
            elif (
                not self._vocabulary.addressed.match(heading)
                and len(heading.split()) <= MAX_HEADING_WORDS
                and self._tells(heading)
            ):
                yield heading.rstrip(".:")

    def _parts_of_title(self, title: str) -> Iterator[str]:
        for part in re.split(r"\s*[:—–]\s*|, ", title):
            named = self._evidence.subject.named_in(part)
            if not named and 2 <= len(part.split()) <= MAX_HEADING_WORDS and self._tells(part):
                yield _capital(part)

    def _addressees(self, group: Group) -> list[str]:
        """Return to whom most of the group is written, by how much; [] if it is not letters."""
        sizes: Counter[str] = Counter()
        written: dict[str, str] = {}
        total = 0
        for place in group:
            total += self._sizes[place]
            heading = self._evidence.corpus.passages[place].heading or ""
            match = self._vocabulary.addressed.match(heading)
            if match is None or not self._evidence.own_words[place]:
                continue
            name = heading[match.end() :].split(",")[0].split(" & ")[0].replace("V. ", "")
            name = name.strip(" .")
            key = _folded(name)[-1] if _folded(name) else ""
            if key and len(name.split()) <= 5:
                sizes[key] += self._sizes[place]
                if key not in written or len(name) < len(written[key]):
                    written[key] = name
        if sizes.total() < LETTERS * total:
            return []
        ranked = sorted(sizes, key=lambda key: (-sizes[key], key))
        kept = [key for key in ranked if sizes[key] >= SECOND * sizes[ranked[0]]]
        return [_small_start(written[key]) for key in kept]

    def _tells(self, title: str) -> bool:
        """Whether a heading says more than its kind, or that the book is about its subject."""
        idle = self._evidence.subject.names | self._vocabulary.ranks | self._vocabulary.kinds
        return any(
            word not in idle and not word.isdigit() and len(word) > 2 and not _ROMAN.fullmatch(word)
            for word in _folded(title)
            if word not in STOP_WORDS[self._evidence.subject.language]
        )

    def _is_telling_name(self, name: str) -> bool:
        """Whether a name, as found in a text, tells in a title whom or what a part is about."""
        folded = _folded(name)
        idle = self._evidence.subject.names | self._vocabulary.ranks
        if len(name) <= 3 or all(word in idle or len(word) <= 3 for word in folded):
            return False
        if len(folded) > 1 and is_variant(folded[0], self._evidence.subject.given):
            return False
        if len(folded) > 1 and (folded[0] in _STREETS or folded[-1] in _STREETS):
            return False
        if re.match(r"[^\W\d_]\.|Op\b", name) or len(folded[-1]) < 3:
            return False
        return len(folded) > 1 or folded[0] not in self._evidence.common

    def _characteristic_names(self, groups: Sequence[Group]) -> list[list[tuple[str, float]]]:
        """Return for each group its names with their weights, the most characteristic first, no
        two of which are the same person's."""
        found = [[name for place in group for name in self._names[place]] for group in groups]
        ranked = TfIdf(found).characteristic(range(len(groups)), CANDIDATES)
        told = Counter(name for names in found for name in names)
        mean = told.total() / max(len(groups), 1)
        chosen = []
        for group, names, mentioned in zip(groups, ranked, map(Counter, found), strict=True):
            kept: list[tuple[str, float]] = []
            for name in names:
                if mentioned[name] < 2 or any(self._same(name, other) for other, _ in kept):
                    continue
                if self._in_passing(name, group):
                    continue
                kept.append((name, mentioned[name] * math.log1p(mean / told[name])))
            chosen.append(kept)
        return chosen

    def _in_passing(self, name: str, group: Group) -> bool:
        """Whether the group has the name only as a part of another's ("rue Lhomond", "calle de
        Alfonso XII")."""
        vocabulary = self._vocabulary
        function_words = STOP_WORDS[self._evidence.subject.language] | vocabulary.prepositions
        texts = (self._evidence.corpus.passages[place].text for place in group)
        before = [
            fold_accents(match[1])
            for text in texts
            if name in text
            for match in re.finditer(rf"([^\W\d_]+|[^\w\s]|\A)\s*\b{re.escape(name)}\b", text)
            if match[1][:1].islower() or not match[1][:1].isalpha()
        ]
        return bool(before) and all(
            word in _OF or (word.isalpha() and word not in function_words) for word in before
        )

    def _once_named(self, group: Group) -> list[str]:
        """Return the full names of the group, which need only be there once."""
        found = Counter(name for place in group for name in self._names[place] if " " in name)
        for name in list(found):
            if self._in_passing(name, group):
                del found[name]
        return sorted(found, key=lambda name: (-found[name], -self._everywhere[name], name))

    def _find_full_forms(self) -> dict[str, str]:
        """Return how a person is called in full by the one name that mostly stands for them:
        "Stephen von Breuning" by "Stephen"."""
        everywhere = Counter(name for names in self._evidence.names for name in names)
        full: dict[str, str] = {}
        for name, count in sorted(everywhere.items(), key=lambda item: (-item[1], item[0])):
            first, *rest = name.split()
            if not rest or not self._is_telling_name(name) or "." in name:
                continue
            if any(word in self._evidence.common for word in _folded(name)[1:] if len(word) > 3):
                continue
            for short in (first, rest[-1]):
                if count >= max(2, FULL_FORM * everywhere[short]) and everywhere[short]:
                    full.setdefault(short, name)
        return full

    def _same(self, one: str, other: str) -> bool:
        """Whether two names share a word, or are parts of one name ("Stephen", "Von Breuning")."""
        first, second = set(_folded(one)), set(_folded(other))
        stems = {word.rstrip("s") for word in first} & {word.rstrip("s") for word in second}
        return bool(stems) or any(first | second <= full for full in self._full_names)

    def _with_article(self, name: str, group: Group) -> str:
        """Return the name with the article that it mostly has in the text."""
        before: Counter[str] = Counter()
        total = 0
        for place in group:
            text = self._evidence.corpus.passages[place].text
            for match in re.finditer(rf"(\w+)\s+{re.escape(name)}\b", text):
                total += 1
                if fold_accents(match[1]) in self._vocabulary.definite:
                    before[match[1].lower()] += 1
        article, count = before.most_common(1)[0] if before else ("", 0)
        return f"{article} {name}" if total and count >= WITH_ARTICLE * total else name

    def _characteristic_nouns(self, groups: Sequence[Group]) -> list[list[str]]:
        """Return for each group its characteristic nouns, each with its article."""
        found = [
            [
                token
                for place in group
                for sentence in self._evidence.by_passage[place]
                for token in sentence.tokens
                if token in self._nouns
            ]
            for group in groups
        ]
        ranked = TfIdf(found).characteristic(range(len(groups)), CANDIDATES)
        return [
            [self._nouns[token] for token in tokens if mentioned[token] >= 2]
            for tokens, mentioned in zip(ranked, map(Counter, found), strict=True)
        ]

    def _find_nouns(self) -> dict[str, str]:
        """Return the common nouns of the corpus by their folded form, with the article that each
        mostly has, if any."""
        language = self._evidence.subject.language
        seen: Counter[str] = Counter()
        as_noun: Counter[str] = Counter()
        articles: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for sentence in self._evidence.sentences:
            found = [word.casefold() for word in words(sentence.text)]
            for (before, word), after in zip(pairwise(found), [*found[2:], ""], strict=False):
                if len(word) < 5:
                    continue
                seen[word] += 1
                plain = fold_accents(before)
                ends = not after or after in STOP_WORDS[language]
                if ends and plain in self._vocabulary.articles:
                    as_noun[word] += 1
                if plain in self._vocabulary.definite:
                    articles[word][before] += 1
        nouns = {}
        for word, count in as_noun.items():
            folded = fold_accents(word)
            vague = folded in self._vocabulary.vague or folded in self._evidence.subject.names
            if seen[word] < 3 or count < NOUN * seen[word] or vague:
                continue
            article, often = articles[word].most_common(1)[0] if articles[word] else ("", 0)
            # Spanish has its article before any noun; English where one is meant.
            with_article = language == "es" or often >= WITH_ARTICLE * seen[word]
            nouns[folded] = f"{article} {word}".strip() if with_article else word
        return nouns

    def _period(self, group: Group) -> str:
        first, last = self._times.period(list(group))
        if first <= 0:
            return ""
        return str(first) if first == last else f"{first}–{last}"

    def _joined(self, first: str, second: str = "") -> str:
        if not second:
            return first
        joiner = self._vocabulary.joiner
        # Spanish "y" is "e" before the sound of "i".
        if joiner == "y" and re.match(r"h?i(?![aeo])", fold_accents(second)):
            joiner = "e"
        return f"{first} {joiner} {second}"


_WHOLE = "\0"  # stands for a whole source among its headings
# Where somebody lives is no more than an address.
_STREETS = frozenset(
    "street road lane place square avenue terrace rue calle plaza paseo avenida".split()
)
_OF = frozenset("of de del du des".split())
_ROMAN = re.compile(r"[ivxlc]+")


def _folded(name: str) -> list[str]:
    return [fold_accents(word).removesuffix("'s") for word in words(name)]


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


def _small_start(name: str) -> str:
    """Return an addressee as it stands inside a title: "his nephew"."""
    first, *rest = name.split()
    if first in ("His", "Her", "My", "Su", "Mi"):
        return " ".join([first.lower(), *(word.lower() for word in rest[:1]), *rest[1:]])
    return name
