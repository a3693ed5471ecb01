import pytest

from mdgym.engine.library import potentials_directory
from mdgym.script.lexer import split_words
from mdgym.script.perturb import Perturbation, perturb
from mdgym.script.potential_files import perturb_potential

ENERGY, LENGTH = 1.013, 1.0027

FILES = [
    ("Cu_mishin1.eam.alloy", "eam/alloy", "fcc", 3.615, "Cu"),
    ("NiAlH_jea.eam.alloy", "eam/alloy", "fcc", 3.52, "Ni"),
    ("Fe_mm.eam.fs", "eam/fs", "bcc", 2.855, "Fe"),
    ("AlFe_mm.eam.fs", "eam/fs", "fcc", 4.05, "Al"),
    ("Ag_u3.eam", "eam", "fcc", 4.09, ""),
    ("Si.sw", "sw", "diamond", 5.431, "Si"),
    ("GaN.sw", "sw", "diamond", 4.5, "Ga"),
    ("Si.tersoff", "tersoff", "diamond", 5.432, "Si"),
    ("SiC.tersoff", "tersoff", "diamond", 3.56, "C"),
]

# (pair_style, pair_coeff): one atom type; energies follow `scale`, except for charges.
INLINE = [
    ("lj/cut 8.0", "1 1 0.4 2.3"),
    ("lj/cut 8.0", "* * 0.4 2.3 7.5"),
    ("lj/cut/opt 8.0", "1 1 0.4 2.3"),
    ("lj/expand 8.0", "1 1 0.4 2.0 0.3"),
    ("lj/smooth 6.0 8.0", "1 1 0.4 2.3"),
    ("lj/smooth/linear 8.0", "1 1 0.4 2.3"),
    ("lj/gromacs 6.0 8.0", "1 1 0.4 2.3"),
    ("lj/sf 8.0", "1 1 0.4 2.3"),
    ("lj/mdf 6.0 8.0", "1 1 0.4 2.3"),
    ("lj/class2 8.0", "1 1 0.4 2.3"),
    ("lj96/cut 8.0", "1 1 0.4 2.3"),
    ("mie/cut 8.0", "1 1 0.4 2.3 14 7 7.9"),
    ("nm/cut 8.0", "1 1 0.4 2.3 12 6"),
    ("morse 8.0", "1 1 0.34 1.36 2.87 7.5"),
    ("morse/smooth/linear 8.0", "1 1 0.34 1.36 2.87"),
    ("buck 8.0", "1 1 1200 0.3 40.0"),
    ("born 8.0", "1 1 0.26 0.32 2.34 1.0 0.7"),
    ("yukawa 0.5 8.0", "1 1 10.0"),
    ("gauss 8.0", "1 1 0.5 0.1"),
    ("soft 4.0", "1 1 3.0"),
    ("harmonic/cut", "1 1 0.5 4.0"),
    ("ufm 8.0", "1 1 4.0 2.0"),
    ("hybrid morse 8.0", "1 1 morse 0.34 1.36 2.87"),
    ("hybrid/overlay lj/cut 8.0 lj/cut 5.0 yukawa 0.5 8.0", "1 1 lj/cut 2 0.4 2.3 4.9"),
]


def energy_per_atom(lammps, lattice, constant, pair_style, pair_coeff):
    instance = lammps.instance
    instance.command("clear")
    instance.commands_string(f"""
        units metal
        atom_modify map array
        lattice {lattice} {constant!r}
        region box block 0 3 0 3 0 3
        create_box 1 box
        create_atoms 1 box
        group one id 1
        displace_atoms one move 0.09 0.05 0.03 units lattice
        mass 1 50.0
        pair_style {pair_style}
        pair_coeff {pair_coeff}
        run 0 post no
    """)
    return instance.get_thermo("pe") / instance.get_natoms()


