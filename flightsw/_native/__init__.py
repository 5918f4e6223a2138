"""The compiled core: `ffi` makes C memory that Python owns, `lib` holds the functions of core.cdef.

What each function promises stands in the header of its room under native/.
"""

from flightsw._native._core import ffi, lib

__all__ = ["ffi", "lib"]
