"""How well it can be told before the vote who plays: a classifier learns from reveals, and names A on families it has not seen.

    python benchmarks/blind.py [MODEL ...] [--battles 600] [--reveals 300] [--folds 4]

MODEL is a folder or a Hub name; the starter models by default. Battles are drawn and played as for visitors. A classifier gets
what a visitor has before the vote, the category of the pair and both columns of answers as they are shown, and learns from the
names of so many reveals. Then it names A in battles on other families of pairs: out of everybody, and out of the two who play,
as if it had been told which two; a half counts where both look the same. Three classifiers are tried; each fold takes the one
that is best within its own reveals. `by outcomes` is what one can tell of the two from what is right and wrong alone.

`always` is what whoever says the most frequent name of seat A each time is right about. Intervals are over families.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import Pipeline, make_pipeline

from arena.battles import Arena, Round, SeatReveal
from arena.battles.scoring import ELO_RULE
from arena.models import ModelPool
from arena.roster import gather, register
from arena.settings import Settings
from arena.store import Store
from arena.suites.starter import starter_pairs

SEED = 0
LINE = r"[^\n]+"
INNER_FOLDS = 3
DRAWS = 2_000
GENERATIVE, CONTRASTIVE, MIXED = "both generative", "both contrastive", "one of each"
CLASSIFIERS: Sequence[Callable[[], object]] = (
    lambda: LogisticRegression(C=1.0, max_iter=2_000),
    lambda: RandomForestClassifier(100, min_samples_leaf=2, random_state=SEED),
    BernoulliNB,
)


@dataclass(frozen=True)
class Visit:
    """One battle as its visitor saw it before the vote, and what the reveal said."""

    family: str
    seen: tuple[str, str]
    """What is seen of seat A, and of seat B: one piece of evidence a line."""
    outcomes: tuple[str, str]
    """The part of it that says what is right."""
    names: tuple[str, str]
    couple: str


@dataclass(frozen=True)
class Guess:
    """Whether a classifier was right about one visit."""

    family: str
    couple: str
    of_all: bool
    """It named A, out of everybody."""
    of_two: float
    """It said who of the two sits in A; a half where both look the same to it."""
    always: bool
    """The most frequent name of seat A would have been right."""


Look = Callable[[Visit], tuple[str, str]]
"""What a classifier gets of the two seats."""


def seen_of(visit: Visit) -> tuple[str, str]:
    """All that is seen."""
    return visit.seen


@contextmanager
def seeded_arena(models: Sequence[str], home: Path) -> Iterator[Arena]:
    """An arena that draws the same battles each time, from an empty home."""
    with Store.open(home, ELO_RULE) as store, closing(ModelPool(2**33)) as pool:
        pairs = starter_pairs()
        store.add_pairs(pairs)
        contestants = register(gather(Settings(home=home, models=tuple(models), starter_models=not models)), pool)
        store.add_contestants(contestants.values())
        with closing(Arena(store, pool, contestants, pairs, seed=SEED)) as arena:
            yield arena


def visit(arena: Arena) -> Visit:
    """Play one battle as a visitor does, look at it, and ask who it was."""
    opened = arena.open_battle()
    rounds = tuple(arena.play(opened.battle_id))
    reveal = arena.vote(opened.battle_id, "benchmark", "skip").reveal
    assert reveal
    first, second = seats = reveal.seats
    contrastive = sum(seat.contestant.engine.startswith("contrastive") for seat in seats)
    shown = [one.task for one in rounds]
    outcomes = (outcomes_seen(shown, first, opened.pair.category), outcomes_seen(shown, second, opened.pair.category))
    said = [answers_seen(rounds, seat, opened.pair.category) for seat in (0, 1)]
    seen = (f"{said[0]}\n{outcomes[0]}", f"{said[1]}\n{outcomes[1]}")
    names = (first.contestant.name, second.contestant.name)
    return Visit(opened.pair.family, seen, outcomes, names, (GENERATIVE, MIXED, CONTRASTIVE)[contrastive])


def answers_seen(rounds: Sequence[Round], seat: int, category: str) -> str:
    """Each answer of a seat with its question, by itself and in this category; and the words of answers."""
    lines: list[str] = []
    for answer in (answer for one in rounds for answer in one.answers[seat]):
        said = f"{answer.task} {answer.cell} {answer.answer}"
        words = answer.answer.lower().split()
        lines += [said, f"{category} {said}"]
        lines += [f"{answer.task} {' '.join(words[at : at + size])}" for size in (1, 2, 3) for at in range(len(words))]
    return "\n".join(lines)


def outcomes_seen(shown: Sequence[str], revealed: SeatReveal, category: str) -> str:
    """Which tasks are shown, and what is right in them: who looks at the pair sees that, so that it is no secret."""
    lines = [category, f"shown {' '.join(shown)}"]
    for task in shown:
        outcomes = [(cell, outcome) for name, cell, outcome in revealed.outcomes if name == task]
        counts = [f"{task} {outcome} {number} times" for outcome, number in Counter(one for _, one in outcomes).items()]
        lines += [f"{task} {cell} {outcome}" for cell, outcome in outcomes]
        lines += [f"{task} {' '.join(outcome for _, outcome in outcomes)}", *counts, *(f"{category} {one}" for one in counts)]
    return "\n".join(lines)


def classifier(shape: Callable[[], object]) -> Pipeline:
    """From a seat's evidence and that of the other to a name."""
    return make_pipeline(CountVectorizer(token_pattern=LINE, lowercase=False, binary=True, min_df=2), shape())


