"""Model repositories: what a folder or a Hub repository holds, checked before a single weight is loaded.

A repository that passes can be loaded by stock transformers classes, from safetensors, without running any code of its own.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from arena.errors import RepositoryError, one_line
from arena.models.adapters import check_adapter, check_vision_lora, is_adapter
from arena.models.architectures import PURPOSES, VOICES, Kind, architecture, check_image_processor, purpose_architecture
from arena.models.files import Files, hub_files, repository_files
from arena.models.hub import ADAPTER_WEIGHTS
from arena.models.hub_access import HubAccess
from arena.models.machine import this_machine
from arena.models.quantisation import check_quantisation
from arena.models.weights import check_size, measure, weight_names

PROCESSOR_CONFIGS = ("processor_config.json", "preprocessor_config.json")
TEMPLATES = ("chat_template.jinja", "chat_template.json")
VOCABULARIES = ("tokenizer.json", "vocab.json", "vocab.txt", "tekken.json", ".model")
"""How the names of files end that hold a tokenizer's words; without one, transformers makes a tokenizer that knows none."""


@dataclass(frozen=True)
class RepositoryReport:
    """A repository that may enter the arena."""

    repository: str
    """`organisation/name`."""
    revision: str
    """40 hex digits: the Hub commit, or the content hash of a local folder."""
    folder: Path
    """Where its configuration lies; for a Hub repository the weights come later, by `fetch`."""
    local: bool
    kind: Kind
    model_type: str
    architecture: str
    """The transformers class that runs it."""
    parameters: int
    memory_bytes: int
    """Memory of the weights once loaded as float32."""
    weights: tuple[str, ...]
    """Names of the safetensors files that the model or the adapter is made of, relative to the folder."""
    base: "RepositoryReport | None" = None
    """The model that is changed, where this is an adapter; else None."""
    vision_lora: tuple[str, ...] = ()
    """The file of the adapter beside the weights that a model answers pictures with, where it has one."""
    packed_bytes: int = 0
    """Of the memory, what is packed and stays so in any precision."""
    float8_parameters: int = 0
    """Those that are stored as floats of eight bits."""


def check_repository(
    reference: str,
    *,
    max_bytes: int | None = None,
    wanted: Kind | None = None,
    unpacks: bool = True,
    access: HubAccess | None = None,
) -> RepositoryReport:
    """Whether a repository may enter the arena, and what it is. Loads no weights and runs no code of the repository.

    Whether there is memory for it depends on how it is run: see `arena.models.room.check_room`.

    Args:
        reference: a local folder, or `organisation/name` or `organisation/name@commit` on the Hub.
        max_bytes: bound on the size of the files that loading reads; by default by the memory of this machine.
        unpacks: whether our transformers must be able to unpack quantised weights, as no other engine does.
        wanted: one of `PURPOSES` where a model is wanted that enters no battle, instead of one of images and text.
        access: how the Hub is asked.

    Raises:
        RepositoryError: one line saying what is wrong and what to do about it.
    """
    limit = this_machine().files() if max_bytes is None else max_bytes
    try:
        return check_files(repository_files(reference, access), limit, wanted=wanted, unpacks=unpacks, access=access)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # Files that others wrote can hold anything anywhere; checking each field would hide what is checked on purpose.
        raise RepositoryError(
            f"{reference}: cannot be read as a model ({one_line(error)}); save it again with save_pretrained"
        ) from error


def check_files(
    files: Files, max_bytes: int, *, wanted: Kind | None = None, unpacks: bool = True, access: HubAccess | None = None
) -> RepositoryReport:
    """As `check_repository`, of a repository whose files are known.

    Args:
        files: of a model or an adapter.
        max_bytes: bound on the size of the files that loading reads.
        wanted: as for `check_repository`.
        unpacks: as for `check_repository`.
        access: how the Hub is asked for the base of an adapter.

    Raises:
        RepositoryError: as `check_repository`.
        OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError: a file holds something else than it should.
    """
    if is_adapter(files):
        return _adapter(files, max_bytes, wanted, access)
    return _model(files, max_bytes, wanted, unpacks=unpacks)


