"""Names of LAMMPS commands and styles."""

SUFFIXES = ("gpu", "intel", "kk", "kk/device", "kk/host", "omp", "opt")
"""Suffixes that name an accelerated variant of the same style."""

# fmt: off
BUILTIN_COMMANDS = frozenset({
    "angle_coeff", "angle_style", "atom_modify", "atom_style", "bond_coeff", "bond_style", "bond_write", "boundary",
    "clear", "comm_modify", "comm_style", "compute", "compute_modify", "dielectric", "dihedral_coeff",
    "dihedral_style", "dimension", "dump", "dump_modify", "echo", "fix", "fix_modify", "group", "if",
    "improper_coeff", "improper_style", "include", "jump", "kspace_modify", "kspace_style", "label", "labelmap",
    "lattice", "log", "mass", "min_modify", "min_style", "molecule", "neigh_modify", "neighbor", "newton", "next",
    "package", "pair_coeff", "pair_modify", "pair_style", "pair_write", "partition", "print", "processors", "python",
    "quit", "region", "reset_atoms", "reset_timestep", "restart", "run_style", "shell", "special_bonds", "suffix",
    "thermo", "thermo_modify", "thermo_style", "timer", "timestep", "uncompute", "undump", "unfix", "units",
    "variable",
})
"""Commands that `Input::execute_command` itself knows; LAMMPS lists only those of `style_command.h`."""

COMMANDS = BUILTIN_COMMANDS | {
    "angle_write", "balance", "box", "change_box", "create_atoms", "create_bonds", "create_box", "delete_atoms",
    "delete_bonds", "dihedral_write", "displace_atoms", "dynamical_matrix", "fitpod", "geturl", "group2ndx", "hyper",
    "info", "kim_init", "kim_interactions", "kim_param", "kim_property", "kim_query", "mdi", "message", "minimize",
    "ndx2group", "neb", "neb/spin", "plugin", "prd", "read_data", "read_dump", "read_restart", "region2vmd",
    "replicate", "rerun", "run", "server", "set", "tad", "temper", "temper/grem", "temper/npt", "third_order",
    "velocity", "write_coeff", "write_data", "write_dump", "write_restart",
}
"""Commands of LAMMPS 22Jul2025, whether or not they may be used here."""
# fmt: on


def without_suffix(style: str) -> str:
    """Return the name of a style without its accelerator suffix (`lj/cut/omp` is `lj/cut`)."""
    for suffix in SUFFIXES:
        if style.endswith("/" + suffix):
            return style[: -len(suffix) - 1]
    return style
