"""Taking out of votes who cast them: the one case in which a fact is overwritten, since to erase means no less."""

import duckdb

ERASED = "erased"
"""Stands as the visitor of votes whose visitor was erased."""


def erase_voter(connection: duckdb.DuckDBPyConnection, voter: str) -> int:
    """Overwrite this visitor wherever it stands beside a vote, and say how many votes that were. The votes stay as they are."""
    ((votes,),) = connection.execute("SELECT count(*) FROM arena.votes WHERE visitor = ?", [voter]).fetchall()
    if votes:
        connection.execute("UPDATE arena.votes SET visitor = ? WHERE visitor = ?", [ERASED, voter])
    return votes
