"""The page of the two phones in a real Chromium, against a small service that answers as web/handset.py promises to."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

import sms_service

PACKAGE = Path(sms_service.__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# No sandbox: the tests also run as root in a container. The rest keeps the browser from calling anybody by itself.
BROWSER_ARGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SUNITA = "+919800000001"
JUMA = "+254700000001"
RAM = "+919876543210"
EXAMPLE = "REG 9876543210 ABC1234567 12 Ram Kumar"
expect.set_options(timeout=30_000)  # a right page is right at once; a machine full of other tests may take its time

ASKED = "XYZ: सुनीता देवी ने आपका नाम राम कुमार, बूथ 12 लिखा है। सही है और मैं जुड़ता हूँ: 1. गलती: 2. नहीं: 3"
MENU = "XYZ\n1 Enter a member\n2 My figures"


class Service:
    """The service's side of the page. It lives on one port, may go (`stop`) and come back (`start`) as itself."""

    def __init__(self) -> None:
        self.people = [
            {"phone": SUNITA, "name": "Sunita Devi", "role": "enroler", "language": "hi"},
            {"phone": JUMA, "name": "Juma Otieno", "role": "enroler", "language": "sw"},
        ]
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.taken: set[str] = set()
        self.addresses: list[str] = []
        self.refusal: tuple[int, str] | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        self.server: BaseWSGIServer = make_server("127.0.0.1", self.port, self.app(), threaded=True)
        self.port = self.server.port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/phone/"

    def put(self, phone: str, text: str, *, from_me: bool = False, state: str = "delivered") -> None:
        texts = self.messages.setdefault(phone, [])
        texts.append(
            {"id": f"{phone}-{len(texts)}", "at": 1790000000.0, "from_me": from_me, "text": text, "state": state}
        )

    def sent(self) -> list[dict[str, Any]]:
        return [body for what, body in self.asked if what == "sms"]

    def receive(self, phone: str, text: str, ref: str) -> None:
        if ref in self.taken:
            return
        self.taken.add(ref)
        self.put(phone, text, from_me=True, state="sent")
        if text.startswith("REG"):
            self.put(phone, "Ram Kumar entered. He is asked.", state="queued")
            self.put(RAM, ASKED, state="sent")
        elif text == "1":
            self.put(phone, "You are a member of XYZ. No 0000013.")
            self.put(phone, "XYZ card of Ram Kumar: https://xyz.example/card/?abc.DEF-1.")

    def forget(self, phone: str) -> str:
        self.messages[phone] = []
        return "XYZ: your data are erased."

    def app(self) -> Flask:
        app = Flask("phone", template_folder=PACKAGE / "web/templates", static_folder=PACKAGE / "web/static")

        @app.get("/phone/")
        def page() -> str:
            return render_template("phone.html", service_number="51234", ussd_code="*384*96#", organisation="XYZ")

        @app.get("/static/fonts/<name>")
        def font(name: str) -> Response:
            return send_from_directory(PACKAGE / "fonts", name)

        @app.get("/favicon.ico")
        def icon() -> tuple[str, int]:
            return "", 204

        @app.post("/phone/<what>")
        def answer(what: str) -> Any:
            assert request.headers["X-Handset"] == "1"
            body = request.get_json()
            self.asked.append((what, body))
            if what == "people":
                return {"people": self.people}
            if what == "messages":
                return {"messages": self.messages.get(body["phone"], [])}
            if self.refusal:
                return jsonify(problem=self.refusal[1]), self.refusal[0]
            if what == "sms":
                self.receive(body["phone"], body["text"], body["id"])
                return {"farewell": self.forget(body["phone"])} if body["text"] == "FORGET" else {}
            return self.screen(body["code"], body["text"])

        @app.after_request
        def guarded(response: Response) -> Response:
            self.addresses.append(request.full_path)
            response.headers["Content-Security-Policy"] = "default-src 'self'"
            return response

        return app

    @staticmethod
    def screen(code: str, text: str) -> dict[str, Any]:
        if code != "*384*96#":
            return {"screen": "Unknown code.", "ends": True}
        if text == "":
            return {"screen": MENU, "ends": False}
        if text == "9":
            return {"screen": ASKED, "ends": True}
        if text == "1":
            return {"screen": "Mobile number of the new member?", "ends": False}
        return {"screen": f"Thank you. You typed {text}.", "ends": True}


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    if service.thread.is_alive():
        service.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(service.address)
    expect(part(page, "left", "number")).to_have_value(SUNITA)
    yield page
    page.close()


def part(page: Page, side: str, role: str) -> Locator:
    return page.locator(f"[data-phone={side}] [data-role={role}]")


