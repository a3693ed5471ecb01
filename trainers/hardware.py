"""The one place that knows the hardware: what settings become on a CPU, and how many processes there are."""

import ctypes
import os
from dataclasses import dataclass, field
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import get_int_from_env

from mdgym.errors import TrainingError

# Where launchers write how many processes they started: torchrun and accelerate, MPICH, Open MPI.
_WORLD = ("WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE")

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4


@dataclass
class OnAnyHardware:
    """What the settings of all trainers share; on a machine without GPU it turns off what needs one.

    TRL turns bf16 and activation checkpointing on by default; both only cost time on a CPU. Threads
    that wait for each other on a busy machine are slower than one, so one is the default there.
    """

    model: str = field(default="", metadata={"help": "Folder or hub name of the model to start from."})
    lora_rank: int = field(default=0, metadata={"help": "Rank of LoRA adapters; 0 trains all weights."})
    resume: bool = field(default=False, metadata={"help": "Go on from the last checkpoint in output_dir."})
    processes: int = field(default=0, metadata={"help": "Refuse to start unless so many processes run; 0 for any."})
    distributed: str = field(default="", metadata={"help": "Refuse another way to join them, such as deepspeed."})
    threads: int = field(
        default=1, metadata={"help": "Threads of torch where there is no GPU, if it has so many CPUs."}
    )

    def __post_init__(self) -> None:
        """Adapt; the settings of the trainer follow.

        Raises:
            TrainingError: So many processes as are meant were not started, or this machine has no GPU.
        """
        settings: Any = self
        # Before TRL divides batches by the number of processes: its message would be about batches.
        _check_number(self.processes, get_int_from_env(_WORLD, 1))
        if settings.use_cpu or not torch.cuda.is_available():
            if settings.bf16 or settings.fp16:
                raise TrainingError("bf16 and fp16 need a GPU: this machine has none, or use_cpu is set")
            settings.use_cpu, settings.bf16 = True, False
            # what transformers has made of TRL's gradient_checkpointing
            settings.activation_checkpointing = False
            torch.set_num_threads(min(self.threads, len(os.sched_getaffinity(0))))
            _keep_memory()
        super().__post_init__()  # type: ignore[misc]
        if settings.use_cpu and settings.deepspeed_plugin is not None and torch.distributed.is_initialized():
            # accelerate does this on a GPU alone; without it ZeRO-3 loads a model as if there were one process
            import deepspeed

            deepspeed.init_distributed("gloo", auto_mpi_discovery=False)

    @property
    def weights_type(self) -> torch.dtype | str:
        """Type in which weights are loaded: float32 for those that are trained, for a step of 1e-6 is lost in bf16.

        Weights that are frozen under adapters stay as they are in the file.
        """
        settings: Any = self
        return "auto" if self.lora_rank and not settings.use_cpu else torch.float32


def check_launch(processes: int, distributed: str | None, deepspeed: bool = False) -> None:
    """Refuse to train with fewer processes than were meant: some launchers start one and say nothing.

    Args:
        processes: How many were meant; 0 to take any number.
        distributed: What they were to be joined by: "no", "deepspeed", "multi_gpu" or "multi_cpu"; None for any.
        deepspeed: DeepSpeed is set up in the settings. On a CPU accelerate does not know of it before there is a model.

    Raises:
        TrainingError: It is otherwise; the message says how to launch.
    """
    state = PartialState()
    _check_number(processes, state.num_processes)
    kind = state.distributed_type.value.lower()
    if deepspeed and kind != "no":
        kind = "deepspeed"
    if distributed is not None and kind != distributed.lower():
        hint = " and name a file of configs/deepspeed with --deepspeed" if distributed.lower() == "deepspeed" else ""
        raise TrainingError(
            f"training was meant to be distributed by {distributed} and is by {kind}: {_launch(processes)}{hint}"
        )


def _keep_memory() -> None:
    """Let the C library keep memory that was freed: large tensors come and go in each step.

    Else it gives them back to the system at once, and much of the time goes into pages that are cleared and handed out
    again.
    """
    settle = getattr(ctypes.CDLL(None), "mallopt", None)
    # numbers of glibc's malloc.h; another C library has no such function
    for name, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 2**26)):
        if settle is not None:
            settle(name, value)


def _check_number(meant: int, running: int) -> None:
    if meant and meant != running:
        noun = "process was" if meant == 1 else "processes were"
        raise TrainingError(f"{meant} {noun} meant and {running} started: {_launch(meant)}, or set --processes")


def _launch(processes: int) -> str:
    if processes == 1:
        return "launch with python -m mdgym train ..."
    nodes = "; on several nodes, --nnodes times --nproc_per_node is that number"
    number = processes or 2
    return f"launch with python -m torch.distributed.run --nproc_per_node {number} -m mdgym train ...{nodes}"
