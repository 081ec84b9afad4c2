"""BLAS on one thread.

Tables of a board are small. BLAS gives each of them to as many threads as there are cores, and where other work wants those,
the threads wait for each other most of the time: a bootstrap of 200 contestants took four times the processor. With one
thread sums are also taken in the same order however many cores there are.
"""

from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def hold_blas_to_one_thread() -> None:
    """From now on, in the BLAS that numpy and scipy bring. The one of torch stays as it is."""
    ThreadpoolController().select(prefix="libscipy_openblas").limit(limits=1)
