"""A tuning: from a model and a data set to a repository that may enter the arena.

All that is not finished lies in a hidden folder beside the repository: the same call goes on from its last checkpoint.
"""

import fcntl
import json
import logging
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from arena.errors import ArenaError, TuningError, one_line
from arena.models import RepositoryReport, check_repository, contestant_of
from arena.models.files import HUB_NAME
from arena.models.hub import ADAPTER_CONFIG
from arena.models.loading import fetch
from arena.tuning.data_set import Description, data_hash, read_description
from arena.tuning.tuned import LEARNS_FROM, Recipe, Tuning, Watch, read_tuning, write_tuning
from arena.tuning.tuned_card import tuned_card

log = logging.getLogger(__name__)

EXTRA = ("datasets", "peft", "trl")
"""Packages that the extra `tune` brings, or that it needs."""
VERSIONS = (*EXTRA, "torch", "transformers")
WORK = ".{name}.tuning"
"""Where the work on a repository of that name lies, beside it."""
ORDER = "order.json"
"""File of that folder with what its checkpoints are of."""
CHECKPOINT = "checkpoint-*"


def tune(
    base: RepositoryReport,
    data: Path,
    recipe: Recipe,
    out: Path,
    *,
    device: str = "cpu",
    watch: Watch = lambda *_: None,
) -> RepositoryReport:
    """Tune a model, and save the result as a repository; what was begun before goes on from its last checkpoint.

    Args:
        base: a generative model.
        data: a data set of `arena export`.
        recipe: how.
        out: `organisation/name`, as the repository is to be called; it must not exist, or be empty.
        device: torch device.
        watch: told that it begins, and of each step.

    Raises:
        TuningError: packages are missing, the model or the data do not fit, something else was begun there, or it fails.
        RepositoryError: the model cannot be loaded.
    """
    work = out.parent / WORK.format(name=out.name)
    try:
        tuning = _checked(base, data, recipe, out)
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TuningError(f"--out {out}: cannot be written ({error.strerror}); name a folder that can be made") from error
    with _alone(work):
        _begin(work, tuning)
        return _made(base, data, tuning, out, work, device, watch)


def _made(
    base: RepositoryReport, data: Path, tuning: Tuning, out: Path, work: Path, device: str, watch: Watch
) -> RepositoryReport:
    """The repository, once it is trained in the folder for the work and has taken its place."""
    made = work / "repository"
    shutil.rmtree(made, ignore_errors=True)
    try:
        _check_free(out)  # again: another process may have been at its end
        watch(0, 0, None)
        _train(base, data, tuning.recipe, work, made, device, watch)
    except (ArenaError, KeyboardInterrupt):
        _forget(work)
        raise
    except Exception as error:  # transformers and TRL fail in many ways on a model that they do not know
        _forget(work)
        log.exception("%s cannot be tuned", base.repository)
        raise TuningError(f"{base.repository}: cannot be tuned ({one_line(error)}); the log has more") from error
    write_tuning(made, tuning)
    (made / "README.md").write_text(tuned_card(f"{out.resolve().parent.name}/{out.name}", tuning, base), "utf-8")
    shutil.rmtree(out, ignore_errors=True)
    made.rename(out)
    shutil.rmtree(work)
    return check_repository(str(out))


def _checked(base: RepositoryReport, data: Path, recipe: Recipe, out: Path) -> Tuning:
    """What is about to be made.

    Raises:
        TuningError: it cannot be.
    """
    if missing := [package for package in EXTRA if find_spec(package) is None]:
        raise TuningError(f"arena tune: needs {', '.join(missing)}; install minimal-pair-arena[tune]")
    name = f"{out.resolve().parent.name}/{out.name}"
    if not HUB_NAME.fullmatch(name) or "@" in name:
        raise TuningError(f"--out {out}: {name!r} is no name of a repository; end with ORGANISATION/NAME")
    _check_free(out)
    if base.kind != "generative":
        raise TuningError(f"{base.repository}: only compares; name a model that writes")
    if recipe.lora and base.base:
        raise TuningError(f"{base.repository}: is an adapter itself; leave out --lora, and the merged model is tuned")
    description = read_description(data)
    if description.kind != LEARNS_FROM[recipe.method]:
        wanted = LEARNS_FROM[recipe.method]
        raise TuningError(f"{data}: holds {description.kind}, and {recipe.method} learns from {wanted}; export {wanted}")
    _refuse_learnt(base, data, description)
    versions = {package: version(package) for package in VERSIONS}
    return Tuning(f"{base.repository}@{base.revision}", recipe, description, data_hash(data), versions)


