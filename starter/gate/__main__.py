"""Calibrate the gate: draw scenes, break them in every known way, and find the bounds that tell good pairs from broken twins.

Writes `generators/gate/thresholds.json`, and `docs/gate.md` with how well they do on scenes that had no part in it. Takes
about half an hour on two cores; needed when a score, the editor or a model of the gate changes.

Examples:
    python -m starter.gate
    python -m starter.gate --seeds 4 --held-out 4 --thresholds /tmp/thresholds.json --page /tmp/gate.md   # a quick try
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from arena.generation.opening import CHECKER, SCORER
from arena.generators.gate.thresholds import SHIPPED, Thresholds
from arena.models import check_repository
from arena.resources import resource
from arena.starter.gate.deciding import with_artefacts
from arena.starter.gate.fitting import Scored, fit_artefacts, fit_bounds
from arena.starter.gate.measuring import measure
from arena.starter.gate.page import write_page
from arena.starter.gate.scenes import CALIBRATION_SEEDS, HELD_OUT_SEEDS

PAGE = resource("docs/gate.md")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m starter.gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=24, help="scenes of each family to calibrate on (default: %(default)s)")
    parser.add_argument("--held-out", type=int, default=16, help="scenes of each family to test on (default: %(default)s)")
    parser.add_argument("--thresholds", type=Path, default=SHIPPED, help="file to write (default: %(default)s)")
    parser.add_argument("--page", type=Path, default=PAGE, help="file to write (default: %(default)s)")
    arguments = parser.parse_args()
    calibration = measure(CALIBRATION_SEEDS[: arguments.seeds])
    thresholds = calibrated(calibration)
    arguments.thresholds.write_text(json.dumps(thresholds.as_json(), indent=2) + "\n", encoding="utf-8")
    print(f"wrote {arguments.thresholds}", flush=True)
    weights = thresholds.artefact_weights
    held_out = with_artefacts(measure(HELD_OUT_SEEDS[: arguments.held_out]), weights)
    write_page(arguments.page, thresholds, with_artefacts(calibration, weights), held_out)
    print(f"wrote {arguments.page}")


def calibrated(scored: Sequence[Scored]) -> Thresholds:
    """The thresholds that twins come to, for the models that ship."""
    weights = fit_artefacts(scored)
    bounds = fit_bounds(with_artefacts(scored, weights))
    scorer, checker = (_named(folder) for folder in (SCORER, CHECKER))
    return Thresholds(bounds, weights, scorer, checker)


def _named(folder: Path) -> str:
    """As `arena.generators.gate.thresholds.model_name` names its contestant."""
    report = check_repository(str(folder))
    return f"{report.repository}@{report.revision}"


if __name__ == "__main__":
    main()
