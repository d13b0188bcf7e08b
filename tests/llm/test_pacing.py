"""Calls start no earlier, no more at once and in no other order than promised; no slot is lost."""

import asyncio
import random
from collections import Counter, deque

import async_solipsism
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookgen.errors import InputError
from bookgen.llm.base import Message, Prompt
from bookgen.llm.cost import estimate_prompt
from bookgen.llm.pacing import Pacing
from bookgen.models import Usage

PROMPT = Prompt((Message("user", "Write the section."),), max_tokens=1_000)
EACH = estimate_prompt(PROMPT) + PROMPT.max_tokens


def run(main):
    """Run a coroutine under a clock that jumps; a wait that nothing can end is an error."""
    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(main)


def now():
    return asyncio.get_running_loop().time()


async def call(job, seconds, starts=None, name=None):
    async with job.attempt(PROMPT):
        if starts is not None:
            starts.append(now() if name is None else name)
        await asyncio.sleep(seconds)


async def call_many(job, count, seconds, starts=None):
    await asyncio.gather(*(call(job, seconds, starts) for _ in range(count)))
    return now()


class SlidingWindow:
    """Refuses a call where the last 60 s, their first moment included, hold as many as allowed."""

    def __init__(self, limit):
        self.limit, self.seen = limit, deque()

    def admits(self, time):
        while self.seen and self.seen[0] < time - 60:
            self.seen.popleft()
        self.seen.append(time)
        return len(self.seen) <= self.limit


class FixedWindow:
    """Counts anew in every minute, the first beginning at `offset`."""

    def __init__(self, limit, offset):
        self.limit, self.offset, self.seen = limit, offset, Counter()

    def admits(self, time):
        minute = (time - self.offset) // 60
        self.seen[minute] += 1
        return self.seen[minute] <= self.limit


class TokenBucket:
    """Holds one token, filled up evenly: the strictest bucket there is."""

    def __init__(self, limit):
        self.rate, self.tokens, self.at = limit / 60, 1.0, 0.0

    def admits(self, time):
        self.tokens = min(1.0, self.tokens + (time - self.at) * self.rate)
        self.at = time
        self.tokens -= 1
        return self.tokens >= -1e-6


class TestConcurrency:
    def test_85_calls_of_13_seconds_at_20_in_flight_take_65_seconds(self):
        pacing = Pacing(20)
        assert run(call_many(pacing.job("book", 85), 85, 13.0)) == 65.0
        assert pacing.most_in_flight == 20
        assert (pacing.in_flight, pacing.waiting) == (0, 0)

    def test_a_burst_of_refusals_halves_the_limit_once(self):
        async def main():
            pacing = Pacing(20)
            job = pacing.job("book", 20)

            async def refused():
                async with job.attempt(PROMPT) as attempt:
                    await asyncio.sleep(1)
                    attempt.limited(5.0)
                    attempt.limited(5.0)

            await asyncio.gather(*(refused() for _ in range(20)))
            return pacing.limit

        assert run(main()) == 10

    def test_a_refusal_of_a_call_started_after_the_decrease_halves_again(self):
        async def main():
            pacing = Pacing(20)
            job = pacing.job("book", 20)
            limits = []
            for _ in range(6):
                async with job.attempt(PROMPT) as attempt:
                    attempt.limited(0.0)
                limits.append(pacing.limit)
            return limits

        assert run(main()) == [10, 5, 2, 1, 1, 1]

    def test_the_limit_grows_by_one_for_a_window_of_successes(self):
        async def main():
            pacing = Pacing(20, start=2)
            job = pacing.job("book", 100)
            limits = []

            async def success():
                async with job.attempt(PROMPT):
                    await asyncio.sleep(1)
                limits.append(pacing.limit)

            await asyncio.gather(*(success() for _ in range(20)))
            return limits[:14]

        assert run(main()) == [2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6]

    def test_a_limit_that_was_not_reached_does_not_grow(self):
        async def main():
            pacing = Pacing(20, start=2)
            job = pacing.job("book", 100)
            for _ in range(50):
                await call(job, 1)
            return pacing.limit

        assert run(main()) == 2

    def test_an_error_gives_its_slot_back_and_is_no_success(self):
        async def main():
            pacing = Pacing(2, start=1)
            job = pacing.job("book", 9)
            for _ in range(5):
                with pytest.raises(ConnectionError):
                    async with job.attempt(PROMPT):
                        raise ConnectionError
            return pacing.in_flight, pacing.limit

        assert run(main()) == (0, 1)

    @pytest.mark.parametrize("retry_after", [5.0, None])
    def test_against_a_server_of_5_at_once_it_settles_near_5_and_wastes_few_calls(
        self, retry_after
    ):
        async def main():
            pacing = Pacing(20)
            job = pacing.job("book", 300)
            busy, refused, limits = 0, [], []

            async def until_done():
                nonlocal busy
                while True:
                    async with job.attempt(PROMPT) as attempt:
                        if busy < 5:
                            busy += 1
                            await asyncio.sleep(13)
                            busy -= 1
                            limits.append(pacing.limit)
                            return
                        await asyncio.sleep(0.1)
                        refused.append(now())
                        attempt.limited(retry_after)

            await asyncio.gather(*(until_done() for _ in range(300)))
            return now(), refused, limits

        seconds, refused, limits = run(main())
        # 15 of the first 20, 5 of the next 10, then 1 each time that 6 are tried: 6 times.
        assert sum(time < 10 for time in refused) == 20
        assert len(refused) <= 26
        settled = limits[20:]
        assert 4.5 <= sum(settled) / len(settled) <= 5.0
        assert 3 <= min(settled) <= max(settled) <= 6
        assert seconds <= 1.07 * (300 / 5 * 13)


