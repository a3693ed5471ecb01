"""How failed tries are used, as settings say."""

import pytest

from mdgym.errors import TrainingError
from mdgym.trainers.trace import Recycling


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"share": 1.1}, "share 1.1"),
        ({"share": -0.1}, "share -0.1"),
        ({"threshold": 2.0}, "threshold 2.0"),
        ({"capacity": 0}, "at least 1"),
        ({"per_task": 0}, "at least 1"),
        ({"lesson_capacity": 0}, "at least 1"),
        ({"pick": "best"}, "pick 'best' is not one of random, nearest, hardest, frequent"),
        ({"fades": -1}, "fades must be at least 0, not -1"),
        ({"shows": "none"}, "shows 'none' is not one of all, script, feedback"),
        ({"lessons": "some"}, "lessons 'some' is not one of none, repairs, all"),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_their_value(change, complaint):
    with pytest.raises(TrainingError, match=complaint):
        Recycling(**change)


def test_a_share_that_fades_falls_in_a_straight_line_and_stays_at_nothing():
    fading = Recycling(share=0.8, fades=4)
    assert [fading.share_after(batches) for batches in range(6)] == pytest.approx([0.8, 0.6, 0.4, 0.2, 0.0, 0.0])
    assert Recycling(share=0.8).share_after(1000) == 0.8
