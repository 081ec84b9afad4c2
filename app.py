"""Entry point of the Space and of `make run`."""

import sys

from arena.cli import run

if __name__ == "__main__":
    run(["serve", *sys.argv[1:]])