class TestRates:
    @pytest.mark.parametrize("server", [SlidingWindow(20), FixedWindow(20, 7.3), TokenBucket(20)])
    def test_85_calls_at_20_a_minute_are_all_admitted_in_time(self, server):
        starts = []
        pacing = Pacing(20, requests_per_minute=20)
        seconds = run(call_many(pacing.job("book", 85), 85, 13.0, starts))
        assert [time for time in starts if not server.admits(time)] == []
        assert seconds <= 1.05 * 85 / 20 * 60

    @settings(max_examples=100, deadline=None)
    @given(
        st.integers(1, 600),
        st.integers(1, 20),
        st.floats(0.001, 100),
        st.floats(0, 60),
        st.lists(st.floats(0, 90), min_size=1, max_size=60),
    )
    def test_no_server_refuses_at_a_known_rate(self, rate, in_flight, seconds, offset, arrivals):
        async def main():
            job = Pacing(in_flight, requests_per_minute=rate).job("book", 60)

            async def late(delay):
                await asyncio.sleep(round(delay, 3))
                await call(job, round(seconds, 3), starts)

            await asyncio.gather(*(late(delay) for delay in arrivals))

        starts = []
        run(main())
        assert len(starts) == len(arrivals)
        for server in (SlidingWindow(rate), FixedWindow(rate, offset), TokenBucket(rate)):
            assert [time for time in starts if not server.admits(time)] == []

    def test_a_sliding_window_admits_them_with_half_a_second_of_jitter_on_the_way(self):
        starts = []
        run(call_many(Pacing(20, requests_per_minute=20).job("book", 200), 200, 5.0, starts))
        jitter = random.Random(1)
        server = SlidingWindow(20)
        arrivals = sorted(time + jitter.uniform(0, 0.5) for time in starts)
        assert all(server.admits(time) for time in arrivals)

    def test_a_call_cancelled_before_its_start_takes_nothing_from_the_rate(self):
        async def main():
            job = Pacing(5, requests_per_minute=20).job("book", 3)
            starts = []
            await call(job, 0, starts)
            waiter = asyncio.create_task(call(job, 0, starts))
            await asyncio.sleep(1)
            waiter.cancel()
            await call(job, 0, starts)
            return starts

        assert run(main()) == pytest.approx([0.0, 3.015], abs=1e-3)

    def test_tokens_of_the_last_minute_stay_within_their_limit(self):
        starts = []
        pacing = Pacing(20, tokens_per_minute=3 * EACH + 10)
        run(call_many(pacing.job("book", 9), 9, 1.0, starts))
        assert starts == pytest.approx([0.0] * 3 + [60.6] * 3 + [121.2] * 3, abs=1e-5)
        server = SlidingWindow(3)
        assert all(server.admits(time) for time in starts)

    def test_real_usage_makes_room_for_the_next_call(self):
        async def main():
            job = Pacing(20, tokens_per_minute=EACH).job("book", 3)
            starts = []

            async def short(usage):
                async with job.attempt(PROMPT) as attempt:
                    starts.append(now())
                    await asyncio.sleep(2)
                    attempt.used(usage)

            await asyncio.gather(
                short(Usage(prompt_tokens=0, completion_tokens=0)),
                short(Usage(prompt_tokens=0)),  # the reply stays estimated
                short(Usage()),
            )
            return starts

        assert run(main()) == pytest.approx([0.0, 2.0, 62.6], abs=1e-5)

    def test_a_call_larger_than_the_limit_goes_alone(self):
        starts = []
        run(call_many(Pacing(20, tokens_per_minute=10).job("book", 2), 2, 1.0, starts))
        assert starts == pytest.approx([0.0, 60.6], abs=1e-5)