def best_classifier(texts: Sequence[str], names: Sequence[str], families: Sequence[str]) -> Pipeline:
    """The one that names best on held-out families of what it learns from, trained on all of it."""
    folds = GroupKFold(min(INNER_FOLDS, len(set(families))))
    scores = [cross_val_score(classifier(shape), texts, names, groups=families, cv=folds).mean() for shape in CLASSIFIERS]
    return classifier(CLASSIFIERS[int(np.argmax(scores))]).fit(texts, names)


def guesses(visits: Sequence[Visit], reveals: int, folds: int, look: Look = seen_of) -> list[Guess]:
    """What is said of each visit by a classifier that has seen so many reveals, and none of its family."""
    generator = random.Random(SEED)
    told: list[Guess] = []
    families = [one.family for one in visits]
    for others, held_out in GroupKFold(folds, shuffle=True, random_state=SEED).split(visits, groups=families):
        known = [visits[index] for index in generator.sample(list(others), min(reveals, len(others)))]
        told += _guesses(known, [visits[index] for index in held_out], look)
    return told


def _guesses(known: Sequence[Visit], unknown: Sequence[Visit], look: Look) -> list[Guess]:
    seats = [(text, name, one.family) for one in known for text, name in zip(look(one), one.names, strict=True)]
    trained = best_classifier(*zip(*seats, strict=True))
    place = {name: index for index, name in enumerate(trained.classes_)}
    chances = [np.log(trained.predict_proba([look(one)[seat] for one in unknown]) + 1e-9) for seat in (0, 1)]
    frequent = Counter(one.names[0] for one in known).most_common(1)[0][0]
    told: list[Guess] = []
    for one, of_a, of_b in zip(unknown, *chances, strict=True):
        together = of_a[:, None] + of_b[None, :]  # who sits in A and in B; nobody sits in both
        np.fill_diagonal(together, -np.inf)
        named = trained.classes_[int(together.argmax()) // len(place)]
        a, b = (place.get(name, -1) for name in one.names)
        lead = together[a, b] - together[b, a] if min(a, b) >= 0 else 0.0  # who was never revealed looks like anybody
        of_two = (1 + np.sign(np.round(lead, 9))) / 2
        told.append(Guess(one.family, one.couple, named == one.names[0], of_two, frequent == one.names[0]))
    return told


def share(guesses: Sequence[Guess], right: Callable[[Guess], float]) -> str:
    """How often they were right, with the interval that draws of families give."""
    families = sorted({guess.family for guess in guesses})
    hits, counts = (
        np.array([sum(value(guess) for guess in guesses if guess.family == family) for family in families], dtype=float)
        for value in (right, lambda _: 1)
    )
    draws = np.random.default_rng(SEED).multinomial(len(families), np.full(len(families), 1 / len(families)), size=DRAWS)
    low, high = np.quantile(draws @ hits / (draws @ counts), [0.025, 0.975])
    return f"{hits.sum() / counts.sum():.0%} ({low:.0%} to {high:.0%})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--battles", type=int, default=600, help="in all (default: %(default)s)")
    parser.add_argument("--reveals", type=int, default=300, help="that a classifier learns from (default: %(default)s)")
    parser.add_argument("--folds", type=int, default=4, help="parts of families, each unseen once (default: %(default)s)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home, seeded_arena(options.models, Path(home)) as arena:
        visits = [visit(arena) for _ in track(range(options.battles), "Battles", console=Console(stderr=True))]
    seen = guesses(visits, options.reveals, options.folds)
    by_outcomes = guesses(visits, options.reveals, options.folds, lambda one: one.outcomes)
    table = Table("couples", "battles", "families", "names A", "always", "of the two", "by outcomes", box=None)
    for couple in (GENERATIVE, MIXED, CONTRASTIVE):
        told, told_by_outcomes = ([one for one in each if one.couple == couple] for each in (seen, by_outcomes))
        if told:
            shares = [share(told, lambda one: one.of_all), share(told, lambda one: one.always)]
            shares += [share(each, lambda one: one.of_two) for each in (told, told_by_outcomes)]
            table.add_row(couple, str(len(told)), str(len({one.family for one in told})), *shares)
    Console().print(table)


if __name__ == "__main__":
    main()
