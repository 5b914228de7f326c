"""Where a program may connect to when somebody else names the address: to the internet, over TLS.

An address inside the house is refused, so that nobody can make Convene ask what only it can reach. The name is looked up
once and the connection made to what was found and checked: a second look-up could find something else.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Addresses of a host, in the order they are to be tried."""
_NAT64: Final = IPv6Network("64:ff9b::/96")


class RefusedError(Exception):
    """An address that isn't connected to. The text may be shown: it names nothing that was looked up."""


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host by the system's resolver.

    Raises
    ------
    OSError
        If it isn't known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedTransport(httpx.BaseTransport):
    """Connects only where it may.

    Parameters
    ----------
    inner
        What does the connecting, and verifies certificates.
    allow_private
        Whether addresses that aren't on the internet may be connected to, and those without TLS.
    resolver
        How a name is looked up.
    """

    def __init__(
        self, inner: httpx.BaseTransport, *, allow_private: bool = False, resolver: Resolve = resolve
    ) -> None:
        self._inner = inner
        self._allow_private = allow_private
        self._resolve = resolver

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to an address that was checked.

        Raises
        ------
        RefusedError
            If the address may not be connected to.
        httpx.TransportError
            If the name isn't known, or the connection fails.
        """
        host, secure = request.url.host, request.url.scheme == "https"
        try:
            found = self._resolve(host, request.url.port or (443 if secure else 80))
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the server's name isn't known", request=request) from error
        addresses = [_plain(one) for one in found]
        for address in addresses:
            self._check(address, secure=secure)
        failed: httpx.TransportError = httpx.ConnectError("the server's name isn't known", request=request)
        for address in addresses:
            try:
                return self._inner.handle_request(_pinned(request, address, host if secure else None))
            # Nothing was sent yet: another of its addresses may do.
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _check(self, address: Address, *, secure: bool) -> None:
        if address.is_multicast or address.is_unspecified:
            raise RefusedError("the server's address is none that can be connected to")
        public = address.is_global
        if not public and not self._allow_private:
            raise RefusedError(
                "the server is at a private address: allow that with --allow-private if it is meant"
            )
        if public and not secure:
            raise RefusedError("the address must begin with https: a password would go out in the open")


def _pinned(request: httpx.Request, address: Address, name: str | None) -> httpx.Request:
    """The request to an address. The certificate must be that of the name, whatever that was found to be."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions=request.extensions | ({"sni_hostname": name} if name else {}),
    )


def _plain(text: str) -> Address:
    """An address, out of one of IPv6 that stands for it: what counts is where the connection ends."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        if address.sixtofour is not None:
            return address.sixtofour
    return address


__all__ = ["GuardedTransport", "RefusedError", "Resolve", "resolve"]
