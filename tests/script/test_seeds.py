import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.script.lexer import quote_words, split_words
from mdgym.script.seeds import reseed, reseed_formulas

BOX = """
units lj
{style}
boundary p p p
lattice fcc 0.8
region box block 0 4 0 4 0 4
region slab block 0 4 0 4 0 2
create_box 2 box {extra}
create_atoms 1 box
mass * 1.0
pair_style lj/cut 2.5
pair_coeff * * 1 1
group half region slab
"""
ATOMIC = BOX.format(style="atom_style atomic", extra="")
SPHERES = BOX.format(style="atom_style sphere", extra="").replace("mass * 1.0", "")
ELLIPSOIDS = BOX.format(style="atom_style ellipsoid", extra="").replace("mass * 1.0", "")
CHARGED = BOX.format(style="atom_style hybrid charge dipole sphere", extra="").replace("mass * 1.0", "")
ENERGIES = BOX.format(style="atom_style dpd", extra="")
SPINS = BOX.format(style="atom_style spin\natom_modify map array", extra="").replace("units lj", "units metal")
BONDED = (
    BOX.format(style="atom_style bond", extra="bond/types 1 extra/bond/per/atom 4 extra/special/per/atom 20")
    + """
bond_style harmonic
bond_coeff 1 1 1
"""
)
CORES = BONDED + "fix drude all drude N N\ncomm_modify vel yes"
FLAT = """
units lj
dimension 2
atom_style sphere
boundary p f p
region box block 0 10 0 10 -0.5 0.5
create_box 1 box
region top block 2 8 8 9 -0.5 0.5
pair_style gran/hooke 2000 NULL 50 NULL 0.5 0
fix gravity all gravity 1 vector 0 -1 0
"""