class TestRetryAfter:
    @pytest.mark.parametrize("retry_after", [0.000_003, 0.5, 7.25, 3_600.0, 1 / 3])
    def test_no_call_starts_before_it_and_the_next_within_2_microseconds(self, retry_after):
        async def main():
            pacing = Pacing(4)
            job = pacing.job("book", 9)
            starts = []
            async with job.attempt(PROMPT) as attempt:
                attempt.limited(retry_after)
            assert pacing.paused_until == retry_after
            await asyncio.gather(call(job, 1, starts), call(job, 1, starts))
            return starts

        starts = run(main())
        assert retry_after <= min(starts)
        assert max(starts) <= retry_after + 2e-6

    def test_it_holds_for_all_jobs_and_the_longest_wins(self):
        async def main():
            pacing = Pacing(4)
            starts = []
            for seconds in (9.0, 30.0, 2.0):
                async with pacing.job("one", 9).attempt(PROMPT) as attempt:
                    starts.append(now())
                    attempt.limited(seconds)
            await call(pacing.job("other", 1), 1, starts)
            return starts

        assert run(main()) == [0.0, 9.0, 39.0, 41.0]

    def test_it_holds_for_a_call_already_granted_that_has_not_started(self):
        async def main():
            pacing = Pacing(2, start=2)
            job = pacing.job("book", 9)
            starts = []

            async def refused():
                async with job.attempt(PROMPT) as attempt:
                    await asyncio.sleep(1)
                    attempt.limited(10.0)

            async def two_in_order():
                # Both slots are freed, and granted, just before the refusal at the same time.
                await asyncio.gather(call(job, 0, starts, "first"), call(job, 0, starts, "second"))
                return now()

            holder = asyncio.create_task(call(job, 1))
            refusal = asyncio.create_task(refused())
            await asyncio.sleep(0)
            end = await two_in_order()
            await asyncio.gather(holder, refusal)
            return end, starts, pacing.in_flight

        assert run(main()) == (11.0, ["first", "second"], 0)

    def test_without_one_the_pause_doubles_until_a_success(self):
        async def main():
            pacing = Pacing(4)
            job = pacing.job("book", 9)
            starts = []
            for refused in (True, True, True, False, True, False):
                async with job.attempt(PROMPT) as attempt:
                    starts.append(now())
                    if refused:
                        attempt.limited(None)
            return starts

        assert run(main()) == [0.0, 1.0, 3.0, 7.0, 7.0, 8.0]


