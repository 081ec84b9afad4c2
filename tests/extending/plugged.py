"""Packages beside the arena: the one of docs/extending.md, taken out of the page, and others that a test writes."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"
FILE = re.compile(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

EntryPoints = Mapping[str, Mapping[str, str]]
"""Group -> name -> object."""


def page_files() -> dict[str, str]:
    """The files of the package of the page: name -> content."""
    return dict(FILE.findall(PAGE.read_text(encoding="utf-8")))


def install_page(site: Path) -> None:
    """The package of the page, as an installer leaves it in a folder of packages."""
    files = page_files()
    project = tomllib.loads(files["pyproject.toml"])["project"]
    modules = {name: content for name, content in files.items() if name.endswith(".py")}
    install(site, project["name"], modules, project["entry-points"])


def install(site: Path, name: str, modules: Mapping[str, str], entry_points: EntryPoints) -> None:
    """A package of these modules, with the metadata that Python finds entry points by."""
    for file, content in modules.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(content, encoding="utf-8")
    metadata = site / f"{name.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    groups = [
        f"[{group}]\n" + "".join(f"{point} = {where}\n" for point, where in points.items())
        for group, points in entry_points.items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")


CODE_OF_SUITE = page_files()["arena_shapes/swatches.py"]
"""The suite of the page that has a task of its own."""