# (setup, command with the seeds written 1001, 1002, …); LAMMPS runs each as it is, and refuses it with a seed of 0.
COMMANDS = [
    (ATOMIC, "velocity all create 1.0 1001 mom yes rot no dist gaussian loop geom"),
    (ATOMIC, "create_atoms 1 random 5 1001 box overlap 0.1 maxtry 50"),
    (ATOMIC, "create_atoms 2 random 5 1001 NULL"),
    (ATOMIC, "create_atoms 2 box subset 10 1001"),
    (ATOMIC, "create_atoms 2 box basis 1 1 ratio 0.1 1001 units box"),
    (ATOMIC, "delete_atoms random fraction 0.1 yes all NULL 1001"),
    (ATOMIC, "delete_atoms random count 3 no all slab 1001 compress no"),
    (ATOMIC, "displace_atoms all random 0.1 0.1 0.1 1001 units box"),
    (ATOMIC, "set type 1 type/fraction 2 0.5 1001"),
    (ATOMIC, "set group all type/ratio 2 0.1 1001"),
    (ATOMIC, "set region slab vx 2 type/subset 2 10 1001 type/fraction 1 0.5 1002"),
    (CHARGED, "set group all dipole/random 1001 0.75"),
    (ELLIPSOIDS, "set type 1 shape 1 2 1 quat/random 1001"),
    (SPINS, "set group all spin/atom/random 1001 1.72"),
    (ATOMIC, "fix 1 all langevin 1.0 1.0 0.1 1001 zero yes"),
    (ATOMIC, "fix 1 all langevin 1.0 1.0 0.1 +001001 tally yes"),
    (ATOMIC, "fix 1 all gjf 1.0 1.0 0.1 1001"),
    (ATOMIC, "fix 1 all gld 1.0 1.0 2 1001 pprony 0.5 1.0 1.0 2.0"),
    (ATOMIC, "fix 1 all ffl 1.0 1.0 1.0 1001 soft"),
    (SPINS, "fix 1 all langevin/spin 1.0 0.1 1001"),
    (CORES, "fix 1 all langevin/drude 1.0 0.1 1001 1.0 0.1 1002 zero yes"),
    (ATOMIC, "fix 1 all temp/csvr 1.0 1.0 0.1 1001"),
    (ATOMIC, "fix 1 all temp/csld 1.0 1.0 0.1 1001"),
    (ATOMIC, "fix 1 all brownian 1.0 1001 gamma_t 3.0 rng gaussian"),
    (CHARGED, "fix 1 all brownian/sphere 1.0 1001 gamma_t 3.0 gamma_r 0.7"),
    (ATOMIC, "fix 1 all gcmc 10 5 5 1 1001 1.0 -0.5 0.1"),
    (ATOMIC, "fix 1 all widom 10 5 1 1001 1.0 region slab"),
    (ATOMIC, "fix 1 all atom/swap 10 5 1001 1.0 types 1 2"),
    (BONDED, "fix 1 all mol/swap 10 5 1 2 1001 1.0 ke no"),
    (ATOMIC, "fix 1 all sgcmc 10 0.1 1.0 0.02 randseed 1001"),
    (ATOMIC, "fix 1 all deposit 5 1 10 1001 region slab near 1.0"),
    (ATOMIC, "fix 1 all evaporate 10 1 slab 1001"),
    (FLAT, "fix 1 all pour 5 1 1001 region top diam one 1.0"),
    (BONDED, "fix 1 all bond/create 10 1 1 0.8 1 prob 0.5 1001"),
    (BONDED, "fix 1 all bond/break 10 1 1.2 prob 0.5 1001"),
    (BONDED.replace("bond_style", "special_bonds lj 0 1 1\nneigh_modify one 100\nbond_style"),
     "fix 1 all bond/swap 50 0.5 1.3 1001"),
    (ATOMIC, "fix 1 all rigid group 1 half langevin 1.0 1.0 0.1 1001"),
    (BONDED, "fix 1 half rigid/small molecule langevin 1.0 1.0 0.1 1001"),
    (ATOMIC, "fix 1 all srd 10 half 1.0 1.0 1001 shift yes 1002 cubic warn 0.1"),
    (ATOMIC, "fix 1 all tfmc 0.1 1.0 1001 com 1 1 1"),
    (ATOMIC, "fix 1 all ttm 1001 1 1 1 1 1 1 2 2 2 set 1.0"),
    (ATOMIC, "fix 1 all wall/flow x 0.5 1.0 1001 2 1.0 3.0"),
    (ATOMIC.replace("p p p", "p p f"), "fix 1 all wall/reflect/stochastic diffusive 1001 zlo 0.0 1.0 0 0 0"),
    (ATOMIC.replace("p p p", "p p m"), "fix 1 all append/atoms zhi basis 1 1 size 1 temp 1.0 0.1 1001 3.0"),
    (ATOMIC.replace("p p p", "p p m"), "fix 1 all append/atoms zhi random 0.1 0.1 0.1 1001"),
    (ATOMIC.replace("p p p", "p p s"), "fix 1 all wall/piston zlo pos 0.1 temp 1.0 0.1 1001 2.0"),
    (ATOMIC, "fix 1 all press/langevin iso 1.0 1.0 1.0 temp 1.0 1.0 1001"),
    (ATOMIC, "fix 1 all hmc 5 1001 1.0 resample yes"),
    (ATOMIC, "pair_style dpd 1.0 1.0 1001"),
    (ATOMIC, "pair_style dpd/tstat 1.0 1.0 1.0 1001"),
    (ATOMIC, "pair_style dpd/ext 1.0 1.0 1001"),
    (ATOMIC, "pair_style dpd/ext/tstat 1.0 1.0 1.0 1001"),
    (ATOMIC, "pair_style dpd/fdt 1.0 1.0 1001"),
    (ENERGIES, "pair_style dpd/fdt/energy 1.0 1001"),
    (ATOMIC, "pair_style dpd/coul/slater/long 1.0 1.0 1001 0.25 3.0"),
    (ATOMIC, "pair_style mdpd 1.0 1.0 1001"),
    (ATOMIC, "pair_style tdpd 1.0 1.58 1001"),
    (ATOMIC, "pair_style dsmc 2.5 1001 10 1.0 100 1000"),
    (SPHERES, "pair_style brownian 1.5 1 1 2.01 2.5 2.0 1001 1 1"),
    (SPHERES, "pair_style brownian/poly 1.5 1 1 2.01 2.5 2.0 1001 1 1"),
    (ATOMIC, "pair_style hybrid/overlay lj/cut 2.5 dpd/tstat 1.0 1.0 1.0 1001 soft 2.0 dpd 1.0 1.0 1002"),
    (ATOMIC, "variable r equal random(0,1,1001)+normal(0.0,2.0,1002)"),
]  # fmt: skip

# Styles that need data of their own; positions from the documentation.
DOCUMENTED = [
    "fix 1 all gle 6 300 300 1001 smart.A",
    "fix 1 all langevin/eff 3000 3000 0.1 1001",
    "fix 1 all langevin/kk 300 300 0.1 1001",
    "fix 1 all nve/dotc/langevin 1 1 0.03 1001 angmom 10",
    "fix 1 all neighbor/swap 10 160 1001 1000 3 voro diff 2",
    "fix 1 all pafi 1 900 0.1 1001 overdamped no",
    "fix 1 all pimd/langevin method nmpimd thermostat PILE_L 1001 tau 1",
    "fix 1 all bond/react react a all 10 0 3 pre post map prob 0.5 1001 react b all 10 0 3 x y z prob 0.1 1002",
    "fix 1 all charge/regulation 1 2 pH 7 seed 1001",
    "fix 1 all electrode/thermo 0.0 1.979 temp 298 100 1001 couple top v_v",
    "fix 1 all ttm/grid 1001 1 1 1 1 1 1 2 2 2",
    "fix 1 all ttm/mod 1001 si.ttm_mod 2 2 2",
    "fix 1 all colvars in.colvars seed 1001",
    "create_atoms 0 region box mol water 1001 rotate 0 0 0 1",
    "pair_style sdpd/taitwater/isothermal 300 1.0 1001",
    "pair_style edpd 1.58 1001",
    "pair_style brownian/poly/omp 1.5 1 1 2.01 2.5 2.0 1001 1 1",
    "fix_modify p itr_max 200 rand 0.1 1001",
]