def texts(page: Page, side: str) -> Locator:
    return part(page, side, "messages").locator(".body")


def send(page: Page, side: str, text: str) -> None:
    part(page, side, "text").fill(text)
    part(page, side, "send").click()


def step(page: Page) -> Locator:
    return page.locator("[data-role=steps] [aria-current=step]")


def test_an_enrolment_from_the_first_line_to_the_card(page: Page, service: Service) -> None:
    expect(step(page)).to_contain_text("enroler’s phone")
    page.get_by_role("button", name="Type it for me").click()
    expect(part(page, "left", "text")).to_have_value(EXAMPLE)
    part(page, "left", "text").press("Enter")
    expect(texts(page, "left")).to_have_text([EXAMPLE, "Ram Kumar entered. He is asked."])
    expect(part(page, "left", "text")).to_have_value("")

    expect(part(page, "right", "number")).to_have_value(RAM)  # by itself: she is the one just entered
    expect(texts(page, "right")).to_have_text([ASKED])
    expect(texts(page, "right")).to_have_attribute("lang", "hi")
    expect(step(page)).to_contain_text("person’s phone")
    send(page, "right", "1")
    expect(texts(page, "right").nth(2)).to_have_text("You are a member of XYZ. No 0000013.")
    link = part(page, "right", "messages").get_by_role("link")
    expect(link).to_have_attribute("href", "https://xyz.example/card/?abc.DEF-1")  # without the full stop
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(step(page)).to_contain_text("membership card")
    expect(page.locator("[data-role=example]")).to_have_text("REG 9876543211 ABC1234568 12 Ram Kumar")
    assert [(body["phone"], body["text"]) for body in service.sent()] == [(SUNITA, EXAMPLE), (RAM, "1")]


@pytest.mark.parametrize(
    ("enroler", "line", "person"),
    [
        (SUNITA, "REG ABC1234567 98765 43210 12 Ram", RAM),
        (SUNITA, "जोड़ ९८७६५४३२१० ABC1234567 12 राम", RAM),
        (SUNITA, "REG 919876543210 ABC1234567 12 Ram", RAM),
        (SUNITA, "REG +91 98765 43210 ABC1234567 12 Ram", RAM),
        (JUMA, "REG 0712345678 12 Asha", "+254712345678"),
    ],
)
def test_the_persons_phone_is_the_one_just_entered(page: Page, enroler: str, line: str, person: str) -> None:
    part(page, "left", "number").fill(enroler)
    send(page, "left", line)
    expect(part(page, "right", "number")).to_have_value(person)


def test_the_example_is_somebody_nobody_has_entered_yet(page: Page, service: Service) -> None:
    service.put(RAM, ASKED)
    page.reload()
    page.get_by_role("button", name="Type it for me").click()
    expect(page.locator("[data-role=example]")).to_have_text("REG 9876543211 ABC1234568 12 Ram Kumar")


def test_the_key_of_a_public_address_does_not_stay_in_it(page: Page, service: Service) -> None:
    page.goto(service.address + "?key=secret")
    expect(page).to_have_url(service.address)


def test_a_second_person_is_offered_and_does_not_push_the_first_away(page: Page) -> None:
    part(page, "right", "number").fill(JUMA)
    send(page, "left", EXAMPLE)
    offer = page.get_by_role("button", name=f"Show {RAM} there")
    expect(offer).to_be_visible()
    expect(part(page, "right", "number")).to_have_value(JUMA)
    offer.click()
    expect(part(page, "right", "number")).to_have_value(RAM)
    expect(offer).to_be_hidden()
    expect(texts(page, "right")).to_have_text([ASKED])


def test_a_double_click_sends_once_and_dials_once(page: Page, service: Service) -> None:
    part(page, "left", "text").fill("FIGURES")
    part(page, "left", "send").dblclick()
    expect(texts(page, "left")).to_have_text(["FIGURES"])
    part(page, "left", "dial").dblclick()
    expect(part(page, "left", "screen")).to_have_text(MENU)
    assert len(service.sent()) == 1
    assert [body["text"] for what, body in service.asked if what == "ussd"] == [""]


