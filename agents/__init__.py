"""Policies to compare with: scripted ones, and whatever you bring as a function."""

from mdgym.agents.gold import GoldAgent
from mdgym.agents.loading import load
from mdgym.agents.silent import SilentAgent
from mdgym.agents.template import TemplateAgent
from mdgym.policy import Agent, FunctionAgent

__all__ = ["Agent", "FunctionAgent", "GoldAgent", "SilentAgent", "TemplateAgent", "load"]
