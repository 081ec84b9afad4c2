"""The package as others get it: built from what Docker's build sees, and installed into a folder far from the repository."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from processes import STARTERS, only

ROOT = Path(__file__).parents[2]
QUICKLY = "--compression=stored"
"""How wheels are packed here: nobody downloads them, and to compress one takes longer than all else."""


@pytest.fixture(scope="session")
def source(shared_folder) -> Path:
    """A copy of the repository with what `.dockerignore` lets through, and nothing that an earlier build left."""

    def fill(folder: Path) -> None:
        for line in (ROOT / ".dockerignore").read_text().splitlines():
            if line.startswith("!"):
                _copy(ROOT / line[1:], folder / line[1:])

    return shared_folder("source", fill)


@pytest.fixture(scope="session")
def archive(shared_folder, source) -> Path:
    """The unpacked source archive."""

    def fill(folder: Path) -> None:
        _python("from setuptools import build_meta; build_meta.build_sdist('dist')", source)
        with tarfile.open(next((source / "dist").glob("*.tar.gz"))) as packed:
            packed.extractall(folder, filter="data")

    return next(shared_folder("archive", fill).iterdir())


@pytest.fixture(scope="session")
def wheel(shared_folder, source) -> Path:
    """The wheel of the repository, as pip builds it."""

    def fill(folder: Path) -> None:
        packed = f"--config-settings=--build-option={QUICKLY}"
        _pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", packed, "--wheel-dir", str(folder), str(source))

    return next(shared_folder("wheel", fill).glob("*.whl"))


@pytest.fixture(scope="session")
def archive_wheel(shared_folder, archive) -> Path:
    """The wheel of the source archive, as whatever builds it asks setuptools to."""

    def fill(folder: Path) -> None:
        packed = {"--build-option": [QUICKLY]}
        _python(f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r}, {packed})", archive)

    return next(shared_folder("archive-wheel", fill).glob("*.whl"))


@pytest.fixture(scope="session")
def installed(shared_folder, wheel) -> Path:
    """A folder with the installed wheel, and none of its requirements: those are here already."""

    def fill(folder: Path) -> None:
        _pip("install", "--no-deps", "--no-index", "--no-compile", "--target", str(folder), str(wheel))

    return shared_folder("installed", fill)


@pytest.fixture
def settings(installed, tmp_path) -> Mapping[str, str]:
    """Of an arena with two models of the wheel."""
    models = [installed / "arena" / STARTERS.relative_to(ROOT) / name for name in ("clip-mini", "llava-mini")]
    return {"PYTHONPATH": str(installed), "ARENA_HOME": str(tmp_path / "home"), **only(models)}


@pytest.fixture
def start(settings, tmp_path) -> Callable[..., subprocess.Popen[str]]:
    """Starts a program that may import the installed wheel, in an empty folder beside its home."""

    def start(*command: str, **environment: str) -> subprocess.Popen[str]:
        environment = {**os.environ, **settings, **environment}
        empty = tmp_path / "empty"
        empty.mkdir(exist_ok=True)
        return subprocess.Popen(
            command, cwd=empty, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    return start


def _copy(path: Path, copy: Path) -> None:
    copy.parent.mkdir(exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, copy, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(path, copy)


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, capture_output=True)


def _python(code: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True)
