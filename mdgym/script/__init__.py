"""Read LAMMPS scripts as commands, rewrite them, and say what is wrong with them, without running LAMMPS."""

from mdgym.script.extract import Extraction, extract_script
from mdgym.script.lexer import Command, ScriptSyntaxError, quote_words, read_script, split_words
from mdgym.script.lint import Catalogue, Finding, lint
from mdgym.script.nested import walk
from mdgym.script.perturb import Perturbation, perturb
from mdgym.script.potential_files import perturb_potential
from mdgym.script.rules import Refusal, refusal
from mdgym.script.seeds import reseed

__all__ = [
    "Catalogue",
    "Command",
    "Extraction",
    "Finding",
    "Perturbation",
    "Refusal",
    "ScriptSyntaxError",
    "extract_script",
    "lint",
    "perturb",
    "perturb_potential",
    "quote_words",
    "read_script",
    "refusal",
    "reseed",
    "split_words",
    "walk",
]
