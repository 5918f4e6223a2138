"""The ground's clock while it flies: it goes on when the frames do not."""


class GroundClock:
    """Time after the epoch of the log, set by the frames and going on by itself between them.

    Parameters
    ----------
    speed : float or None
        Seconds of flight in a second; None: it stands where the newest frame set it.
    """

    def __init__(self, speed: float | None = 1.0) -> None:
        self._speed = speed
        self._zero_us: float | None = None  # time of flight when the reader's clock was zero
        self._newest_us: int | None = None

    def set(self, ert_us: int, *, at_s: float) -> None:
        """Take the Earth-received time of a frame that came in when a steady clock said `at_s`.

        A frame that lay about on its way does not set the clock back.
        """
        self._newest_us = max(ert_us, self._newest_us or ert_us)
        zero_us = ert_us - at_s * (self._speed or 0.0) * 1e6
        self._zero_us = zero_us if self._zero_us is None else max(zero_us, self._zero_us)

    def now_us(self, *, at_s: float) -> int | None:
        """Return what it is, us; None before the first frame."""
        if self._zero_us is None or self._speed is None:
            return self._newest_us
        return round(self._zero_us + at_s * self._speed * 1e6)
