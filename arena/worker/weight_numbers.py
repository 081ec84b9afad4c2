"""Whether weights are numbers."""

from collections.abc import Iterator
from pathlib import Path

from arena.errors import RepositoryError
from arena.models import RepositoryReport

BLOCK = 2**24
"""Numbers that are looked at together."""


def check_weight_numbers(report: RepositoryReport) -> None:
    """Look at every number of the weights; reads all files from end to end.

    Raises:
        RepositoryError: a tensor holds what is no number; the line names file and tensor.
    """
    for part in filter(None, (report, report.base)):
        for file in (*part.weights, *part.vision_lora):
            if (tensor := next(_broken(part.folder / file), None)) is not None:
                named = f"{report.repository}: {file}: tensor {tensor} holds NaN"
                raise RepositoryError(f"{named}; train or convert the model again, and save weights that are numbers")


def _broken(file: Path) -> Iterator[str]:
    """Names of tensors that hold what is no number."""
    # Imported here because torch takes seconds.
    import torch  # noqa: PLC0415
    from safetensors import safe_open  # noqa: PLC0415

    with safe_open(file, framework="pt") as opened:
        for name in opened.keys():  # noqa: SIM118 - it is no mapping
            tensor = opened.get_tensor(name)
            if not tensor.is_floating_point():
                continue
            for block in tensor.flatten().split(BLOCK):
                # Floats of eight bits have no such test of their own.
                if torch.isnan(block if block.dtype.itemsize > 1 else block.to(torch.float32)).any():
                    yield name
                    break
