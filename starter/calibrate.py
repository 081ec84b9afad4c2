"""Fit the verification thresholds of the contrastive models that ship: `python -m starter.calibrate`."""

from arena.models import check_repository, verification_threshold
from arena.roster import CALIBRATION, STARTER_CALIBRATION, STARTER_MODELS, calibration_pairs


def main() -> None:
    """Write `starter/models/calibration.json` anew."""
    STARTER_CALIBRATION.unlink(missing_ok=True)
    for config in sorted(STARTER_MODELS.glob("*/*/config.json")):
        report = check_repository(str(config.parent))
        if report.kind == "contrastive":
            threshold = verification_threshold(report, CALIBRATION, calibration_pairs, STARTER_CALIBRATION)
            print(f"{report.repository}: {threshold:.3f}")


if __name__ == "__main__":
    main()
