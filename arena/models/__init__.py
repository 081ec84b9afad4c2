"""Models: every way to ask a vision-language model, behind one contract (`arena.models.base`).

`load_model` loads a repository, `ModelPool` keeps several within a memory budget and batches the probes of many visitors.
"""

from arena.models.base import Capabilities, Model

__all__ = ["Capabilities", "Model"]
