"""Phrases that prompts of all families share: numbers with mixed units, the judged window, the variables to leave."""

from collections.abc import Mapping
from random import Random

from mdgym.tasks.task import Quantity

ENGLISH = "en"
CHINESE = "zh"

# Factor from each unit to bar, ps, Å. A unit is used only when the number in it is short and exact.
PRESSURES = {"bar": 1.0, "atm": 1.01325, "GPa": 1e4, "kbar": 1e3, "MPa": 10.0}
TIMES = {"ps": 1.0, "fs": 1e-3, "ns": 1e3}
STEPS = {"fs": 1e-3, "ps": 1.0}
LENGTHS = {"Å": 1.0, "nm": 10.0, "angstrom": 1.0}
# The most digits of a number in a prompt, and the longest way to write it.
_DIGITS = 6
_LONGEST = 7


def quantity_text(value: float, units: Mapping[str, float], rng: Random) -> str:
    """Write a value in a unit that suits it.

    Args:
        value: The value, in the unit whose factor is 1.
        units: Unit to factor.
        rng: Chooses the unit.

    Returns:
        Such as "2 GPa"; the number read back gives `value` exactly.
    """
    texts = {unit: f"{value / factor:.{_DIGITS}g}" for unit, factor in units.items()}
    exact = [
        f"{text} {unit}"
        for unit, text in texts.items()
        if "e" not in text and len(text) <= _LONGEST and abs(float(text) * units[unit] - value) <= 1e-9 * abs(value)
    ]
    return rng.choice(exact) if exact else f"{value:.12g} {next(iter(units))}"


def window_text(duration: str, language: str, rng: Random) -> str:
    """Say which part of a run is judged and averaged.

    Args:
        duration: Length of the window with its unit.
        language: `ENGLISH` or `CHINESE`.
        rng: Chooses the phrase.

    Returns:
        One or two sentences.
    """
    return rng.choice(_WINDOWS[language]).format(duration=duration)


def two_windows_text(duration: str, first: str, second: str, language: str, rng: Random) -> str:
    """Say which two parts of a run are judged and averaged, where a task asks for two temperatures.

    Args:
        duration: Length of each window with its unit.
        first: The temperature of the earlier window, with its unit.
        second: The temperature at the end of the run, with its unit.
        language: `ENGLISH` or `CHINESE`.
        rng: Chooses the phrase.

    Returns:
        A few sentences.
    """
    return rng.choice(_TWO_WINDOWS[language]).format(duration=duration, first=first, second=second)


def variables_text(quantities: tuple[Quantity, ...], meanings: Mapping[str, str], language: str, rng: Random) -> str:
    """Say which variables the script must leave behind.

    Args:
        quantities: What the contract asks for.
        meanings: Meaning of each in the language of the prompt; English meanings stand in the quantities.
        language: `ENGLISH` or `CHINESE`.
        rng: Chooses the phrase.

    Returns:
        A sentence and a list.
    """
    intro, item = _VARIABLES[language]
    items = [item.format(name=q.name, unit=q.unit, meaning=meanings.get(q.name, q.meaning)) for q in quantities]
    return "\n".join([rng.choice(intro), *items])


_WINDOWS = {
    ENGLISH: (
        "Judged is the last {duration} of the run, so from there on keep timestep, atoms, force field and fixes as "
        "they are and leave the velocities alone. Every average is over exactly these last {duration}, from samples "
        "at least every 10 timesteps.",
        "Let it equilibrate first, then produce at least {duration} with nothing changed in between (same timestep, "
        "same atoms, same force field, same fixes, no velocity commands). The last {duration} are the judged window: "
        "average over that window and nothing else, sampling every 10 steps or more often.",
        "After equilibration the last {duration} of the trajectory count. During them the settings (timestep, number "
        "of atoms, force field, fixes) must not change. Take means over precisely this window, with samples no "
        "farther apart than 10 steps.",
    ),
    CHINESE: (
        "先充分平衡，再采样。评判窗口为运行的最后 {duration}：窗口内时间步长、原子数、力场和 fix "
        "均不得改变，也不得重设速度。"
        "所有平均值都只对这最后 {duration} 计算，采样间隔不超过 10 步。",
    ),
}
_TWO_WINDOWS = {
    ENGLISH: (
        "Two windows are judged: the last {duration} at {first}, before the system is brought to {second}, and the "
        "last {duration} of the run, at {second}. Within each of them keep timestep, atoms, force field and fixes as "
        "they are and leave the velocities alone. Every average is over exactly one of these windows, from samples at "
        "least every 10 timesteps.",
        "First equilibrate at {first} and produce at least {duration} there with nothing changed in between (same "
        "timestep, same atoms, same force field, same fixes, no velocity commands), then go to {second}, equilibrate "
        "again and produce at least {duration} in the same way. What counts is the last {duration} of the stage at "
        "{first} and the last {duration} of the whole run: average over these two windows and nothing else, sampling "
        "every 10 steps or more often.",
        "Do {first} first and {second} afterwards, in one run of the same system. The last {duration} of the stage at "
        "{first} (before the temperature is changed) and the last {duration} of the stage at {second} (the end of the "
        "script) count. During each the settings (timestep, number of atoms, force field, fixes, velocities) must not "
        "be touched. Take means over precisely these two windows, with samples no farther apart than 10 steps.",
    ),
    CHINESE: (
        "先在 {first} 下平衡并采样，再把体系带到 {second}，重新平衡并采样。评判窗口有两个：{first} 阶段的最后 "
        "{duration}（改变温度之前），以及整个运行的最后 {duration}（{second}）。"
        "每个窗口内时间步长、原子数、力场和 fix 均不得改变，也不得重设速度。"
        "平均值只对这两个窗口分别计算，采样间隔不超过 10 步。",
    ),
}
_VARIABLES = {
    ENGLISH: (
        (
            "At the end of the script these equal-style variables must exist and have a value:",
            "Leave the results behind as equal-style variables that can be evaluated after the last command:",
            "Results go into equal-style variables (they are evaluated when the script has ended):",
        ),
        "- `{name}`: {meaning}, in {unit}",
    ),
    CHINESE: (
        ("脚本结束时必须定义以下 equal-style 变量，且能够求值：", "结果请保存为 equal-style 变量（脚本结束后读取）："),
        "- `{name}`：{meaning}，单位 {unit}",
    ),
}
