"""Manifests: each names the files of one part of a history, with their SHA-256. What none names does not count."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Literal

from arena.errors import StoreError
from arena.store.outbox_rows import Place

FOLDER = "manifests"
STEM = r"(\d{12})-(\d{6,})-[0-9a-f]{8}"
NAME = re.compile(rf"{FOLDER}/{STEM}\.json")
WRITTEN = re.compile(rf"(?:commits/{STEM}\.parquet|all/{STEM}/\w+\.parquet|{FOLDER}/{STEM}\.json)")
"""What an outbox writes; another file is somebody else's."""
PART = re.compile(r"(?:commits|all)/[\w/-]+\.parquet")
"""What manifests may name, which leads out of no folder."""
FIRST = re.compile(r"(?:commits|all|manifests)/0{12}-")
"""Files of the part that founds an outbox."""
KINDS = ("commits", "all")


@dataclass(frozen=True)
class Manifest:
    """One part of a history: `commits` that follow others, or `all` facts as of one commit."""

    number: int
    """Grows with each part."""
    epoch: int
    """Of the lease under which it was written."""
    kind: Literal["commits", "all"]
    arena: str
    after: Place | None
    """The commit that comes before; None for all facts."""
    last: Place
    """The last commit in it."""
    files: Mapping[str, str]
    """Name -> SHA-256."""
    schema: str
    """Name of the last step of the schema that wrote it."""
    written_at: str
    name: str = ""

    def text(self) -> bytes:
        """As it is written."""
        told = {key: value for key, value in asdict(self).items() if key != "name"}
        return json.dumps(told, indent=1).encode()


_FIELDS = {field.name for field in fields(Manifest)} - {"name"}


def manifest_name(number: int, epoch: int) -> str:
    """A name that sorts by number; two writers never choose the same."""
    return f"{FOLDER}/{number:012d}-{epoch:06d}-{secrets.token_hex(4)}.json"


def read_manifest(name: str, text: bytes) -> Manifest:
    """The manifest in a file of this name.

    Raises:
        ValueError: it is none.
        StoreError: a newer arena wrote it.
    """
    found = NAME.fullmatch(name)
    told = json.loads(text)
    if isinstance(told, dict) and (told.keys() - _FIELDS or told.get("kind", KINDS[0]) not in KINDS):
        raise StoreError(f"ARENA_OUTBOX: {name} was written by a newer arena than this; run the same code")
    try:
        after = told["after"]
        manifest = Manifest(**{**told, "after": after and Place(*after), "last": Place(*told["last"]), "name": name})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{name}: is no manifest") from error
    is_named = found and (int(found[1]), int(found[2])) == (manifest.number, manifest.epoch)
    if not is_named or not all(PART.fullmatch(part) for part in manifest.files):
        raise ValueError(f"{name}: is no manifest")
    return manifest


def history(manifests: Iterable[Manifest]) -> list[Manifest]:
    """All facts, and the commits that follow, up to the last: what a home is made of.

    Two writers may both have written where a lease was lost. The later lease counts, and of one lease what reaches furthest.
    """
    listed = list(manifests)
    following: dict[Place | None, list[Manifest]] = {}
    for one in listed:
        if one.kind == "commits":
            following.setdefault(one.after, []).append(one)
    chains = [_chain(one, following) for one in listed if one.kind == "all"]
    return max(chains, key=lambda chain: (chain[-1].epoch, chain[-1].last.number, chain[0].number), default=[])


def _chain(first: Manifest, following: Mapping[Place | None, list[Manifest]]) -> list[Manifest]:
    chain = [first]
    while candidates := [one for one in following.get(chain[-1].last, ()) if one.arena == first.arena]:
        chain.append(max(candidates, key=lambda one: (one.epoch, one.last.number)))
    return chain


def is_torn(manifests: Iterable[Manifest], kept: Sequence[Manifest]) -> bool:
    """Whether parts that count for nothing follow one that is gone, and reach further than what counts.

    Args:
        manifests: all of them.
        kept: their history.
    """
    listed = list(manifests)
    places = {one.last for one in listed}
    orphans = [one for one in listed if one.after is not None and one.after not in places]
    if not kept:
        return any(one.kind == "commits" for one in listed)
    return any((one.epoch, one.last.number) > (kept[-1].epoch, kept[-1].last.number) for one in orphans)


def digest_of(file: Path) -> str:
    """SHA-256 of a file."""
    total = sha256()
    with file.open("rb") as opened:
        while part := opened.read(2**20):
            total.update(part)
    return total.hexdigest()


def check_files(manifest: Manifest, folder: Path) -> None:
    """Compare files that were fetched with what the manifest says of them.

    Raises:
        StoreError: one is another than was saved.
    """
    for name, digest in manifest.files.items():
        if digest_of(folder / name) != digest:
            raise StoreError(
                f"ARENA_OUTBOX: {name} is not what was saved (its SHA-256 differs from {manifest.name}); put it back, or name "
                "another outbox"
            )
