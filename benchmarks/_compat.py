"""What benchmarks need of bookgen, found on any commit.

A commit that lacks something is no failure of that commit: NotImplementedError, with the reason,
makes asv skip the benchmark. bookgen is imported inside the functions, so that the suites
themselves can be imported where it is missing or broken.
"""

from __future__ import annotations

from importlib import import_module

from . import _inputs


def find(*paths):
    """Return what the first of the paths that exists names, such as `bookgen.text.words:words`.

    The further paths are where older commits have it. Raises NotImplementedError where none
    exists.
    """
    for path in paths:
        name, _, attribute = path.partition(":")
        try:
            module = import_module(name)
        except ModuleNotFoundError as error:
            # A library that is missing is a failure of the commit, and has to be seen as one.
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            continue
        if hasattr(module, attribute):
            return getattr(module, attribute)
    raise NotImplementedError(f"this commit has no {' and no '.join(paths)}")


def corpus(accounts, language="en"):
    """Return a Corpus of accounts of `_inputs.lives`, as the sources part would load them."""
    source = find("bookgen.models:Source")
    passage = find("bookgen.models:Passage")
    sources, passages = [], []
    for number, account in enumerate(accounts):
        name = f"account-{number + 1}"
        sources.append(
            source(
                id=name,
                title=_inputs.title(number, language),
                location=f"library/{name}.txt",
                sha256=f"{number:064x}",
                language=language,
                author=_inputs.AUTHORS[number % len(_inputs.AUTHORS)],
                date=str(1890 + number),
            )
        )
        chapters = _inputs.chapters(account, 8, language)
        told = [(heading, paragraph) for heading, body in chapters for paragraph in body]
        passages += [
            passage(source_id=name, number=place, text=paragraph, heading=heading)
            for place, (heading, paragraph) in enumerate(told, 1)
        ]
    return find("bookgen.models:Corpus")(sources=tuple(sources), passages=tuple(passages))


def book(accounts, chapters, language="en"):
    """Return a Biography that quotes all paragraphs of the accounts in so many chapters."""
    section_plan = find("bookgen.models:SectionPlan")
    section = find("bookgen.models:Section")
    chapter_plan = find("bookgen.models:ChapterPlan")
    entry = find("bookgen.models:TimelineEntry")
    date = find("bookgen.models:PartialDate")
    told = corpus(accounts, language)
    size = -(-len(told.passages) // (2 * chapters))
    parts = [told.passages[start : start + size] for start in range(0, len(told.passages), size)]
    titles = _inputs.headings(len(parts), language)
    plans, sections = [], []
    for place, (part, title) in enumerate(zip(parts, titles, strict=True)):
        chapter, number = 1 + place // 2, 1 + place % 2
        words = sum(len(passage.text.split()) for passage in part)
        ids = tuple(passage.id for passage in part)
        plans.append(section_plan(chapter, number, title, words, ids))
        quoted = "\n\n".join(
            f"{_quoted(passage.text, language)} [@{passage.id}]" for passage in part
        )
        sections.append(section(chapter, number, title, quoted))
    span = _inputs.DIED - _inputs.BORN
    return find("bookgen.models:Biography")(
        brief=find("bookgen.models:Brief")(
            _inputs.SUBJECT[language],
            words=max(1_000, sum(plan.words for plan in plans)),
            chapters=chapters,
            language=language,
        ),
        outline=find("bookgen.models:Outline")(
            tuple(
                chapter_plan(
                    number,
                    f"{title} {number}",
                    tuple(plan for plan in plans if plan.chapter == number),
                    (date(_inputs.BORN + number), date(_inputs.BORN + number + 1)),
                )
                for number, title in enumerate(_inputs.headings(chapters, language), 1)
            )
        ),
        prologue=None,
        sections=tuple(sections),
        timeline=tuple(
            entry(
                date(_inputs.BORN + span * place // len(parts)),
                part[0].id,
                told_in=(1 + place // 2, 1 + place % 2),
            )
            for place, part in enumerate(parts)
        ),
        sources=told.sources,
        passages={passage.id: passage for passage in told.passages},
    )


def report(biography):
    """Return a Report on such a book, as the checks would."""
    return find("bookgen.models:Report")(
        words=biography.brief.words,
        chapters=biography.brief.chapters,
        citations=len(biography.passages),
        coverage=1.0,
    )


def _quoted(text, language):
    # The marks inside are switched, as the writers do.
    opening, closing, inside = {"en": ("“", "”", "‘’"), "es": ("«", "»", "“”")}[language]
    text = text.translate(str.maketrans(opening + closing, inside))
    return f"{opening}{text}{closing}"
