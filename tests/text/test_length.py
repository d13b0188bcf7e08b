"""The length score is S_L of LongBench-Write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.text.length import length_score


@pytest.mark.parametrize(
    ("asked", "written", "score"),
    [
        (1_000, 1_000, 100.0),
        (1_000, 2_500, 50.0),
        (1_000, 4_000, 0.0),
        (1_000, 9_000, 0.0),
        (1_000, 500, 50.0),
        (1_000, 333, 0.0),
        (1_000, 0, 0.0),
        (12_750, 1_500, 0.0),
    ],
)
def test_the_score_falls_to_both_sides_of_what_was_asked(asked, written, score):
    assert length_score(asked, written) == pytest.approx(score, abs=0.01)


@given(st.integers(1, 10**6), st.integers(0, 10**7))
def test_it_is_a_percentage(asked, written):
    assert 0.0 <= length_score(asked, written) <= 100.0


@pytest.mark.parametrize(("asked", "written"), [(0, 10), (-1, 10), (10, -1)])
def test_a_length_that_cannot_be_is_refused(asked, written):
    with pytest.raises(ValueError, match="Cannot score"):
        length_score(asked, written)
