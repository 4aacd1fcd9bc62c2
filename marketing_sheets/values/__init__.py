"""What staff type, read by a closed grammar: a value, a blank, or a named fault."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
