"""The pictures of messages at Twilio: fetched with the account's password, by way of its storage, and deleted.

Sources, Twilio's own pages: messaging/api/media-resource (addresses, basic authentication, DELETE) and help article
223183748 (fetching redirects to an address at mms.twiliocdn.com that works for four hours; without enforced
authentication, to s3-external-1.amazonaws.com).
"""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from sms_service.channels.base import Refused
from sms_service.channels.media import Fetched, TooLarge
from sms_service.channels.sending import new_session, retry_after

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and for a whole answer: 5 MB over the line of a small office."""

REDIRECTS_MAX = 3

BLOCK = 64 * 1024

PLAIN = {"Accept-Encoding": "identity"}
"""A packed answer could be a thousand times as large as what was counted."""

OWN = "https://api.twilio.com"
API_PATH = "/2010-04-01/"
ADDRESS = re.compile(rf"{re.escape(OWN)}({API_PATH}Accounts/\w+/Messages/\w+/Media/\w+)", re.ASCII)

STORES = {"mms.twiliocdn.com": "/", "media.twiliocdn.com": "/", "s3-external-1.amazonaws.com": "/media.twiliocdn.com/"}
"""Hosts that Twilio's pictures lie at, and how their addresses there begin. No other is followed to."""


PLAIN_NAME = re.compile(r"[A-Za-z0-9._~-]+")
"""A segment of an address there: account, message and media by their SIDs, or a hash."""


class TwilioMedia:
    """`api_url` stands for https://api.twilio.com (a stand-in, a proxy): addresses of that host are asked for there."""

    def __init__(self, account_sid: str, auth_token: str, api_url: str = "") -> None:
        self._auth = (account_sid, auth_token)
        self._api = (api_url or OWN).rstrip("/")

    def holds(self, address: str) -> bool:
        """Whether it is a picture of a message at Twilio."""
        return ADDRESS.fullmatch(address) is not None

    def fetch(self, address: str, most: int) -> Fetched | TooLarge | Refused:
        """The picture. The account's password goes to Twilio's API only, never on to where that points."""
        found = ADDRESS.fullmatch(address)
        if found is None:
            return Refused("not an address of the gateway", again=False)
        try:
            return self._fetched(self._api + found[1], most)
        except requests.RequestException as error:
            return Refused(type(error).__name__, again=True)

    def _fetched(self, url: str, most: int) -> Fetched | TooLarge | Refused:
        for _ in range(REDIRECTS_MAX + 1):
            inside = url.startswith(f"{self._api}/")  # a stand-in has its store beside its API
            if not (inside or is_store(urlsplit(url))):
                return Refused("it points to a host that is not the gateway's", again=False)
            session = self._session if inside else self._outside
            auth = self._auth if url.startswith(f"{self._api}{API_PATH}") else None
            asked = session.get(url, auth=auth, headers=PLAIN, stream=True, timeout=TIMEOUT, allow_redirects=False)
            with asked as answer:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers["Location"])
                    continue
                return _read(answer, most) if answer.status_code == 200 else refused(answer)
        return Refused("too many redirects", again=False)

    def discard(self, address: str) -> Refused | None:
        """Twilio keeps a picture until it is told to delete it."""
        found = ADDRESS.fullmatch(address)
        if found is None:
            return Refused("not an address of the gateway", again=False)
        url = f"{self._api}{found[1]}.json"
        try:
            answer = self._session.delete(url, auth=self._auth, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            return Refused(type(error).__name__, again=True)
        return None if answer.ok or answer.status_code in (404, 410) else refused(answer)

    @cached_property
    def _session(self) -> requests.Session:
        return _without_netrc(new_session())

    @cached_property
    def _outside(self) -> requests.Session:
        return _without_netrc(new_session(outside=True))


def is_store(url: SplitResult) -> bool:
    """Whether an address lies where Twilio keeps pictures, over TLS, as it stands: a path that whoever asks for it, or the
    host, would make into another one (dot segments, in signs or as %2e; RFC 3986, 6.2.2) leads somewhere else."""
    begins = STORES.get(url.netloc)
    return url.scheme == "https" and begins is not None and url.path.startswith(begins) and _is_plain(url.path)


def _is_plain(path: str) -> bool:
    """Whether its segments are named as they will be read: none is empty, none has a dot in code, or a slash."""
    names = path[1:].split("/")
    return all(PLAIN_NAME.fullmatch(name) and name.strip(".") for name in names)


def refused(answer: requests.Response) -> Refused:
    """4xx is a final word but for 401 and 403 (a token being replaced), 404 (the message comes before its picture) and 429."""
    status = answer.status_code
    again = not 400 <= status < 500 or status in (401, 403, 404, 408, 429)
    return Refused(f"HTTP {status}", again=again, after=retry_after(answer.headers))


def _read(answer: requests.Response, most: int) -> Fetched | TooLarge | Refused:
    """Stops reading at the limit, whatever was announced."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return Refused("a packed answer", again=False)
    data = bytearray()
    for block in answer.iter_content(BLOCK):
        data += block
        if len(data) > most:
            return TooLarge()
    return Fetched(bytes(data))


def _without_netrc(session: requests.Session) -> requests.Session:
    """requests would send a machine's ~/.netrc password where no other is given."""
    session.auth = _nothing
    return session


def _nothing(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
