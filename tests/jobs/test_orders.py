"""In which order a lane's workers take what they are asked for, and when one in reserve does."""

import time
from dataclasses import dataclass

from workbench.jobs.orders import Orders


@dataclass(frozen=True)
class Asked:
    name: str
    party: int


A1, A2, B1 = Asked("a1", 1), Asked("a2", 1), Asked("b1", 2)


def orders(*asked):
    made = Orders()
    for order in asked:
        made.put(order)
    return made


def at_once(order):
    return 0.0


def test_parties_take_turns():
    queue = orders(A1, A2, Asked("a3", 1), B1)
    first = queue.take(at_once)
    queue.done(first)
    assert first is A1 and queue.take(at_once) is B1, "it waits for one of another's, and not for all that was asked before"


def test_a_party_is_served_one_at_a_time_and_another_one_at_once():
    queue = orders(A1, A2, B1)
    assert queue.take(at_once) is A1 and queue.take(at_once) is B1
    assert queue.take(at_once, keep=0) is None, "the first one of its party is in hand"
    queue.done(A1)
    assert queue.take(at_once) is A2


def test_a_reserve_takes_what_has_waited_for_another_party():
    queue = orders(A1, B1)
    assert queue.take(at_once) is A1
    assert queue.take(lambda _: 0.2, keep=0) is None, "whoever is free may take it until then"
    began = time.monotonic()
    assert queue.take(lambda _: 0.2) is B1 and time.monotonic() - began > 0.1


def test_what_waited_for_its_own_party_has_not_waited_for_a_worker():
    queue = orders(A1, A2)
    assert queue.take(at_once) is A1
    time.sleep(0.3)
    queue.done(A1)
    assert queue.take(lambda _: 0.2, keep=0) is None, "else a cold reserve would race the warm worker for it"
    assert queue.take(lambda _: 0.2) is A2


def test_nobody_stands_behind_what_has_only_just_come_to_its_turn():
    queue = orders(A1, A2, B1)
    assert queue.take(at_once) is A1
    time.sleep(0.3)
    queue.done(A1)
    assert queue.take(lambda _: 0.2, keep=0) is B1


def test_it_is_idle_when_nothing_waits_and_nothing_is_in_hand():
    queue = orders()
    assert queue.idle_since is not None
    queue.put(A1)
    taken = queue.take(at_once)
    assert queue.idle_since is None
    queue.put(A2)
    queue.done(taken)
    assert queue.idle_since is None
    queue.done(queue.take(at_once))
    assert queue.idle_since is not None
