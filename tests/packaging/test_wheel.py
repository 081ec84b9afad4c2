"""What a wheel holds."""

import os
import zipfile
from pathlib import Path, PurePosixPath

from arena import __version__


def record(wheel: Path) -> dict[str, str]:
    """Every file of the wheel with its hash and its size."""
    with zipfile.ZipFile(wheel) as packed:
        [name] = [name for name in packed.namelist() if name.endswith(".dist-info/RECORD")]
        return dict(line.split(",", 1) for line in packed.read(name).decode().splitlines())


def test_it_adds_one_name_to_the_path_of_others(wheel):
    tops = {PurePosixPath(name).parts[0] for name in record(wheel)}
    assert tops == {"arena", f"minimal_pair_arena-{__version__}.dist-info"}


def test_it_holds_the_code_and_what_the_code_reads(wheel, source):
    package = source / "arena"
    paths = [Path(folder, name) for folder, _, names in os.walk(package, followlinks=True) for name in names]
    files = {path.relative_to(package).as_posix() for path in paths}
    notes = {file for file in files if file.startswith("docs/") or file == "starter/train/README.md"}
    held = {name.removeprefix("arena/") for name in record(wheel) if name.startswith("arena/")}
    assert held == files - notes | {"docs/method.md"}


def test_the_source_archive_gives_the_same_wheel(archive_wheel, wheel):
    assert record(archive_wheel) == record(wheel)


def test_it_tells_type_checkers_that_it_has_types(wheel):
    assert "arena/py.typed" in record(wheel)
