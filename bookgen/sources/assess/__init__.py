"""Says of sources that somebody proposes whether they can be used, and how far to trust them."""

from bookgen.sources.assess.candidate import Assessment, Candidate, SourceMetadata, SourceType
from bookgen.sources.assess.check import assess
from bookgen.sources.assess.credibility import Credibility, credibility_of
from bookgen.sources.assess.duplicates import canonical_url, find_duplicates
from bookgen.sources.assess.form import Form, check_form
from bookgen.sources.assess.relevance import relevance
from bookgen.sources.assess.summary import Summary, is_accepted, summarise

__all__ = [
    "Assessment",
    "Candidate",
    "Credibility",
    "Form",
    "SourceMetadata",
    "SourceType",
    "Summary",
    "assess",
    "canonical_url",
    "check_form",
    "credibility_of",
    "find_duplicates",
    "is_accepted",
    "relevance",
    "summarise",
]
