"""Server-sent events, read from bytes as they come."""

from __future__ import annotations

__all__ = ["EventParser"]

_BOM = b"\xef\xbb\xbf"


class EventParser:
    """Turns pieces of a stream into the data of its events.

    As in the HTML standard, "Server-sent events", 9.2.6: lines end in LF, CR or CRLF; a line that
    begins with a colon is a comment; an empty line ends an event; several data lines are one datum
    with line feeds between. Other fields are not needed and are passed over.
    """

    def __init__(self) -> None:
        # Bytes are cut into lines before they are decoded: no line end is a part of another
        # character of UTF-8, so a piece may end anywhere.
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._after_cr = False
        self._at_start = True
        self.comments = 0

    def feed(self, piece: bytes, *, last: bool = False) -> list[str]:
        """Return the data of the events that end in `piece`; with `last`, an event that the end
        of the stream leaves without its empty line, too."""
        events: list[str] = []
        for line in self._lines(piece, last):
            if line[:5] == b"data:":
                self._data.append(line[5:].removeprefix(b" "))
            elif not line:
                self._end_event(events)
            elif line[:1] == b":":
                self.comments += 1
            elif line == b"data":
                self._data.append(b"")
        if last:
            self._end_event(events)
        return events

    def _end_event(self, events: list[str]) -> None:
        if self._data:
            events.append(b"\n".join(self._data).decode("utf-8", "replace"))
            self._data = []

    def _lines(self, piece: bytes, last: bool) -> list[bytes]:
        if piece:
            if self._after_cr:  # the other half of a CRLF
                piece = piece.removeprefix(b"\n")
            self._after_cr = piece.endswith(b"\r")
        self._line.append(piece)
        if not last and b"\n" not in piece and b"\r" not in piece:
            return []  # joined once, when it ends, or a long line would be copied for every piece
        whole = b"".join(self._line)
        lines = whole.splitlines()
        ended = whole.endswith((b"\n", b"\r"))
        self._line = [lines.pop()] if lines and not ended and not last else []
        if self._at_start and lines:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BOM)
        return lines
