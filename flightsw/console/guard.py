"""Who may talk to a console: pages it has served itself, and nobody else."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing but what this server gives; no inline script, no inline style, no frame around it.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
COOKIE: Final = "flightsw-token"
_REFUSED: Final = 4403  # close code of a socket, of those free for programs: RFC 6455, 7.4.2


class Guard:
    """Checks Host, Origin and token of every request and socket, and adds the headers.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    hosts : set of str
        `Host` headers that are answered: a name that somebody else points here is none of them.
        Empty: any, for a server on all addresses, which has a token.
    token : str or None
        What the printed address carries; kept as a cookie of the page then.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str], token: str | None) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what may be served."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        reason = self._refusal(scope)
        if scope["type"] == "websocket":
            if reason is not None:
                await send({"type": "websocket.close", "code": _REFUSED, "reason": reason})
                return
            await self._app(scope, receive, send)
            return
        guarded = self._adding_headers(scope, send)
        if reason is not None:
            await PlainTextResponse(reason + "\n", status_code=403)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts and host not in self._hosts:
            return f"this console is not at {host!r}"
        origin = headers.get("origin")
        if origin != f"http://{host}" and (origin is not None or scope["type"] == "websocket"):
            return "this console answers only its own page"
        if self._token is not None and not self._has_token(scope, headers):
            return "this console wants the token of the address that it printed"
        return None

    def _has_token(self, scope: Scope, headers: Headers) -> bool:
        assert self._token is not None
        given = [*_asked(scope)]
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        if cookie is not None:
            given.append(cookie.value)
        return any(hmac.compare_digest(one.encode(), self._token.encode()) for one in given)

    def _adding_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self._token is not None and any(_asked(scope)):
                    morsel = f"{COOKIE}={self._token}; HttpOnly; SameSite=Strict; Path=/"
                    headers.append("Set-Cookie", morsel)
            await send(message)

        return sending


def _asked(scope: Scope) -> list[str]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [])
