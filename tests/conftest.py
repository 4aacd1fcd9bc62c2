"""What holds for all tests."""

from hypothesis import settings

# How long an example takes depends on the machine, not on the program.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
