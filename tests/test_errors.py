"""Errors name the value and the way out, and survive the way between processes."""

import pickle

import pytest

from bookgen.errors import (
    BudgetError,
    ExportError,
    MissingExtraError,
    NoSourcesError,
    ProviderError,
    SourceError,
)

ERRORS = [
    (SourceError("a.txt", "it is empty."), ("a.txt", "it is empty.")),
    (NoSourcesError([SourceError("a.txt", "it is empty.")]), ("a.txt: it is empty.",)),
    (ProviderError(429, "Rate limit exceeded", 4), ("429", "Rate limit exceeded", "4 attempts")),
    (ProviderError(None, "connection refused"), ("no connection", "1 attempt ")),
    (MissingExtraError("The format pdf", "export"), ("pdf", "pip install 'bookgen[export]'")),
    (ExportError("epub", "pandoc ended with 1"), ("into epub: pandoc ended with 1", "md, txt")),
    (BudgetError(2.5, 2.4991, 0.0125), ("$2.50", "$2.4991", "$0.0125", "--resume")),
]


@pytest.mark.parametrize(("error", "parts"), ERRORS)
def test_a_message_names_what_was_wrong(error, parts):
    assert all(part in str(error) for part in parts)


@pytest.mark.parametrize(("error", "parts"), ERRORS)
def test_an_error_survives_pickling(error, parts):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
