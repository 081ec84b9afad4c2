"""Entry point of the Space and of `make run`."""

import sys

from arena.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["serve", *sys.argv[1:]]))