FORMULAS = st.recursive(
    st.sampled_from(["1", "2.5", "v_a", "c_1[2]"]),
    lambda inner: st.tuples(
        st.sampled_from(["random({},{},{})", "normal({},{},{})", "sqrt({})", "({}+{})", "vdisplace({},{})", "-{}"]),
        st.tuples(inner, inner, inner),
    ).map(lambda pair: pair[0].format(*pair[1])),
    max_leaves=12,
)


def numbered(index):
    return 1001 + index


def with_seeds(command, *seeds):
    """The words of the example with its seeds 1001, 1002, … replaced."""
    words = split_words(command)
    for index, seed in enumerate(seeds):
        words = tuple(word.replace(str(numbered(index)), str(seed)) for word in words)
    return words


def run(lammps, setup, text):
    instance = lammps.instance
    instance.command("clear")
    instance.command("variable r delete")
    try:
        instance.commands_string(setup)
    except Exception:
        lammps.fresh()
        raise
    try:
        instance.command(text)
        if text.startswith("variable"):
            instance.extract_variable("r")
    except Exception as error:
        lammps.fresh()
        return str(error)
    return None


@pytest.mark.parametrize(("setup", "command"), COMMANDS, ids=[" ".join(c.split()[:4]) for _, c in COMMANDS])
def test_the_seeds_of_a_command_are_where_lammps_reads_them(lammps, setup, command):
    seeds = [seed for seed in (1001, 1002) if str(seed) in command]
    fresh = reseed(with_seeds(command, *(77 for _ in seeds)), numbered)
    assert tuple(word.replace("+00", "") for word in with_seeds(command)) == fresh
    assert run(lammps, setup, quote_words(fresh)) is None
    for index in range(len(seeds)):
        broken = reseed(with_seeds(command), lambda i, index=index: -1 if i == index else numbered(i))
        zero = tuple("0" if new != old and "(" not in new else new for new, old in zip(broken, fresh))
        if "(" not in command:
            assert run(lammps, setup, quote_words(zero)) is not None


@pytest.mark.parametrize("command", DOCUMENTED, ids=[" ".join(c.split()[:4]) for c in DOCUMENTED])
def test_the_seeds_of_a_command_are_where_the_documentation_puts_them(command):
    seeds = [seed for seed in (1001, 1002) if str(seed) in command]
    assert reseed(with_seeds(command, *(77 for _ in seeds)), numbered) == split_words(command)


def test_commands_without_seeds_come_back_as_the_same_object():
    for text in [
        "fix 1 all nvt temp 300 300 0.1",
        "velocity all create 300 ${seed}",
        "velocity all scale 300",
        "pair_style lj/cut 2.5",
        "group langevin type 1",
        "variable a equal sqrt(3)+random2(1,2,3)",
        "print 'normal (1,2,3)'",
        "run 1001",
    ]:
        words = split_words(text)
        assert reseed(words, numbered) is words
    assert reseed((), numbered) == ()


def test_a_wrong_seed_stays_wrong():
    for seed in ("0", "-5", "abc", "1.5", "99999999999", "1e5"):
        words = ("velocity", "all", "create", "300", seed)
        assert reseed(words, numbered) is words


def test_any_number_that_is_drawn_becomes_a_valid_seed():
    words = ("velocity", "all", "create", "300", "5")
    for drawn in (0, 1, 899_999_999, 900_000_000, 2**64, -1):
        seed = int(reseed(words, lambda index, drawn=drawn: drawn)[4])
        assert 0 < seed < 900_000_000
    assert reseed(words, lambda index: 899_999_999)[4] == "899999999"


def test_seeds_in_formulas_are_set_before_lammps_expands_them():
    assert reseed_formulas("run $(round(random(10,20,5)))", numbered) == "run $(round(random(10,20,1001)))"
    assert reseed_formulas("print 'a'", numbered) == "print 'a'"
    nested = "variable r equal random(normal(0,1,2),f(3,(4)),v_seed+random(1,2,3))*normal(0,1,${s})"
    expected = "variable r equal random(normal(0,1,1002),f(3,(4)),1001)*normal(0,1,1003)"
    numbers = iter([1002, 1001, 1003])
    assert reseed_formulas(nested, lambda index: next(numbers)) == expected


@given(FORMULAS)
def test_a_formula_keeps_its_shape_and_all_its_seeds_come_from_the_draw(formula):
    drawn = []
    fresh = reseed_formulas(formula, lambda index: drawn.append(index) or 700_000_000 + index)
    assert drawn == list(range(len(drawn)))
    assert fresh.count("70000") == len(drawn)
    assert reseed_formulas(fresh, lambda index: 700_000_000 + index) == fresh


@pytest.mark.parametrize("unit", ["random(", "random(1,2,", ")", "random(1,2,3)", "(", "random(random(1,1,1),"])
def test_hostile_formulas_take_linear_time(unit):
    started = time.process_time()
    reseed(("variable", "x", "equal", unit * 20_000), numbered)
    assert time.process_time() - started < 2
