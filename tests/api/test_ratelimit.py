"""A client has so many requests in any 60 seconds, by a clock that the test sets."""

from bookgen.api.ratelimit import RateLimiter


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def limiter(limit, **more):
    clock = Clock()
    return clock, RateLimiter(limit, clock=clock, **more)


def test_within_a_minute_there_are_so_many_and_each_client_has_its_own():
    _, rate = limiter(3)
    assert [rate.take("a").admitted for _ in range(5)] == [True, True, True, False, False]
    assert rate.take("b").admitted
    assert [rate.take("c").remaining for _ in range(3)] == [2, 1, 0]


def test_the_minute_slides():
    clock, rate = limiter(60)
    assert all(rate.take("a").admitted for _ in range(60))
    clock.now = 90.0
    # Half of the last minute still counts.
    assert sum(rate.take("a").admitted for _ in range(60)) == 30
    clock.now = 300.0
    assert sum(rate.take("a").admitted for _ in range(61)) == 60


def test_whoever_waits_as_told_is_let_in():
    for began in (0.0, 17.0, 59.0):
        clock, rate = limiter(5)
        clock.now = began
        while rate.take("a").admitted:
            clock.now += 0.5
        refused = rate.take("a")
        clock.now += refused.reset
        assert rate.take("a").admitted


def test_memory_is_bounded_whoever_comes():
    clock, rate = limiter(2, most_clients=100)
    for number in range(1_000):
        rate.take(f"client {number}")
    assert len(rate._counts) <= 101
    assert not rate.take("another one").admitted
    clock.now = 120.0
    assert rate.take("another one").admitted
