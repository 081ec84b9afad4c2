"""What each check of a submitted repository looks at. None reads a weight or runs code of the repository."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from huggingface_hub import ModelInfo

from arena.errors import RepositoryError
from arena.models.architectures import MEASURED, Kind, architecture
from arena.models.configuration_bounds import parts
from arena.models.demand import demand
from arena.models.files import Files, is_read
from arena.models.hub import ADAPTER_CONFIG, VISION_LORAS, WEIGHTS
from arena.models.loading import usual_dtype
from arena.models.quantisation import check_quantisation
from arena.models.reference_options import LocalReference
from arena.models.repository import PROCESSOR_CONFIGS, RepositoryReport, check_processor
from arena.models.room import ways_in
from arena.models.runtime import best_device
from arena.models.weights import amount
from arena.submissions.submission_limits import SubmissionLimits

CONFIGURATIONS = ("config.json", *PROCESSOR_CONFIGS, "tokenizer_config.json", ADAPTER_CONFIG)
"""Files that may name code of their own."""
OWN_CODE = "auto_map"
SMALL_FILES = (
    *CONFIGURATIONS,
    *("chat_template.jinja", "chat_template.json", "generation_config.json"),
    *(f"{name}.index.json" for name in WEIGHTS),
    *(f"{folder}/{ADAPTER_CONFIG}" for folder in VISION_LORAS.values()),
)
"""What is fetched for the checks."""
MAX_TENSORS = 300_000
"""Most tensors of a model, in all its files."""
READERS = 8
"""Headers that are asked for at once: large models have hundreds of files."""
UNSAFE = ("unsafe", "suspicious")
"""Levels of the Hub's scan with which a file keeps a repository out."""


def check_scan(info: ModelInfo) -> str:
    """What the Hub's scan for viruses and for code in pickles says.

    Raises:
        RepositoryError: a file is unsafe.
    """
    status = info.security_repo_status if isinstance(info.security_repo_status, Mapping) else {}
    for issue in status.get("filesWithIssues") or []:
        if issue.get("level") in UNSAFE:
            raise RepositoryError(f"{issue.get('path')} is {issue['level']} by the scan of the Hub; remove it")
    if not status.get("scansDone"):
        return "the Hub has not scanned all files yet, and found nothing unsafe so far"
    return "the Hub found nothing unsafe"


def check_licence(info: ModelInfo) -> str:
    """The licence that the card states.

    Raises:
        RepositoryError: it states none.
    """
    card = info.card_data
    if card is None or not card.license:
        raise RepositoryError("README.md: license: is not stated; add it to the metadata at the top of the card")
    if card.license == "other" and not (card.get("license_name") or card.get("license_link")):
        raise RepositoryError("README.md: license: other, and license_name and license_link are not stated; name the licence")
    return str(card.license)


def check_code(info: ModelInfo, *repositories: Files) -> str:
    """That nothing wants code of its own.

    Args:
        info: what the Hub tells of it.
        repositories: its files, and those of the model that an adapter changes.

    Raises:
        RepositoryError: a configuration names some, or there is some.
    """
    for files in repositories:
        for file in (name for name in CONFIGURATIONS if name in files.sizes):
            if (path := next((path for path, part in parts(files.json(file)) if OWN_CODE in part), None)) is not None:
                named = f"{file}: {path}{OWN_CODE} names code of its own, which is never run"
                raise RepositoryError(f"{files.name}: {named}; save the model with a class of transformers, without {OWN_CODE}")
        if code := next((name for name in files.sizes if name.endswith(".py")), None):
            raise RepositoryError(f"{files.name}: {code} is code of its own, which is never run; remove it")
    if info.transformers_info and info.transformers_info.custom_class:
        named = f"the Hub runs it by {info.transformers_info.custom_class}, a class of its own"
        raise RepositoryError(f"{named}; save the model with a class of transformers")
    return "none"


