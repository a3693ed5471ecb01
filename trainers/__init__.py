"""Post-training: continued pre-training, supervised fine-tuning, and MD-GRPO on real LAMMPS.

Needs `pip install "mdgym[train]"`; importing this package alone loads none of it.
"""

import os

# Threads of torch that spin while they wait for each other starve where other programs run: asleep, they do not. It
# counts only before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
