"""Regressions taken on purpose are listed with their reasons, and nothing else slips through."""

from __future__ import annotations

import pytest
from asvwatch import accepted
from asvwatch.errors import ConfigError
from hypothesis import given
from hypothesis import strategies as st

COMMIT = "1a2b3c4d" + "0" * 32


def test_no_file_accepts_nothing(tmp_path):
    assert accepted.load(tmp_path / "accepted.toml") == ()


def test_an_entry_covers_its_benchmark_at_its_commit_only(tmp_path):
    file = tmp_path / "accepted.toml"
    file.write_text(
        '[[accepted]]\nbenchmark = "suite.time_*"\ncommit = "1A2B3C4D"\nreason = " on purpose "\n'
    )
    (entry,) = accepted.load(file)
    assert entry.reason == "on purpose"
    assert entry.covers("suite.time_it", "suite.time_it(3)", (COMMIT,))
    assert not entry.covers("suite.track_it", "suite.track_it", (COMMIT,))
    assert not entry.covers("suite.time_it", "suite.time_it", ("f" * 40,))


def test_one_combination_of_parameters_can_be_accepted():
    entry = accepted.Accepted("suite.time_it(3)", "1a2b3c4d", "why")
    assert entry.covers("suite.time_it", "suite.time_it(3)", (COMMIT,))
    assert not entry.covers("suite.time_it", "suite.time_it(4)", (COMMIT,))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[accepted]]\nbenchmark = "a"\ncommit = "1a2b3c4d"', "reason"),
        ('[[accepted]]\nbenchmark = "a"\ncommit = "1a2b"\nreason = "r"', "'1a2b'"),
        ('[[accepted]]\nbenchmark = "a"\ncommit = "main"\nreason = "r"', "'main'"),
        ('[[accepted]]\nbenchmark = ""\ncommit = "1a2b3c4d"\nreason = "r"', "benchmark"),
        ('[[accepted]]\nbench = "a"', "'bench'"),
        ("[accept]\n", "'accept'"),
        ("accepted = 1\n", "accepted"),
        ("accepted = ", "cannot be read"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, text, named):
    file = tmp_path / "accepted.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        accepted.load(file)
    assert named in str(error.value)


@given(reason=st.text(min_size=1, max_size=30).filter(str.strip))
def test_an_entry_is_added_and_what_stands_there_stays(tmp_path_factory, reason):
    file = tmp_path_factory.mktemp("accepted") / "accepted.toml"
    before = '# why\n[[accepted]]\nbenchmark = "b"\ncommit = "1a2b3c4d"\nreason = "r" # because\n'
    file.write_text(before)
    entry = accepted.Accepted("suite.time_it('a\"\\\\')", COMMIT, reason.strip())
    accepted.add(file, entry)
    assert file.read_text(encoding="utf-8").startswith(before)
    assert accepted.load(file)[1] == entry
    with pytest.raises(ConfigError, match="already"):
        accepted.add(file, entry)
    assert len(list(file.parent.iterdir())) == 1
