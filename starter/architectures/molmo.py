"""."""

from starter.architectures.architecture import Architecture

ARCHITECTURES: tuple[Architecture, ...] = ()
