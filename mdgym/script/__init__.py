"""Read LAMMPS scripts as commands, rewrite them, and say what is wrong with them, without running LAMMPS."""

from mdgym.script.extract import Extraction, extract_script
from mdgym.script.lexer import Command, ScriptSyntaxError, quote_words, read_script, split_words
from mdgym.script.perturb import perturb, perturb_potential
from mdgym.script.rules import Refusal, refusal
from mdgym.script.seeds import reseed

__all__ = [
    "Command",
    "Extraction",
    "Refusal",
    "ScriptSyntaxError",
    "extract_script",
    "perturb",
    "perturb_potential",
    "quote_words",
    "read_script",
    "refusal",
    "reseed",
    "split_words",
]
