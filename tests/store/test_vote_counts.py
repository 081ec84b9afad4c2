import threading
import time
from concurrent.futures import ThreadPoolExecutor

from store_insides import database_of
from store_world import make_battle

from arena.store import vote_counts


def test_votes_that_wait_are_counted_together(store, monkeypatch):
    for number in range(20):
        store.add_battle(make_battle(f"{number}"))
    together, count = [], vote_counts.count
    monkeypatch.setattr(vote_counts, "count", lambda *given: (together.append(len(given[1])), count(*given)))
    busy, release = threading.Event(), threading.Event()

    def wait(_, items):
        busy.set()
        release.wait(20)
        return items

    database_of(store).writer.submit(wait, None)
    assert busy.wait(20)
    with ThreadPoolExecutor(20) as visitors:
        votes = [visitors.submit(store.add_vote, f"{number}", "somebody", "a") for number in range(20)]
        while database_of(store).writer._jobs.qsize() < 20:
            time.sleep(0.001)
        release.set()
        assert all(vote.result() for vote in votes)
    assert together == [20]
    assert store.votes_by_result() == {("a", "a"): 20}
