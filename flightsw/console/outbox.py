"""What waits for one browser: bounded, the oldest goes first and is counted."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

MESSAGES_MAX: Final = 64  # three seconds of them


class Outbox:
    """Messages for one browser. Putting one in never waits; a full one drops its oldest."""

    def __init__(self, messages_max: int = MESSAGES_MAX) -> None:
        self._waiting: deque[str] = deque()
        self._max = messages_max
        self._filled = asyncio.Event()
        self.dropped = 0

    def put(self, message: str) -> None:
        """Add a message, a JSON object."""
        if len(self._waiting) >= self._max:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(message)
        self._filled.set()

    async def get(self) -> str:
        """Wait for a message and return it, with the count of those dropped so far."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return f'{{"dropped":{self.dropped},{self._waiting.popleft()[1:]}'

    def __len__(self) -> int:
        return len(self._waiting)
