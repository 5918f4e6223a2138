"""The exceptions that hil raises on purpose. Their text is what a user is told."""


class BoardError(Exception):
    """Base of every error that hil raises on purpose: trouble with a board, a port or a line."""


class BoardUseError(BoardError):
    """Wrong use: a board that there is not, or something that it cannot do; nothing was done."""


class PortError(BoardError):
    """A port that cannot be opened: absent, not allowed, in use, not a port."""


class PortLostError(PortError):
    """A port that was open is gone."""


class BoardSilentError(BoardError):
    """Nothing on a port answers as a board of this link."""


class BoardMismatchError(BoardError):
    """A board that is not the one wanted; nothing was started."""


class BoardRefusedError(BoardError):
    """A board said no."""


class BoardLostError(BoardError):
    """A board that was in use is gone, and has not come back in time."""


class BoardResetError(BoardError):
    """A board was reset in flight, and what it had cannot be begun again."""
