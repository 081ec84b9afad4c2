"""Several machines share one arena: each has all facts, and takes part in one log of them that PostgreSQL holds.

Nothing here is imported where `ARENA_DATABASE` is not set.
"""