class TestFairness:
    def test_within_a_job_the_first_to_come_is_the_first_to_start(self):
        async def main():
            job = Pacing(1).job("book", 9)
            order = []
            await asyncio.gather(*(call(job, 1, order, name) for name in "abcdefg"))
            return "".join(order)

        assert run(main()) == "abcdefg"

    @pytest.mark.parametrize("first", ["long", "short"])
    def test_the_job_nearest_its_end_goes_first_and_every_fourth_slot_to_the_longest_waiting(
        self, first
    ):
        async def main():
            pacing = Pacing(1)
            long, short = pacing.job("long", 100), pacing.job("short", 9)
            order = []
            holder = asyncio.create_task(call(pacing.job("other", 1), 1))
            await asyncio.sleep(0)
            calls = [(long, "l")] * 6 + [(short, "s")] * 9
            if first == "short":
                calls.reverse()
            await asyncio.gather(*(call(job, 1, order, name) for job, name in calls), holder)
            return "".join(order)

        assert run(main()) == "sssl" * 3 + "lll"

    def test_a_short_job_is_not_held_up_by_a_long_one_that_came_first(self):
        async def main():
            pacing = Pacing(4)
            long = asyncio.create_task(call_many(pacing.job("long", 85), 85, 10.0))
            await asyncio.sleep(1)
            short = asyncio.create_task(call_many(pacing.job("short", 5), 5, 10.0))
            return await short, await long

        short, long = run(main())
        # 3 of the 4 slots at 10 s, the other 2 calls at 20 s; behind the 85 it would be 230 s.
        assert short == 30.0
        assert long == 230.0  # 90 calls, 4 at once: none is idle

    def test_remaining_calls_count_as_they_are_when_the_slot_is_free(self):
        async def main():
            pacing = Pacing(1)
            one, two = pacing.job("one", 1), pacing.job("two", 2)
            order = []
            holder = asyncio.create_task(call(pacing.job("other", 1), 1))
            await asyncio.sleep(0)
            first = asyncio.create_task(call(one, 1, order, "one"))
            second = asyncio.create_task(call(two, 1, order, "two"))
            await asyncio.sleep(0.5)
            one.remaining = 3
            await asyncio.gather(holder, first, second)
            return order

        assert run(main()) == ["two", "one"]

    def test_no_job_starves_behind_a_stream_of_shorter_ones(self):
        async def main():
            pacing = Pacing(1)
            order = []

            async def short_jobs():
                while True:
                    await call(pacing.job("short", 1), 1, order, "short")

            streams = [asyncio.create_task(short_jobs()) for _ in range(3)]
            await asyncio.sleep(0.5)
            await asyncio.gather(
                *(call(pacing.job("long", 10**6), 1, order, f"long {n}") for n in range(3))
            )
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
            return order

        order = run(main())
        # Six jobs wait, so each has its turn of every fourth slot within 6 * 4.
        assert all(order.index(f"long {n}") <= 24 for n in range(3))

    def test_a_closed_job_makes_no_more_calls_but_ends_those_that_wait(self):
        async def main():
            pacing = Pacing(1)
            job = pacing.job("book", 2)
            calls = asyncio.gather(call(job, 1), call(job, 1))
            await asyncio.sleep(0)
            job.close()
            with pytest.raises(RuntimeError, match="book is closed"):
                await call(job, 1)
            await calls
            return now()

        assert run(main()) == 2.0


async def schedule(seed):
    """Run random calls of random jobs with cancels, refusals and errors; check as they run."""
    chance = random.Random(seed)
    most = chance.randint(1, 8)
    rate = chance.choice([None, None, 30, 600])
    pacing = Pacing(
        most,
        requests_per_minute=rate,
        tokens_per_minute=chance.choice([None, None, 20_000]),
        start=chance.choice([None, 1]),
    )
    jobs = [pacing.job(f"job {n}", chance.randint(0, 50)) for n in range(chance.randint(1, 4))]
    busy = highest = ended = 0
    paused_until = 0.0
    bucket = TokenBucket(rate or 0)

    async def one(delay, job, seconds, outcome):
        nonlocal busy, highest, ended, paused_until
        await asyncio.sleep(delay)
        async with job.attempt(PROMPT) as attempt:
            assert now() >= paused_until
            assert rate is None or bucket.admits(now())
            busy += 1
            highest = max(highest, busy)
            try:
                await asyncio.sleep(seconds)
                if outcome == "error":
                    raise ConnectionError
                if outcome == "limited":
                    retry_after = chance.choice([None, 0.0, 1.0, 2.5])
                    attempt.limited(retry_after)
                    paused_until = max(paused_until, now() + (retry_after or 0.0))
                elif chance.random() < 0.5:
                    attempt.used(Usage(prompt_tokens=10, completion_tokens=chance.randint(0, 2000)))
            finally:
                busy -= 1
        ended += 1

    # Whole and zero seconds, so that cancels, grants and refusals fall on the same moment.
    tasks = [
        asyncio.create_task(
            one(
                chance.choice([0, 0, 1, 2, 3]),
                chance.choice(jobs),
                chance.choice([0, 0, 1, 1, 2, 5]),
                chance.choices(["done", "error", "limited"], [6, 2, 2])[0],
            )
        )
        for _ in range(chance.randint(1, 60))
    ]
    doomed = [task for task in tasks if chance.random() < 0.4]

    async def cancel(task, delay, turns):
        await asyncio.sleep(delay)
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()

    await asyncio.gather(
        *(cancel(task, chance.randint(0, 8), chance.randint(0, 6)) for task in doomed)
    )
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for task, result in zip(tasks, results, strict=True):
        if isinstance(result, asyncio.CancelledError):
            assert task in doomed
        elif result is not None:
            assert isinstance(result, ConnectionError), result
    assert ended == results.count(None)
    assert highest <= most
    assert pacing.most_in_flight <= most
    assert (pacing.in_flight, pacing.waiting) == (0, 0)

    # Every slot of the limit is still there: as many calls can be held at the same time.
    full = asyncio.Barrier(pacing.limit + 1)

    async def hold():
        async with jobs[0].attempt(PROMPT):
            await full.wait()

    holders = [asyncio.create_task(hold()) for _ in range(pacing.limit)]
    await full.wait()
    await asyncio.gather(*holders)
    return len(doomed)


