"""Find and read templates, and prove that they can be written, read back and computed."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
