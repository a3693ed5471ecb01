"""Policies: whatever turns a prompt into a script."""