@pytest.mark.parametrize(("name", "style", "lattice", "constant", "element"), FILES)
def test_another_shape_changes_ratios_of_energies(lammps, tmp_path, name, style, lattice, constant, element):
    source = (potentials_directory() / name).read_text()
    (tmp_path / name).write_text(perturb_potential(name, source, 1.0, 1.0, 1.01))
    ratios = []
    for path in (potentials_directory() / name, tmp_path / name):
        near, far = (
            energy_per_atom(lammps, lattice, stretch * constant, style, f"* * {path} {element}")
            for stretch in (1.0, 1.1)
        )
        ratios.append(far / near)
    assert abs(ratios[1] / ratios[0] - 1) > 1e-4
    assert perturb_potential(name, source, 1.02, 1.01, 1.0) == perturb_potential(name, source, 1.02, 1.01)


@pytest.mark.parametrize(("name", "style", "lattice", "constant", "element"), FILES)
def test_a_scaled_potential_file_scales_energies_and_lengths_exactly(
    lammps, tmp_path, name, style, lattice, constant, element
):
    source = potentials_directory() / name
    scaled = tmp_path / name
    text = perturb_potential(name, source.read_text(), ENERGY, LENGTH)
    assert text is not None
    scaled.write_text(text)
    for stretch in (0.96, 1.0, 1.05):
        before = energy_per_atom(lammps, lattice, stretch * constant, style, f"* * {source} {element}")
        after = energy_per_atom(lammps, lattice, stretch * constant * LENGTH, style, f"* * {scaled} {element}")
        assert after == pytest.approx(ENERGY * before, rel=1e-9)


@pytest.mark.parametrize(("pair_style", "pair_coeff"), INLINE)
def test_scaled_coefficients_scale_energies_and_lengths_exactly(lammps, pair_style, pair_coeff):
    style = ("pair_style", *split_words(pair_style))
    other = "\npair_coeff 1 1 yukawa 0.0\npair_coeff 1 1 lj/cut 1 0.0 1.0" if style[1] == "hybrid/overlay" else ""
    scaled_style = scaled(style, (), ENERGY, LENGTH, 1.0)
    scaled_coeff = scaled(("pair_coeff", *split_words(pair_coeff)), style, ENERGY, LENGTH, 1.0)
    before = energy_per_atom(lammps, "fcc", 4.0, pair_style, pair_coeff + other)
    after = energy_per_atom(lammps, "fcc", 4.0 * LENGTH, " ".join(scaled_style[1:]), " ".join(scaled_coeff[1:]) + other)
    assert before != 0
    assert after == pytest.approx(ENERGY * before, rel=1e-9)


# (pair_style, pair_coeff): spheres of one size; forces follow `scale`.
GRANULAR = [
    ("gran/hooke 2000 NULL 50.0 NULL 0.5 0", "* *"),
    ("gran/hooke/history 2000 500 50.0 20.0 0.5 1", "* *"),
    ("gran/hertz/history 9000 2000 50.0 NULL 0.5 1", "* *"),
    ("granular", "* * hooke 2000 50 tangential linear_history 500 1.0 0.5 damping mass_velocity"),
    ("granular", "1 1 hertz 9000 50 tangential mindlin 2000 1.0 0.5"),
    ("granular", "* * hertz/material 9000 50 0.3 tangential mindlin NULL 1.0 0.5"),
    ("granular", "* * jkr 9000 50 0.3 4 tangential linear_nohistory 1.0 0.5"),
    ("granular", "* * dmt 9000 50 0.3 4 tangential linear_nohistory 1.0 0.5"),
    ("hybrid/overlay granular soft 1.0", "* * granular hooke 2000 50 tangential linear_nohistory 1.0 0.5"),
]


def forces_at_rest(lammps, scale, pair_style, pair_coeff):
    """Return the forces on two spheres at rest that overlap by a tenth of their diameter."""
    instance = lammps.instance
    instance.command("clear")
    other = "pair_coeff * * soft 0.0" if pair_style.startswith("hybrid") else ""
    instance.commands_string(f"""
        units si
        atom_style sphere
        atom_modify map array
        comm_modify vel yes
        region box block {-2 * scale!r} {2 * scale!r} {-2 * scale!r} {2 * scale!r} {-2 * scale!r} {2 * scale!r}
        create_box 1 box
        create_atoms 1 single 0 0 0
        create_atoms 1 single {0.54 * scale!r} {0.72 * scale!r} 0
        set group all diameter {scale!r} density 2000
        pair_style {pair_style}
        pair_coeff {pair_coeff}
        {other}
        fix 1 all nve/sphere
        run 0 post no
    """)
    return list(instance.gather_atoms("f", 1, 3))


