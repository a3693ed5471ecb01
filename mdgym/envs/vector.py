"""Many episodes side by side, their scripts scored at the same time by one pool."""

from collections.abc import Iterable, Sequence
from concurrent.futures import wait
from typing import Any, cast

import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.vector.utils import iterate

from mdgym.engine import Limits
from mdgym.envs.lammps_script import LammpsScriptEnv
from mdgym.scoring import Pool, Scored, make_pool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task


class LammpsScriptVectorEnv(SyncVectorEnv):
    """What `gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=n)` makes.

    `step` scores its n scripts at the same time on the pool, and returns when all are done. An episode that ends is
    followed by the next one in the same step (`AutoresetMode.SAME_STEP`), so that one-step episodes waste no step; its
    score is in `infos["final_info"]["score"]`.

    When mdgym itself fails for one of the scripts, `step` raises before any episode has moved: it can be called again
    with the same scripts.

    Examples:
        >>> envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=8, suite="micro", pool="ray")  # doctest: +SKIP
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
        pool: Pool | str | None = None,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.SAME_STEP,
    ) -> None:
        """Make `num_envs` environments that share one pool.

        Args:
            num_envs: Number of environments.
            suite: See `LammpsScriptEnv`, as for the other arguments that are not named here.
            split: See there.
            tasks: See there.
            max_turns: See there.
            limits: See there.
            pool: A pool of yours, or a word for one that is made and closed here (`mdgym.scoring.make_pool`): "serial",
                "ray", a number of workers, an address. None takes Ray where it runs already, and else this process.
            render_mode: See there.
            autoreset_mode: What follows the end of an episode; "Disabled" resets nothing by itself, and takes
                `reset(options={"reset_mask": ...})`.
        """
        own = isinstance(pool, str | None)
        if limits is not None and not own:
            raise ValueError("limits belong to the pool: give them to SerialPool(limits=...)")
        self._shared: Pool = make_pool(pool, limits) if isinstance(pool, str | None) else pool
        self._own_pool = self._shared if own else None
        self._ahead = tuple(_Ahead() for _ in range(num_envs))
        found = tuple(load_suite(suite, split) if tasks is None else tasks)

        def maker(ahead: "_Ahead") -> LammpsScriptEnv:
            return LammpsScriptEnv(tasks=found, max_turns=max_turns, pool=cast(Pool, ahead), render_mode=render_mode)

        super().__init__(
            [lambda ahead=ahead: maker(ahead) for ahead in self._ahead],  # type: ignore[misc]
            autoreset_mode=autoreset_mode,
        )

    def step(self, actions: Sequence[str]) -> Any:
        """Score one script of each environment; see `gymnasium.vector.VectorEnv.step`.

        Raises:
            InfrastructureError: mdgym failed for one of them; no episode has moved.
        """
        # an episode that has ended and was not reset in the same step takes no script
        ended = self._autoreset_envs & (self.autoreset_mode != AutoresetMode.SAME_STEP)
        futures = []
        for env, action, over in zip(self.envs, iterate(self.action_space, actions), ended, strict=True):
            one = cast(LammpsScriptEnv, env)
            futures.append(None if over else self._shared.submit(one.task, action, one.episode_seed))
        wait([future for future in futures if future is not None])
        scores = [None if future is None else future.result() for future in futures]
        for ahead, scored in zip(self._ahead, scores, strict=True):
            ahead.scored = scored
        return super().step(actions)

    def close_extras(self, **kwargs: Any) -> None:
        """End the environments and the pool that was made here."""
        super().close_extras(**kwargs)
        if self._own_pool is not None:
            self._own_pool.close()

    def _add_info(self, vector_infos: dict[str, Any], env_info: dict[str, Any], env_num: int) -> dict[str, Any]:
        # Gymnasium would merge the scores key by key: each stays whole, as one entry of an object array.
        plain = {key: value for key, value in env_info.items() if key != "score"}
        infos = super()._add_info(vector_infos, plain, env_num)
        if "score" in env_info:
            scores = infos.setdefault("score", np.full(self.num_envs, None, dtype=object))
            scores[env_num] = env_info["score"]
            infos.setdefault("_score", np.zeros(self.num_envs, dtype=np.bool_))[env_num] = True
        return infos


class _Ahead:
    """The pool of one environment: it hands over the score that was made before the step."""

    def __init__(self) -> None:
        self.scored: Scored | None = None

    def score(self, task: Task, answer: str, seed: int = 0) -> Scored:
        scored, self.scored = self.scored, None
        assert scored is not None
        return scored