@pytest.mark.parametrize("first", range(0, 1_000, 50))
def test_random_schedules_never_exceed_the_bound_nor_lose_a_slot(first):
    assert sum(run(schedule(seed)) for seed in range(first, first + 50)) > 0


@pytest.mark.parametrize(
    "rates", [{}, {"requests_per_minute": 60}, {"tokens_per_minute": 2 * EACH}], ids=str
)
def test_what_was_granted_to_a_call_cancelled_in_that_moment_goes_to_the_next(rates):
    async def main():
        pacing = Pacing(1, **rates)
        job = pacing.job("book", 3)
        starts = []

        async def holder():
            await call(job, 5)
            granted.cancel()  # it has the slot, but has not run since

        first = asyncio.create_task(holder())
        await asyncio.sleep(0)
        granted = asyncio.create_task(call(job, 5, starts))
        await asyncio.sleep(0)
        third = asyncio.create_task(call(job, 5, starts))
        await asyncio.gather(first, granted, third, return_exceptions=True)
        return granted.cancelled(), starts, pacing.in_flight

    assert run(main()) == (True, [5.0], 0)


def test_a_call_cancelled_while_all_slots_are_taken_no_longer_waits():
    async def main():
        pacing = Pacing(1)
        job = pacing.job("book", 3)
        async with job.attempt(PROMPT):
            waiter = asyncio.create_task(call(job, 1))
            await asyncio.sleep(1)
            assert pacing.waiting == 1
            waiter.cancel()
            await asyncio.sleep(0)
            return pacing.waiting

    assert run(main()) == 0


@pytest.mark.parametrize(
    ("rates", "gap"),
    [({"requests_per_minute": 60}, 1.0), ({"tokens_per_minute": EACH}, 60.0)],
    ids=str,
)
def test_a_start_that_a_busy_loop_made_late_counts_from_when_it_was(rates, gap):
    async def main():
        job = Pacing(1, **rates).job("book", 3)
        starts = []

        async def holder():
            await call(job, 100)
            # The next call has its slot; before it can run, something else takes 0.9 s.
            asyncio.get_running_loop()._selector.clock.advance(0.9)

        await asyncio.gather(holder(), call(job, 0, starts), call(job, 0, starts))
        return starts

    first, second = run(main())
    assert first == pytest.approx(100.9)
    assert second - first >= gap


@pytest.mark.parametrize(
    "bounds",
    [
        {"max_in_flight": 0},
        {"max_in_flight": 5, "start": 6},
        {"max_in_flight": 5, "start": 0},
        {"max_in_flight": 5, "requests_per_minute": 0},
        {"max_in_flight": 5, "tokens_per_minute": -1},
    ],
)
def test_bounds_that_admit_no_call_are_refused(bounds):
    with pytest.raises(InputError):
        Pacing(**bounds)
