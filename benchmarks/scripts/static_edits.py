"""How scripts of static families with pair potentials are made: edits of the gold script, with numbers filled in.

`@name@` stands for a number of the task in the text of an edit; all `$` are LAMMPS's own.
"""

import re
from collections.abc import Callable, Mapping

from mdgym.benchmarks.scripts import Writer
from mdgym.tasks.task import Task

Numbers = Callable[[Task], Mapping[str, float | str]]


def known(task: Task) -> dict[str, float | str]:
    """Return the accepted values, by `known_` and the name of the quantity."""
    return {f"known_{reference.name}": reference.value for reference in task.references}


def editor(numbers: Numbers) -> Callable[..., Writer]:
    """Return a function that makes writers from edits.

    Args:
        numbers: What may stand between `@` for a task, besides the accepted values.

    Returns:
        A function of pairs of a pattern and a new text as for `re.sub`, each for the first match in the gold script.
        A script is empty where a number is missing for the task.
    """

    def edit(*pairs: tuple[str, str]) -> Writer:
        def write(task: Task) -> str:
            values = {**known(task), **numbers(task)}
            text = task.gold
            for pattern, new in pairs:
                if any(name not in values for name in re.findall(r"@(\w+)@", new)):
                    return ""
                filled = re.sub(r"@(\w+)@", lambda match: _written(values[match[1]]), new)
                text, times = re.subn(pattern, filled, text, count=1, flags=re.M)
                assert times, f"{task.family}: no '{pattern}'"
            return text

        return write

    return edit


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.12g}"
