"""Which system calls an untrusted script may make, and their numbers on each architecture.

The numbers are those of Linux's `asm/unistd_64.h` (x86_64) and `asm-generic/unistd.h` (aarch64, which has no
`open`, `stat` or `fork`, only their newer forms). Only what the policy names is listed: every other call is
refused with EPERM.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _numbers(table: str) -> dict[str, int]:
    return {name: int(number) for name, number in (entry.split("=") for entry in table.split())}


# What LAMMPS, numpy and Python called in 60 jobs that were opened before the filter, and the newer or older
# forms that another C library may choose. Not `truncate`: Landlock before version 3 cannot stop it.
ALLOWED = _names(
    """
    read write open close stat fstat lstat poll lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64
    pwrite64 readv writev access select sched_yield mremap msync madvise dup dup2 dup3 nanosleep getpid exit uname flock
    fsync fdatasync ftruncate getdents getcwd chdir rename mkdir rmdir creat unlink readlink umask gettimeofday
    getrlimit getrusage sysinfo times getuid getgid geteuid getegid getppid sigaltstack gettid time futex
    sched_getaffinity getdents64 clock_gettime clock_getres clock_nanosleep exit_group epoll_wait epoll_ctl openat
    mkdirat newfstatat unlinkat renameat readlinkat faccessat pselect6 ppoll epoll_pwait getcpu renameat2 getrandom
    membarrier statx faccessat2 restart_syscall
    """
)

# No honest script comes near these: the process is killed, so that the attempt is seen and reported.
KILLED = _names(
    """
    clone clone3 fork vfork execve execveat
    socket socketpair connect accept accept4 bind listen shutdown sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
    getsockname getpeername setsockopt getsockopt
    mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick move_mount open_tree mount_setattr swapon swapoff
    ptrace process_vm_readv process_vm_writev pidfd_getfd keyctl add_key request_key unshare setns bpf
    io_uring_setup io_uring_enter io_uring_register init_module finit_module delete_module create_module
    kexec_load kexec_file_load reboot perf_event_open userfaultfd open_by_handle_at
    setuid setgid setreuid setregid setgroups setresuid setresgid setfsuid setfsgid
    """
)

# mmap, mprotect, fcntl, prlimit64 and tgkill are allowed with some arguments only: see `seccomp`.

X86_64 = _numbers(
    """
    read=0 write=1 open=2 close=3 stat=4 fstat=5 lstat=6 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12
    rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 pread64=17 pwrite64=18 readv=19 writev=20 access=21 select=23
    sched_yield=24 mremap=25 msync=26 madvise=28 dup=32 dup2=33 nanosleep=35 getpid=39 socket=41 connect=42
    accept=43 sendto=44 recvfrom=45 sendmsg=46 recvmsg=47 shutdown=48 bind=49 listen=50 getsockname=51
    getpeername=52 socketpair=53 setsockopt=54 getsockopt=55 clone=56 fork=57 vfork=58 execve=59 exit=60 uname=63
    fcntl=72 flock=73 fsync=74 fdatasync=75 ftruncate=77 getdents=78 getcwd=79 chdir=80 rename=82 mkdir=83 rmdir=84
    creat=85 unlink=87 readlink=89 umask=95 gettimeofday=96 getrlimit=97 getrusage=98 sysinfo=99 times=100
    ptrace=101 getuid=102 getgid=104 setuid=105 setgid=106 geteuid=107 getegid=108 getppid=110 setreuid=113
    setregid=114 setgroups=116 setresuid=117 setresgid=119 setfsuid=122 setfsgid=123 sigaltstack=131 pivot_root=155
    chroot=161 mount=165 umount2=166 swapon=167 swapoff=168 reboot=169 create_module=174 init_module=175
    delete_module=176 gettid=186 time=201 futex=202 sched_getaffinity=204 getdents64=217 restart_syscall=219
    clock_gettime=228 clock_getres=229 clock_nanosleep=230 exit_group=231 epoll_wait=232 epoll_ctl=233 tgkill=234
    kexec_load=246 add_key=248 request_key=249 keyctl=250 openat=257 mkdirat=258 newfstatat=262 unlinkat=263
    renameat=264 readlinkat=267 faccessat=269 pselect6=270 ppoll=271 unshare=272 epoll_pwait=281 accept4=288
    dup3=292 perf_event_open=298 recvmmsg=299 prlimit64=302 open_by_handle_at=304 sendmmsg=307 setns=308 getcpu=309
    process_vm_readv=310 process_vm_writev=311 finit_module=313 renameat2=316 getrandom=318 kexec_file_load=320
    bpf=321 execveat=322 userfaultfd=323 membarrier=324 statx=332 io_uring_setup=425 io_uring_enter=426
    io_uring_register=427 open_tree=428 move_mount=429 fsopen=430 fsconfig=431 fsmount=432 fspick=433 clone3=435
    pidfd_getfd=438 faccessat2=439 mount_setattr=442
    """
)

AARCH64 = _numbers(
    """
    getcwd=17 epoll_ctl=21 epoll_pwait=22 dup=23 dup3=24 fcntl=25 flock=32 mkdirat=34 unlinkat=35 renameat=38
    umount2=39 mount=40 pivot_root=41 ftruncate=46 faccessat=48 chdir=49 chroot=51 openat=56 close=57 getdents64=61
    lseek=62 read=63 write=64 readv=65 writev=66 pread64=67 pwrite64=68 pselect6=72 ppoll=73 readlinkat=78
    newfstatat=79 fstat=80 fsync=82 fdatasync=83 exit=93 exit_group=94 unshare=97 futex=98 nanosleep=101
    kexec_load=104 init_module=105 delete_module=106 clock_gettime=113 clock_getres=114 clock_nanosleep=115
    ptrace=117 sched_getaffinity=123 sched_yield=124 restart_syscall=128 tgkill=131 sigaltstack=132 rt_sigaction=134
    rt_sigprocmask=135 rt_sigreturn=139 reboot=142 setregid=143 setgid=144 setreuid=145 setuid=146 setresuid=147
    setresgid=149 setfsuid=151 setfsgid=152 times=153 setgroups=159 uname=160 getrlimit=163 getrusage=165 umask=166
    getcpu=168 gettimeofday=169 getpid=172 getppid=173 getuid=174 geteuid=175 getgid=176 getegid=177 gettid=178
    sysinfo=179 socket=198 socketpair=199 bind=200 listen=201 accept=202 connect=203 getsockname=204 getpeername=205
    sendto=206 recvfrom=207 setsockopt=208 getsockopt=209 shutdown=210 sendmsg=211 recvmsg=212 brk=214 munmap=215
    mremap=216 add_key=217 request_key=218 keyctl=219 clone=220 execve=221 mmap=222 swapon=224 swapoff=225
    mprotect=226 msync=227 madvise=233 perf_event_open=241 accept4=242 recvmmsg=243 prlimit64=261
    open_by_handle_at=265 setns=268 sendmmsg=269 process_vm_readv=270 process_vm_writev=271 finit_module=273
    renameat2=276 getrandom=278 bpf=280 execveat=281 userfaultfd=282 membarrier=283 statx=291 kexec_file_load=294
    io_uring_setup=425 io_uring_enter=426 io_uring_register=427 open_tree=428 move_mount=429 fsopen=430 fsconfig=431
    fsmount=432 fspick=433 clone3=435 pidfd_getfd=438 faccessat2=439 mount_setattr=442
    """
)
