"""Points that no suite holds: they are as good as those of the train split, and are not them."""

import dataclasses
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.errors import TaskError
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.families.crystals import Crystal
from mdgym.tasks.families.pair_potentials import PairPotential
from mdgym.tasks.suites import load_suite
from mdgym.trainers.points import MASS, SYMBOLS, TYPICAL, invent, plain, renamed

MICRO = [family for family in FAMILIES if "micro" in family.suites]
SEEDS = st.integers(0, 2**32)
each_family = pytest.mark.parametrize("family", MICRO, ids=lambda family: family.name)


def parts(point, kind):
    values = (getattr(point, field.name) for field in dataclasses.fields(point))
    return [value for value in values if isinstance(value, kind)]


@each_family
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_an_invented_point_is_the_same_for_the_same_seed_and_has_a_prompt_in_every_wording(family, seed):
    point = invent(family, Random(seed))
    assert point == invent(family, Random(seed))
    # making it again runs its checks again
    assert dataclasses.replace(point) == point
    contract = family.draft(point)
    for wording in range(len(family.wordings)):
        text = family.prompt(point, contract, wording, Random(seed))
        assert not re.search(r"[{}]", text)
        for crystal in parts(point, Crystal):
            assert crystal.file in text and crystal.element in text
    for command in contract.force_field:
        assert command.split()[0] in family.gold(point)


@each_family
def test_invented_points_differ_from_seed_to_seed_and_from_all_held_out_ones(family):
    invented = {invent(family, Random(seed)).label for seed in range(30)}
    assert len(invented) >= 25
    assert not invented & {point.label for split in ("validation", "test") for point in family.points[split]}


@each_family
def test_the_prompt_of_a_stored_task_needs_no_more_than_the_draft_of_its_contract(family):
    points = {family.gold(point): point for point in family.points["train"]}
    for task in [task for task in load_suite("micro", "train") if task.family == family.name]:
        point, wording = points[task.gold], task.parameters["wording"]
        texts = [
            family.prompt(point, contract, wording, Random(7)) for contract in (task.contract, family.draft(point))
        ]
        assert texts[0] == texts[1]


def test_crystals_are_invented_with_elements_and_files_that_look_right():
    family = next(family for family in MICRO if family.name == "cohesion")
    crystals = [invent(family, Random(seed)).crystal for seed in range(200)]
    endings = {"eam": "eam", "eam/alloy": "eam.alloy", "eam/fs": "eam.fs", "tersoff": "tersoff", "sw": "sw"}
    for crystal in crystals:
        assert crystal.element in SYMBOLS and re.fullmatch(r"[A-Z][a-z]?", crystal.element)
        stem, ending = crystal.file.split(".", 1)
        assert ending == endings[crystal.pair_style]
        assert re.fullmatch(
            r"([A-Z][a-z]?)+(_([a-z]{1,12}\d?|[A-Z][a-z]+\d?|[A-Z][a-z]+-[A-Z][a-z]+|(19|20)\d\d))?", stem
        )
        assert crystal.element in re.findall("[A-Z][a-z]?", stem.partition("_")[0])
        assert (crystal.pair_style in ("tersoff", "sw")) == (crystal.structure == "diamond")
        assert (crystal.mass, crystal.a0, crystal.ecoh) == (MASS, TYPICAL[crystal.structure], None)
    assert {crystal.pair_style for crystal in crystals} == set(endings)
    assert len({crystal.element for crystal in crystals}) > 50 and len({c.file for c in crystals}) > 190
    files = {c.file for f in MICRO for points in f.points.values() for p in points for c in parts(p, Crystal)}
    assert not files & {crystal.file for crystal in crystals}


@pytest.mark.parametrize("name", ["pair_crystal", "cluster"])
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_scaled_potentials_keep_the_shape_of_one_of_the_train_split(name, seed):
    family = next(family for family in MICRO if family.name == name)
    (scaled,) = parts(invent(family, Random(seed)), PairPotential)
    known = [potential for point in family.points["train"] for potential in parts(point, PairPotential)]
    assert any(same_shape(scaled, potential) for potential in known)


def same_shape(scaled, potential):
    """Whether all ratios of lengths and of energies are the same, but for numbers of three digits."""
    if (scaled.kind, scaled.shifted, scaled.units) != (potential.kind, potential.shifted, potential.units):
        return False
    return ratios(scaled) == pytest.approx(ratios(potential), rel=0.01)


def ratios(potential):
    first, second, *third = potential.coefficients
    if potential.kind == "lj":
        return [potential.cutoff / second]
    if potential.kind == "morse":
        return [potential.cutoff * second, second * third[0]]
    return [potential.cutoff / second, (third[0] / first) ** (1 / 6) / second]


def test_a_guess_is_scaled_with_its_potential():
    family = next(family for family in MICRO if family.name == "pair_crystal")
    for seed in range(30):
        point = invent(family, Random(seed))
        assert abs(point.guess / point.a0 - 1) < 0.017


def test_strains_are_invented_too():
    family = next(family for family in FAMILIES if family.name == "tension")
    found = {invent(family, Random(seed)).percent for seed in range(200)}
    assert {point.percent for point in family.points["train"]} < found


