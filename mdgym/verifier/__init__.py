"""Second runs that make evidence: nothing that a script says of itself is believed."""

from mdgym.rewards.evidence import Continuation, Counterfactual, Energies, Evidence
from mdgym.verifier.verify import input_files, verify

__all__ = ["Continuation", "Counterfactual", "Energies", "Evidence", "input_files", "verify"]
