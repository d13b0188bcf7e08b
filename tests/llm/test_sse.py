"""A stream means the same however it is cut into pieces."""

import tracemalloc
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bookgen.llm.sse import EventParser

STREAM = (
    "\ufeff: OPENROUTER PROCESSING\n\n"
    'data: {"text": "Ludwig – «Bonn»"}\n\n'
    "event: message\r\ndata: first\r\ndata: second\r\n\r\n"
    "data:without a space\r\r"
    ": another\n"
    "data\n\n"
    "id: 7\n\n"
    "data: [DONE]\n\n"
).encode()
EVENTS = ['{"text": "Ludwig – «Bonn»"}', "first\nsecond", "without a space", "", "[DONE]"]


def read(pieces):
    parser = EventParser()
    found = [event for piece in pieces for event in parser.feed(piece)]
    return found + parser.feed(b"", last=True), parser.comments


def test_events_comments_and_line_ends_are_told_apart():
    assert read([STREAM]) == (EVENTS, 2)


def test_byte_by_byte_it_is_the_same():
    assert read([STREAM[at : at + 1] for at in range(len(STREAM))]) == (EVENTS, 2)


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_cut_gives_the_same_events(cuts):
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[one:other] for one, other in pairwise(places)]
    assert read(pieces) == (EVENTS, 2)


def test_an_event_that_the_end_cuts_off_is_read():
    assert read([b"data: last"]) == (["last"], 0)


@given(st.binary(max_size=60).map(lambda noise: b"data: " + noise), st.integers(1, 5))
def test_noise_too_is_the_same_in_pieces_of_any_size(noise, size):
    pieces = [noise[at : at + size] for at in range(0, len(noise), size)]
    assert read(pieces) == read([noise])


def test_a_long_line_is_not_copied_for_every_piece_of_it():
    def bytes_in_use(pieces):
        parser = EventParser()
        tracemalloc.start()
        for _ in range(pieces):
            parser.feed(b"x" * 1_000)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    # Joined for every piece, the line and its copy would stand side by side.
    assert bytes_in_use(1_000) < 1.5 * 1_000 * 1_000
