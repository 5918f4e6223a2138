"""What the compiled module holds, function for function as in pace.cdef: here `Any` ends."""

from typing import Protocol

from _cffi_backend import FFI

class _Pace(Protocol):
    fd: int

class _Lib(Protocol):
    def pace_start(self, pace: _Pace, first_ns: int, period_ns: int, /) -> int: ...
    def pace_stop(self, pace: _Pace, /) -> None: ...
    def pace_is_fifo(self, pace: _Pace, /) -> bool: ...

ffi: FFI
lib: _Lib