def has_processor(folder: Path) -> bool:
    """Whether an adapter brings a processor of its own along."""
    return (folder / "tokenizer_config.json").exists() and any((folder / config).exists() for config in PROCESSOR_CONFIGS)


def processor_folder(report: RepositoryReport) -> Path:
    """Where the configuration of its processor lies: of an adapter without one, with its base."""
    return report.base.folder if report.base and not has_processor(report.folder) else report.folder


def _model(files: Files, max_bytes: int, wanted: Kind | None, *, unpacks: bool = True) -> RepositoryReport:
    config = files.json("config.json")
    kind, class_name = (
        purpose_architecture(files.name, config, wanted) if wanted in PURPOSES else architecture(files.name, config)
    )
    if "transformers_weights" in config:
        raise RepositoryError(f"{files.name}: config.json: transformers_weights is not read; name the file model.safetensors")
    check_processor(files, kind)
    weights = weight_names(files)
    vision_lora = check_vision_lora(files, config)
    check_size(files, (*weights, *vision_lora), max_bytes)
    size = measure(files, weights, config, VOICES.get(config["model_type"], ()))
    if unpacks:
        check_quantisation(files.name, config)
    return RepositoryReport(
        repository=files.repository,
        revision=files.revision(),
        folder=files.folder,
        local=files.local,
        kind=kind,
        model_type=config["model_type"],
        architecture=class_name,
        parameters=size.parameters,
        memory_bytes=size.memory_bytes,
        weights=weights,
        vision_lora=vision_lora,
        packed_bytes=size.packed_bytes,
        float8_parameters=size.float8_parameters,
    )


def base_files(files: Files, access: HubAccess | None = None) -> Files:
    """The files of the model that an adapter changes.

    Args:
        files: of the adapter.
        access: how the Hub is asked for it.

    Raises:
        RepositoryError: the adapter cannot be merged, or its base cannot be had.
    """
    reference = check_adapter(files)
    repository, _, revision = reference.partition("@")
    local = files.local and Path(reference).expanduser().exists()
    label = f"{files.name}: its base {reference}"
    try:
        found = repository_files(reference) if local else hub_files(repository, revision or None, name=label, access=access)
    except RepositoryError as error:
        raise RepositoryError(f"{files.name}: its base {error}") from error
    base = replace(found, name=label)
    if is_adapter(base):
        raise RepositoryError(f"{label} is an adapter itself; merge the two, and save the model")
    return base


def _adapter(files: Files, max_bytes: int, wanted: Kind | None, access: HubAccess | None) -> RepositoryReport:
    """An adapter is what its base is, with a name and a revision of its own."""
    model = base_files(files, access)
    base = _model(model, max_bytes, wanted)
    if model.json("config.json").get("quantization_config"):
        raise RepositoryError(f"{model.name} is quantised, and an adapter merges into plain weights only; name the plain model")
    check_size(files, (ADAPTER_WEIGHTS,), max_bytes)
    return replace(
        base,
        repository=files.repository,
        revision=files.revision(),
        folder=files.folder,
        local=files.local,
        weights=(ADAPTER_WEIGHTS,),
        base=base,
        vision_lora=(),
    )


def check_processor(files: Files, kind: Kind) -> None:
    """Whether a repository has what shows pictures and words to its model.

    Args:
        files: of the model.
        kind: of the model.

    Raises:
        RepositoryError: a file is missing, or names a class that transformers has not.
    """
    if not set(PROCESSOR_CONFIGS) & files.sizes.keys():
        raise RepositoryError(f"{files.name}: has no processor_config.json; save the processor with save_pretrained")
    for file in (name for name in PROCESSOR_CONFIGS if name in files.sizes):
        check_image_processor(files.name, file, files.json(file))
    if kind not in PURPOSES and not any(file.endswith(VOCABULARIES) for file in files.sizes):
        raise RepositoryError(f"{files.name}: has no tokenizer.json; save the processor with save_pretrained")
    if kind != "generative" or set(TEMPLATES) & files.sizes.keys():
        return
    configs = ("tokenizer_config.json", "processor_config.json")
    if not any(file in files.sizes and files.json(file).get("chat_template") for file in configs):
        raise RepositoryError(f"{files.name}: has no chat template; add chat_template.jinja")
