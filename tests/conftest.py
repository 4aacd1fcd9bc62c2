"""What holds for all tests."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("support")

# How long an example takes depends on the machine, not on the program.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
