"""Loads what generation needs: an editor, and the gate with the models that judge for it."""

from typing import TYPE_CHECKING, cast

from arena.errors import EditorError, RepositoryError, SettingsError
from arena.generation.makers import Drawing, EditorMaker, Maker
from arena.generation.orders import Tool
from arena.generators.editor_repository import SHIPPED, SHIPPED_EDITOR, check_editor
from arena.models import best_device
from arena.roster import STARTER_MODELS, entry_of
from arena.settings import Settings

if TYPE_CHECKING:
    from arena.generators.gate.gate import Gate
    from arena.generators.gate.thresholds import Thresholds
    from arena.models.contrastive import ContrastiveModel

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
    from arena.generators.edits import load_editor

    return EditorMaker(load_editor(check_editor(reference)))


def complaints(settings: Settings) -> list[str]:
    """One line for each setting of generation that names nothing which can be used. No model is loaded."""
    from arena.generators.gate.thresholds import read_thresholds

    told: list[str] = []
    try:
        if settings.editor:
            check_editor(settings.editor)
    except EditorError as error:
        told.append(f"ARENA_EDITOR: {error}")
    try:
        if settings.gate:
            read_thresholds(settings.gate)
    except SettingsError as error:
        told.append(f"ARENA_GATE: {error}")
    return [*told, *_complaints_of_image_safety(settings)]


def _complaints_of_image_safety(settings: Settings) -> list[str]:
    if not settings.image_safety:
        return []
    from arena.generators.gate.image_safety import LABELS, check_image_safety

    try:
        check_image_safety(settings.image_safety, settings.image_safety_labels or LABELS)
    except SettingsError as error:  # which names the setting
        return [str(error)]
    except RepositoryError as error:
        return [f"ARENA_IMAGE_SAFETY: {error}"]
    return []


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
    """Load the gate, with the models that its thresholds name.

    Args:
        settings: of the arena: which thresholds, and which classifier of unsafe images, if any.
        thresholds: what passes, in place of those of the settings; where they name no models, those that ship are used.
        asks_all: as for `Gate`.

    Raises:
        ArenaError: a model cannot be loaded, or the safety classifier that the settings name cannot.
        SettingsError: there are no thresholds, they are for other models, or their scorer compares nothing.
    """
    from arena.generators.gate.gate import Gate
    from arena.generators.gate.image_safety import LABELS, load_image_safety
    from arena.generators.gate.thresholds import SHIPPED as SHIPPED_THRESHOLDS
    from arena.generators.gate.thresholds import read_thresholds

    thresholds = thresholds or read_thresholds(settings.gate or SHIPPED_THRESHOLDS)
    device = best_device()
    scorer, checker = (
        entry_of(_reference(name) or str(folder), settings, device)
        for name, folder in ((thresholds.scorer, SCORER), (thresholds.checker, CHECKER))
    )
    if scorer.kind != "contrastive":
        raise SettingsError(f"gate: scorer: {scorer.contestant.repository} compares no images; name a CLIP or a SigLIP")
    safety = None
    if settings.image_safety:
        labels = settings.image_safety_labels or LABELS
        safety = load_image_safety(settings.image_safety, labels, settings.image_safety_threshold, device)
    return Gate(
        cast("ContrastiveModel", scorer.load()),
        checker.load(),
        thresholds,
        safety,
        asks_all=asks_all,
    )


def _reference(name: str) -> str:
    """Where a model that thresholds name as `repository@revision` is: among those that ship, or on the Hub."""
    shipped = STARTER_MODELS / name.partition("@")[0]
    return str(shipped) if name and shipped.is_dir() else name
