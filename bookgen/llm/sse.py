"""Server-sent events, read from bytes as they come."""

from __future__ import annotations

import codecs

__all__ = ["EventParser"]


class EventParser:
    """Turns pieces of a stream into the data of its events.

    As in the HTML standard, "Server-sent events", 9.2.6: lines end in LF, CR or CRLF; a line that
    begins with a colon is a comment; an empty line ends an event; several data lines are one datum
    with line feeds between. Other fields are not needed and are passed over.
    """

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._data: list[str] = []
        self.comments = 0

    def feed(self, piece: bytes, *, last: bool = False) -> list[str]:
        """Return the data of the events that end in `piece`; with `last`, an event that the end
        of the stream leaves without its empty line, too."""
        text = self._rest + self._decode(piece, last)
        # A CR at the end may be half of a CRLF.
        held = "\r" if text.endswith("\r") and not last else ""
        lines = text.removesuffix("\r") if held else text
        *whole, rest = lines.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = rest + held
        if last:
            whole.append(rest)
            self._rest = ""
        found = [datum for line in whole if (datum := self._take(line)) is not None]
        if last and (datum := self._take("")) is not None:
            found.append(datum)
        return found

    def _take(self, line: str) -> str | None:
        """Take a line; return the data of the event that it ends."""
        if not line:
            data, self._data = self._data, []
            return "\n".join(data) if data else None
        if line.startswith(":"):
            self.comments += 1
        elif line == "data" or line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
        return None
