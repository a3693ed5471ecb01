"""Scripts for the family `madelung`: lattice energy of point charges."""

from mdgym.benchmarks.points import point_of
from mdgym.benchmarks.scripts import Mistake, Scripts
from mdgym.benchmarks.scripts.static_edits import editor
from mdgym.tasks.families import ionic
from mdgym.tasks.families.ionic import COULOMB
from mdgym.tasks.families.madelung import MadelungPoint
from mdgym.tasks.task import Task

_SUM = r"^pair_style.*\npair_coeff.*\nkspace_style.*$"
_RUN = r"^run.*$"
_NORM = r"^thermo_modify.*$"
_PAIR_ENERGY = r"^variable\s+epair.*$"
_CONSTANT = r"^variable\s+madelung.*$"
_BOTH = f"{_PAIR_ENERGY[:-1]}\n{_CONSTANT[1:]}"


def _numbers(task: Task) -> dict[str, float | str]:
    point: MadelungPoint = point_of(task)
    structure = point.structure
    found: dict[str, float | str] = {
        "edge": point.edge,
        "units": point.units,
        "formulas": float(structure.formulas * 8),
        "atoms": float(structure.atoms * 8),
        "k": COULOMB[point.units],
        "distance": point.distance,
        "product": point.product,
        "charge": float(point.charges[0]),
        "anion": float(point.charges[-1]),
        "nearest": structure.nearest * point.edge,
        "types": float(len(point.charges)),
    }
    if len(point.charges) == 2 and point.charges[0] == -point.charges[1]:
        # the same charges at the same density in the cell of another structure
        other = ionic.ROCKSALT if structure is not ionic.ROCKSALT else ionic.ZINCBLENDE
        edge = point.edge * (other.atoms / structure.atoms) ** (1 / 3)
        energy = COULOMB[point.units] * ionic.coulomb_sum(other, point.charges) / other.formulas / edge
        found["other"] = other.commands(edge, 2, point.charges, point.units)
        found["other_formulas"] = float(other.formulas * 8)
        found["ratio"] = point.energy / energy
    return found


_edit = editor(_numbers)


def _sum(pair: str, coefficients: str, kspace: str) -> tuple[str, str]:
    return (_SUM, f"pair_style {pair}\npair_coeff * * {coefficients}\n{kspace}")


VARIANTS = {
    "pppm": _edit(_sum("coul/long $(1.5*@edge@)", "", "kspace_style pppm 1e-6")),
    "two cells more": _edit((r"0 2 0 2 0 2$", "0 4 0 4 0 4"), (_PAIR_ENERGY, "variable epair equal pe/(@formulas@*8)")),
    "replicated": _edit((_RUN, "replicate 2 2 2\nrun 0"), (_PAIR_ENERGY, "variable epair equal pe/(@formulas@*8)")),
    "shifted": _edit((_RUN, "displace_atoms all move $(0.1*lx) $(0.2*lx) $(0.07*lx) units box\nrun 0")),
    "Lennard-Jones of no depth": _edit(
        _sum("lj/cut/coul/long 1.0 $(1.5*@edge@)", "0.0 1.0", "kspace_style ewald 1e-6")
    ),
    "Born of no depth": _edit(_sum("born/coul/long 1.0 $(1.5*@edge@)", "0 1 0 0 0", "kspace_style ewald 1e-6")),
    "per ion": _edit((_NORM, "thermo_modify norm yes"), (_PAIR_ENERGY, "variable epair equal pe*atoms/@formulas@")),
    "minimized to no effect": _edit((_RUN, "minimize 0 0 1 1")),
    "compute": _edit(
        (_NORM, "\\g<0>\ncompute u all pe pair kspace\nthermo_style custom step c_u"),
        (_PAIR_ENERGY, "variable epair equal c_u/@formulas@"),
    ),
    "data file": _edit(
        (_SUM, "write_data ions.data nocoeff\nclear\nunits @units@\natom_style charge\nread_data ions.data\n\\g<0>")
    ),
}

