"""How large the configuration of a model may be: bytes of its files, and numbers in them, before anything is built of it.

Bounds lie far above what is published: they refuse what would take hours or all memory, and nothing that anybody runs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from arena.errors import RepositoryError

MEGABYTE = 10**6
TEMPLATE_BYTES = MEGABYTE
CONFIGURATION_BYTES = 4 * MEGABYTE
INDEX_BYTES = 25 * MEGABYTE
VOCABULARY_BYTES = 64 * MEGABYTE
"""Gemma's tokenizer, among the largest, has 33 MB."""
FILES = (
    ((".jinja", "chat_template.json"), TEMPLATE_BYTES),
    ((".index.json",), INDEX_BYTES),
    (("config.json",), CONFIGURATION_BYTES),
    ((".json", ".model", ".txt"), VOCABULARY_BYTES),
)
"""Ends of names -> bytes of such a file; the first that fits counts."""

LAYERS = 1000
HEADS = 4096
EXPERTS = 4096
WIDTH = 2**20
WORDS = 2**24
EDGE = 8192
"""Longest edge of a picture, in pixels, that a processor may scale to."""
AREA = 2**25
"""Most pixels of a picture, where a processor counts those, as Qwen-VL and GLM-V do."""
NUMBERS: Mapping[str, int] = {
    **dict.fromkeys(("num_hidden_layers", "num_layers", "n_layers", "n_layer", "depth"), LAYERS),
    **dict.fromkeys(("encoder_layers", "decoder_layers", "num_encoder_layers", "num_decoder_layers"), LAYERS),
    **dict.fromkeys(("num_attention_heads", "num_key_value_heads", "num_heads", "n_heads", "n_head"), HEADS),
    **dict.fromkeys(("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"), EXPERTS),
    **dict.fromkeys(("hidden_size", "intermediate_size", "moe_intermediate_size", "d_model", "embed_dim"), WIDTH),
    **dict.fromkeys(("head_dim", "projection_dim", "encoder_ffn_dim", "decoder_ffn_dim"), WIDTH),
    "vocab_size": WORDS,
    "image_size": EDGE,
}
"""Field of a configuration -> the largest number in it."""
EDGES = ("height", "width", "shortest_edge", "longest_edge", "max_height", "max_width", "size", "crop_size")
"""Fields of an image processor with lengths in pixels."""
AREAS = ("min_pixels", "max_pixels")
COUNTS_PIXELS = "merge_size"
"""A field that image processors have whose `shortest_edge` and `longest_edge` are numbers of pixels, and no lengths."""
PROCESSORS = ("processor_config.json", "preprocessor_config.json")
UNUSED = ("video_processor", "feature_extractor", "audio_processor")
"""Parts of a processor's configuration that nothing is asked with."""


def check_file_sizes(name: str, sizes: Mapping[str, int]) -> None:
    """Refuse configuration whose files are too large to be read, by the list of files alone.

    Args:
        name: how error messages call the repository.
        sizes: file -> bytes.

    Raises:
        RepositoryError: a file is larger than such a file may be.
    """
    for file, size in sizes.items():
        most = next((most for ends, most in FILES if file.endswith(ends)), None)
        if most is not None and size > most:
            large = f"{file} has {size / MEGABYTE:.0f} MB, and at most {most // MEGABYTE} MB of it are read"
            raise RepositoryError(f"{name}: {large}; remove what loading does not need")


def check_numbers(name: str, file: str, content: Mapping[str, Any]) -> None:
    """Refuse numbers of which no model could be built, or no picture be shown to it.

    Args:
        name: how error messages call the repository.
        file: what the configuration is called.
        content: what it holds.

    Raises:
        RepositoryError: one is too large; the line names its field.
    """
    bounds = _processor_bounds if file in PROCESSORS else _model_bounds
    for field, value, most in bounds(content):
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, int | float) and not number <= most:
                raise RepositoryError(
                    f"{name}: {file}: {field}: {number} is above {most}; give what the weights were made with"
                )


def _model_bounds(content: Mapping[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """The path of each bounded field, its value, and its bound."""
    for path, part in parts(content):
        yield from ((f"{path}{field}", part[field], most) for field, most in NUMBERS.items() if field in part)


def _processor_bounds(content: Mapping[str, Any]) -> Iterator[tuple[str, Any, int]]:
    edges = AREA if any(COUNTS_PIXELS in part for _, part in parts(content)) else EDGE
    for path, part in parts(content):
        yield from ((f"{path}{field}", part[field], edges) for field in EDGES if field in part)
        yield from ((f"{path}{field}", part[field], AREA) for field in AREAS if field in part)


def parts(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """An object of JSON and all those in it, each with the path that leads to it, such as `text_config.`."""
    pending: list[tuple[str, Any]] = [("", content)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            yield path, value
            pending += [(f"{path}{key}.", inner) for key, inner in value.items() if key not in UNUSED]
        elif isinstance(value, list):
            pending += [(path, inner) for inner in value if isinstance(inner, dict | list)]
