"""The class of an error says whose fault it is."""

from mdgym.errors import InfrastructureError, MdgymError, SandboxError


def test_our_own_errors_are_one_family():
    assert issubclass(InfrastructureError, MdgymError)
    assert issubclass(SandboxError, MdgymError)
    assert not issubclass(SandboxError, InfrastructureError)
