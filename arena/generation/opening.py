"""Loads what generation needs: an editor, and the gate with the models that judge for it."""

from typing import TYPE_CHECKING

from arena.generation.makers import Drawing, EditorMaker, Maker
from arena.generation.orders import Tool
from arena.models import best_device
from arena.roster import STARTER_MODELS, entry_of
from arena.settings import Settings
from generators.editor_repository import SHIPPED, SHIPPED_EDITOR, check_editor

if TYPE_CHECKING:
    from generators.gate.gate import Gate
    from generators.gate.thresholds import Thresholds

# Torch and diffusers take seconds to import, and who only reviews needs none of them.
# ruff: noqa: PLC0415

SCORER = STARTER_MODELS / "drawn-world" / "clip-small"
"""Compares images with captions for the gate."""
CHECKER = STARTER_MODELS / "drawn-world" / "llava-small"
"""Answers the gate's questions."""


def editor_reference(settings: Settings, reference: str | None = None) -> str:
    """The editor that is meant: the given one, else that of the settings, else the one that ships."""
    return reference or settings.editor or SHIPPED_EDITOR


def open_editor(reference: str) -> EditorMaker:
    """Check and load an editor.

    Raises:
        EditorError: it is unknown, cannot edit, has no weights, or needs more memory than there is.
    """
    from generators.edits import load_editor

    return EditorMaker(load_editor(check_editor(reference)))


def maker_of(tool: Tool, editor: str | None = None) -> Maker:
    """What made a pair, to make it again.

    Args:
        tool: that made it.
        editor: where it is now; by default where its name leads, among those that ship or on the Hub.

    Raises:
        EditorError: it is not there, or cannot be loaded.
    """
    if tool.exact:
        return Drawing()
    shipped = (SHIPPED / tool.repository).is_dir()
    return open_editor(editor or (tool.repository if shipped else f"{tool.repository}@{tool.revision}"))


def open_gate(settings: Settings, thresholds: "Thresholds | None" = None, *, asks_all: bool = False) -> "Gate":
    """Load the gate with the models that ship.

    Args:
        settings: of the arena: which classifier of unsafe images, if any.
        thresholds: what passes; by default, those that ship.
        asks_all: as for `Gate`.

    Raises:
        ArenaError: a model cannot be loaded, or the safety classifier that the settings name cannot.
    """
    from arena.models.contrastive import load_contrastive
    from arena.models.generative import load_generative
    from generators.gate.gate import Gate
    from generators.gate.image_safety import LABELS, load_image_safety

    device = best_device()
    scorer, checker = (entry_of(str(folder), settings.home, device) for folder in (SCORER, CHECKER))
    labels = settings.image_safety_labels or LABELS
    safety = load_image_safety(settings.image_safety, labels, device=device) if settings.image_safety else None
    return Gate(
        load_contrastive(scorer.contestant, scorer.report.folder),
        load_generative(checker.contestant, checker.report.folder),
        thresholds,
        safety,
        asks_all=asks_all,
    )
