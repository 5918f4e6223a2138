"""What the compiled module holds, function for function as in pace.cdef: here `Any` ends."""

from typing import Any, Protocol

from _cffi_backend import FFI

class _Lib(Protocol):
    def pace_start(self, pace: Any, first_ns: int, period_ns: int, /) -> int: ...
    def pace_stop(self, pace: Any, /) -> None: ...
    def pace_hand_over(
        self, pace: Any, tick: int, to: int, octets: bytes, size: int, /
    ) -> bool: ...
    def pace_take_back(self, pace: Any, /) -> None: ...
    def pace_is_fifo(self, pace: Any, /) -> bool: ...

ffi: FFI
lib: _Lib
