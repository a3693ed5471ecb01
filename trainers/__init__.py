"""Post-training: continued pre-training, supervised fine-tuning, and MD-GRPO on real LAMMPS.

Needs `pip install "mdgym[train]"`; importing this package alone loads none of it.
"""
