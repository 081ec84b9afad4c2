"""Ids of battles: nobody can guess one, and they begin with their time.

Rows lie in the order in which they came, and the database knows of each group of rows the first eight characters of the least
and the greatest id. So it reads one group to find a battle, however many there are.
"""

import secrets
from datetime import datetime

from arena.store.records import now

RANDOM_BYTES = 12


def new_battle_id(moment: datetime | None = None) -> str:
    """32 hexadecimal digits: the seconds since 1970 (until the year 2106), and 96 random bits.

    Args:
        moment: when the battle is opened; now, if not given.
    """
    return f"{int((moment or now()).timestamp()):08x}{secrets.token_hex(RANDOM_BYTES)}"
