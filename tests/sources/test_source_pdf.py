"""PDF: made here by hand, so that the tests know every byte of them."""

from __future__ import annotations

import io
import textwrap

import pytest
from pypdf import PdfReader, PdfWriter

from bookgen.sources import pdf


def make_pdf(pages: list[list[str]], title: str | None = None) -> bytes:
    """A minimal PDF with one text line for each string, in Helvetica."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    for number, lines in enumerate(pages):
        drawn = ["BT /F1 11 Tf 60 780 Td 14 TL"]
        for line in lines:
            escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"({escaped}) Tj T*")
        stream = "\n".join([*drawn, "ET"]).encode("cp1252")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    info = ""
    if title is not None:
        objects.append(f"<< /Title ({title}) >>".encode())
        info = f" /Info {len(objects)} 0 R"
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{info} >>\n"
        f"startxref\n{table}\n%%EOF\n".encode()
    )
    return out.getvalue()


FIRST = (
    "Beethoven was born at Bonn in December of 1770, and his grandfather, who had come from "
    "Flanders, was then the director of music at the court of the Elector, where his father "
    "sang tenor."
)
SECOND = (
    "He left Bonn for Vienna in 1792 and never saw the Rhine again, although he spoke of it often "
    "to his friends and meant, to the end of his life, to go back there for one summer."
)


def book() -> bytes:
    first, second = textwrap.wrap(FIRST, 62), textwrap.wrap(SECOND, 62)
    pages = [["A Life of Beethoven", "EARLY YEARS", *first, *second[:2], "1"]]
    pages.append(["A Life of Beethoven", *second[2:], *first, "2"])
    pages.append(["A Life of Beethoven", *second, "3"])
    return make_pdf(pages, "Beethoven: A Life")


def test_paragraphs_run_over_lines_and_pages_without_heads_and_numbers() -> None:
    document = pdf.read(book())
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "EARLY YEARS"),
        ("text", FIRST),
        ("text", SECOND),
        ("text", FIRST),
        ("text", SECOND),
    ]
    assert document.metadata.title == "Beethoven: A Life"


def test_words_broken_at_the_end_of_a_line_are_whole() -> None:
    lines = [
        "The grandfather of the composer received his appoint-",
        "ment as Kapellmeister at Bonn.",
    ]
    (block,) = pdf.read(make_pdf([lines])).blocks
    assert block.text == (
        "The grandfather of the composer received his appointment as Kapellmeister at Bonn."
    )


def test_a_title_that_names_a_file_is_none() -> None:
    assert pdf.read(make_pdf([[FIRST]], "Microsoft Word - draft.doc")).metadata.title is None


def test_a_pdf_of_pictures_says_what_to_do() -> None:
    with pytest.raises(pdf.PdfError, match="OCR"):
        pdf.read(make_pdf([[], []]))


def test_an_encrypted_pdf_says_what_to_do() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(book())))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(pdf.PdfError, match="encrypted"):
        pdf.read(out.getvalue())


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(book())))
    writer.encrypt("", owner_password="secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert pdf.read(out.getvalue()).blocks[1].text == FIRST


@pytest.mark.parametrize("data", [b"%PDF-1.4\nnothing", b"not a pdf at all", book()[:300]])
def test_a_damaged_pdf_says_so(data: bytes) -> None:
    with pytest.raises(pdf.PdfError, match=r"damaged|pictures"):
        pdf.read(data)
