"""Lets `python -m bookgen` do what the command `bookgen` does."""

from bookgen.cli import main

if __name__ == "__main__":
    main()
