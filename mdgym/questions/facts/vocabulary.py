"""Words of LAMMPS and what they mean: commands, keywords of `thermo_style custom`, and settings by default.

Source: the pages of the commands (doc/src of LAMMPS). That the words exist is held by a test against the wheel.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word or a value, and what it stands for.

    Attributes:
        word: The word or value.
        english: What it does, prints, or is the default of.
        chinese: The same in Chinese.
    """

    word: str
    english: str
    chinese: str


def _words(table: str) -> tuple[Word, ...]:
    """Read a table: a word, a colon and the English text, and in the next line the Chinese one."""
    lines = [line.strip() for line in table.strip().split("\n")]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    found = []
    for line, chinese in pairs:
        word, english = line.split(": ", 1)
        found.append(Word(word, english, chinese))
    return tuple(found)


# What a command does, so that no other command fits.
COMMANDS = _words("""
units: chooses the system in which quantities such as time and energy are measured
    选择时间、能量等物理量的度量体系
atom_style: chooses which attributes each atom carries
    选择每个原子所携带的属性
boundary: says whether the faces of the box are periodic, fixed or shrink-wrapped
    规定盒子各面是周期、固定还是收缩包裹
dimension: says whether the simulation is in two or three dimensions
    规定模拟是二维还是三维
lattice: defines the periodic arrangement of sites on which atoms are later created
    定义之后生成原子所用的晶格
region: defines a geometric part of space by an ID
    用 ID 定义空间中的一个几何区域
create_box: makes the simulation box from a region and a number of atom types
    由区域和原子类型数建立模拟盒子
create_atoms: fills a box or region with atoms
    在盒子或区域中生成原子
mass: says how heavy the atoms of a type are
    设置某一原子类型的质量
pair_style: chooses the formula of the non-bonded interaction
    选择非键相互作用的形式
pair_coeff: gives the parameters of the non-bonded interaction of a pair of types
    给出一对原子类型的非键相互作用参数
pair_modify: sets the mixing rule, the shift and the tail correction of pair potentials
    设置对势的混合规则、平移和长程尾部修正
bond_style: chooses the formula of bonds
    选择键的势函数形式
angle_coeff: gives the parameters of an angle type
    给出某一键角类型的参数
special_bonds: weights the non-bonded interaction of 1-2, 1-3 and 1-4 neighbours
    设置 1-2、1-3、1-4 近邻非键作用的权重
kspace_style: chooses the solver of long-range Coulomb interactions
    选择长程库仑作用的求解方法
neighbor: sets the skin distance of the neighbour list
    设置近邻表的皮层（skin）距离
neigh_modify: sets how often the neighbour list is rebuilt
    设置近邻表多久重建一次
group: collects atoms under an ID, to which fixes and computes are applied
    把原子归入一个 ID，供 fix 和 compute 使用
velocity: sets the velocities of atoms, for example at random for a temperature
    设置原子速度，例如按温度随机分配
fix: applies an operation during timestepping, such as time integration
    在时间步进过程中施加操作，例如时间积分
unfix: removes an operation that is applied during timestepping
    取消在时间步进过程中施加的操作
compute: defines a diagnostic that is calculated from the current state of atoms
    定义由原子当前状态计算的诊断量
uncompute: removes the definition of a diagnostic
    删除一个诊断量的定义
variable: defines a name for a formula, a string or a list of values for loops
    为公式、字符串或循环取值列表定义名称
thermo: sets every how many steps thermodynamic output is printed
    设置每隔多少步输出热力学量
thermo_style: chooses which thermodynamic quantities are printed
    选择输出哪些热力学量
thermo_modify: sets options of the printed thermodynamic output, such as what happens when atoms are lost
    设置热力学输出的选项，例如丢失原子时如何处理
dump: writes snapshots of atoms to a file every so many steps
    每隔若干步把原子快照写入文件
undump: stops the writing of snapshots
    停止写快照
timestep: sets the size of a step in time
    设置时间步长
run_style: chooses the integrator, for example verlet or respa
    选择积分器，例如 verlet 或 respa
run: advances the dynamics by a number of steps
    按给定步数推进动力学
minimize: relaxes the atoms to a minimum of the energy
    把原子弛豫到能量极小
min_style: chooses the algorithm of energy minimization
    选择能量最小化的算法
read_data: reads box, atoms and topology from a text file made for this
    从专用文本文件读入盒子、原子和拓扑
write_data: writes the current system as a text file that a later run can read as its start
    把当前体系写成文本文件，供以后的模拟读入作为起点
read_restart: reads a system from a binary file of an earlier run
    从先前模拟的二进制文件读入体系
write_restart: writes one binary file of the system at once
    立即写出一个体系的二进制文件
restart: writes binary files of the system every so many steps
    每隔若干步写出体系的二进制文件
replicate: repeats the system along each direction
    沿各方向复制体系
change_box: changes the size, tilt or boundaries of an existing box
    改变已有盒子的尺寸、倾斜或边界
displace_atoms: moves atoms at once, by a vector or at random
    立即移动原子，按矢量或随机移动
delete_atoms: removes atoms from the system
    从体系中删除原子
set: changes a property of atoms, such as type or charge
    修改原子的属性，例如类型或电荷
reset_timestep: sets the counter of steps to a number
    把步数计数器设为某一数值
rerun: recomputes energies from the snapshots of an earlier run
    由先前模拟的快照重新计算能量
include: reads commands from another input script and then goes on
    从另一输入脚本读入命令，然后继续
jump: goes on reading at a label or in another file
    跳到某个标签或另一文件处继续读取
label: marks a place in the script to which one can go
    在脚本中标记一个可以跳转的位置
next: gives a variable its following value in a loop
    在循环中使变量取下一个值
if: executes commands only when a condition holds
    仅当条件成立时执行命令
clear: deletes all atoms and settings and starts anew
    删除所有原子和设置，重新开始
log: closes the current record of the run and goes on in another file
    关闭当前日志文件并打开另一个
molecule: defines a template of bonded atoms from a file
    由文件定义一个成键原子团的模板
""")

