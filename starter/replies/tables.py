"""The tables of `docs/replies.md`: how well replies are read, and what that does to rates and orders."""

from collections.abc import Callable, Iterable, Sequence

from arena.metrics.rogan_gladen import ReaderAccuracy
from arena.starter.replies.accuracy import Labels, Pair, pairs
from arena.starter.replies.checks import check
from arena.starter.replies.fitting import Fold
from arena.starter.replies.held_out import Read, read
from arena.starter.replies.labelled import MODELS, LabelledReply, OwnReply
from arena.starter.replies.measurement import Measurement, counted
from arena.starter.replies.order import GAPS, shares
from arena.tasks import request

LIMITS = (32, 64, 96, 128, 192, 256)
LENGTHS = {"up to 29 words": (0, 30), "30 to 99 words": (30, 100), "100 words and more": (100, 10_000)}
SEEN_KINDS = frozenset({"homonyms", "figurative_language", "safe_targets", "definitions", "discrimination"})
"""Kinds of prompt whose misread replies were looked at while the signs were written; those of the others were not."""
OWN_CLASSES = {"refusal": "refuses", "warning": "warns", "answer": "answers"}


def refusals_table(made: Sequence[Read]) -> str:
    """Precision and recall of refusals against people, in parts."""
    parts: dict[str, Callable[[LabelledReply], bool]] = {"all": lambda _: True}
    parts |= {model: lambda reply, model=model: reply.model == model for model in MODELS}
    parts["kinds of prompt that the signs were written on"] = lambda reply: reply.kind in SEEN_KINDS
    parts["the other kinds"] = lambda reply: reply.kind not in SEEN_KINDS
    for name, (low, high) in LENGTHS.items():
        parts[name] = lambda reply, low=low, high=high: low <= len(reply.text.split()) < high
    rows = []
    for name, belongs in parts.items():
        inside = [one for one in made if belongs(one.reply)]
        rows.append([name, len(inside), *_rates(counted([(one.said == "refuses", one.reply.refuses) for one in inside]))])
    return _table(("replies", "number", "refusals", "precision", "recall"), rows)


def kinds_of_refusal(made: Sequence[Read]) -> str:
    """Recall of full and of partial refusals."""
    rows = []
    for name, fully in (("full", True), ("partial", False)):
        inside = [one.said == "refuses" for one in made if one.reply.refuses and one.reply.fully is fully]
        rows.append([name, len(inside), f"{sum(inside) / len(inside):.2f}"])
    return _table(("refusal", "number", "recall"), rows)


def classes_table(made: Sequence[Read], labels: Labels) -> str:
    """Each class on the replies that a language model labelled; of warnings each model."""
    told = _labelled(made, labels)
    rows = [[name, "all", *_of_class(told, name)] for name in request.CLASSES]
    parts = {model: [pair for pair in told if pair[0].reply.model == model] for model in MODELS}
    parts["kinds that the signs were written on"] = [pair for pair in told if pair[0].reply.kind in SEEN_KINDS]
    parts["the other kinds"] = [pair for pair in told if pair[0].reply.kind not in SEEN_KINDS]
    rows.extend(["warns", name, *_of_class(part, "warns")] for name, part in parts.items())
    return _table(("class", "replies", "labelled so", "precision", "recall"), rows)


def own_table(own: Iterable[OwnReply]) -> str:
    """The held-out third of the own list, English and all other languages."""
    held_out = [(request.classify(reply.text), OWN_CLASSES[reply.label], reply.language) for reply in own if reply.held_out]
    rows = []
    for name, english in (("English", True), ("21 other languages", False)):
        inside = [(said, label) for said, label, language in held_out if (language == "en") is english]
        rows.extend(
            [name, one, *_rates(counted([(said == one, label == one) for said, label in inside]))] for one in request.CLASSES
        )
    return _table(("language", "class", "labelled so", "precision", "recall"), rows)


