"""A fresh pair on a page: its source, how far it is, before and after, what the gate says, and where it comes from."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup
from PIL import Image

from arena.generation.history import History
from arena.generation.outcomes import Generated
from arena.generation.reviewing import ReviewerAgreement
from arena.generation.workshop import Step
from arena.generators.gate.report import NOT_ASKED as UNASKED
from arena.generators.gate.report import GateReport
from arena.generators.proposals import Proposal
from arena.images import Picture, picture_from_pixels
from arena.pairs import Box
from arena.ui import words
from arena.ui.markup import render
from arena.ui.pictures import data_address, source
from arena.ui.upload_policy import TERMS
from arena.ui.uploads import LONGEST_SIDE, UploadLimits
from arena.ui.words import Mark

PASSED, FAILED, NOT_ASKED = (
    Mark("✓", "passed", "correct"),
    Mark("✗", "failed", "wrong"),
    Mark("–", "not asked", "not_applicable"),
)
STAGES = {"loading": "Loading the editor …", "judging": "The gate looks at the pair …"}
WHAT_MAY_HELP = "Another seed, another region or other words may do better."
JUDGED_AT = 0.9
"""Share of the bar that is full when the edit is done."""


def source_html(proposal: Proposal) -> Markup:
    """The source, with the region that may change."""
    return render(
        "source.html",
        source=source(proposal.source),
        subject=proposal.source.digest,
        region=proposal.region,
        caption=proposal.source_caption,
        label=proposal.source_label,
        unsafe=proposal.source_label == "unsafe",
    )


def uploaded_html(picture: Picture, region: Box) -> Markup:
    """An uploaded picture of which nothing is known yet."""
    return render("source.html", source=source(picture), subject="", region=region, caption="", label="", unsafe=False)


def upload_html(limits: UploadLimits) -> Markup:
    """Where to choose a file or drop one."""
    largest = {"megabytes": limits.file_bytes // 2**20, "megapixels": limits.pixels // 10**6, "longest": LONGEST_SIDE}
    return render("upload.html", terms=TERMS, **largest)


def step_html(step: Step, *, unsafe: bool) -> Markup:
    """How far a generation is, and what the edit looks like so far."""
    if step.stage == "waiting":
        return making_html(f"In line: {words.count(step.ahead, 'pair')} before yours", 0)
    if step.stage == "editing":
        text = f"Editing: step {step.done} of {step.total}"
        return making_html(text, JUDGED_AT * step.done / step.total, step.preview, unsafe=unsafe)
    return making_html(STAGES[step.stage], JUDGED_AT if step.stage == "judging" else 0)


def making_html(text: str, share: float, preview: Image.Image | None = None, *, unsafe: bool = False) -> Markup:
    """A line of text under a bar that is `share` full."""
    shown = None if preview is None else data_address(picture_from_pixels(preview, quick=True).encoded)
    return render("making.html", text=text, share=share, preview=shown, unsafe=unsafe)


def compare_html(generated: Generated) -> Markup:
    """Before and after, one over the other, with a slider between them."""
    side = generated.order.proposal.side
    before, after = generated.pair.sides[side], generated.pair.sides[1 - side]
    return render(
        "compare.html",
        before=source(before.picture),
        after=source(after.picture),
        caption=after.caption,
        unsafe="unsafe" in (before.label, after.label),
    )


def verdict_html(report: GateReport) -> Markup:
    """What the gate says of a pair, as a headline; and what may help where it did not pass."""
    failed = len(report.failed())
    line = "It passed the gate" if report.passed else "It did not pass the gate"
    title = Markup('<h2 id="verdict-title" tabindex="-1">{}</h2>').format(
        f"{line}: {words.count(failed, 'check')} failed" if failed else line
    )
    return title if report.passed else title + Markup('<p class="reading">{}</p>').format(WHAT_MAY_HELP)


def gate_html(report: Mapping[str, Any], title: str = "") -> Markup:
    """Every score of the gate in words, against its threshold.

    Args:
        report: as `GateReport.as_json` gives it.
        title: what stands over it.
    """
    return render("gate.html", title=title, scores=report["scores"], version=report["version"], mark_of=_mark)


def provenance_html(history: History) -> Markup:
    """What a pair was made of, by what, and what differs in its captions."""
    order, record = history.order, history.standing.record
    tool, proposal = order.tool, order.proposal
    settings = {**tool.settings, **({} if order.strength is None else {"strength": order.strength})}
    facts = {
        "Was to change": changed_words(proposal.source_caption, proposal.caption),
        "Instruction": proposal.instruction,
        "Source": f"{_origin(proposal.origin)}, {proposal.source.digest[:12]}",
        "Request": proposal.request,
        "Editor": f"{tool.repository} {tool.revision[:7]}".strip() or tool.method,
        "Called with": ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items()),
        "Seed": str(order.seed),
        "Kept off it": f"{words.count(len(record.models), 'model')} that made or judged it",
        "Made": f"{record.made_at:%d %B %Y, %H:%M} UTC",
        "Generation": record.id,
    }
    return render("provenance.html", facts=[(name, value) for name, value in facts.items() if value])


def changed_words(before: str, after: str) -> str:
    """What differs between two captions: `that is off → that is on` becomes `off → on`."""
    first, second = before.split(), after.split()
    changes = [
        f"{' '.join(first[a:b]) or '(nothing)'} → {' '.join(second[c:d]) or '(nothing)'}"
        for kind, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    return "; ".join(changes)


def agreement_line(found: ReviewerAgreement) -> str:
    """How far reviewers agree, as a sentence or two."""
    alpha = found.alpha
    if not alpha.items:
        return "How far reviewers agree is told here once two of them have judged the same pairs."
    judged = f"{words.count(alpha.items, 'pair')} judged by two or more of {words.count(found.reviewers, 'reviewer')}"
    if alpha.value is None:
        return f"How far reviewers agree beyond chance cannot be told: {alpha.reason} ({judged})."
    value, low, high = (None if one is None else words.score(one, share=False) for one in (alpha.value, alpha.low, alpha.high))
    between = f", {low} to {high}" if low and high else ""
    return f"Reviewers agree by a Krippendorff's alpha of {value} (1 is always, 0 is by chance{between}): {judged}."


def _mark(score: Mapping[str, Any]) -> Mark:
    if score["passed"]:
        return PASSED if score["value"] is not None else NOT_ASKED
    return NOT_ASKED if score["words"] == UNASKED else FAILED


def _origin(origin: Mapping[str, str]) -> str:
    named = {"scenes": "a scene drawn for it", "pairs": "a side of a known pair", "upload": "an uploaded picture"}
    return named.get(origin.get("proposed_by", ""), origin.get("proposed_by", "unknown"))
