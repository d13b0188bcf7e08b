"""What was measured is kept over an interruption, whole pairs of it, and nothing else."""

from __future__ import annotations

import pytest
from asvwatch.journal import Journal, Key
from asvwatch.model import Measurement
from asvwatch.runs import Conditions
from unusable import NOT_READABLE, make_unreadable

ABOUT = "the suite, the packages"


def key(commit="a", seed=7):
    return Key(commit * 40, "suite.time_it", 0, Conditions(hash_seed=seed, number=3))


def measured(value):
    return Measurement(value=value, samples=(value, 2 * value), number=3)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "env.journal"


def interrupted(file, *entries):
    journal = Journal(file, ABOUT)
    for one, value in entries:
        journal.add(one, measured(value))
    journal.close(done=False)


def left(file, about=ABOUT):
    journal = Journal(file, about)
    journal.close(done=False)
    return journal.left


def test_what_was_measured_is_had_again_once_and_in_order(file):
    entries = [
        (key("a", 0), 0.5),
        (key("a"), 1.1),
        (key("b"), 1 / 3),
        (key("a"), 1.2),
        (key("b"), 2),
    ]
    interrupted(file, *entries)
    journal = Journal(file, ABOUT)
    assert journal.left == 5
    assert [journal.take(key("a")) for _ in range(3)] == [measured(1.1), measured(1.2), None]
    assert journal.take(key("b")) == measured(1 / 3)
    assert journal.take(key("a", 0)) == measured(0.5)
    assert journal.take(key("c")) is None
    journal.close(done=False)
    assert left(file) == 5


def test_a_run_that_is_done_leaves_nothing(file):
    journal = Journal(file, ABOUT)
    journal.add(key(), measured(1.0))
    journal.close(done=True)
    assert list(file.parent.iterdir()) == []


def test_what_was_measured_of_something_else_is_forgotten(file):
    interrupted(file, (key("a"), 1.0), (key("b"), 1.0))
    assert left(file, "another suite") == 0
    assert left(file) == 0


def test_half_a_pair_is_measured_again(file):
    interrupted(file, (key("a"), 1.0), (key("b"), 1.0), (key("b", 8), 1.0))
    assert left(file) == 2


def test_failures_are_not_kept(file):
    journal = Journal(file, ABOUT)
    journal.add(key("a", 0), Measurement(value=None, error="KeyboardInterrupt"))
    journal.close(done=False)
    assert left(file) == 0


def test_a_journal_that_is_cut_off_anywhere_is_gone_on_with(file):
    interrupted(file, (key("a"), 1.0), (key("b"), 1.0), (key("b", 8), 1.0), (key("a", 8), 1.0))
    whole = file.read_bytes()
    ends = [at for at, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(0, len(whole) + 1, 7):
        file.write_bytes(whole[:length])
        lines = sum(1 for end in ends if end <= length)
        assert left(file) == max(0, lines - 1) // 2 * 2


@pytest.mark.parametrize(("how", "why"), NOT_READABLE)
def test_a_journal_that_cannot_be_kept_is_named(file, how, why):
    make_unreadable(file, how)
    with pytest.raises(OSError, match=why) as error:
        Journal(file, ABOUT)
    assert error.value.filename == str(file)


@pytest.mark.parametrize(
    "text", ["[]", '"the suite, the packages"\n[]', "null\nnull", "\x00", "{}\n{}"]
)
def test_what_is_no_journal_is_begun_anew(file, text):
    file.write_text(text)
    journal = Journal(file, ABOUT)
    assert journal.left == 0
    journal.add(key("a", 0), measured(1.0))
    journal.close(done=False)
    assert left(file) == 1
