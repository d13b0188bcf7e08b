"""Relevance to a topic, credibility of a site, and the summary of many assessments."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from bookgen.sources import load_sources
from bookgen.sources.assess import (
    Assessment,
    Candidate,
    SourceMetadata,
    credibility_of,
    is_accepted,
    relevance,
    summarise,
)

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
TOPIC = "Ludwig van Beethoven"


def test_relevance_is_the_documented_formula():
    text = "Ada went home. Ada read a poem. The poem was long."
    # ada: 2 of a name, weight 2; poem: 2; engine: none
    expected = (2 * 2 / 4 + 1 * 2 / 4 + 0) / 4
    assert relevance("Ada, a poem and the engine", text) == pytest.approx(expected)
    assert relevance("Ada", text, title="Ada's life") == pytest.approx(7 / 9)


def test_relevance_grows_with_mentions_and_stays_below_one():
    values = [relevance("Beethoven", "Beethoven wrote it. " * n) for n in (0, 1, 2, 5, 1000)]
    assert values[:4] == [0, pytest.approx(1 / 3), pytest.approx(1 / 2), pytest.approx(5 / 7)]
    assert 0.99 < values[4] < 1


def test_case_accents_and_particles_do_not_matter():
    assert relevance("José de Espronceda", "jose espronceda", language="es") == pytest.approx(1 / 3)
    assert relevance(TOPIC, "LUDWIG BEETHOVEN") == pytest.approx(1 / 3)


@pytest.mark.parametrize("topic", ["", "the of and", "?!"])
def test_a_topic_without_words_is_told_of_by_nothing(topic):
    assert relevance(topic, "Anything at all.") == 0.0


@pytest.mark.skipif(not DATA.is_dir(), reason="the real texts are not here")
def test_real_works_are_told_from_those_about_others():
    corpus = load_sources([DATA])
    texts = {source.id: "" for source in corpus.sources}
    for passage in corpus.passages:
        texts[passage.source_id] += passage.text + "\n"
    of_franklin = {name: relevance("Benjamin Franklin", text) for name, text in texts.items()}
    of_beethoven = {name: relevance(TOPIC, text) for name, text in texts.items()}
    for name in texts:
        high, low = (of_franklin, of_beethoven) if "auto" in name else (of_beethoven, of_franklin)
        assert high[name] > 0.8
        assert low[name] < 0.1


@pytest.mark.parametrize(
    ("host", "category"),
    [
        ("www.loc.gov", "archive"),
        ("nasa.gov", "government"),
        ("www.parliament.gov.uk", "government"),
        ("cs.harvard.edu", "education"),
        ("www.ox.ac.uk", "education"),
        ("unam.edu.mx", "education"),
        ("muse.jhu.edu", "journal"),
        ("WWW.Britannica.COM", "encyclopedia"),
        ("es.wikipedia.org", "open_encyclopedia"),
        ("global.oup.com", "publisher"),
        ("news.bbc.co.uk", "news"),
        ("somebody.blogspot.com", "blog"),
        ("www.academia.edu", "blog"),
        ("web.archive.org", "copy"),
        ("x.com", "social"),
        ("example.com", "unknown"),
        ("netflix.com", "unknown"),
        ("gov.evil.com", "unknown"),
        ("evil-britannica.com", "unknown"),
        ("britannica.com.evil.net", "unknown"),
        ("gov.example", "unknown"),
        ("93.184.216.34", "bare_address"),
        ("2606:4700::1", "bare_address"),
    ],
)
def test_a_host_belongs_to_the_class_of_its_longest_suffix(host, category):
    assert credibility_of(host).category == category


def test_what_is_not_on_the_web_is_judged_by_what_identifies_it():
    scores = [
        credibility_of(None, "book", has_identifier=True).score,
        credibility_of(None, "book").score,
        credibility_of(None, "document").score,
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    assert credibility_of(None, "other", has_identifier=True).category == "unpublished"


def test_no_domain_stands_in_two_classes_and_every_class_has_its_reason():
    text = files("bookgen.sources.assess").joinpath("domains.toml").read_text(encoding="utf-8")
    classes = tomllib.loads(text)
    lines = [line for entry in classes.values() for line in entry.get("domains", [])]
    domains = " ".join(lines).split()
    assert len(domains) == len(set(domains))
    assert all(domain == domain.lower() and "/" not in domain for domain in domains)
    for entry in classes.values():
        assert 0 <= entry["score"] <= 100
        assert entry["reason"].endswith(".")
        assert set(entry) <= {"score", "reason", "domains"}
    assert credibility_of("loc.gov").is_trusted
    assert not credibility_of("medium.com").is_trusted


def assessment(
    *,
    issues: tuple[str, ...] = (),
    accessible: bool | None = True,
    relevance: float | None = None,
    host: str | None = "example.com",
    kind: str = "url",
) -> Assessment:
    known = credibility_of(host, kind)
    metadata = SourceMetadata(kind, host, known.category, known.is_trusted, known.reason)
    candidate = Candidate(source_type=kind)
    return Assessment(candidate, accessible, issues, (), metadata, relevance, known.score)


def test_the_summary_counts():
    found = [
        assessment(host="loc.gov", relevance=0.9),
        assessment(host="example.com", relevance=0.5),
        assessment(issues=("gone",), accessible=False),
        assessment(issues=("no title",), accessible=None, host=None, kind="book"),
    ]
    summary = summarise(found, min_relevance=0.7, min_credibility=80)
    assert (summary.total, summary.valid, summary.invalid, summary.rejected) == (4, 2, 2, 3)
    assert (summary.accessible, summary.accessibility_checked, summary.trusted) == (2, 3, 1)
    assert summary.validation_rate == 0.5
    assert summary.average_relevance == pytest.approx(0.7)
    assert summary.average_credibility == pytest.approx((95 + 50 + 50 + 65) / 4)
    assert summary.source_types == {"url": 3, "book": 1}
    assert summary.domain_categories == {"archive": 1, "unknown": 2, "book": 1}
    text = "\n".join(summary.recommendations)
    for part in ("1 of 4 sources cannot be fetched", "1 of 4 sources cannot be used", "topic"):
        assert part in text
    assert "credibility asked for (80)" in text


def test_a_summary_of_nothing_says_what_to_do():
    summary = summarise([])
    assert (summary.validation_rate, summary.average_relevance) == (0.0, None)
    assert summary.recommendations == ("Give at least one source.",)


def test_good_sources_need_no_recommendation():
    assert summarise([assessment(host="loc.gov", relevance=1.0)] * 2).recommendations == ()


def test_too_many_from_one_site_are_told():
    found = [assessment(host="en.wikipedia.org")] * 5 + [assessment(host="loc.gov")]
    (told,) = summarise(found).recommendations
    assert "5 of 6" in told
    assert "en.wikipedia.org" in told


def test_an_unknown_relevance_rejects_nothing():
    assert is_accepted(assessment(relevance=None), min_relevance=0.7)
    assert not is_accepted(assessment(relevance=0.69), min_relevance=0.7)
    assert not is_accepted(assessment(), min_credibility=51)
    assert not is_accepted(assessment(issues=("gone",)))
