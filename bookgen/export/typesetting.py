"""The program that sets a book as PDF: its tree comes in, the pages go out.

It is run by its path, in a process that can be ended: Typst cannot, and keeps what it took.
"""

import sys
from pathlib import Path

import typst

__all__: list[str] = []


def main() -> None:
    """Set the tree on standard input; where Typst cannot, say why and exit with 1."""
    pages = Path(__file__).with_name("book.typ")
    tree = sys.stdin.buffer.read().decode()
    try:
        made = typst.compile(pages.read_bytes(), format="pdf", sys_inputs={"document": tree})
    except typst.TypstError as error:
        sys.exit(error.message)
    assert isinstance(made, bytes)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
