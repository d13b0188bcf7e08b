"""What a PostgreSQL server holds our connections to, beside what the URL asks of it."""

import pytest
from sqlalchemy import make_url, text

from bookgen.jobs.database import open_database
from bookgen.jobs.queue import JobQueue

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("given", [{}, {"options": "-cstatement_timeout=7s"}])
async def test_no_session_idles_in_a_transaction_and_the_options_of_the_url_hold(postgres, given):
    url = make_url(postgres.get_uri()).update_query_dict(given)
    wanted = ("10s", "7s" if given else "0")
    database = open_database(url.render_as_string(hide_password=False))
    names = ("idle_in_transaction_session_timeout", "statement_timeout")
    try:
        async with database.reading() as connection:
            told = [await connection.scalar(text(f"SHOW {name}")) for name in names]
        async with JobQueue(database.engine.url) as queue:
            ask = queue.app.connector.execute_query_one_async
            listening = [(await ask(f"SHOW {name}"))[name] for name in names]
    finally:
        await database.close()
    assert (tuple(told), tuple(listening)) == (wanted, wanted)
