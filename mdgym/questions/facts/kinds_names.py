"""Kinds of questions on names: styles, potential files, and what words mean."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from random import Random

from mdgym.questions.facts.draft import Draft, Text, Wordings, blank, multiple, single
from mdgym.questions.facts.vocabulary import Word
from mdgym.questions.facts.wheel import Potential, Wheel

_CATEGORY = {
    "angle": ("an angle style", "angle（键角）样式"),
    "atom": ("an atom style", "atom（原子）样式"),
    "bond": ("a bond style", "bond（键）样式"),
    "compute": ("a compute style", "compute 样式"),
    "dihedral": ("a dihedral style", "dihedral（二面角）样式"),
    "dump": ("a dump style", "dump 样式"),
    "fix": ("a fix style", "fix 样式"),
    "improper": ("an improper style", "improper（非正常二面角）样式"),
    "integrate": ("a run style", "run_style（积分）样式"),
    "kspace": ("a kspace style", "kspace 样式"),
    "minimize": ("a minimization style", "min_style（能量最小化）样式"),
    "pair": ("a pair style", "pair（对势）样式"),
    "region": ("a region style", "region（区域）样式"),
}
_WHICH: Wordings = (
    ("Which of these names is {category} of LAMMPS?", "Only one of these is {category} in LAMMPS. Which?"),
    ("下列名称中哪一个是 LAMMPS 的 {category}？",),
)
_WHICH_OF: Wordings = (
    ("Which of these does LAMMPS know as the name of {category}?",),
    ("LAMMPS 把下列哪些名称当作 {category}？",),
)
_HOME: Wordings = (
    ("In LAMMPS, `{name}` is the name of …", "What is `{name}` in LAMMPS?"),
    ("在 LAMMPS 中，`{name}` 是什么？",),
)
_EXISTS: Wordings = (
    ("Only one of these exists in LAMMPS as {category}. Which?",),
    ("下列名称中只有一个是 LAMMPS 中确实存在的 {category}，是哪一个？",),
)
_FORMAT: Wordings = (
    ("For which pair style is the potential file `{file}` of the LAMMPS distribution made?",),
    ("LAMMPS 自带的势函数文件 `{file}` 用于哪一种 pair_style？",),
)
_FORMAT_BLANK: Wordings = (
    ("The potential file `{file}` of the LAMMPS distribution is used with `pair_style ____`.",),
    ("LAMMPS 自带的势函数文件 `{file}` 应与 `pair_style ____` 一起使用。",),
)
_ELEMENTS: Wordings = (
    ("For which of these elements does the potential file `{file}` of the LAMMPS distribution hold parameters?",),
    ("LAMMPS 自带的势函数文件 `{file}` 含有下列哪些元素的参数？",),
)
_MAPPING: Wordings = (
    ("Atom types 1 to {count} are {elements}, in this order. Which line is right after `pair_style {style}`?",),
    ("原子类型 1 到 {count} 依次为 {elements}。在 `pair_style {style}` 之后，哪一行正确？",),
)
_PURPOSE: Wordings = (
    ("Which LAMMPS command {meaning}?",),
    ("哪一个 LAMMPS 命令{meaning}？",),
)
_PURPOSE_BLANK: Wordings = (
    ("The LAMMPS command that {meaning} is ____.",),
    ("在 LAMMPS 中，用于“{meaning}”的命令是 ____。",),
)
_MEANING: Wordings = (
    ("What does the LAMMPS command `{word}` do? It …",),
    ("LAMMPS 命令 `{word}` 的作用是什么？",),
)
_KEYWORD: Wordings = (
    ("Which keyword of `thermo_style custom` prints {meaning}?",),
    ("`thermo_style custom` 的哪个关键字输出{meaning}？",),
)
_KEYWORD_BLANK: Wordings = (
    ("To print {meaning}, `thermo_style custom` takes the keyword ____.",),
    ("要输出{meaning}，`thermo_style custom` 应使用关键字 ____。",),
)
_DEFAULT: Wordings = (
    ("When a LAMMPS script does not set it, {meaning} is ____.",),
    ("LAMMPS 脚本未设置时，{meaning}默认为 ____。",),
)
# Files of one of these are read by the others too, or nearly.
_KIN = ({"sw", "sw/mod"}, {"airebo", "airebo/morse", "rebo"}, {"eam/alloy", "eam/cd", "eam/he", "eam/fs"})
_SYMBOLS = ("Ag", "Al", "Au", "B", "C", "Co", "Cr", "Cu", "Fe", "Ge", "H", "Mg", "Mo", "N", "Ni", "O", "Si", "Ta", "Ti")


def which_style(names: Sequence[str], rng: Random, wheel: Wheel) -> Iterator[Draft]:
    """Which of four names is a style of this category?"""
    for name in names:
        home = rng.choice(wheel.homes[name])
        wrong = [other for other in rng.sample(list(names), len(names)) if home not in wheel.homes[other]][:3]
        facts = [f"style {option}" for option in (name, *wrong)]
        yield single(rng, _WHICH, name, wrong, facts, category=_CATEGORY[home])


def which_styles(names: Sequence[str], rng: Random, wheel: Wheel) -> Iterator[Draft]:
    """Which of five names are styles of this category?"""
    for name in names:
        home = rng.choice(wheel.homes[name])
        others = rng.sample([other for other in names if other != name], len(names) - 1)
        more = [other for other in others if home in wheel.homes[other]][: rng.choice((1, 2))]
        wrong = [other for other in others if home not in wheel.homes[other]][: 4 - len(more)]
        facts = [f"style {option}" for option in (name, *more, *wrong)]
        if more:
            yield multiple(rng, _WHICH_OF, [name, *more], wrong, facts, category=_CATEGORY[home])


def style_home(names: Sequence[str], rng: Random, wheel: Wheel) -> Iterator[Draft]:
    """To which category does a name belong?"""
    for name in names:
        homes = wheel.homes[name]
        if len(homes) == 1:
            wrong = rng.sample([text for home, text in _CATEGORY.items() if home not in homes], 3)
            yield single(rng, _HOME, _CATEGORY[homes[0]], wrong, [f"style {name}"], name=name)


def existing_style(names: Sequence[str], rng: Random, wheel: Wheel) -> Iterator[Draft]:
    """Which of four names exists, where the others are made up of pieces of real ones?"""
    for name in names:
        home = rng.choice(wheel.homes[name])
        pieces = [other.split("/") for other in names if home in wheel.homes[other]]
        heads, tails = [words[0] for words in pieces], [words[-1] for words in pieces if len(words) > 1]
        made_up = {f"{rng.choice(heads)}/{rng.choice(tails)}" for _ in range(20 if tails else 0)}
        wrong = sorted(made_up - wheel.every)
        if "/" in name and len(wrong) >= 3:
            yield single(rng, _EXISTS, name, rng.sample(wrong, 3), [f"style {name}"], category=_CATEGORY[home])


def potential_style(potentials: Sequence[Potential], rng: Random) -> Iterator[Draft]:
    """Which pair style reads a potential file? As a choice and as a blank."""
    styles = list(dict.fromkeys(potential.style for potential in potentials))
    for potential in potentials:
        kin = {potential.style}.union(*(kin for kin in _KIN if potential.style in kin))
        others = [style for style in styles if style not in kin]
        facts = [f"file {potential.file}", f"format {potential.style}"]
        wrong = rng.sample(others, min(3, len(others)))
        yield single(rng, _FORMAT, potential.style, wrong, facts, file=potential.file)
        yield blank(rng, _FORMAT_BLANK, [potential.style], facts, file=potential.file)


def potential_elements(potentials: Sequence[Potential], rng: Random) -> Iterator[Draft]:
    """Which elements does a potential file describe?"""
    for potential in potentials:
        if potential.elements:
            wrong = rng.sample([symbol for symbol in _SYMBOLS if symbol not in potential.elements], 3)
            facts = [f"file {potential.file}"]
            yield multiple(rng, _ELEMENTS, potential.elements[:4], wrong, facts, file=potential.file)


def element_mapping(potentials: Sequence[Potential], rng: Random) -> Iterator[Draft]:
    """Which `pair_coeff` line gives each atom type its element?"""
    for potential in potentials:
        elements = list(potential.elements[:3])
        if len(elements) < 2:
            continue
        rng.shuffle(elements)
        order = tuple(elements)
        swapped = rng.choice([other for other in permutations(order) if other != order])
        numbers = " ".join(str(number + 1) for number in range(len(order)))
        line = f"pair_coeff * * {potential.file} {{}}"
        wrong = [
            line.format(" ".join(swapped)),
            f"pair_coeff {numbers} {potential.file} {' '.join(order)}",
            f"pair_coeff * * {' '.join(order)} {potential.file}",
        ]
        facts = [f"file {potential.file}", f"format {potential.style}"]
        fields: dict[str, Text] = {"count": str(len(order)), "elements": ", ".join(order), "style": potential.style}
        yield single(rng, _MAPPING, line.format(" ".join(order)), wrong, facts, **fields)


def command_purpose(words: Sequence[Word], rng: Random) -> Iterator[Draft]:
    """Which command does this? As a choice and as a blank, and the other way round."""
    yield from _words(words, rng, "command", _PURPOSE, _PURPOSE_BLANK)
    for word in words:
        others = rng.sample([other for other in words if other != word], 3)
        facts = [f"command {option.word}" for option in (word, *others)]
        wrong = [(other.english, other.chinese) for other in others]
        yield single(rng, _MEANING, (word.english, word.chinese), wrong, facts, word=word.word)


def thermo_keyword(words: Sequence[Word], rng: Random) -> Iterator[Draft]:
    """Which keyword of `thermo_style custom` prints this? As a choice and as a blank."""
    yield from _words(words, rng, "thermo keyword", _KEYWORD, _KEYWORD_BLANK)


def default_setting(words: Sequence[Word], rng: Random) -> Iterator[Draft]:
    """Which value has a setting by default?"""
    for word in words:
        facts = [f"default of {word.english}"]
        yield blank(rng, _DEFAULT, [word.word], facts, meaning=(word.english, word.chinese))


def _words(words: Sequence[Word], rng: Random, fact: str, choice: Wordings, gap: Wordings) -> Iterator[Draft]:
    for word in words:
        wrong = [other.word for other in rng.sample([other for other in words if other != word], 3)]
        facts = [f"{fact} {option}" for option in (word.word, *wrong)]
        yield single(rng, choice, word.word, wrong, facts, meaning=(word.english, word.chinese))
        yield blank(rng, gap, [word.word], [f"{fact} {word.word}"], meaning=(word.english, word.chinese))