def check_architecture(files: Files) -> tuple[Kind, str, int | None]:
    """How a model would be run: its kind, its class, and most images in a question where the guard was tried on its type.

    Raises:
        RepositoryError: transformers does not know it, or it is no model of images and text.
    """
    config = files.json("config.json")
    kind, class_name = architecture(files.name, config)
    return kind, class_name, MEASURED.get(config["model_type"])


def check_configuration(*repositories: Files) -> str:
    """That its configuration can be read, and holds no numbers of which no model can be built.

    Raises:
        RepositoryError: a file holds something else; the line names the field.
    """
    read = [files.json(file) for files in repositories for file in CONFIGURATIONS if file in files.sizes]
    return f"{len(read)} files, with numbers within bounds"


def check_tools(files: Files, kind: Kind) -> str:
    """That what shows pictures and words to a model is there, and what unpacks its weights where they are packed.

    Raises:
        RepositoryError: something is missing.
    """
    check_processor(files, kind)
    check_quantisation(files.name, files.json("config.json"))
    return "processor and tokenizer"


def check_headers(files: Files, weights: tuple[str, ...]) -> int:
    """How many tensors the headers of the weights name.

    Raises:
        RepositoryError: one breaks the schema, or they name more than any model has.
    """
    count = 0
    with ThreadPoolExecutor(READERS) as readers:
        try:
            for header in readers.map(files.header, weights):
                count += len(header)
                if count > MAX_TENSORS:
                    raise RepositoryError(f"{files.name}: more than {MAX_TENSORS} tensors in its weights; submit fewer")
        finally:
            readers.shutdown(cancel_futures=True)
    return count


def check_size(report: RepositoryReport, local: LocalReference, limits: SubmissionLimits) -> str:
    """That it has no more parameters than may be, and that there is room for it where it would run.

    Args:
        report: what it is made of.
        local: with the precision and the device that were asked for.
        limits: with the machine.

    Raises:
        RepositoryError: it is too large; the line says what would fit.
    """
    millions = f"{report.parameters / 1e6:.1f} M parameters"
    if limits.parameters is not None and report.parameters > limits.parameters:
        raise RepositoryError(
            f"{millions}, and at most {limits.parameters / 1e6:.1f} M may be submitted; submit a smaller model"
        )
    device = local.device or best_device()
    dtype = local.dtype or usual_dtype(report.kind, device, limits.machine)
    needs, room = demand(report, dtype, device=device, machine=limits.machine), limits.machine.room(device)
    if needs.total > room:
        fits = ", ".join(ways_in(report, dtype, needs, device, limits.machine))
        raise RepositoryError(
            f"{millions} take {amount(needs.total)} of memory as {dtype}, and {amount(room)} are there; {fits}"
        )
    return f"{millions}, {amount(needs.total)} of memory as {dtype}"


def check_copies(hashes: Mapping[str, str], listed: Mapping[str, frozenset[str]]) -> str:
    """That its weights are none of a model that is listed.

    Args:
        hashes: file of weights -> SHA-256.
        listed: name of a listed model -> SHA-256 of each of its files of weights.

    Raises:
        RepositoryError: they are the same, bit for bit.
    """
    if not hashes:
        return "the Hub tells no hash of its weights; they are compared when they are here"
    own = frozenset(hashes.values())
    if same := next((name for name, files in listed.items() if own <= files), None):
        raise RepositoryError(f"{next(iter(hashes))} is the same as in {same}, which is listed; submit weights that differ")
    return f"differs from {len(listed)} listed models"


def weight_hashes(info: ModelInfo, weights: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of the files of weights, if the Hub tells that of all of them: it does of files in LFS."""
    told = {sibling.rfilename: sibling.lfs.sha256 for sibling in info.siblings or [] if sibling.lfs}
    return {name: told[name] for name in weights} if told.keys() >= set(weights) else {}


def downloads(files: Files, weights: tuple[str, ...]) -> Iterator[int]:
    """Bytes of each file that loading would fetch."""
    return (size for name, size in files.sizes.items() if is_read(name, weights))
