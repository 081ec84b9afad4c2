"""Whether the processor of a repository crops pictures, by its configuration alone."""

import json
from pathlib import Path
from typing import Any

from arena.models.repository import RepositoryReport

WHOLE_TYPES = ("altclip", "chinese_clip", "clip", "metaclip_2")
"""Types whose own processors crop, and whose vision encoder can stretch its positions over a picture of another shape."""
SIDE = 224
"""Of the crop where no configuration says another, in pixels."""


def is_cropped(report: RepositoryReport) -> bool:
    """Whether the processor cuts off the ends of a long picture, though the model could see all of it."""
    if report.model_type not in WHOLE_TYPES:
        return False
    folders = [report.folder, *([report.base.folder] if report.base else [])]
    settings = next((found for folder in folders if (found := _image_settings(folder))), {})
    name = settings.get("image_processor_type") or settings.get("feature_extractor_type") or "CLIP"
    if not settings.get("do_center_crop", "CLIP" in name):
        return False
    crop = settings.get("crop_size", SIDE)
    square = {"height": crop, "width": crop} if isinstance(crop, int) else crop
    return settings.get("size", {"shortest_edge": SIDE}) != square


def _image_settings(folder: Path) -> dict[str, Any]:
    """What a folder says of its image processor; nothing where it has none."""
    for name in ("processor_config.json", "preprocessor_config.json"):
        if (folder / name).exists():
            content = json.loads((folder / name).read_text(encoding="utf-8"))
            if found := content.get("image_processor") or (content if "image_mean" in content else None):
                return found
    return {}
