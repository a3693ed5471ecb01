"""Gymnasium episodes."""

from mdgym.envs.lammps_script import LammpsScriptEnv
from mdgym.envs.md_question import MDQuestionEnv
from mdgym.envs.prompts import repair_prompt
from mdgym.envs.text import UnicodeText
from mdgym.envs.vector import LammpsScriptVectorEnv

__all__ = ["LammpsScriptEnv", "LammpsScriptVectorEnv", "MDQuestionEnv", "UnicodeText", "repair_prompt"]
