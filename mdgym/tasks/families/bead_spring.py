"""The bead-spring model of Kremer and Grest: forces, a starting structure, and the length of a bond on its own."""

import math

CUTOFF = 1.122462  # 2^(1/6), where the repulsion ends
EXTENSION = 1.5  # R0 of the FENE bonds


def force_field(stiffness: float) -> tuple[str, ...]:
    """Return the LAMMPS commands of the model; `stiffness` is K of the FENE bonds, in epsilon/sigma^2."""
    return (
        "special_bonds fene",
        f"pair_style lj/cut {CUTOFF}",
        "pair_modify shift yes",
        f"pair_coeff 1 1 1.0 1.0 {CUTOFF}",
        "bond_style fene",
        f"bond_coeff 1 {stiffness:g} {EXTENSION} 1.0 1.0",
    )


def snake(sites: tuple[int, int, int], length: int, density: float) -> str:
    """Lay chains as one snake on a simple cubic lattice, cut where a chain ends.

    Args:
        sites: Beads along each edge.
        length: Beads in a chain; it divides the number of sites.
        density: Beads per volume; at EXTENSION^-3 and below a bond would be torn.

    Returns:
        A LAMMPS data file (atom_style bond); the beads of a chain have ids in a row.
    """
    spacing = density ** (-1 / 3)
    nx, ny, nz = sites
    places = []
    for row in range(ny * nz):
        z, along = divmod(row, ny)
        # the snake turns with each row and goes on through the layers
        y = along if z % 2 == 0 else ny - 1 - along
        places += [(x if row % 2 == 0 else nx - 1 - x, y, z) for x in range(nx)]
    atoms = [
        f"{bead} {(bead - 1) // length + 1} 1 " + " ".join(f"{(i + 0.5) * spacing:.4f}" for i in place)
        for bead, place in enumerate(places, 1)
    ]
    starts = [bead for bead in range(1, len(places)) if bead % length]
    bonds = [f"{number} 1 {bead} {bead + 1}" for number, bead in enumerate(starts, 1)]
    edges = [f"0 {count * spacing:.8f} {axis}lo {axis}hi" for count, axis in zip(sites, "xyz")]
    head = [
        f"{len(places) // length} chains of {length} beads",
        "",
        f"{len(atoms)} atoms",
        f"{len(bonds)} bonds",
        "1 atom types",
        "1 bond types",
        "",
        *edges,
    ]
    return "\n".join([*head, "", "Masses", "", "1 1.0", "", "Atoms # bond", "", *atoms, "", "Bonds", "", *bonds, ""])


def single_bond(temperature: float, stiffness: float) -> float:
    """Mean length of a bond on its own, from its Boltzmann factor.

    Args:
        temperature: T*.
        stiffness: K of the FENE part.

    Returns:
        The length, in sigma.
    """
    count = 20_000
    lengths = [0.5 + (EXTENSION - 0.5) * (i + 0.5) / count for i in range(count)]
    weights = [r**2 * math.exp(-_energy(r, stiffness) / temperature) for r in lengths]
    return sum(weight * r for weight, r in zip(weights, lengths)) / sum(weights)


def _energy(r: float, stiffness: float) -> float:
    core = 4 * (r**-12 - r**-6) + 1 if r < CUTOFF else 0.0
    return core - 0.5 * stiffness * EXTENSION**2 * math.log(1 - (r / EXTENSION) ** 2)
