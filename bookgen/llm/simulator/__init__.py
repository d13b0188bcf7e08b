"""A simulated OpenRouter for tests, benchmarks and trials: it writes from its prompts' passages."""

from bookgen.llm.simulator.app import Simulator
from bookgen.llm.simulator.config import MODELS, Fault, Faults, Model, SimulatorConfig
from bookgen.llm.simulator.request import prompt_hash
from bookgen.llm.simulator.state import State
from bookgen.llm.simulator.transport import SimulatorTransport

__all__ = [
    "MODELS",
    "Fault",
    "Faults",
    "Model",
    "Simulator",
    "SimulatorConfig",
    "SimulatorTransport",
    "State",
    "prompt_hash",
]
