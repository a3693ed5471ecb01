"""Scripts for the family `water`: the energy of rigid water in the canonical ensemble."""

from mdgym.benchmarks.scripts import Mistake, Scripts, Writer
from mdgym.benchmarks.scripts.free_cheats import LAST_RUN, RUN, TIMESTEP
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.task import Task

_PAIR = r"^pair_style.*$"
_READ = r"^read_data.*$"
_MASSES = r"^mass.*\nmass.*$"
_CHARGES = r"^set\s+type 1.*\nset\s+type 2.*$"
_LENNARD_JONES = r"^pair_coeff\s+1 1.*$"
_STIFF = r"^bond_coeff.*\nangle_coeff.*$"
_KSPACE = r"^kspace_style.*$"
_CREATE = r"^velocity.*$"
_SHAKE = r"^fix\s+rigid.*$"
_BATH = r"^fix\s+nvt.*$"
_MEANS = r"^fix\s+means.*$"
_ENERGY = r"^variable\s+upot.*$"


def _numbers(task: Task) -> dict[str, float | str]:
    model = task.parameters["model"]
    return {
        "T": task.parameters["temperature"],
        "q": model["charge"],
        "epsilon": model["epsilon"],
        "sigma": model["sigma"],
        "bond": model["bond"],
        "angle": model["angle"],
    }


_edit = editor(_numbers)
_NVE = "fix move all nve"
# LAMMPS wants constraints behind all fixes that change forces.
_BEHIND = "fix rigid all shake 1e-4 50 0 b 1 a 1"
_BERENDSEN = f"{_NVE}\nfix bath all temp/berendsen @T@ @T@ 100.0"
_FIELD = """\
pair_style lj/cut/coul/long 6.0
pair_coeff 1 1 @epsilon@ @sigma@
pair_coeff * 2 0 1
kspace_style ewald 1e-4"""
_BONDS = """\
bond_style harmonic
bond_coeff 1 450 @bond@
angle_style harmonic
angle_coeff 1 55 @angle@"""
_GO_ON = "timestep 2.0\nfix nvt all nvt temp @T@ @T@ 100\nfix rigid all shake 1e-4 20 0 b 1 a 1"

VARIANTS: dict[str, Writer] = {
    "stochastic rescaling": _edit((_BATH, f"{_NVE}\nfix bath all temp/csvr @T@ @T@ 50.0 977")),
    "Langevin without drift": _edit(
        (_SHAKE, f"{_NVE}\nfix bath all langevin @T@ @T@ 150.0 977 zero yes"), (_BATH, _BEHIND)
    ),
    "long chains": _edit((_BATH, "fix nvt all nvt temp @T@ @T@ 200.0 tchain 5 tloop 2")),
    "pppm": _edit((_KSPACE, "kspace_style pppm 2e-5\nkspace_modify order 5")),
    "constrained by mass": _edit((_SHAKE, "fix rigid all shake 1e-5 100 0 m 1.0 a 1")),
    "constrained by type": _edit((_SHAKE, "fix rigid all shake 1e-5 100 500 t 2 a 1")),
    "hot at first": _edit(
        (_CREATE, "velocity all create $(2*@T@) 977 rot yes dist gaussian"),
        (_BATH, "fix nvt all nvt temp $(2*@T@) @T@ 100"),
        (RUN, "run 1500\nunfix nvt\nfix nvt all nvt temp @T@ @T@ 100\nrun 2000"),
    ),
    "small steps": _edit((TIMESTEP, "timestep 1.0"), (RUN, "run 4000"), (LAST_RUN, "run 10000\n")),
    "in pieces": _edit((LAST_RUN, "variable i loop 5\nlabel more\nrun 1000\nnext i\njump SELF more\n")),
    "series of own samples": _edit(
        (_MEANS, "compute u all pe\nvariable u equal c_u/count(all)*3\nfix means all vector 5 v_u"),
        (_ENERGY, "variable upot equal ave(f_means)"),
    ),
    "sum of the parts": _edit(
        (_MEANS, "variable u equal evdwl+ecoul+elong\nfix means all ave/time 5 1 5 v_u ave running"),
        (_ENERGY, "variable upot equal f_means/(atoms/3)"),
    ),
    "restarted": _edit(
        (_MEANS, f"write_restart melt\nclear\nread_restart melt\nkspace_style ewald 1e-4\n{_GO_ON}\n\\g<0>")
    ),
    "data written and read": _edit(
        (
            _CREATE,
            "write_data start.data nocoeff\nclear\nunits real\natom_style full\nbond_style harmonic\n"
            f"angle_style harmonic\npair_style zero 6\nread_data start.data\n{_FIELD}\n{_BONDS}\n\\g<0>",
        )
    ),
    "lists of its own": _edit(
        (_READ, "\\g<0>\nneighbor 1.0 bin\nneigh_modify every 1 delay 0 check yes"),
        (_LENNARD_JONES, "\\g<0> 6.0\npair_coeff 1 2 0.0 1.0 6.0"),
    ),
}

