"""Letters: addressee and date stand beside the text, never in it."""

from __future__ import annotations

from bookgen.models import PartialDate
from bookgen.sources import clean, letters, passages, plain

LETTERS = """\
LETTERS.


1.

TO FRAU VON STREICHER.[1]

Nussdorf, July 20, 1817.

MY DEAR FRIEND,--

I have been occupied in arranging my papers, and an immense amount of
patience [he had little] is required for such an affair as putting them in
order. Tell Cz---- [Czerny's] brother that I am well. In haste, your

BEETHOVEN.

P.S.--Do not forget to send me the book that I asked for in my last letter.

Alser Vorstadt, No. 12,
Second Floor.

[Footnote 1: She was a friend of his, and she made pianos in Vienna.]


2.

TO THE SAME.

DEAR FRIEND,--

You see what servants are! I place no confidence in them at all, and I
shall never do so again.

I am, with all possible esteem, your friend,

L. VAN BEETHOVEN.

[The close of this letter

was never read by anybody at all.]


SECOND PART.

1822-1827.


3.

MEMORANDUM.

1822.

The Mass will soon be in your hands, and it ought to have been so long ago.

[K.]


4.

TO F. RIES,--LONDON.

Vienna.

I wish to know when the symphony will be played, and who is to lead it.

Your friend,

BEETHOVEN.


5.[1]

MY DEAR SON,--

Come to me on Sunday if the weather is fine, but do not come if it rains.
As ever, your

FATHER.


6.

TO HERR NÄGELI.

May 3, 1824

SIR,--

I beg you to send me the songs which you have printed, as I am told.


7.

TO THE ARCHDUKE RUDOLPH.

I hope to be able to join you in Baden as soon as I am well again.
"""


def read() -> list[tuple[str | None, PartialDate | None, str]]:
    body = clean.cut(plain.read(LETTERS).blocks)
    assert letters.are_letters(body)
    return [
        (passage.heading, passage.date, passage.text)
        for passage in passages.build(letters.read(body), "letters", "en")
    ]


def test_letters_are_read() -> None:
    assert read() == [
        (
            "To Frau von Streicher",
            PartialDate(1817, 7, 20),
            "I have been occupied in arranging my papers, and an immense amount of patience is "
            "required for such an affair as putting them in order. Tell Cz—— [Czerny's] brother "
            "that I am well.",
        ),
        (
            "To Frau von Streicher",
            PartialDate(1817, 7, 20),
            "Do not forget to send me the book that I asked for in my last letter.",
        ),
        (
            "To Frau von Streicher",
            None,
            "You see what servants are! I place no confidence in them at all, and I shall never "
            "do so again.",
        ),
        (
            "Memorandum",
            PartialDate(1822),
            "The Mass will soon be in your hands, and it ought to have been so long ago.",
        ),
        (
            "To F. Ries, London",
            None,
            "I wish to know when the symphony will be played, and who is to lead it.",
        ),
        (
            None,
            None,
            "Come to me on Sunday if the weather is fine, but do not come if it rains.",
        ),
        (
            "To Herr Nägeli",
            PartialDate(1824, 5, 3),
            "I beg you to send me the songs which you have printed, as I am told.",
        ),
        (
            "To the Archduke Rudolph",
            None,
            "I hope to be able to join you in Baden as soon as I am well again.",
        ),
    ]


def test_chapters_that_begin_with_to_are_not_letters() -> None:
    chapters = "\n\n\n".join(
        f"TO THE CITY OF {city}\n\nHe left the town in spring and went on, and he never came back."
        for city in ("BONN", "VIENNA", "LINZ", "GRAZ", "PRAGUE", "BERLIN")
    )
    assert not letters.are_letters(clean.cut(plain.read(chapters).blocks))
