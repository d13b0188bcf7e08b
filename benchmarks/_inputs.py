"""Texts and sources to measure with: made from seeds, the same on every commit and machine.

Nothing here uses the code under test. What exists is never changed, only added to: another input
would begin another history. Words, templates and draws stand in a fixed order for that reason, and
all chance comes from `Random.random()`, whose sequence Python promises to keep.
"""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from pathlib import Path

from ._lexicon import LEXICONS

SUBJECT = {"en": "Elias Moravec", "es": "Elías Moravec"}
BORN, DIED = 1761, 1826
# What ISO-8859-1 lacks, as it was typed in its time.
_TYPED = str.maketrans({"“": '"', "”": '"', "—": "--"})
AUTHORS = "Karl Grünfeld|Anna Vogel|Paul Adler|Rosa Lindner|Thomas Whitby|Inés Carvajal".split("|")


class _Prose:
    """Writes sentences about the subject, one after the other, from a seed."""

    def __init__(self, seed, language):
        self._random = random.Random(f"{language} {seed}")
        self._lexicon = LEXICONS[language]

    def number(self, low, high):
        """Return a whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, choices):
        return choices[int(self._random.random() * len(choices))]

    def sentence(self, year):
        """Return a sentence of 6 to 40 words; about one in three tells of a date in that year."""
        words = self._lexicon
        template = self.pick(words["sentences"])
        template = template.replace("{opening}", self.pick(words["openings"]))
        template = template.replace("{tail}", self.pick(words["tails"]))
        thing, other = self._two(words["things"])
        person, friend = self._two(words["people"])
        place, town = self._two(words["places"])
        line = template.format(
            year=year,
            month=self.pick(words["months"]),
            day=self.number(1, 28),
            season=self.pick(words["seasons"]),
            place=place,
            town=town,
            person=person,
            friend=friend,
            thing=thing,
            other=other,
            did=self.pick(words["verbs"]),
            done=self.pick(words["participles"]),
            adjective=self.pick(words["adjectives"]),
            quality=self.pick(words["adjectives"]),
            adverb=self.pick(words["adverbs"]),
            count=self.number(2, 19),
            sum=10 * self.number(2, 90),
            opus=self.number(1, 99),
        )
        first = next(place for place, letter in enumerate(line) if letter.isalpha())
        return f"{line[:first]}{line[first].upper()}{line[first + 1 :]}"

    def _two(self, choices):
        """Return two different ones."""
        first = self.number(0, len(choices) - 1)
        second = (first + self.number(1, len(choices) - 1)) % len(choices)
        return choices[first], choices[second]

    def birth(self, year):
        return self._lexicon["birth"].format(
            month=self.pick(self._lexicon["months"]), day=self.number(1, 28), year=year
        )

    def death(self, year):
        return self._lexicon["death"].format(
            month=self.pick(self._lexicon["months"]), day=self.number(1, 28), year=year
        )


def paragraphs(seed, words, language="en"):
    """Return a life as paragraphs, each a list of 3 to 7 sentences, of at least so many words.

    They are in the order of time, from the birth to the death.
    """
    prose = _Prose(f"paragraphs {seed}", language)
    made = [[prose.birth(BORN), *(prose.sentence(BORN) for _ in range(3))]]
    count = sum(len(line.split()) for line in made[0])
    while count < words:
        year = BORN + 8 + int((DIED - BORN - 8) * count / words)
        made.append([prose.sentence(year) for _ in range(prose.number(3, 7))])
        count += sum(len(line.split()) for line in made[-1])
    made[-1].append(prose.death(DIED))
    return made


def retold(seed, lines, language="en"):
    """Return the sentences with one word in ten left out of each: what another author made of them.

    They are near-duplicates of the given ones, as two accounts of one event are.
    """
    prose = _Prose(f"retold {seed}", language)
    made = []
    for line in lines:
        first, *inner, last = line.split()
        kept = [word for word in inner if prose.number(1, 10) > 1]
        made.append(" ".join([first, *kept, last]))
    return made


def text(seed, words, language="en"):
    """Return plain text of at least so many words, its paragraphs parted by empty lines."""
    return "\n\n".join(" ".join(lines) for lines in paragraphs(seed, words, language))


def lives(seed, count, words, language="en"):
    """Return `count` accounts of the same life, each a list of paragraphs (text).

    Every tenth paragraph of an account is the one before's, retold.
    """
    made = []
    before = []
    for number in range(count):
        account = paragraphs(f"{seed} {number}", words, language)
        for place in range(9, min(len(account), len(before)) - 1, 10):
            account[place] = retold(f"{seed} {number} {place}", before[place], language)
        before = account
        made.append([" ".join(lines) for lines in account])
    return made


def title(number, language="en"):
    return LEXICONS[language]["title"].format(number=number + 1)


def headings(count, language="en"):
    """Return the headings of `count` chapters."""
    things = LEXICONS[language]["headings"]
    return [things[number % len(things)] for number in range(count)]


def chapters(account, count, language):
    """Return an account as at most `count` chapters, each its heading and paragraphs."""
    size = -(-len(account) // count)
    parts = [account[start : start + size] for start in range(0, len(account), size)]
    return list(zip(headings(len(parts), language), parts, strict=True))


def plain_file(account, number=0, language="en"):
    """Return the bytes of an old e-book in ISO-8859-1: licence, contents, chapters, index."""
    words = LEXICONS[language]
    name, author = title(number, language), AUTHORS[number % len(AUTHORS)]
    parted = chapters(account, 8, language)
    parts = [
        f"The Project Gutenberg eBook of {name}, by {author}\n\n"
        "This eBook is for the use of anyone anywhere at no cost and with\n"
        "almost no restrictions whatsoever.  You may copy it, give it away or\n"
        "re-use it under the terms of the Project Gutenberg License included\n"
        "with this eBook or online at www.gutenberg.org\n\n\n"
        f"Title: {name}\n\nAuthor: {author}\n\nLanguage: {words['language']}\n\n"
        f"*** START OF THE PROJECT GUTENBERG EBOOK {name.upper()} ***",
        f"{words['contents']}\n\n"
        + "\n".join(f"  {place:>2}. {heading}" for place, (heading, _) in enumerate(parted, 1)),
    ]
    for place, (heading, body) in enumerate(parted, 1):
        parts.append(f"{words['chapter']} {place}\n\n{heading.upper()}")
        parts.extend(_wrap(paragraph) for paragraph in body)
    index = [f"{place}, {17 + n}, {140 + 3 * n}" for n, place in enumerate(words["places"])]
    parts.append(f"{words['index']}\n\n" + "\n".join(index))
    parts.append(
        f"*** END OF THE PROJECT GUTENBERG EBOOK {name.upper()} ***\n\n"
        "Updated editions will replace the previous one--the old editions will be renamed.\n\n"
        "Creating the works from print editions not protected by U.S. copyright law means that\n"
        "no one owns a United States copyright in these works."
    )
    return "\n\n\n".join(parts).translate(_TYPED).encode("latin-1")


def _wrap(paragraph, width=72):
    lines, line = [], ""
    for word in paragraph.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def markdown_file(account, number=0, language="en"):
    """Return the bytes of a Markdown document with front matter, headings, emphasis and links."""
    lines = [
        "---",
        f"title: {title(number, language)}",
        f"author: {AUTHORS[number % len(AUTHORS)]}",
        f"date: {1890 + number}",
        "licence: CC0-1.0",
        f"language: {language}",
        "---",
        "",
    ]
    for heading, body in chapters(account, 5, language):
        lines += [f"## {heading}", ""]
        for place, paragraph in enumerate(body):
            first, second, rest = paragraph.split(" ", 2)
            marked = (
                f"{first} *{second}* {rest}",
                f"{first} [{second}](https://example.org/{place}) {rest}",
                paragraph,
            )[place % 3]
            lines += [marked, ""]
    return "\n".join(lines).encode()


def html_file(account, number=0, language="en"):
    """Return the bytes of a web page: an article between a menu, a side column and a footer."""
    body = "\n".join(
        f"<h2>{heading}</h2>\n" + "\n".join(f"<p>{paragraph}</p>" for paragraph in part)
        for heading, part in chapters(account, 5, language)
    )
    name, author = title(number, language), AUTHORS[number % len(AUTHORS)]
    menu = "".join(f'<li><a href="/{place}">Page {place}</a></li>' for place in range(12))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<title>{name}</title><meta name="author" content="{author}">'
        f'<meta name="date" content="{1990 + number}-05-17"></head><body>'
        f"<nav><ul>{menu}</ul></nav><main><article><h1>{name}</h1>\n{body}\n</article></main>"
        f"<aside><h3>More to read</h3><ul>{menu}</ul></aside>"
        "<footer><p>Copyright of the publisher. Imprint. Cookies.</p></footer></body></html>\n"
    ).encode()


FILES = (("txt", plain_file), ("md", markdown_file), ("html", html_file))


def write_files(folder, seed, count, words, language="en"):
    """Write `count` accounts of so many words each into `folder`, in turn as txt, md and html."""
    for number, account in enumerate(lives(seed, count, words, language)):
        suffix, make = FILES[number % len(FILES)]
        path = Path(folder, f"account-{number + 1:03d}.{suffix}")
        path.write_bytes(make(account, number, language))


def new_folder():
    """Return a new folder, which goes with the process. asv ends its processes without a word to
    them, and removes the folder that it runs a benchmark in: there it is within that."""
    here = Path.cwd()
    temporary = Path(tempfile.gettempdir()).resolve()
    within = here if temporary in here.resolve().parents else None
    folder = tempfile.mkdtemp(prefix="bookgen-benchmark-", dir=within)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
