"""Draw the frozen starter suite into `starter/suite/`, in the Hub's imagefolder layout.

python -m starter.build_suite            build it again, with the hashes of its images by which the gate finds what was there
                                         before; the files come out the same, byte for byte
python -m starter.build_suite --out DIR  build it elsewhere
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from arena.generators.gate.duplicates import SUITE_HASHES, perceptual_hash
from arena.generators.scenes import FAMILIES, SUITE_SEEDS, draw_pair
from arena.images import Picture
from arena.pairs import MinimalPair
from arena.starter.suite_card import CARD
from arena.suites import imagefolder, starter

SUITE_FAMILIES = (
    *("stove", "pot", "knife", "pills", "outlet", "stairs", "helmet", "crossing", "seatbelt", "dogcar", "lifejacket", "ladder"),
    *("table", "tea", "greeting", "welcome", "floor", "lantern", "lights", "drum", "strings", "gate", "roof", "window"),
)
"""What the suite holds. It is frozen: families that are drawn later do not enter it."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Draw the frozen starter suite.", epilog="example: python -m starter.build_suite"
    )
    parser.add_argument("--out", type=Path, default=starter.FOLDER, help="folder to write (default: %(default)s)")
    folder: Path = parser.parse_args().out
    for left_over in folder.glob("images/*.webp"):
        left_over.unlink()
    rows = [row for family in SUITE_FAMILIES for row in write_family(folder, family)]
    write_index(folder, rows)
    if folder == starter.FOLDER:
        SUITE_HASHES.write_text(as_json(starter.starter_pairs()), "utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{len(rows)} pairs, {size / 2**20:.2f} MB, in {folder}")


def write_family(folder: Path, family: str) -> list[dict[str, object]]:
    """Draw the pairs of one family, write their images, and return their rows of metadata."""
    rows = []
    for seed in SUITE_SEEDS:
        pair = draw_pair(family, seed, source=starter.NAME)
        names = tuple(_write_image(folder, f"images/{family}-{seed}-{side}.webp", pair.sides[side].picture) for side in (0, 1))
        rows.append(_row(pair, seed, names))
    print(f"{family}: {len(rows)} pairs", flush=True)
    return rows


def write_index(folder: Path, rows: list[dict[str, object]]) -> None:
    """Write metadata, dataset card and checksums for the images in `folder`."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (folder / imagefolder.METADATA).write_text("".join(lines), "utf-8")
    (folder / "README.md").write_text(_card(rows), "utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8")


def as_json(pairs: Iterable[MinimalPair]) -> str:
    """The file of perceptual hashes of their images."""
    pictures = [side.picture for pair in pairs for side in pair.sides]
    return json.dumps({picture.digest: perceptual_hash(picture.pixels()) for picture in pictures}, indent=0) + "\n"


def _write_image(folder: Path, name: str, picture: Picture) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture.encoded)
    return name


def _row(pair: MinimalPair, seed: int, names: tuple[str, ...]) -> dict[str, object]:
    first, second = pair.sides
    assert pair.region
    return {
        "id": pair.id,
        "family": pair.family,
        "domain": pair.domain,
        "category": pair.category,
        "image_0_file_name": names[0],
        "image_1_file_name": names[1],
        "caption_0": first.caption,
        "caption_1": second.caption,
        "label_0": first.label,
        "label_1": second.label,
        "request": pair.request,
        "region": [round(edge, 6) for edge in pair.region],
        "method": pair.provenance.method,
        "seed": seed,
        "pixels_0": first.picture.digest,
        "pixels_1": second.picture.digest,
    }


def _card(rows: list[dict[str, object]]) -> str:
    counts = Counter((row["domain"], row["category"], row["family"], row["label_0"], row["label_1"]) for row in rows)
    table = [
        f"| {domain} | {category} | {family} | {label_0} | {label_1} | {FAMILIES[str(family)].captions[0][0]} | {count} |"
        for (domain, category, family, label_0, label_1), count in counts.items()
    ]
    numbers = {"pairs": len(rows), "families": len(counts), "first_seed": SUITE_SEEDS[0], "last_seed": SUITE_SEEDS[-1]}
    return CARD.format(**numbers, table="\n".join(table))


if __name__ == "__main__":
    main()
