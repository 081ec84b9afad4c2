"""Taking out of votes who cast them: the one case in which a fact is overwritten, since to erase means no less."""

from arena.store.rows import overwrite
from arena.store.transaction import Connection

ERASED = "erased"
"""Stands as the visitor of votes whose visitor was erased."""


def erase_voter(connection: Connection, voter: str) -> int:
    """Overwrite this visitor wherever it stands beside a vote, and say how many votes that were. The votes stay as they are."""
    ((votes,),) = connection.execute("SELECT count(*) FROM arena.votes WHERE visitor = ?", [voter]).fetchall()
    if votes:
        overwrite(connection, overwrite_voter, voter)
    return votes


def overwrite_voter(connection: Connection, voter: str) -> None:
    """Let its votes be those of a visitor that was erased."""
    connection.execute("UPDATE arena.votes SET visitor = ? WHERE visitor = ?", [ERASED, voter])