def _check_free(out: Path) -> None:
    """Raises TuningError: something lies in the place of the repository."""
    if out.exists() and any(out.iterdir()):
        raise TuningError(f"--out {out}: holds files already; name another repository, or empty this folder")


def _refuse_learnt(base: RepositoryReport, data: Path, description: Description) -> None:
    """Refuse data whose test the base has learnt from, as it was tuned before, on another split."""
    for one in (base, base.base):
        before = read_tuning(one.folder) if one else None
        if one and before and before.data.split != description.split:
            raise TuningError(
                f"{data}: leaves fold {description.test_fold} for the test, and {one.repository} was tuned with fold "
                f"{before.data.test_fold} left; export with --test-fold {before.data.test_fold}, or tune what it comes from"
            )


def _begin(work: Path, tuning: Tuning) -> None:
    """Write down in the folder for the work what it is; a checkpoint that lies there already must be of the same work."""
    order, file = json.dumps(asdict(tuning), sort_keys=True), work / ORDER
    if not file.exists() or _last_checkpoint(work) is None:
        for stray in work.glob(CHECKPOINT):
            shutil.rmtree(stray)
        file.write_text(order, "utf-8")
    elif file.read_text("utf-8") != order:
        raise TuningError(f"{work}: another tuning was begun here; go on with that, or delete the folder")


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Keep the folder for the work to this process.

    Raises:
        TuningError: another one has it.
    """
    handle = os.open(work, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise TuningError(f"{work}: another process tunes here; wait for it, or name another repository") from error
    finally:
        os.close(handle)


def _forget(work: Path) -> None:
    """Leave nothing of a work that came to no checkpoint: it would stand in the way of another."""
    if _last_checkpoint(work) is None:
        shutil.rmtree(work, ignore_errors=True)


def _train(base: RepositoryReport, data: Path, recipe: Recipe, work: Path, made: Path, device: str, watch: Watch) -> None:
    # They take seconds to import, and need the extra.
    from transformers import AutoModelForImageTextToText  # noqa: PLC0415

    from arena.models.pretrained import from_pretrained  # noqa: PLC0415
    from arena.tuning.trainers import make_trainer, training_rows  # noqa: PLC0415

    model, processor = from_pretrained(AutoModelForImageTextToText, contestant_of(base), fetch(base))
    model.requires_grad_(True)  # a merged adapter leaves the weights of its base frozen
    processor.save_pretrained(made)  # now: a trainer leaves its padding in the files of the tokenizer
    rows = training_rows(data, recipe, work / "cache")
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # TRL asks for what transformers will call otherwise
        trainer = make_trainer(model, processor, rows, recipe, work, watch, device=device)
        trainer.train(resume_from_checkpoint=_last_checkpoint(work))
    trained: Any = trainer.accelerator.unwrap_model(trainer.model)
    if not all(weight.isfinite().all() for weight in trained.parameters()):
        for checkpoint in work.glob(CHECKPOINT):
            shutil.rmtree(checkpoint)
        after = f"after {trainer.state.global_step} steps at a rate of {recipe.learning_rate:g}"
        raise TuningError(f"{base.repository}: its weights are no numbers {after}; give a smaller --rate")
    if not recipe.lora:
        trained = trained.to(_stored_dtype(base))
    trained.save_pretrained(made)
    if recipe.lora:
        _name_base(made, base)


def _last_checkpoint(work: Path) -> str | None:
    """The newest state that was written to its end: its `trainer_state.json` comes last."""
    whole = [path.parent for path in work.glob(f"{CHECKPOINT}/trainer_state.json")]
    return str(max(whole, key=lambda path: int(path.name.rpartition("-")[2]))) if whole else None


def _stored_dtype(base: RepositoryReport) -> Any:
    """The precision in which the weights of a model lie on disk."""
    import torch  # noqa: PLC0415 - takes seconds

    source = base.base or base
    config = json.loads((source.folder / "config.json").read_text("utf-8"))
    return getattr(torch, str(config.get("dtype") or config.get("torch_dtype") or "float32"))


def _name_base(made: Path, base: RepositoryReport) -> None:
    """Write down which model an adapter changes: its folder here, or its commit on the Hub."""
    file = made / ADAPTER_CONFIG
    config = json.loads(file.read_text("utf-8"))
    config["base_model_name_or_path"] = str(base.folder.absolute()) if base.local else base.repository
    config["revision"] = None if base.local else base.revision
    file.write_text(json.dumps(config, indent=2) + "\n", "utf-8")
