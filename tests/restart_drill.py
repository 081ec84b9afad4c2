"""An arena that is killed again and again with its disk, and filled from the Hub on loopback; and what must hold afterwards.

What was acknowledged is kept outside the homes, with the time; so is up to when all was saved, as the arena itself said.
"""

import os
import pickle
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parent / "store"))
from hub_repositories import Fault
from hub_server import Hub
from processes import forked, killed, wait_until
from store_insides import connection_of
from store_world import CONTESTANTS, PAIRS, furnish, make_battle, make_pair, outcomes, picture

from arena.battles.scoring import ELO_RULE
from arena.errors import StorePaused
from arena.outbox import outbox_of
from arena.probes import Reply
from arena.settings import Settings
from arena.store import GenerationRecord, ReplyRecord, ReviewRecord, Store, new_battle_id, now
from arena.store.fact_rows import FACTS
from arena.store.submission_records import Quota, Submission, SubmissionEvent

BUCKET, LEASE = "org/facts", "org/facts-lease"
VISITORS = 3
REVIEW_EVERY = 10
ELO = "SELECT battle_id, seat, before, after FROM arena.elo ORDER BY seq, seat"
IDS = {
    "battles": "SELECT id FROM arena.battles",
    "votes": "SELECT battle_id FROM arena.votes",
    "reviews": "SELECT generation_id || reviewer FROM arena.reviews",
    "submissions": "SELECT id FROM arena.submissions",
}
FAULTS = (
    Fault(),
    Fault(),
    Fault(status=429, headers={"Retry-After": "1"}),
    Fault(status=500),
    Fault(delay=0.5),
    Fault(cut=True, on="batch"),
)


@dataclass(frozen=True)
class Place:
    """What processes of a drill know."""

    address: str
    token: str
    folder: Path
    seconds: float
    """Between two savings."""
    lease_seconds: float

    def settings(self, home: Path) -> Settings:
        saved = {"outbox": f"buckets/{BUCKET}", "outbox_seconds": self.seconds, "lease_seconds": self.lease_seconds}
        return Settings(home=home, **saved)  # pyright: ignore[reportArgumentType]

    def acknowledged(self, kind: str) -> dict[str, float]:
        """Id -> when it was acknowledged, by whichever copy."""
        found: dict[str, float] = {}
        for file in self.folder.glob(f"*.{kind}"):
            text = file.read_text()
            for line in text[: text.rfind("\n") + 1].splitlines():
                moment, one = line.split()
                found[one] = float(moment)
        return found

    def saved_until(self, rounds: int) -> float:
        """All that was acknowledged before this moment is saved, as the arena said in so many rounds."""
        texts = [file.read_text() for number in range(rounds) for file in self.folder.glob(f"{number}-*.saved")]
        return max((float(line) for text in texts for line in text[: text.rfind("\n") + 1].splitlines()), default=0.0)


@dataclass
class Outcome:
    """What came of a drill."""

    kills: int = 0
    acknowledged: int = 0
    saved_lost: int = 0
    """Of what was saved."""
    stored_lost: int = 0
    """Of what was stored, and not saved yet."""
    longest: float = 0.0
    """Seconds before a kill that something was acknowledged which is missing."""
    wrong: list[str] = field(default_factory=list)
    """Tables that hold something else than the killed home did, or than a rebuild makes."""
    gone: set[str] = field(default_factory=set)
    """Ids of what a kill has lost."""
    slowest_start: float = 0.0
    """Seconds from the start to an open database."""

    @property
    def is_good(self) -> bool:
        return not self.saved_lost and not self.wrong and self.acknowledged > 0