def test_points_that_cannot_be_mixed_are_named(monkeypatch):
    family = next(family for family in MICRO if family.name == "tension")

    def refuse(self):
        raise TaskError("no")

    monkeypatch.setattr(type(family.points["train"][0]), "__post_init__", refuse)
    with pytest.raises(TaskError, match="no mixture of two points of family 'tension'"):
        invent(family, Random(0))


def test_invented_names_are_elements_alone_or_end_with_any_letters_or_as_files_do():
    script = "pair_style eam/alloy\npair_coeff * * Cu_mishin1.eam.alloy Cu\n"
    names = [renamed("Use Cu_mishin1.eam.alloy.", script, Random(seed))[0][4:] for seed in range(400)]
    ends = [name.partition(".")[0].partition("_")[2] for name in names]
    assert 70 < ends.count("") < 130
    # syllables and initials never have four consonants in a row
    assert 60 < sum(bool(re.search("[bcdfghjklmnpqrstvwxz]{4}", end)) for end in ends) < 150
    assert sum(bool(re.match("[A-Z]|[12]", end)) for end in ends) > 25
    assert max(len(end) for end in ends if re.fullmatch("[a-z]*", end)) == 12


@pytest.mark.parametrize(
    "family", [f for f in MICRO if f.name in {"cohesion", "surface", "vacancy"}], ids=lambda f: f.name
)
@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_a_potential_gets_another_name_in_prompt_and_script_alike(family, seed):
    point = Random(seed).choice(family.points["train"])
    crystal, script = point.crystal, family.gold(point)
    prompt = family.prompt(point, family.draft(point), 0, Random(seed))
    text, other = renamed(prompt, script, Random(seed))
    assert crystal.file not in text and crystal.file not in other
    (line,) = [line for line in other.splitlines() if line.startswith("pair_coeff")]
    name = line.split()[3]
    (style,) = re.findall(r"^pair_style (\S+)", other, re.MULTILINE)
    kin = next((kin for kin in ({"eam/alloy", "eam/fs"}, {"tersoff", "sw"}) if style in kin), {style})
    assert name in text and name.partition(".")[2] == style.replace("/", ".") and crystal.pair_style in kin
    # it still holds the element that the script simulates
    assert crystal.element in re.findall("[A-Z][a-z]?", name.partition(".")[0])
    for new, old in ((text, prompt), (other, script)):
        assert re.sub(rf"\b{style}\b", crystal.pair_style, new.replace(name, "")) == old.replace(crystal.file, "")


def test_a_potential_with_another_name_is_of_any_style_whose_commands_are_alike():
    prompt = "用势函数文件 C.tersoff（pair_style tersoff）。tersoff, tersoff/zbl."
    script = "pair_style tersoff\npair_coeff * * C.tersoff C\n"
    found = {}
    for seed in range(40):
        text, other = renamed(prompt, script, Random(seed))
        (style, name) = re.findall(r"pair_style (\w+)\npair_coeff \* \* (\S+) C\n", other)[0]
        assert text == f"用势函数文件 {name}（pair_style {style}）。{style}, tersoff/zbl."
        found[style] = found.get(style, 0) + 1
    assert set(found) == {"tersoff", "sw"} and min(found.values()) > 8


@pytest.mark.parametrize(
    ("prompt", "script"),
    [
        ("Use Cu_u3.eam.", "pair_style lj/cut 2.5\npair_coeff * * 1.0 1.0"),
        ("Use Cu_u3.eam.", "pair_coeff * * Ni_u3.eam"),
        ("Use it.", ""),
    ],
)
def test_what_names_no_potential_of_its_prompt_stays_as_it_is(prompt, script):
    assert renamed(prompt, script, Random(0)) == (prompt, script)


def test_numbers_that_make_no_difference_are_those_of_invented_crystals():
    relaxed = "pair_coeff * * Cu_u3.eam\nmass 1 {}\nfix relax all box/relax iso 0.0\nminimize 0 1e-10 100 100\nrun 0\n"
    script = "lattice fcc 3.615 origin 0.1 0.1 0.1\n" + relaxed.format(63.55)
    assert plain(script) == "lattice fcc 3.95 origin 0.1 0.1 0.1\n" + relaxed.format(50)
    assert plain(plain(script)) == plain(script)


@pytest.mark.parametrize(
    ("coefficients", "rest"),
    [
        ("1 1 1.0 1.0", "fix relax all box/relax iso 0.0\n"),
        ("* * Cu_u3.eam", "fix move all nvt temp 300 300 0.1\nrun 1000\n"),
        ("* * Cu_u3.eam", "fix relax all box/relax iso 0.0\nminimize 0 0 9 9\nfix move all nve\nrun ${steps}\n"),
        ("* * Cu_u3.eam", "minimize 0 0 9 9\n"),
    ],
)
def test_numbers_stay_where_they_make_a_difference(coefficients, rest):
    script = f"lattice diamond 3.566\npair_coeff {coefficients}\nmass 1 12.011\n{rest}"
    assert plain(script) == script
