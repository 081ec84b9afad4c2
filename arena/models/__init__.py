"""Models: every way to ask a vision-language model, behind one contract (`arena.models.base`).

`check_repository` says whether a repository may enter, `contestant_of` who it would be, `load` loads it.
`ModelPool` keeps several within a memory budget and batches the probes of many visitors.
"""

from arena.models.backends import backend_entry, backends
from arena.models.base import Capabilities, Model
from arena.models.endpoint import EndpointModel, load_endpoint
from arena.models.endpoint_budget import RequestBudget
from arena.models.endpoint_entry import battle_pacing, endpoint_entry
from arena.models.endpoint_pool import EndpointPool
from arena.models.endpoint_reference import contestant_of_endpoint, is_endpoint
from arena.models.entry import Entry
from arena.models.findings import Findings
from arena.models.loading import contestant_of, load, local_contestant
from arena.models.machine import memory_budget, this_machine
from arena.models.pool import ModelPool
from arena.models.pools import Pools
from arena.models.reference_options import LocalReference, local_reference
from arena.models.repository import RepositoryReport, check_repository
from arena.models.room import check_room
from arena.models.runtime import best_device
from arena.models.thresholds import verification_threshold

__all__ = [
    "Capabilities",
    "EndpointModel",
    "EndpointPool",
    "Entry",
    "Findings",
    "LocalReference",
    "Model",
    "ModelPool",
    "Pools",
    "RepositoryReport",
    "RequestBudget",
    "backend_entry",
    "backends",
    "battle_pacing",
    "best_device",
    "check_repository",
    "check_room",
    "contestant_of",
    "contestant_of_endpoint",
    "endpoint_entry",
    "is_endpoint",
    "load",
    "load_endpoint",
    "local_contestant",
    "local_reference",
    "memory_budget",
    "this_machine",
    "verification_threshold",
]
