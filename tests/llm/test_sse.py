"""A stream means the same however it is cut into pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bookgen.llm.sse import EventParser

STREAM = (
    ": OPENROUTER PROCESSING\n\n"
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