def drill(
    folder: Path,
    chance: random.Random,
    *,
    kills: int = 3,
    battles: int = 500,
    seconds: float = 1.0,
    lease_seconds: float = 6.0,
    faults: bool = False,
    copies: int = 1,
) -> Outcome:
    """Kill an arena so many times, each with its disk, and compare what came back.

    Args:
        folder: empty.
        chance: of the moments.
        kills: how often.
        battles: of all rounds together.
        seconds: between two savings.
        lease_seconds: of a lease.
        faults: whether the Hub fails in turns.
        copies: started at once.
    """
    outcome = Outcome()
    with Hub() as hub, ExitStack() as stack:
        token = hub.accounts.token(hub.accounts.add("ann", org="write"), "write")
        place = Place(hub.address, token, folder, seconds, lease_seconds)
        if faults:
            stack.enter_context(_failing(hub, chance))
        homes: list[Path] = []
        for number in range(kills + 1):
            names = [f"{number}-{copy}" for copy in range(copies)]
            before = len(place.acknowledged("battles"))
            goal = before + max(1, round(battles / kills * chance.uniform(0.5, 1))) if number < kills else before
            running = [stack.enter_context(forked(serve, place, name)) for name in names]
            for name, process in zip(names, running, strict=True):
                wait_until((folder / f"{name}.restored").exists, process)
            if homes:
                _compare(place, homes, folder / f"{names[0]}.restored", outcome, number)
            if number == kills:
                break
            wait_until(lambda goal=goal: len(place.acknowledged("battles")) >= goal, running[0])
            time.sleep(chance.uniform(0, 1.5 * seconds))
            for process in running:
                assert killed(process)
            outcome.kills += 1
            (folder / f"{number}.killed").write_text(repr(time.time()))
            homes = [folder / name for name in names]
        outcome.acknowledged = sum(len(place.acknowledged(kind)) for kind in IDS)
        assert not hub.rejected, hub.rejected
    return outcome


def serve(place: Place, name: str) -> None:
    """What a copy of the arena does: visitors, reviewers and organisations, each time as soon as it takes facts."""
    reach(place)
    began = time.monotonic()
    keeper = outbox_of(place.settings(place.folder / name))
    with Store.open(place.folder / name, ELO_RULE, keeper=keeper) as store:
        _tell(place, name, store, time.monotonic() - began)
        threading.Thread(target=_watch, args=(place, name, store), daemon=True).start()
        while True:
            try:
                furnish(store)
                store.generations.add([_generation()], [make_pair(50)], [picture(500)])
                break
            except StorePaused:
                time.sleep(0.05)
        with ThreadPoolExecutor(VISITORS) as threads:
            list(threads.map(lambda number: _visit(place, name, store, number), range(VISITORS)))


def _visit(place: Place, name: str, store: Store, number: int) -> None:
    chance = random.Random(f"{name}-{number}")
    for turn in range(10**6):
        try:
            battle = _battle(chance)
            store.add_battle(battle, [ReplyRecord(battle.seats[0], f"probe-{battle.id}", "caption_choice", Reply("A"), now())])
            _keep(place, f"{name}.battles", battle.id)
            store.add_vote(battle.id, f"visitor-{number}", chance.choice(["a", "b", "tie"]))  # pyright: ignore[reportArgumentType]
            _keep(place, f"{name}.votes", battle.id)
            if turn % REVIEW_EVERY == number:
                reviewer = f"{name}-{number}-{turn}"
                store.generations.add_review(ReviewRecord("g1", reviewer, "accept", None), 10**6)
                _keep(place, f"{name}.reviews", f"g1{reviewer}")
            if number == 0 and turn in (3, 6):
                _submit(place, name, store, turn)
        except StorePaused:
            time.sleep(0.05)
        time.sleep(0.005)


def _submit(place: Place, name: str, store: Store, turn: int) -> None:
    identifier = f"{name}-{turn}"
    given = Submission(identifier, f"team/model@{turn:040x}", identifier, "team", None, "apache-2.0", submitted_at=now())
    store.submissions.add(given, Quota(now(), 10**6, 10**6))
    store.submissions.advance(SubmissionEvent(identifier, "CHECKING", at=now()), ("PENDING",))
    _keep(place, f"{name}.submissions", identifier)


def _battle(chance: random.Random) -> Any:
    seats = tuple(one.id for one in chance.sample(CONTESTANTS, 2))
    judged = outcomes({"caption_choice": ([chance.choice(["correct", "wrong"])] * 2, ["correct", "wrong"])})
    fields = {"pair_id": chance.choice(PAIRS).id, "seats": seats, "played_by": "visitor", "played_at": now()}
    return make_battle(new_battle_id(), judged, result=chance.choice(["a", "b"]), **fields)


def _generation() -> GenerationRecord:
    named = {"id": "g1", "proposer": "ann", "family": "family-50", "domain": "safety", "category": "kitchen"}
    made = {"source": picture(500).digest, "asked": {}, "pair_id": make_pair(50).id, "gate": {}, "passed": True, "models": ()}
    return GenerationRecord(**named, **made)  # pyright: ignore[reportArgumentType]


