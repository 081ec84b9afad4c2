"""Imported before all else by what arenas are forked from: hardly anything of its imports is garbage, and it need not look."""

import gc

gc.disable()
