"""Ten books one after another leave nothing behind in the process that wrote them."""

import subprocess
import sys

_CODE = """
import asyncio, gc
import psutil
from benchmarks.llm_client import PromptedBook

class Small(PromptedBook):
    words, chapters, accounts, words_each = 4_000, 5, 5, 2_000

book = Small()
book.setup()

def resident():
    gc.collect()
    return psutil.Process().memory_info().rss

book.run(*book._prepared)
before = resident()
for _ in range(10):
    book.run(*book._prepared)
print(resident() - before)
"""


def test_ten_books_in_a_row_add_less_than_5_mb():
    done = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 5_000_000
