"""A phone in the terminal: type a text or dial a code; what comes in is printed as it comes."""

from __future__ import annotations

import contextlib
import sys
import threading

import requests

from sms_service.phone import NoAnswer, Phone

POLL_SECONDS = 1.0
"""How often the phone looks for messages."""


def talk(url: str, number: str, secret: str = "") -> None:
    """Converses until end of input (Ctrl-D)."""
    phone, done = Phone(url, number, secret), threading.Event()
    print(f"This is the phone {number}. Type a text and Enter; *384*96# dials; Ctrl-D ends.")

    def listen() -> None:
        while not done.is_set():
            with contextlib.suppress(NoAnswer, requests.RequestException):  # said where the text is typed
                print(f"< {phone.read(POLL_SECONDS)}", flush=True)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    in_screen = False
    for line in sys.stdin:
        typed = line.rstrip("\n")
        try:
            if in_screen or (typed.startswith("*") and typed.endswith("#")):
                screen, ends = phone.press(typed) if in_screen else phone.dial(typed)
                in_screen = not ends
                print(f"[{screen}]" + (" (ended)" if ends else ""), flush=True)
            elif typed.strip():
                phone.text(typed)
        except NoAnswer as error:
            print(f"! {error}", flush=True)
        except requests.RequestException:
            print(f"! the service at {url} does not answer; start it with `make run`", flush=True)
    with contextlib.suppress(NoAnswer, requests.RequestException):
        if phone.farewells or phone.conversation():
            done.wait(POLL_SECONDS)  # what the last text caused is still on its way
    done.set()
    listener.join(POLL_SECONDS * 2)