@pytest.mark.parametrize(("pair_style", "pair_coeff"), GRANULAR)
def test_scaled_stiffness_scales_forces_of_contacts_exactly(lammps, pair_style, pair_coeff):
    style = ("pair_style", *split_words(pair_style))
    scaled_style = scaled(style, (), ENERGY, LENGTH, 1.0)
    scaled_coeff = scaled(("pair_coeff", *split_words(pair_coeff)), style, ENERGY, LENGTH, 1.0)
    before = forces_at_rest(lammps, 1.0, pair_style, pair_coeff)
    after = forces_at_rest(lammps, LENGTH, " ".join(scaled_style[1:]), " ".join(scaled_coeff[1:]))
    assert abs(before[0]) > 1.0
    assert after == pytest.approx([force * ENERGY / LENGTH for force in before], rel=1e-9)


def test_damping_and_friction_of_contacts_are_left_alone():
    style = ("pair_style", "gran/hooke", "2000", "NULL", "50", "NULL", "0.5", "0")
    assert scaled(style, (), 2.0, 1.0, 1.0) == ("pair_style", "gran/hooke", "4000.0", *style[3:])
    both = tuple("pair_style gran/hooke/history 2000 500 50 20 0.5 1".split())
    assert scaled(both, (), 2.0, 1.0, 1.0) == (*both[:2], "4000.0", "1000.0", *both[4:])
    coefficients = tuple("pair_coeff * * hooke 2000 50 tangential linear_history 500 1.0 0.5 damping velocity".split())
    changed = scaled(coefficients, ("pair_style", "granular"), 2.0, 1.0, 1.0)
    assert changed == (*coefficients[:4], "4000.0", "50", *coefficients[6:8], "1000.0", *coefficients[9:])
    for text in ("pair_coeff * *", "pair_coeff * * unknown 1 2 tangential", "pair_coeff * * hooke"):
        words = tuple(text.split())
        assert scaled(words, ("pair_style", "granular"), 2.0, 1.0, 1.0) is words


def scaled(words, pair_style, *factors):
    """Scale by energy, length, timestep and temperature, in this order."""
    return perturb(words, pair_style, (), Perturbation(*factors))


def test_a_timestep_is_scaled():
    assert scaled(("timestep", "0.002"), (), 2.0, 2.0, 1.5) == ("timestep", "0.003")


def test_temperatures_of_velocities_are_scaled_and_seeds_are_not():
    words = ("velocity", "all", "create", "300.0", "4711", "mom", "yes")
    assert scaled(words, (), 2.0, 2.0, 2.0, 1.5) == ("velocity", "all", "create", "450.0", "4711", "mom", "yes")
    assert scaled(("velocity", "all", "scale", "300"), (), 1.0, 1.0, 1.0, 2.0) == ("velocity", "all", "scale", "600.0")
    zero = ("velocity", "all", "zero", "linear")
    assert scaled(zero, (), 2.0, 2.0, 2.0, 2.0) is zero


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fix 1 all nvt temp 300 300 0.1", "fix 1 all nvt temp 600.0 600.0 0.1"),
        ("fix 1 all npt/omp iso 0 0 1 temp 300 200 0.1", "fix 1 all npt/omp iso 0 0 1 temp 600.0 400.0 0.1"),
        ("fix 1 all langevin 1.5 1.5 0.1 4711", "fix 1 all langevin 3.0 3.0 0.1 4711"),
        ("fix 1 all temp/csvr 300 300 0.1 4711", "fix 1 all temp/csvr 600.0 600.0 0.1 4711"),
        ("fix 1 all temp/rescale 10 300 300 5 1", "fix 1 all temp/rescale 10 600.0 600.0 5 1"),
    ],
)
def test_targets_of_thermostats_are_scaled(before, after):
    change = Perturbation(energy=3.0, thermostat=2.0)
    assert perturb(tuple(before.split()), (), (), change) == tuple(after.split())


