import pytest
from sources.discover.catalogues import catalogues


@pytest.fixture
async def served():
    async with catalogues() as running:
        yield running