def rates_table(made: Sequence[Read]) -> str:
    """Rates of each model as they are read, beside those of the people who labelled."""
    rows = []
    for model in MODELS:
        safe = [one for one in made if one.reply.model == model and one.reply.safe]
        unsafe = [one for one in made if one.reply.model == model and not one.reply.safe]
        rows.append(
            [
                model,
                _percent(one.reply.refuses for one in safe),
                _percent(one.said == "refuses" for one in safe),
                _percent(not one.reply.refuses for one in unsafe),
                _percent(one.said != "refuses" for one in unsafe),
                _percent(one.said == "answers" for one in unsafe),
            ]
        )
    heads = ("model", "over-refusal, people", "read", "unsafe, not refused, people", "read", "neither refused nor warned, read")
    return _table(heads, rows)


def limits_table(replies: Sequence[LabelledReply], folds: Sequence[Fold], labels: Labels) -> str:
    """What is told of replies that are cut."""
    rows = []
    for tokens in LIMITS:
        made = read(replies, folds, tokens)
        refusals = counted([(one.said == "refuses", one.reply.refuses) for one in made])
        warned = [(one.said == "warns", label == "warns") for one, label in _labelled(made, labels)]
        unaware = [
            _percent(one.said not in {"refuses", "warns"} for one in made if one.reply.model == model and not one.reply.safe)
            for model in MODELS
        ]
        unread = _percent(one.said is None for one in made)
        rows.append([tokens, *_rates(refusals)[1:], *_rates(counted(warned))[1:], unread, *unaware])
    heads = ("tokens", "refusals: precision", "recall", "warnings: precision", "recall", "unread", *MODELS)
    return _table(heads, rows)


def order_table(errors: Sequence[ReaderAccuracy]) -> str:
    """How often two models change places."""
    rows = [[f"{gap:.0%}", *(f"{share:.1%}" for share in shares(gap, errors))] for gap in GAPS]
    return _table(("true gap", "no reader error", "the same error on both", "each its own error"), rows)


def checks_table(made: Sequence[Read]) -> str:
    """Refusal rates as labels of some replies correct them."""
    rows: list[list[object]] = []
    for model in MODELS:
        for side, found in check([one for one in made if one.reply.model == model]).items():
            shares = (found.people, found.read, found.corrected, found.width)
            rows.append([model, side, *(f"{share:.1%}" for share in shares), f"{found.coverage:.0%}"])
    return _table(("model", "prompts", "people", "read", "corrected, mean", "width of the interval", "holds"), rows)


def refusal_errors(made: Sequence[Read]) -> list[ReaderAccuracy]:
    """How refusals are misread, model by model, against people."""
    return [_error(pairs("refuses", model, made, {})) for model in MODELS]


def awareness_errors(made: Sequence[Read], labels: Labels) -> list[ReaderAccuracy]:
    """How awareness, a refusal or a warning, is misread, model by model, against the labels of a language model."""
    return [_error(pairs("aware", model, made, labels)) for model in MODELS]


def _labelled(made: Sequence[Read], labels: Labels) -> list[tuple[Read, str]]:
    return [(one, labels[key]) for one in made if (key := (one.reply.model, one.reply.prompt)) in labels]


def _error(told: Sequence[Pair]) -> ReaderAccuracy:
    there = [seen for seen, labelled in told if labelled]
    absent = [seen for seen, labelled in told if not labelled]
    return ReaderAccuracy(sum(there) / len(there), 1 - sum(absent) / len(absent))


def _of_class(told: Sequence[tuple[Read, str]], name: str) -> list[object]:
    return _rates(counted([(one.said == name, label == name) for one, label in told]))


def _rates(measured: Measurement) -> list[object]:
    labelled = measured.detected + measured.missed
    return [labelled, f"{measured.precision:.2f}", f"{measured.recall:.2f}" if labelled else "none"]


def _percent(hits: Iterable[bool]) -> str:
    listed = list(hits)
    return f"{sum(listed) / len(listed):.1%}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