# What a keyword of `thermo_style custom` prints.
THERMO = _words("""
step: the number of the timestep
    时间步编号
elapsed: the number of steps since the start of this run
    自本次 run 开始以来的步数
dt: the size of the timestep
    时间步长
time: how long has been simulated, steps times their size
    已模拟的时长，即步数乘以步长
cpu: the elapsed wall-clock time since the start of this run
    自本次 run 开始以来的墙钟时间
atoms: how many particles there are
    粒子数
temp: the temperature
    温度
press: the pressure
    压强
pe: the total potential energy
    总势能
ke: the kinetic energy
    动能
etotal: the total energy, potential plus kinetic
    总能量（势能加动能）
enthalpy: the total energy plus pressure times volume
    总能量加压强与体积之积
evdwl: the van der Waals energy of pairs
    对相互作用的范德华能
ecoul: the Coulomb energy of pairs, without the long-range part
    对相互作用的库仑能（不含长程部分）
epair: the pairwise energy: van der Waals, Coulomb and long-range together
    成对能量：范德华、库仑与长程部分之和
ebond: the energy of bonds
    键能
eangle: the energy of angles
    键角能
edihed: the energy of dihedrals
    二面角能
eimp: the energy of impropers
    非正常二面角能
emol: the energy of bonds, angles, dihedrals and impropers together
    键、键角、二面角与非正常二面角能之和
elong: the long-range energy in k-space
    k 空间的长程能量
etail: the long-range tail correction of the van der Waals energy
    范德华能的长程尾部修正
vol: the volume of the box
    盒子体积
density: the total mass divided by the volume
    总质量除以体积
lx: the length of the box along x
    盒子沿 x 方向的长度
xlo: the lower boundary of the box along x
    盒子沿 x 方向的下边界
xy: the tilt of a triclinic box from y towards x
    三斜盒子由 y 向 x 的倾斜
cella: the length of the edge a of the periodic cell
    周期晶胞边长 a
cellgamma: the angle gamma of the periodic cell
    周期晶胞的角 gamma
pxx: the xx component of the pressure tensor
    压强张量的 xx 分量
pxy: the xy component of the pressure tensor
    压强张量的 xy 分量
fmax: the largest component of a force on an atom
    原子受力的最大分量
fnorm: the length of the vector of all forces
    全部受力组成的矢量的长度
nbuild: how often the neighbour list was built
    近邻表建立的次数
ndanger: the number of dangerous builds of the neighbour list
    近邻表危险重建的次数
""")

# A value, and the setting that has it when a script says nothing.
DEFAULTS = _words("""
lj: the style of the command `units`
    `units` 命令的样式
atomic: the style of the command `atom_style`
    `atom_style` 命令的样式
3: the number given by the command `dimension`
    `dimension` 命令给出的维数
p p p: the arguments of the command `boundary`
    `boundary` 命令的参数
cg: the style of the command `min_style`
    `min_style` 命令的样式
verlet: the style of the command `run_style`
    `run_style` 命令的样式
one: the style of the command `thermo_style`
    `thermo_style` 命令的样式
brick: the style of the command `comm_style`
    `comm_style` 命令的样式
bin: the style (second argument) of the command `neighbor`
    `neighbor` 命令的样式（第二个参数）
none: the style of the command `bond_style`
    `bond_style` 命令的样式
log.lammps: the name of the log file
    日志文件的名称
0: the number given by the command `thermo`
    `thermo` 命令给出的数
1: the value of the keyword `every` of `neigh_modify`
    `neigh_modify` 的关键字 `every` 的值
2000: the value of the keyword `one` of `neigh_modify`
    `neigh_modify` 的关键字 `one` 的值
100000: the value of the keyword `page` of `neigh_modify`
    `neigh_modify` 的关键字 `page` 的值
5: the value of the keyword `order` of `kspace_modify` for `kspace_style pppm`
    `kspace_style pppm` 时 `kspace_modify` 的关键字 `order` 的值
single: the value of the keyword `mode` of `comm_modify`
    `comm_modify` 的关键字 `mode` 的值
0.1: the value of the keyword `dmax` of `min_modify`
    `min_modify` 的关键字 `dmax` 的值
quadratic: the value of the keyword `line` of `min_modify`
    `min_modify` 的关键字 `line` 的值
error: the value of the keyword `lost` of `thermo_modify`
    `thermo_modify` 的关键字 `lost` 的值
3: the value of the keyword `tchain` of `fix nvt`
    `fix nvt` 的关键字 `tchain` 的值
3: the value of the keyword `pchain` of `fix npt`
    `fix npt` 的关键字 `pchain` 的值
all: the value of the keyword `loop` of `velocity`
    `velocity` 的关键字 `loop` 的值
uniform: the value of the keyword `dist` of `velocity`
    `velocity` 的关键字 `dist` 的值
1000: the value of the keyword `sort` of `atom_modify`, first number
    `atom_modify` 的关键字 `sort` 的第一个数
12: the value of the keyword `table` of `pair_modify`
    `pair_modify` 的关键字 `table` 的值
1.0: the number given by the command `dielectric`
    `dielectric` 命令给出的数
""")