def _tell(place: Place, name: str, store: Store, took: float) -> None:
    """Write down what the home holds, before anything is added."""
    connection = connection_of(store).cursor()
    found: dict[str, Any] = {table: connection.execute(f"FROM arena.{table} ORDER BY rowid").fetchall() for table in FACTS}
    found |= {"elo": connection.execute(ELO).fetchall(), "took": took, "rebuilt": store.rebuild()}
    found["queue"] = [(one.submission.id, one.state) for one in store.submissions.standings()]
    part = place.folder / f"{name}.part"
    part.write_bytes(pickle.dumps(found))
    part.rename(place.folder / f"{name}.restored")


def _watch(place: Place, name: str, store: Store) -> None:
    """Keep up to when all is saved."""
    while True:
        moment = time.time()
        status = store.save_status()
        if status is not None and not status.read_only:
            _keep(place, f"{name}.saved", None, moment - status.age_seconds - 0.02)
        time.sleep(0.05)


def _keep(place: Place, file: str, one: str | None, moment: float | None = None) -> None:
    with (place.folder / file).open("ab", buffering=0) as opened:
        opened.write(" ".join(filter(None, [repr(moment or time.time()), one])).encode() + b"\n")
        os.fsync(opened.fileno())


def _compare(place: Place, homes: Sequence[Path], restored: Path, outcome: Outcome, number: int) -> None:
    found = pickle.loads(restored.read_bytes())
    outcome.slowest_start = max(outcome.slowest_start, found["took"])
    outcome.wrong += found["rebuilt"]
    killed_at = float((place.folder / f"{number - 1}.killed").read_text())
    saved_until = place.saved_until(number)
    ids = {
        "battles": {row[0] for row in found["battles"]},
        "votes": {row[0] for row in found["votes"]},
        "reviews": {row[1] + row[2] for row in found["reviews"]},
        "submissions": {row[0] for row in found["submissions"]},
    }
    for kind, there in ids.items():
        for one, moment in place.acknowledged(kind).items():
            if one in there or moment > killed_at or one in outcome.gone:
                continue
            outcome.gone.add(one)
            if moment < saved_until:
                outcome.saved_lost += 1
            else:
                outcome.stored_lost += 1
                outcome.longest = max(outcome.longest, killed_at - moment)
    differences = [_differences(home, found) for home in homes]
    outcome.wrong += min(differences, key=len)


def _differences(home: Path, found: dict[str, Any]) -> list[str]:
    """Tables whose beginning in a killed home is not what came back; the ratings of the same battles among them."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home / 'arena.duckdb'}' AS arena")
        tables = {table: connection.execute(f"FROM arena.{table} ORDER BY rowid").fetchall() for table in FACTS}
        elo = connection.execute(ELO).fetchall()
    wrong = [table for table in FACTS if tables[table][: len(found[table])] != found[table]]
    return wrong + (["elo"] if elo[: len(found["elo"])] != found["elo"] else [])


@contextmanager
def _failing(hub: Hub, chance: random.Random) -> Iterator[None]:
    """Let the Hub fail in turns, in one way after the other."""
    ended = threading.Event()

    def fail() -> None:
        while not ended.wait(chance.uniform(0.3, 1.5)):
            fault = chance.choice(FAULTS)
            for one in (hub.buckets.named(BUCKET), hub.repository("datasets", LEASE)):
                if one is not None:
                    one.faults = [] if fault == Fault() else [fault]

    thread = threading.Thread(target=fail, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for one in (hub.buckets.named(BUCKET), hub.repository("datasets", LEASE)):
            if one is not None:
                one.faults = []


def reach(place: Place) -> None:
    """Have huggingface_hub in this process ask the Hub of the drill."""
    from huggingface_hub import constants

    os.environ["HF_TOKEN"] = place.token
    values = SimpleNamespace(HF_HUB_OFFLINE=False, ENDPOINT=place.address, HF_HUB_DISABLE_XET=True)
    for name, value in vars(values).items():
        setattr(constants, name, value)
    constants.HUGGINGFACE_CO_URL_TEMPLATE = f"{place.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
