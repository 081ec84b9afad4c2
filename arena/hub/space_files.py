"""What the repository of a Space holds: the files of a checkout, or as much of them as an installed arena has."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

import arena
from arena.errors import SettingsError

Sdk = Literal["gradio", "docker"]
PACKAGE = "minimal-pair-arena"
CARD = "README.md"
FOLDERS = ("arena", "generators", "starter", "docs")
"""Of a checkout; what else lies in these folders of a Space is from an older deployment, and goes."""
SINGLE = (CARD, "LICENSE", "app.py", "requirements.txt")
FOR_DOCKER = ("Dockerfile", "MANIFEST.in", "pyproject.toml", "requirements.lock")
"""What a Space of Docker is built from, too."""
LEFT_OUT = re.compile(r"(^|/)(\.|__pycache__/)|\.pyc$|^starter/architectures/")
"""Files that no Space needs."""
THUMBNAIL = "docs/images/battle.png"
"""What links to a Space show."""
PORT = 7860
APP = 'import sys\n\nfrom arena.cli import run\n\nif __name__ == "__main__":\n    run(["serve", *sys.argv[1:]])\n'
"""`app.py`, which is in no wheel."""
FRONT_MATTER = re.compile(r"---\n(?P<lines>.*?\n)---\n(?P<page>.*)", re.DOTALL)
OF_GRADIO = ("sdk_version", "python_version", "app_file")
"""Fields that a Space of Docker does not read."""


@dataclass(frozen=True)
class SpaceFiles:
    """The files of a Space, by their names in it."""

    files: Mapping[str, Path | bytes]
    origin: Literal["checkout", "installed package"]
    missing: Sequence[str] = ()
    """What a checkout would add."""

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(len(file) if isinstance(file, bytes) else file.stat().st_size for file in self.files.values())


def space_files(sdk: Sdk, back_links: Mapping[str, Sequence[str] | str]) -> SpaceFiles:
    """The files for a Space.

    Args:
        sdk: what builds it.
        back_links: fields that are added to the front matter of the README where it lacks them, such as `models`.

    Raises:
        SettingsError: this arena is no checkout and cannot tell what it needs, or has no front matter.
    """
    root = Path(arena.__file__).parents[1]
    made = (
        _of_checkout(root, sdk)
        if (root / "app.py").exists() and (root / "requirements.txt").exists()
        else _of_package(root, sdk)
    )
    if THUMBNAIL not in made.files:
        back_links = {name: value for name, value in back_links.items() if name != "thumbnail"}
    card = made.files[CARD]
    text = card.decode() if isinstance(card, bytes) else card.read_text("utf-8")
    return SpaceFiles({**made.files, CARD: card_for(text, sdk, back_links).encode()}, made.origin, made.missing)


def card_for(text: str, sdk: Sdk, back_links: Mapping[str, Sequence[str] | str]) -> str:
    """The README of a Space: that of the repository, with its SDK and what links back; the rest stays as it is.

    Raises:
        SettingsError: it has no front matter.
    """
    found = FRONT_MATTER.fullmatch(text)
    if found is None:
        raise SettingsError(
            f"{CARD}: begins with no front matter, so a Space would not know what to start; put back the one of the repository"
        )
    lines = found["lines"].splitlines()
    if sdk == "docker":
        lines = [line for line in lines if line.partition(":")[0] not in OF_GRADIO]
        lines = [
            changed
            for line in lines
            for changed in (("sdk: docker", f"app_port: {PORT}") if line.startswith("sdk:") else (line,))
        ]
    known = {line.partition(":")[0] for line in lines}
    lines += [f"{name}: {_yaml(value)}" for name, value in back_links.items() if value and name not in known]
    return "---\n" + "\n".join(lines) + "\n---\n" + found["page"]


def front_matter(files: SpaceFiles) -> str:
    """The front matter of the README, for people to read."""
    card = files.files[CARD]
    found = FRONT_MATTER.fullmatch(card.decode() if isinstance(card, bytes) else card.read_text("utf-8"))
    return found["lines"] if found else ""


def _yaml(value: Sequence[str] | str) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def _of_checkout(root: Path, sdk: Sdk) -> SpaceFiles:
    names = [*SINGLE, *(FOR_DOCKER if sdk == "docker" else ())]
    files: dict[str, Path | bytes] = {name: root / name for name in names if (root / name).is_file()}
    for folder in FOLDERS:
        files |= dict(_in_folder(root, folder))
    return SpaceFiles(files, "checkout")


def _in_folder(root: Path, folder: str) -> Iterator[tuple[str, Path]]:
    """The files below a folder, which links are not followed out of."""
    for path in sorted((root / folder).rglob("*")):  # which does not follow links to folders
        name = path.relative_to(root).as_posix()
        if path.is_file() and not LEFT_OUT.search(name):
            yield name, path


def _of_package(root: Path, sdk: Sdk) -> SpaceFiles:
    """What a wheel has brought: code and data as they are, and the README and the requirements from its metadata."""
    try:
        about = distribution(PACKAGE)
    except PackageNotFoundError:
        raise SettingsError(
            f"{root}: holds neither app.py nor an installed {PACKAGE}; deploy from a clone of the repository"
        ) from None
    if sdk == "docker":
        raise SettingsError("--sdk docker: the Dockerfile is in no installed package; deploy from a clone of the repository")
    card, requirements = about.metadata["Description"], about.requires or ()
    files: dict[str, Path | bytes] = dict(_in_folder(root, "arena"))
    files |= {
        CARD: card.lstrip().encode(),
        "app.py": APP.encode(),
        "requirements.txt": "".join(f"{one}\n" for one in requirements if "extra ==" not in one).encode(),
    }
    if licence := about.read_text("licenses/LICENSE"):
        files["LICENSE"] = licence.encode()
    return SpaceFiles(files, "installed package", ("docs/images",))
