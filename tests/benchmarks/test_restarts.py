"""The drill of restarts in small: two copies are started at once, and killed with their disks."""

import random

from restart_drill import drill


def test_what_was_saved_comes_back(tmp_path):
    came = drill(tmp_path, random.Random(1), kills=1, battles=20, seconds=0.5, lease_seconds=4.0, copies=2)
    assert came.is_good, came
    assert came.acknowledged >= 20
