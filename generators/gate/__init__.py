"""The gate: is a new pair minimal, and is it true? `Gate` itself is in `gate.py`, whose import loads torch."""

from arena.generators.gate.report import Candidate, GateReport, GateScore

__all__ = ["Candidate", "GateReport", "GateScore"]
