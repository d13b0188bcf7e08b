"""A finished book as a file: Markdown, which can be read back, text, one self-contained HTML page,
and, by other programs, EPUB, DOCX and PDF.
"""