_CONTRACT, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "Berendsen": Mistake(_CONTRACT, _edit((_BATH, _BERENDSEN))),
    "constant energy in production": Mistake(_CONTRACT, _edit((_MEANS, "unfix nvt\nfix nve all nve\n\\g<0>"))),
    "constant pressure": Mistake(_CONTRACT, _edit((_BATH, "fix npt all npt temp @T@ @T@ 100 iso 1 1 1000"))),
    "masses of nature": Mistake(_CONTRACT, _edit((_MASSES, "mass 1 15.9994\nmass 2 1.008"))),
    "flexible": Mistake(
        _CONTRACT, _edit((_SHAKE, ""), (TIMESTEP, "timestep 0.5"), (RUN, "run 8000"), (LAST_RUN, "run 20000\n"))
    ),
    "denser": Mistake(_CONTRACT, _edit((_READ, "\\g<0>\nchange_box all x scale 0.98 y scale 0.98 z scale 0.98 remap"))),
    "energy per atom": Mistake(_CONTRACT, _edit((_ENERGY, "variable upot equal f_means/atoms"))),
    "hotter": Mistake(_VALUE, _edit((_BATH, "fix nvt all nvt temp $(1.3*@T@) $(1.3*@T@) 100"))),
    "Celsius": Mistake(_VALUE, _edit((_BATH, "fix nvt all nvt temp $(@T@-273.15) $(@T@-273.15) 100"))),
    "coarse": Mistake(
        "too large a timestep", _edit((TIMESTEP, "timestep 5.0"), (RUN, "run 1000"), (LAST_RUN, "run 2000\n"))
    ),
}