def test_a_ussd_session_from_the_dial_to_its_end(page: Page, service: Service) -> None:
    part(page, "left", "dial").click()
    expect(part(page, "left", "screen")).to_have_text(MENU)
    expect(part(page, "left", "ussd-input")).to_be_focused()
    expect(part(page, "left", "screen-length")).to_have_text(f"{len(MENU)} of 160 characters")
    page.locator("[data-phone=left] [data-key='1']").click()  # the key pad types into the open screen
    part(page, "left", "ussd-send").click()
    expect(part(page, "left", "screen")).to_have_text("Mobile number of the new member?")
    part(page, "left", "ussd-input").fill("9876543210")
    part(page, "left", "ussd-input").press("Enter")
    expect(part(page, "left", "screen")).to_have_text("Thank you. You typed 1*9876543210.")
    expect(part(page, "left", "ussd-send")).to_be_hidden()
    part(page, "left", "ok").click()
    expect(part(page, "left", "ussd")).to_be_hidden()
    expect(part(page, "right", "number")).to_have_value(RAM)
    asked = [body for what, body in service.asked if what == "ussd"]
    assert [body["text"] for body in asked] == ["", "1", "1*9876543210"]
    assert len({body["session"] for body in asked}) == 1


def test_hanging_up_and_dialling_again_is_a_new_session(page: Page, service: Service) -> None:
    for _ in range(2):
        part(page, "right", "number").fill(RAM)
        part(page, "right", "dial").click()
        expect(part(page, "right", "screen")).to_have_text(MENU)
        part(page, "right", "hang-up").click()
        expect(part(page, "right", "ussd")).to_be_hidden()
    assert len({body["session"] for what, body in service.asked if what == "ussd"}) == 2


def test_a_direct_dial_walks_the_menu_at_once(page: Page, service: Service) -> None:
    for key in "*384*96*1*2#":
        page.locator(f"[data-phone=left] [data-key='{key}']").click()
    part(page, "left", "dial").click()
    expect(part(page, "left", "screen")).to_have_text("Thank you. You typed 1*2.")
    assert [(body["code"], body["text"]) for what, body in service.asked if what == "ussd"] == [("*384*96#", "1*2")]


def test_a_hindi_screen_has_room_for_half_as_much(page: Page) -> None:
    part(page, "left", "dial-code").fill("*384*96*9#")
    part(page, "left", "dial").click()
    expect(part(page, "left", "screen")).to_have_text(ASKED)
    expect(part(page, "left", "screen")).to_have_attribute("lang", "hi")
    expect(part(page, "left", "screen-length")).to_have_text(f"{len(ASKED)} of 80 characters")
    expect(part(page, "left", "screen-length")).to_have_class("length over")  # a real phone would cut it


def test_a_server_that_goes_and_comes_back_gets_the_message_once(page: Page, service: Service) -> None:
    service.stop()
    expect(page.locator("[data-role=service]")).to_contain_text("does not answer")
    send(page, "left", EXAMPLE)
    expect(part(page, "left", "messages")).to_contain_text("not sent yet")
    part(page, "left", "dial").click()
    expect(part(page, "left", "screen")).to_contain_text("No answer from the service")
    part(page, "left", "ok").click()
    service.start()
    expect(texts(page, "left")).to_have_text([EXAMPLE, "Ram Kumar entered. He is asked."])
    expect(page.locator("[data-role=service]")).not_to_contain_text("does not answer")
    expect(texts(page, "right")).to_have_text([ASKED])
    assert len({body["id"] for body in service.sent()}) == 1


def test_a_ussd_answer_that_got_lost_can_be_sent_again(page: Page, service: Service) -> None:
    part(page, "left", "dial").click()
    expect(part(page, "left", "screen")).to_have_text(MENU)
    service.stop()
    part(page, "left", "ussd-input").fill("1")
    part(page, "left", "ussd-send").click()
    expect(part(page, "left", "ussd-problem")).to_contain_text("Press Send to try again")
    service.start()
    part(page, "left", "ussd-send").click()
    expect(part(page, "left", "screen")).to_have_text("Mobile number of the new member?")
    expect(part(page, "left", "ussd-problem")).to_be_empty()


def test_a_refused_message_says_why_and_comes_back_to_be_mended(page: Page, service: Service) -> None:
    service.refusal = (422, "This number is not known here.")
    send(page, "left", "HELLO")
    expect(part(page, "left", "problem")).to_have_text("This number is not known here.")
    expect(part(page, "left", "text")).to_have_value("HELLO")
    expect(texts(page, "left")).to_have_count(0)
    service.refusal = None
    part(page, "left", "send").click()
    expect(texts(page, "left")).to_have_text(["HELLO"])
    expect(part(page, "left", "problem")).to_be_empty()


def test_a_service_that_says_later_is_asked_again_by_itself(page: Page, service: Service) -> None:
    service.refusal = (503, "The service cannot save this now.")
    send(page, "left", "HELLO")
    expect(part(page, "left", "problem")).to_have_text("The service cannot save this now.")
    expect(part(page, "left", "messages").locator("[data-state=unsent]")).to_have_count(1)
    service.refusal = None
    expect(part(page, "left", "messages").locator("[data-state=sent]")).to_have_count(1)
    expect(texts(page, "left")).to_have_text(["HELLO"])


