"""Many assessments in a few figures, and what to do about them in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from bookgen.sources.assess.candidate import Assessment

__all__ = ["Summary", "is_accepted", "summarise"]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of sources; `validation_rate` is the share, 0 to 1, of valid ones. `rejected` are
    those below a limit, the invalid ones among them. Averages are over the sources that have the
    figure, None where none has it."""

    total: int
    valid: int
    accessible: int
    accessibility_checked: int
    rejected: int
    trusted: int
    validation_rate: float
    average_relevance: float | None
    average_credibility: float | None
    source_types: Mapping[str, int]
    domain_categories: Mapping[str, int]
    recommendations: tuple[str, ...]

    @property
    def invalid(self) -> int:
        return self.total - self.valid


def is_accepted(
    assessment: Assessment, *, min_relevance: float = 0.0, min_credibility: int = 0
) -> bool:
    """Whether a source is valid and not below a limit. An unknown relevance is below none."""
    return (
        assessment.is_valid
        and assessment.credibility >= min_credibility
        and (assessment.relevance is None or assessment.relevance >= min_relevance)
    )


def summarise(
    assessments: Sequence[Assessment], *, min_relevance: float = 0.0, min_credibility: int = 0
) -> Summary:
    """Return the figures of all assessments and what they recommend."""
    total = len(assessments)
    valid = [a for a in assessments if a.is_valid]
    accepted = [
        a
        for a in valid
        if is_accepted(a, min_relevance=min_relevance, min_credibility=min_credibility)
    ]
    return Summary(
        total=total,
        valid=len(valid),
        accessible=sum(a.is_accessible is True for a in assessments),
        accessibility_checked=sum(a.is_accessible is not None for a in assessments),
        rejected=total - len(accepted),
        trusted=sum(a.metadata.is_trusted for a in valid),
        validation_rate=len(valid) / total if total else 0.0,
        average_relevance=_mean(a.relevance for a in assessments),
        average_credibility=_mean(a.credibility for a in assessments),
        source_types=Counter(a.metadata.source_type for a in assessments),
        domain_categories=Counter(a.metadata.domain_category for a in assessments),
        recommendations=tuple(
            _recommendations(assessments, len(accepted), min_relevance, min_credibility)
        ),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _recommendations(
    assessments: Sequence[Assessment], accepted: int, min_relevance: float, min_credibility: int
) -> Iterable[str]:
    total = len(assessments)
    valid = [a for a in assessments if a.is_valid]
    if not total:
        yield "Give at least one source."
        return
    if not accepted:
        yield "None of the sources can be used as they are. Replace them, or lower the limits."
    unreachable = sum(a.is_accessible is False for a in assessments)
    if unreachable:
        yield (
            f"{_sources(unreachable, total)} cannot be fetched: check the addresses, or save the "
            "pages yourself and give the files."
        )
    malformed = total - len(valid) - unreachable
    if malformed:
        yield f"{_sources(malformed, total)} cannot be used as given: see what is wrong with each."
    unchecked = sum(bool(a.metadata.domain) and a.is_accessible is None for a in valid)
    if unchecked:
        yield f"{_sources(unchecked, total)} not checked for access: check before you write."
    off_topic = sum(a.relevance is not None and a.relevance < min_relevance for a in valid)
    if off_topic:
        yield (
            f"{_sources(off_topic, total)} tell too little of the topic (below "
            f"{min_relevance:g}): replace them by sources about it."
        )
    doubtful = sum(a.credibility < min_credibility for a in valid)
    if doubtful:
        yield (
            f"{_sources(doubtful, total)} are below the credibility asked for "
            f"({min_credibility}): prefer archives, universities, encyclopedias and publishers."
        )
    hosts = Counter(a.metadata.domain for a in valid if a.metadata.domain)
    if hosts:
        host, most = hosts.most_common(1)[0]
        if most > 3 and 2 * most > len(valid):
            yield f"{most} of {len(valid)} valid sources are from {host}: add others to compare."


def _sources(count: int, total: int) -> str:
    return f"{count} of {total} sources"
