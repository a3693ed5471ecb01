"""Many episodes side by side, scored one after another by one pool."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from mdgym.engine import Limits
from mdgym.envs.lammps_script import LammpsScriptEnv
from mdgym.scoring import Pool, SerialPool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task


class LammpsScriptVectorEnv(SyncVectorEnv):
    """What `gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=n)` makes.

    An episode that ends is followed by the next one in the same step (`AutoresetMode.SAME_STEP`), so that one-step
    episodes waste no step; its score is in `infos["final_info"]["score"]`.

    Example:
        >>> envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=8, suite="micro")  # doctest: +SKIP
        >>> prompts, infos = envs.reset(seed=0)  # doctest: +SKIP
        >>> prompts, rewards, *_, infos = envs.step(scripts)  # doctest: +SKIP
    """

    def __init__(
        self,
        num_envs: int = 1,
        suite: str = "core",
        split: str = "test",
        tasks: Iterable[Task] | None = None,
        max_turns: int = 1,
        limits: Limits | None = None,
        pool: Pool | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Make `num_envs` environments that share one pool; the other arguments are those of `LammpsScriptEnv`."""
        if pool is not None and limits is not None:
            raise ValueError("limits belong to the pool: give them to SerialPool(limits=...)")
        self._own_pool = SerialPool(limits) if pool is None else None
        one = partial(
            LammpsScriptEnv,
            tasks=tuple(load_suite(suite, split) if tasks is None else tasks),
            max_turns=max_turns,
            pool=pool or self._own_pool,
            render_mode=render_mode,
        )
        super().__init__([one] * num_envs, autoreset_mode=AutoresetMode.SAME_STEP)

    def close_extras(self, **kwargs: Any) -> None:
        """End the environments and the pool that was made here."""
        super().close_extras(**kwargs)
        if self._own_pool is not None:
            self._own_pool.close()

    def _add_info(self, vector_infos: dict[str, Any], env_info: dict[str, Any], env_num: int) -> dict[str, Any]:
        # Gymnasium merges dicts key by key, and fails where one score has an error and another has None:
        # a score stays whole, as one entry of an object array.
        plain = {key: value for key, value in env_info.items() if key != "score"}
        infos = super()._add_info(vector_infos, plain, env_num)
        if "score" in env_info:
            scores = infos.setdefault("score", np.full(self.num_envs, None, dtype=object))
            scores[env_num] = env_info["score"]
            infos.setdefault("_score", np.zeros(self.num_envs, dtype=np.bool_))[env_num] = True
        return infos
