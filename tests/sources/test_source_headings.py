"""Headings as titles, and the date lines of letters."""

from __future__ import annotations

import pytest

from bookgen.models import PartialDate
from bookgen.sources import headings
from bookgen.sources.datelines import date_of_line, is_date_line


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("EARLY PROMISE", "Early Promise"),
        ("CHAPTER I. EARLY PROMISE", "Early Promise"),
        ("Chapter 12: The Last Quartets", "The Last Quartets"),
        ("XIV.—AT THE ZENITH OF HIS FAME", "At the Zenith of His Fame"),
        ("CAPÍTULO III. LA VIDA EN LA CORTE", "La Vida en la Corte"),
        ("TO FRAU VON STREICHER.[1]", "To Frau von Streicher"),
        ("TO STEINER & CO.", "To Steiner & Co."),
        ("THE REIGN OF GEORGE III", "The Reign of George III"),
        ("WAGNER'S INDEBTEDNESS", "Wagner's Indebtedness"),
        ("Life in Vienna", "Life in Vienna"),
        ("CHAPTER I", None),
        ("IV.", None),
        ("216.", None),
        ("* * *", None),
    ],
)
def test_a_heading_becomes_a_title(heading: str, title: str | None) -> None:
    assert headings.title_of(heading) == title


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Vienna, July 9, 1817.", PartialDate(1817, 7, 9)),
        ("NUSSDORF, July 23, 1817.", PartialDate(1817, 7, 23)),
        ("Madrid, 9 de julio de 1602.", PartialDate(1602, 7, 9)),
        ("The 16th of December, 1770", PartialDate(1770, 12, 16)),
        ("December 17 [his birthday], 1824.", PartialDate(1824, 12, 17)),
        ("Vienna, April [March?] 30, 1819.", PartialDate(1819, 4, 30)),
        ("Hetzendorf, July, 1823.", PartialDate(1823, 7)),
        ("The Spring of 1823.", PartialDate(1823)),
        ("1819.", PartialDate(1819)),
        ("Hetzendorf, 1823 (?).", PartialDate(1823)),
        ("February 29, 1823.", PartialDate(1823, 2)),
        ("Baden, May 17.", None),
        ("Baden.", None),
        ("Tuesday Morning.", None),
    ],
)
def test_a_date_line_gives_its_date(line: str, date: PartialDate | None) -> None:
    assert is_date_line(line)
    assert date_of_line(line) == date


@pytest.mark.parametrize(
    "line",
    [
        "I shall be in London early in January, and I hope to see you there soon.",
        "He wrote no symphony.",
        "LUDWIG VAN BEETHOVEN.",
        "",
    ],
)
def test_other_lines_are_not_date_lines(line: str) -> None:
    assert not is_date_line(line)
