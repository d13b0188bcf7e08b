"""A finished book as a file: Markdown, which can be read back, and one self-contained HTML page."""