def test_the_farewell_of_a_forgotten_phone_stands_on_the_page_only(page: Page, service: Service) -> None:
    send(page, "left", "hello")
    expect(texts(page, "left")).to_have_text(["hello"])
    send(page, "left", "FORGET")
    expect(texts(page, "left")).to_have_text(["XYZ: your data are erased."])
    expect(part(page, "left", "messages")).to_contain_text("this text is on this page only")
    with page.expect_response("**/phone/messages"):
        pass
    expect(texts(page, "left")).to_have_text(["XYZ: your data are erased."])
    service.put(SUNITA, "XYZ: welcome.")
    expect(texts(page, "left")).to_have_text(["XYZ: welcome."])
    send(page, "left", "FORGET")
    expect(texts(page, "left")).to_have_text(["XYZ: your data are erased."])
    page.reload()
    expect(texts(page, "left")).to_have_count(0)


@pytest.mark.parametrize("typed", ["98765", "9876543210", "hello"])
def test_a_number_without_its_country_is_asked_for_again(page: Page, service: Service, typed: str) -> None:
    part(page, "right", "number").fill(typed)
    send(page, "right", "1")
    expect(part(page, "right", "problem")).to_contain_text("with + and the country code")
    expect(part(page, "right", "text")).to_have_value("1")
    assert service.sent() == []


def test_spaces_in_a_number_are_understood_and_a_choice_fills_it(page: Page) -> None:
    part(page, "right", "number").fill("00254 700-000 001")
    part(page, "right", "number").press("Tab")
    expect(part(page, "right", "number")).to_have_value(JUMA)
    expect(part(page, "right", "people")).to_have_value(JUMA)
    part(page, "right", "people").select_option(SUNITA)
    expect(part(page, "right", "number")).to_have_value(SUNITA)


def test_a_reload_keeps_both_phones(page: Page) -> None:
    part(page, "left", "number").fill(JUMA)
    send(page, "left", EXAMPLE)
    part(page, "right", "number").fill(RAM)
    part(page, "right", "number").press("Enter")
    expect(texts(page, "right")).to_have_text([ASKED])
    page.reload()
    expect(part(page, "left", "number")).to_have_value(JUMA)
    expect(part(page, "right", "number")).to_have_value(RAM)
    expect(texts(page, "right")).to_have_text([ASKED])


def test_a_text_stays_text(page: Page, service: Service) -> None:
    hostile = "<script>document.title = 'x'</script><img src=/x onerror=alert(1)> javascript:alert(1) <b>Ram</b>"
    service.put(SUNITA, hostile)
    expect(texts(page, "left")).to_have_text([hostile])
    expect(part(page, "left", "messages").locator("script, img, b, a")).to_have_count(0)
    expect(page).to_have_title("Two phones – XYZ")


def test_a_new_message_is_announced_and_its_state_follows(page: Page, service: Service) -> None:
    expect(part(page, "left", "empty")).to_have_text("No messages yet.")
    expect(part(page, "right", "empty")).to_contain_text("Choose or write a number")
    service.put(SUNITA, "Booth 12: 4 of 50.", state="queued")
    expect(part(page, "left", "announce")).to_have_text("New on the Enroler’s phone: Booth 12: 4 of 50.")
    foot = part(page, "left", "messages").locator(".foot")
    for state, words in (
        *(("queued", "waiting to be sent"), ("sending", "being sent"), ("sent", "sent")),
        *(("delivered", "delivered"), ("failed", "not delivered"), ("held", "held: the office looks at it")),
    ):
        service.messages[SUNITA][0]["state"] = state
        expect(foot).to_have_text(re.compile(rf", {words}$"))


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("a" * 160, "160 of 160 characters, 1 SMS"),
        ("a" * 161, "161 of 306 characters, 2 SMS"),
        ("a" * 159 + "€", "161 of 306 characters, 2 SMS"),
        ("a" * 152 + "€" + "a" * 152, "306 of 459 characters, 3 SMS"),  # the escape pair is not cut in two
        ("क" * 70, "70 of 70 characters, 1 SMS"),
        ("क" * 71, "71 of 134 characters, 2 SMS"),
        ("क" * 66 + "😀" + "क" * 66, "134 of 201 characters, 3 SMS"),
    ],
)
def test_the_counter_tells_how_many_messages_a_text_is(page: Page, text: str, counted: str) -> None:
    part(page, "left", "text").fill(text)
    expect(part(page, "left", "count")).to_have_text(counted)


