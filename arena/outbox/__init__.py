"""What a home has committed leaves for a bucket or a dataset of the Hub, and comes back from there.

The database stays on the disk of its machine, as fast as ever. For one whose disk does not outlive it, such as a Space.
"""

import os

from huggingface_hub import HfApi
from huggingface_hub.utils import disable_progress_bars

from arena.errors import SettingsError
from arena.hub_client import limit_time
from arena.outbox.address import OutboxAddress, outbox_address
from arena.outbox.bucket_target import BucketTarget
from arena.outbox.dataset_target import DatasetTarget
from arena.outbox.lease import Lease
from arena.outbox.outbox import Outbox
from arena.settings import Settings

__all__ = ["Outbox", "OutboxAddress", "outbox_address", "outbox_of"]


def outbox_of(settings: Settings) -> Outbox | None:
    """The outbox that settings name; None where they name none.

    Raises:
        SettingsError: they name it wrongly.
    """
    address = outbox_address(settings.outbox, settings.lease)
    if address is None:
        return None
    if settings.database is not None:
        raise SettingsError("ARENA_OUTBOX: is for one machine, and ARENA_DATABASE for several; set one of them")
    limit_time()
    disable_progress_bars()
    api = HfApi(token=os.environ.get("HF_TOKEN") or None)
    target = (BucketTarget if address.kind == "buckets" else DatasetTarget)(api, address.name)
    lease = Lease(api, address.lease, settings.lease_seconds)
    return Outbox(target, lease, settings.outbox_seconds or address.usual_seconds, str(address))
