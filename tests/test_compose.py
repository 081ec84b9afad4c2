"""compose.yaml, which shows several machines on one arena."""

from pathlib import Path
from typing import Any

import yaml

from arena.settings import from_environment, unknown_names
from arena.store import cluster_address

SERVICES: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "compose.yaml").read_text(encoding="utf-8"))["services"]
MACHINES = {name: service for name, service in SERVICES.items() if "build" in service}


def test_two_servers_and_an_evaluator_share_one_arena():
    assert len(MACHINES) == 3
    assert sum("ports" in machine for machine in MACHINES.values()) == 2
    assert sum("evaluate" in machine.get("command", "") for machine in MACHINES.values()) == 1
    addresses = {name: _address(machine["environment"]) for name, machine in MACHINES.items()}
    assert len(set(addresses.values())) == 1
    (address,) = set(addresses.values())
    assert f"host={next(name for name in SERVICES if name not in MACHINES)} " in address.postgres
    assert address.data_path == "/shared"


def test_each_machine_has_a_home_of_its_own_and_the_data_of_all():
    homes, data = zip(*((_volume(machine, "/data"), _volume(machine, "/shared")) for machine in MACHINES.values()), strict=True)
    assert len(set(homes)) == len(MACHINES)
    assert len(set(data)) == 1


def test_machines_wait_for_postgresql_and_for_who_founds_the_arena():
    waits = {name: set(machine["depends_on"]) for name, machine in MACHINES.items()}
    founders = [name for name, others in waits.items() if others == {"database"}]
    assert len(founders) == 1
    assert all({"database", *founders} <= others for name, others in waits.items() if name not in founders)


def _address(environment: dict[str, str]):
    assert unknown_names(environment) == []
    settings = from_environment(environment)
    address = cluster_address(settings.database, settings.data_path)
    assert address is not None
    return address


def _volume(machine: dict[str, Any], path: str) -> str:
    (volume,) = (volume.split(":")[0] for volume in machine["volumes"] if volume.endswith(f":{path}"))
    return volume