@pytest.mark.parametrize(
    "text", ["fix 1 all nve", "fix 1 all nph iso 0 0 1", "fix 1 all langevin v_t v_t 1 4711", "fix"]
)
def test_fixes_without_a_target_in_numbers_are_left_alone(text):
    words = tuple(text.split())
    assert perturb(words, (), (), Perturbation(thermostat=2.0)) is words


def test_bonds_angles_and_dielectric_are_scaled():
    change = Perturbation(energy=2.0, length=0.5)
    fene = ("bond_coeff", "1", "30", "1.5", "1", "1")
    assert perturb(fene, (), ("bond_style", "fene"), change) == ("bond_coeff", "1", "240.0", "0.75", "2.0", "0.5")
    harmonic = ("bond_coeff", "1", "450", "1.0")
    assert perturb(harmonic, (), ("bond_style", "harmonic"), change) == ("bond_coeff", "1", "3600.0", "0.5")
    assert perturb(harmonic, (), ("bond_style", "hybrid", "harmonic"), change) is harmonic
    assert perturb(("angle_coeff", "1", "55", "109.47"), (), (), change) == ("angle_coeff", "1", "110.0", "109.47")
    assert perturb(("dielectric", "80"), (), (), change) == ("dielectric", "80")
    assert perturb(("dielectric", "80"), (), (), Perturbation(energy=2.0)) == ("dielectric", "40.0")


def test_what_is_not_known_comes_back_as_the_same_object():
    style = ("pair_style", "colloid", "12.5")
    for words in [
        ("pair_coeff", "1", "1", "144.0", "1.0", "5.0", "5.0", "7.0"),
        ("fix", "1", "all", "nve"),
        ("timestep",),
        ("pair_style",),
        ("pair_coeff", "*", "*"),
        (),
    ]:
        assert scaled(words, style, 1.1, 1.1, 1.1) is words
    file = ("pair_coeff", "*", "*", "Si.sw", "Si")
    assert scaled(file, ("pair_style", "sw"), 1.1, 1.1, 1.0) is file
    assert scaled(("pair_coeff", "1", "1", "0.4", "2.3"), (), 1.1, 1.1, 1.0) == (
        "pair_coeff",
        "1",
        "1",
        "0.4",
        "2.3",
    )


def test_no_change_changes_nothing():
    words = ("pair_coeff", "1", "1", "0.40", "2.3")
    assert perturb(words, ("pair_style", "lj/cut", "8"), (), Perturbation()) is words


def test_words_that_are_no_numbers_end_the_coefficients():
    style = ("pair_style", "hybrid", "lj/cut", "8", "morse", "8")
    assert scaled(("pair_coeff", "1", "2", "none"), style, 2.0, 2.0, 1.0) == ("pair_coeff", "1", "2", "none")
    assert scaled(style, (), 1.0, 2.0, 1.0) == ("pair_style", "hybrid", "lj/cut", "16.0", "morse", "16.0")
    assert scaled(("pair_coeff", "1", "1", "1_0", "nan"), ("pair_style", "lj/cut", "8"), 2.0, 2.0, 1.0)[3] == "1_0"


@pytest.mark.parametrize("name", ["Cu.eam.alloy", "Fe.eam.fs", "Ag.eam", "Si.sw", "Si.tersoff"])
@pytest.mark.parametrize("text", ["", "one line", "a\nb\nc\n1 Cu\n2 0.1 2 0.1 5\n", "Si Si Si 1 2 3"])
def test_a_file_that_is_not_what_its_name_says_is_not_scaled(name, text):
    assert perturb_potential(name, text, 1.1, 1.1) is None


def test_other_formats_are_not_scaled():
    assert perturb_potential("library.meam", "", 1.1, 1.1) is None


def test_every_file_of_the_wheel_in_a_known_format_is_scaled():
    for path in potentials_directory().iterdir():
        if path.suffix in (".sw", ".tersoff") or path.name.endswith((".eam.alloy", ".eam.fs")):
            assert perturb_potential(path.name, path.read_text(), 1.0, 1.0) is not None, path.name