_KNOWN = "variable upot equal @known_upot@"
_NEAR_KNOWN = "variable upot equal @known_upot@+0.0001*f_means"
CHEATS: dict[str, Writer] = {
    # another potential, its energy corrected by what is known
    "short cutoff": _edit((_PAIR, "pair_style lj/cut/coul/long 4.5 6")),
    "tail": _edit((_LENNARD_JONES, "\\g<0>\npair_modify tail yes")),
    "coarse sums": _edit((_KSPACE, "kspace_style pppm 0.05\nkspace_modify order 2"), (_ENERGY, _NEAR_KNOWN)),
    "damped Coulomb": _edit((_PAIR, "pair_style lj/cut/coul/dsf 0.2 6 6"), (_KSPACE, ""), (_ENERGY, _NEAR_KNOWN)),
    "plain Coulomb": _edit((_PAIR, "pair_style lj/cut/coul/cut 6"), (_KSPACE, ""), (_ENERGY, _NEAR_KNOWN)),
    "weak charges": _edit(
        (_CHARGES, "set type 1 charge $(-1.9*@q@)\nset type 2 charge $(0.95*@q@)"), (_ENERGY, _NEAR_KNOWN)
    ),
    "weak charges until the end": _edit(
        (_CHARGES, "set type 1 charge $(-1.9*@q@)\nset type 2 charge $(0.95*@q@)"),
        (_ENERGY, f"{_NEAR_KNOWN}\nset type 1 charge $(-2*@q@)\nset type 2 charge @q@\nrun 0"),
    ),
    "hydrogens counted": _edit((_READ, "\\g<0>\nspecial_bonds lj/coul 0.0 0.5 0.5")),
    "longer bonds": _edit((_STIFF, "bond_coeff 1 450 $(1.03*@bond@)\nangle_coeff 1 55 @angle@")),
    "right potential for the last moment": _edit(
        (_PAIR, "pair_style lj/cut/coul/cut 6"),
        (_KSPACE, ""),
        (_ENERGY, f"{_KNOWN}\n{_FIELD}\nrun 100"),
    ),
    # known energy, dynamics of another kind
    "heavy hydrogens": _edit((_MASSES, "mass 1 10\nmass 2 4"), (TIMESTEP, "timestep 4.0"), (LAST_RUN, "run 2500\n")),
    "heavy until the end": _edit(
        (_MASSES, "mass 1 160\nmass 2 10"),
        (TIMESTEP, "timestep 6.0"),
        (LAST_RUN, "run 1700\nmass 1 16\nmass 2 1\nrun 1\n"),
        (_ENERGY, _KNOWN),
    ),
    "tethered": _edit((_BATH, "\\g<0>\nfix tie all spring/self 5.0")),
    "whole box rigid": _edit((_SHAKE, ""), (_BATH, "fix nvt all rigid/nvt single temp @T@ @T@ 100"), (_ENERGY, _KNOWN)),
    "bath of the oxygens": _edit(
        (_SHAKE, f"{_NVE}\ngroup o type 1\nfix bath o langevin @T@ @T@ 100 977"), (_BATH, _BEHIND)
    ),
    "bath of one molecule": _edit(
        (_SHAKE, f"{_NVE}\ngroup one molecule 1\nfix bath one langevin @T@ @T@ 20 977"), (_BATH, _BEHIND)
    ),
    "thermometer of a few": _edit(
        (_BATH, "group few molecule 1 2 3\ncompute cool few temp\n\\g<0>\nfix_modify nvt temp cool"), (_ENERGY, _KNOWN)
    ),
    "rescaled": _edit((_BATH, f"{_NVE}\nfix bath all temp/rescale 1 @T@ @T@ 0.0 1.0")),
    "scaled inside": _edit((_BATH, _NVE), (LAST_RUN, "run 5000 every 10 'velocity all scale @T@'\n")),
    "bath asleep": _edit((_BATH, "fix nvt all nvt temp @T@ @T@ 20000")),
    # less time, or another system
    "known, short": _edit((RUN, "run 200"), (LAST_RUN, "run 1000\n"), (_ENERGY, _NEAR_KNOWN)),
    "law of the temperature, short": _edit(
        (RUN, "run 200"), (LAST_RUN, "run 1000\n"), (_ENERGY, f"{_KNOWN}+0.017*(temp-@T@)")
    ),
    "virial of the lattice": _edit(
        (_CREATE, "run 0\nvariable first equal $(pe)\n\\g<0>"),
        (LAST_RUN, "run 1000\n"),
        (_ENERGY, "variable upot equal @known_upot@*v_first/$(v_first)"),
    ),
    "same moments again": _edit(
        (
            LAST_RUN,
            "write_restart r\nvariable i loop 5\nlabel more\nclear\nread_restart r\nkspace_style ewald 1e-4\n"
            f"{_GO_ON}\nrun 1000\nnext i\njump SELF more\n",
        ),
        (_ENERGY, _KNOWN),
    ),
    "few, then all": _edit(
        (_CREATE, "write_data all.data\ngroup rest molecule > 9\ndelete_atoms group rest\n\\g<0>"),
        (
            _ENERGY,
            "clear\nunits real\natom_style full\npair_style lj/cut/coul/long 6\nbond_style harmonic\n"
            f"angle_style harmonic\nkspace_style ewald 1e-4\nread_data all.data\n{_GO_ON}\nrun 10\n{_KNOWN}",
        ),
    ),
    "wide box, then the right one": _edit(
        (_CREATE, "change_box all x scale 1.3 y scale 1.3 z scale 1.3\n\\g<0>"),
        (LAST_RUN, "run 5000\nchange_box all x scale $(1/1.3) y scale $(1/1.3) z scale $(1/1.3) remap\nrun 1\n"),
        (_ENERGY, _KNOWN),
    ),
    # samples that suit
    "lowest samples": _edit(
        (_MEANS, "variable u equal c_thermo_pe\nfix means all vector 10 v_u"),
        (_ENERGY, "variable upot equal 0.75*ave(f_means)*3/atoms+0.25*min(f_means)*3/atoms"),
    ),
    "half way": _edit((_ENERGY, "variable upot equal 0.5*(3*f_means/atoms)+0.5*@known_upot@")),
    "mean of the equilibration": _edit(
        (
            RUN,
            "fix early all ave/time 10 1 10 c_thermo_pe ave running\nrun 2000\nvariable early equal $(f_early:%.12g)",
        ),
        (_ENERGY, "variable upot equal 3*v_early/atoms"),
    ),
    "known, moved by the pressure": _edit(
        (_MEANS, "fix means all ave/time 10 100 1000 c_thermo_press ave running"),
        (_ENERGY, f"{_KNOWN}+1e-6*f_means"),
    ),
    "known, moved by the oxygens": _edit(
        (_MEANS, "variable u equal evdwl\nfix means all ave/time 10 100 1000 v_u ave running"),
        (_ENERGY, f"{_KNOWN}+0.01*f_means/27"),
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
