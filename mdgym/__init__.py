"""The Gymnasium environment in which language models learn to write LAMMPS scripts.

`import mdgym` registers the environments and loads nothing else; what stands below is loaded at first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from gymnasium.envs.registration import register, registry

if TYPE_CHECKING:
    from mdgym.evaluation import evaluate
    from mdgym.report import Report
    from mdgym.rewards.score import Score
    from mdgym.scoring.single import score
    from mdgym.tasks.loading import load_tasks
    from mdgym.tasks.suites import find_task, load_suite, suite_names
    from mdgym.tasks.task import Task

__all__ = [
    "Report",
    "Score",
    "Task",
    "evaluate",
    "find_task",
    "load_suite",
    "load_tasks",
    "score",
    "suite_names",
]

_HOME = {
    "Report": "mdgym.report",
    "Score": "mdgym.rewards.score",
    "Task": "mdgym.tasks.task",
    "evaluate": "mdgym.evaluation",
    "find_task": "mdgym.tasks.suites",
    "load_suite": "mdgym.tasks.suites",
    "load_tasks": "mdgym.tasks.loading",
    "score": "mdgym.scoring.single",
    "suite_names": "mdgym.tasks.suites",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("mdgym")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'mdgym' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})


# A reload of this module must not register twice: Gymnasium warns about it.
if "mdgym/LammpsScript-v0" not in registry:
    register(
        id="mdgym/LammpsScript-v0",
        entry_point="mdgym.envs.lammps_script:LammpsScriptEnv",
        vector_entry_point="mdgym.envs.vector:LammpsScriptVectorEnv",
        order_enforce=False,
        disable_env_checker=True,
    )
if "mdgym/MDQuestion-v0" not in registry:
    register(
        id="mdgym/MDQuestion-v0",
        entry_point="mdgym.envs.md_question:MDQuestionEnv",
        order_enforce=False,
        disable_env_checker=True,
    )
