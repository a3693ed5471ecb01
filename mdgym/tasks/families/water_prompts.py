"""What the prompts about rigid water say."""

from mdgym.tasks.prompts import CHINESE, ENGLISH

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units real, NVT at {temperature} K. Rigid 3-site water from {file} (atom_style full, {molecules} "
        "molecules on a lattice, periodic cube, keep its box; type 1 = O, 2 = H, one bond and one angle type; neither "
        "masses nor charges in the file). m = {oxygen} / {hydrogen}, q = {negative} / +{positive} e, LJ on O only: "
        "epsilon {epsilon} kcal/mol, sigma {sigma}. O-H {bond}, H-O-H {angle} deg, both held by fix shake (tolerance "
        "1e-4 or better). lj/cut/coul/long {cutoff}, unshifted, no tail; kspace accuracy {kspace} or better. "
        "Canonical thermostat, damping <= 0.2 ps. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi! Could you write me a LAMMPS script (units real) for a small box of {model} water? I already have the data "
        "file: {file}, atom_style full, with {molecules} molecules (atom type 1 is oxygen, 2 is hydrogen, bond type 1, "
        "angle type 1) standing on a lattice in a periodic cube of the right size, so please melt it but do not touch "
        "the box. Charges in it are zero and masses are missing; use {oxygen} and {hydrogen} g/mol and charges of "
        "{negative} e on O and {positive} e on H. Oxygens interact by Lennard-Jones with epsilon = {epsilon} kcal/mol "
        "and sigma = {sigma}, hydrogens don't. Bonds are {bond} long, the angle is {angle} degrees, and I want both "
        "rigid through fix shake (tolerance 1e-4 or tighter). Use lj/cut/coul/long with {cutoff} for both cutoffs, no "
        "shift and no tail correction, and ewald or pppm with an accuracy of {kspace} or better. NVT at "
        "{temperature} K with a thermostat that samples the canonical ensemble (not Berendsen or rescaling) and a "
        "damping time of 0.2 ps or less. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider N = {molecules} rigid water molecules in the canonical ensemble at T = {temperature} K. Each carries "
        "charges {negative} e (O) and {positive} e (H) and masses {oxygen} and {hydrogen} g/mol; the geometry is fixed "
        "at r_OH = {bond} and an H-O-H angle of {angle} degrees. The oxygens interact through a 12-6 potential with "
        "epsilon = {epsilon} kcal/mol and sigma = {sigma}, truncated at {cutoff} without shift or long-range "
        "correction; electrostatics is summed with a reciprocal-space method (real-space cutoff {cutoff}, relative "
        "accuracy {kspace} or better). Initial coordinates, box and topology stand in {file} (LAMMPS, atom_style full; "
        "types 1 = O, 2 = H; no masses, zero charges). Write a LAMMPS script (units real) that keeps the constraints "
        "with fix shake to 1e-4 or better and the box as it is, melts the initial lattice, and determines its "
        "energy. The damping time of the thermostat must not exceed 0.2 ps; weak coupling and rescaling are "
        "not canonical. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: liquid water, LAMMPS, units real\n"
        "- start: read_data {file} (full; {molecules} molecules on a lattice; atom types O, H; box as wanted; charges "
        "0, no masses)\n"
        "- masses: O {oxygen}, H {hydrogen}; charges: O {negative}, H {positive}\n"
        "- Lennard-Jones, O-O only: epsilon {epsilon} kcal/mol, sigma {sigma}\n"
        "- rigid: O-H {bond}, H-O-H {angle} degrees, fix shake, tolerance <= 1e-4\n"
        "- pair_style: lj/cut/coul/long, cutoff {cutoff}, neither shift nor tail correction\n"
        "- kspace: your choice, accuracy {kspace} or better\n"
        "- ensemble: NVT, {temperature} K, true canonical sampling, damping time at most 0.2 ps\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "need the energy of {model} at {temperature} K, nvt, lammps real units. geometry comes "
        "in {file} ({molecules} waters, full style, O type 1 / H type 2, no masses, charges all zero - set them "
        "yourself, don't change the box). O: {oxygen} g/mol, {negative} e, eps {epsilon} kcal/mol, sigma {sigma}; H: "
        "{hydrogen} g/mol, +{positive} e, no LJ. fix shake on the bond ({bond}) and the angle ({angle} deg), tol 1e-4 "
        "or below. plain lj/cut/coul/long at {cutoff} (no tail, no shift) with pppm or ewald, {kspace} or tighter. "
        "nose-hoover, langevin or csvr, tdamp up to 0.2 ps, nothing that just rescales. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units real），在 {temperature} K 下对刚性三点水模型做 NVT 模拟。初始构型见 {file}"
        "（atom_style full，{molecules} 个水分子排在格点上，周期性立方盒，盒子大小不得改变；原子类型 1 为 O，2 为 H，"
        "键类型和键角类型各一种；文件中没有质量，电荷为零）。质量：O {oxygen}，H {hydrogen} g/mol；"
        "电荷：O {negative} e，H +{positive} e；只有 O-O 之间有 Lennard-Jones 作用，epsilon = {epsilon} kcal/mol，"
        "sigma = {sigma}。O-H 键长 {bond}，H-O-H 键角 {angle} 度，用 fix shake 约束（容差 1e-4 或更小）。"
        "势函数 lj/cut/coul/long，截断 {cutoff}，不平移，不加长程修正；kspace 精度 {kspace} 或更高。"
        "要求正则系综采样（不得使用 Berendsen 或速度标定），热浴阻尼时间不超过 0.2 ps。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "upot": "mean potential energy per molecule",
    },
    CHINESE: {"upot": "每个水分子的平均势能"},
}
