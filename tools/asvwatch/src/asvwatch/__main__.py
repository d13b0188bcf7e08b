"""Runs the command as `python -m asvwatch`."""

import sys

from asvwatch.cli import main

sys.exit(main())