def test_a_hidden_page_asks_nothing_and_a_seen_one_goes_on(browser: Browser, service: Service) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(service.address)
    expect(part(page, "left", "number")).to_have_value(SUNITA)
    page.evaluate(
        "hide => { Object.defineProperty(document, 'hidden', { get: () => window.hide, configurable: true });"
        " window.hide = hide; document.dispatchEvent(new Event('visibilitychange')); }",
        True,
    )
    page.clock.run_for(3_000)  # what was under way comes to its end
    page.wait_for_load_state("networkidle")
    before = len(service.asked)
    page.clock.run_for(60_000)
    assert len(service.asked) == before
    service.put(SUNITA, "Good morning")
    page.evaluate("window.hide = false; document.dispatchEvent(new Event('visibilitychange'));")
    expect(texts(page, "left")).to_have_text(["Good morning"])
    page.close()


def test_a_narrow_screen_shows_one_phone_and_marks_the_other(browser: Browser, service: Service) -> None:
    for width in (320, 360):
        page = browser.new_page(viewport={"width": width, "height": 740})
        service.messages.clear()
        page.goto(service.address)
        expect(page.locator("#phone-right")).to_be_hidden()
        part(page, "left", "number").fill(SUNITA)
        send(page, "left", "REG 9876543210 ABC1234567 12 Ram Kumar")
        expect(part(page, "right", "number")).to_have_value(RAM)
        expect(texts(page, "left")).to_have_count(2)
        tab = page.get_by_role("button", name="Person’s phone")
        expect(tab).to_contain_text("1 new")
        service.put(RAM, "Please answer 1, 2 or 3.")
        expect(tab).to_contain_text("2 new")
        tab.click()
        expect(tab).to_have_attribute("aria-pressed", "true")
        expect(tab).not_to_contain_text("new")
        expect(texts(page, "right").first).to_be_visible()
        expect(page.locator("#phone-left")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.close()


def test_a_whole_dialogue_needs_no_mouse(page: Page) -> None:
    part(page, "left", "number").focus()
    page.keyboard.press("Tab")
    expect(part(page, "left", "people")).to_be_focused()
    page.keyboard.press("Tab")
    expect(part(page, "left", "conversation")).to_be_focused()
    page.keyboard.press("Tab")
    expect(part(page, "left", "text")).to_be_focused()
    page.keyboard.type("FIGURES")
    page.keyboard.press("Enter")
    expect(texts(page, "left")).to_have_text(["FIGURES"])
    for role in ("send", "dial-code", "erase", "dial"):
        page.keyboard.press("Tab")
        expect(part(page, "left", role)).to_be_focused()
    page.keyboard.press("Enter")
    expect(part(page, "left", "ussd-input")).to_be_focused()
    expect(part(page, "left", "screen")).to_have_text(MENU)
    page.keyboard.press("Escape")
    expect(part(page, "left", "ussd")).to_be_hidden()
    expect(part(page, "left", "dial")).to_be_focused()


def test_every_field_and_button_has_a_name(page: Page) -> None:
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button")].filter((it) =>
             !(it.labels && it.labels.length) && !it.getAttribute("aria-label") && !it.textContent.trim()
             && !it.hidden).map((it) => it.outerHTML)"""
    )
    assert nameless == []


def test_no_number_reaches_an_address_the_title_or_the_console(browser: Browser, service: Service) -> None:
    page = browser.new_page()
    said: list[ConsoleMessage] = []
    requested: list[str] = []
    page.on("console", lambda message: said.append(message))
    page.on("request", lambda request: requested.append(request.url))
    page.goto(service.address)
    part(page, "left", "number").fill(SUNITA)
    send(page, "left", EXAMPLE)
    expect(texts(page, "right")).to_have_text([ASKED])
    part(page, "right", "dial").click()
    expect(part(page, "right", "screen")).to_have_text(MENU)
    assert [message.text for message in said] == []  # nor is anything kept off by the content security policy
    origin = service.address.removesuffix("phone/")
    assert [address for address in requested if not address.startswith(origin)] == []
    assert not re.search(r"\d{9}", " ".join([*service.addresses, page.url.removeprefix(origin), page.title()]))
    page.close()


def test_hindi_is_drawn_with_the_letters_we_lend(page: Page, service: Service) -> None:
    service.put(SUNITA, ASKED)
    expect(texts(page, "left")).to_have_text([ASKED])
    page.wait_for_function("document.fonts.check('16px \"Handset Indic\"', 'राम')")
    assert any(address.startswith("/static/fonts/NotoSansDevanagari") for address in service.addresses)