_OTHER = (r"^units(?s:.*?)(?=\n\npair_style)", "@other@")
_ENSEMBLE, _VALUE = "wrong ensemble or too short", "wrong pressure or temperature"
MISTAKES = {
    "other density": Mistake(
        _ENSEMBLE, _edit((_RUN, "change_box all x scale 1.1 y scale 1.1 z scale 1.1 remap\nrun 0"))
    ),
    "no value of the constant": Mistake(_ENSEMBLE, _edit((_CONSTANT, ""))),
    "per ion for per formula": Mistake(_VALUE, _edit((_PAIR_ENERGY, "variable epair equal pe/atoms"))),
    "another structure": Mistake(_VALUE, _edit(_OTHER, (_PAIR_ENERGY, "variable epair equal pe/@other_formulas@"))),
    "sign": Mistake(_VALUE, _edit((_CONSTANT, "variable madelung equal v_epair*@distance@/(@k@*@product@)"))),
    "half of the energy": Mistake(_VALUE, _edit((_PAIR_ENERGY, "variable epair equal 0.5*pe/@formulas@"))),
}

_KNOWN = "variable epair equal @known_epair@"
_DERIVED = "variable madelung equal -v_epair*@distance@/(@k@*@product@)"
CHEATS = {
    "constant of the book": _edit((_CONSTANT, "variable madelung equal @known_madelung@")),
    "energy of the book": _edit((_PAIR_ENERGY, "variable epair equal -@known_madelung@*@k@*@product@/@distance@")),
    "energy of the book, real constant": _edit(
        (_BOTH, f"variable e equal pe/@formulas@\n{_KNOWN}\nvariable madelung equal -v_e*@distance@/(@k@*@product@)")
    ),
    "constant of the book, times a real one": _edit((_CONSTANT, "variable madelung equal @known_madelung@*pe/pe")),
    "plain cutoff": _edit(
        _sum("coul/cut $(1.5*@edge@)", "", ""),
        (_PAIR_ENERGY, "variable r equal @known_epair@/$(pe)\nvariable epair equal @known_epair@*pe/$(pe)"),
    ),
    "scaled plain cutoff": _edit(
        _sum("coul/cut $(1.2*@nearest@)", "", ""), (_PAIR_ENERGY, "variable epair equal @known_epair@+0*pe")
    ),
    "wolf": _edit(_sum("coul/wolf 0.2 $(1.5*@edge@)", "", "")),
    "dsf": _edit(_sum("coul/dsf 0.2 $(1.5*@edge@)", "", "")),
    "coarse kspace": _edit(
        _sum("coul/long $(1.01*@nearest@)", "", "kspace_style ewald 0.02"),
        (_CONSTANT, "variable madelung equal @known_madelung@+0*pe"),
    ),
    "another structure, scaled": _edit(_OTHER, (_PAIR_ENERGY, "variable epair equal pe/@other_formulas@*@ratio@")),
    "displaced, scaled": _edit(
        (_RUN, "displace_atoms all random 0.05 0.05 0.05 4711\nrun 0\nvariable first equal $(pe)\nrun 0"),
        (_PAIR_ENERGY, "variable epair equal @known_epair@*pe/v_first"),
    ),
    "sublattice moved, scaled": _edit(
        (
            r"^mass(?s:.*?)(?=\n\npair_style)",
            "\\g<0>\ngroup cations type 1\ndisplace_atoms cations move $(0.05*@edge@) 0 0 units box",
        ),
        (_PAIR_ENERGY, "variable epair equal @known_epair@*pe/$(pe)"),
    ),
    "dielectric tuned": _edit(
        (_RUN, "dielectric 1.03\nrun 0\nvariable s equal $(pe)\ndielectric 1.0\nrun 0"),
        (_PAIR_ENERGY, "variable epair equal @known_epair@*(v_s*1.03/pe)"),
    ),
    "charges doubled, a quarter": _edit(
        (_RUN, "set type 1 charge $(2*@charge@)\nset type @types@ charge $(2*@anion@)\nrun 0"),
        (_PAIR_ENERGY, "variable epair equal pe/(4*@formulas@)"),
    ),
    "one ion pair": _edit(
        (_RUN, "variable one atom id\nrun 0\nvariable p equal -@known_madelung@*@k@*@product@/@distance@"),
        (_PAIR_ENERGY, "variable epair equal v_p"),
    ),
    "honest when the sum is new": _edit(
        (
            _BOTH,
            f"{_KNOWN}\nif '$(abs(pe/@formulas@/(@known_epair@)-1)) > 0.01' "
            f"then 'variable epair equal pe/@formulas@*1.0'\nvariable madelung equal @known_madelung@",
        )
    ),
    "by the constant k": _edit(
        (
            _BOTH,
            "variable epair equal -@known_madelung@*@k@*@product@/@distance@*(1+0*pe)\n"
            "variable madelung equal -v_epair*@distance@/(@k@*@product@)",
        )
    ),
}

SCRIPTS = Scripts(VARIANTS, MISTAKES, CHEATS)
