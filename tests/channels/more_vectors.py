"""More requests and answers of the gateways, in the form of tests/vectors/gateway-vectors.json: made from what their pages
say, each with what it shows. Signatures are made by Twilio's own SDK."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Any

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

Pairs = list[tuple[str, str]]
TOKEN, HOST = "f3a1c0de5eedf00dfacefeedbeefcafe", "https://sms.example.org"
SID, ACCOUNT = "SM0123456789abcdef0123456789abcdef", "AC" + "1" * 32
KENYA, INDIA, OURS, CODE = "+254711000111", "+919876543210", "+14155550199", "51969"

SMS: Pairs = [("MessageSid", SID), ("SmsSid", SID), ("AccountSid", ACCOUNT), ("From", INDIA), ("To", OURS)]


def signed(name: str, note: str, url: str, params: Pairs, valid: bool = True, **other: Any) -> dict[str, Any]:
    """A signature case. `other`: seen_url and seen (what reaches us instead), token (another signer), signature, raw."""
    made = RequestValidator(other.get("token", TOKEN)).compute_signature(url, MultiDict(params))
    return {
        "id": name, "kind": "twilio_signature", "note": note, "auth_token": TOKEN, "url": other.get("seen_url", url),
        "params": other.get("seen", params), "raw_json_body": other.get("raw"),
        "headers": {"X-Twilio-Signature": other.get("signature", made)}, "expected_valid": valid,
    }  # fmt: skip


def _body(raw: str) -> str:
    return f"{HOST}/hooks/twilio/sms?bodySHA256={sha256(raw.encode()).hexdigest()}"


URL = f"{HOST}/hooks/twilio/sms"
SIGNATURES = [
    signed("more-sig-arabic", "right-to-left text", URL, [*SMS, ("Body", "نعم، أوافق")]),
    signed("more-sig-swahili-quote", "a curly quote of the phone's own", URL, [*SMS, ("Body", "Ng’ombe wa Wanjikũ")]),
    signed("more-sig-newlines", "CRLF and tabs", URL, [*SMS, ("Body", "REG\r\n\t98765\n")]),
    signed("more-sig-empty-value", "empty geographic fields", URL, [*SMS, ("Body", "1"), ("FromCity", ""),
        ("FromZip", "")]),
    signed("more-sig-repeated", "a name twice, values sorted and said once", URL, [("B", "2"), ("B", "1"), ("B", "2")]),
    signed("more-sig-case", "names are sorted by code point", URL, [("b", "1"), ("B", "2"), ("_", "3"), ("é", "4")]),
    signed("more-sig-astral", "a sign beyond 16 bits", URL, [*SMS, ("Body", "🏳️‍🌈👨‍👩‍👧")]),
    signed("more-sig-utf8-query", "upper-case escapes in the query", f"{URL}?n=%C3%A9&x=%2F", [*SMS]),
    signed("more-sig-plus-query", "a plus in the query stays one", f"{URL}?a=b+c&d=", [*SMS]),
    signed("more-sig-ref", "our reference in a status callback", f"{HOST}/hooks/twilio/status?ref=a1b2c3", [*SMS]),
    signed("more-sig-port", "we say :8443, Twilio signed it", f"{HOST}:8443/hooks/twilio/sms", [*SMS]),
    signed("more-sig-port-80", "plain http, :80 added", "http://sms.example.org:80/x", [*SMS],
        seen_url="http://sms.example.org/x"),
    signed("more-sig-json", "a JSON body by its hash", _body('{"a": "é"}'), [], raw='{"a": "é"}'),
    signed("more-sig-long", "1600 characters", URL, [*SMS, ("Body", "ह" * 1600)]),
    signed("more-sig-json-other", "another JSON body", _body("{}"), [], raw='{"a": 1}', valid=False),
    signed("more-sig-none", "empty header", URL, [*SMS], signature="", valid=False),
    signed("more-sig-space", "a blank behind it", URL, [*SMS], signature="HpS7PBa1Agvt4OtO+wZp75IuQa0= ", valid=False),
    signed("more-sig-other-token", "another account's token", URL, [*SMS], token="0" * 32, valid=False),
    signed("more-sig-http", "signed over http, called by https", URL.replace("https", "http"), [*SMS], seen_url=URL,
        valid=False),
    signed("more-sig-path", "signed for another address", f"{HOST}/hooks/twilio/status", [*SMS], seen_url=URL,
        valid=False),
    signed("more-sig-upper-escape", "an escape rewritten", f"{URL}?n=%c3%a9", [*SMS], seen_url=f"{URL}?n=%C3%A9",
        valid=False),
    signed("more-sig-bare-question-mark", "a bare ? appended", URL, [*SMS], seen_url=f"{URL}?", valid=False),
    signed("more-sig-dropped-field", "an unknown field left out", URL, [*SMS, ("New", "1")], seen=SMS, valid=False),
    signed("more-sig-decoded-plus", "a plus in the text read as a blank", URL, [("Body", "1+1")], seen=[("Body",
        "1 1")], valid=False),
    signed("more-sig-swapped", "name and value moved into each other", URL, [("ab", "c")], seen=[("a", "bd")],
        valid=False),
    signed("more-sig-nfd", "the text decomposed on the way", URL, [("Body", "é")], seen=[("Body", "e\u0301")],
        valid=False),
    signed("more-sig-hex", "hex instead of base64", URL, [*SMS],
        signature="1e94bb3c16b5020bede0eb4efb0669ef922e41ad", valid=False),
    signed("more-sig-two", "two signatures in one header", URL, [*SMS], signature="a=,b=", valid=False),
]  # fmt: skip


def inbound(name: str, note: str, expected: dict[str, Any], *more: tuple[str, str]) -> dict[str, Any]:
    """An SMS or MMS in; `more` replaces and adds."""
    params = list((dict(SMS) | {"Body": "1", "NumMedia": "0"} | dict(more)).items())
    return {"id": name, "kind": "twilio_inbound", "note": note, "params": params, "expected": expected}


LONG = "Amina Wanjiru wa Kitui anajiunga, na mume wake pia, na majirani wote wa kijiji chetu."
INBOUNDS = [
    inbound("more-in-digits", "Devanagari digits", {"text": "९८७"}, ("Body", "९८७")),
    inbound("more-in-blank", "no text at all", {"text": ""}, ("Body", "")),
    inbound("more-in-spaces", "blanks are kept", {"text": "  1  "}, ("Body", "  1  ")),
    inbound("more-in-nul", "NUL is dropped", {"text": "yes"}, ("Body", "y\0es")),
    inbound("more-in-base64", "a long SMS as base64", {"text": LONG}, ("Body",
        base64.b64encode(LONG.encode()).decode())),
    inbound("more-in-base64-lines", "with line breaks", {"text": LONG}, ("Body",
        base64.encodebytes(LONG.encode()).decode())),
    inbound("more-in-stop", "Advanced Opt-Out has answered", {"text": "STOP", "answered": True}, ("Body", "STOP"),
        ("OptOutType", "STOP")),
    inbound("more-in-help", "HELP too", {"text": "HELP", "answered": True}, ("Body", "HELP"), ("OptOutType", "HELP")),
    inbound("more-in-optout", "the default list: OPTOUT", {"text": "OPTOUT", "answered": False}, ("Body", "OPTOUT")),
    inbound("more-in-stopall", "the default list: STOPALL", {"text": "STOPALL", "answered": False}, ("Body",
        "STOPALL")),
    inbound("more-in-mms-one", "a picture and words", {"text": "photo", "media": 1}, ("Body", "photo"), ("NumMedia",
        "1"), ("MediaUrl0", "https://api.twilio.com/m/0")),
    inbound("more-in-mms-http", "a picture from elsewhere", {"media": 0}, ("NumMedia", "1"), ("MediaUrl0",
        "http://evil.example/0")),
    inbound("more-in-new-field", "unknown fields are ignored", {"text": "1"}, ("ExternalUserId", "u"), ("Referral",
        "x")),
    inbound("more-in-sender-short", "a short code", {"ignored": True}, ("From", "56161")),
    inbound("more-in-sender-letters", "a lettered sender", {"ignored": True}, ("From", "VM-HDFCBK")),
    inbound("more-in-sender-anonymous", "no caller", {"ignored": True}, ("From", "Anonymous")),
    inbound("more-in-own-number", "our own number", {"ignored": True}, ("From", OURS)),
    inbound("more-in-mm", "an MM sid", {"id": "MM" + "2" * 32}, ("MessageSid", "MM" + "2" * 32)),
    inbound("more-in-wa-location", "WhatsApp, and no sender of ours", {"ignored": True}, ("From",
        f"whatsapp:{KENYA}"), ("Latitude", "1.2")),
]  # fmt: skip


def status(name: str, note: str, expected: dict[str, Any], word: str, *more: tuple[str, str]) -> dict[str, Any]:
    """A status callback."""
    params = [("MessageSid", SID), ("MessageStatus", word), ("SmsStatus", word), ("To", INDIA), ("From", OURS), *more]
    return {"id": name, "kind": "twilio_status", "note": note, "params": params, "expected": expected}


STATUSES = [
    status("more-st-delivered", "with the network's own time", {"status": "delivered"}, "delivered",
        ("RawDlrDoneDate", "2608121455")),
    status("more-st-read", "WhatsApp's blue ticks", {"status": "delivered"}, "read", ("EventType", "READ")),
    status("more-st-accepted", "a Messaging Service", {"status": "sent"}, "accepted"),
    status("more-st-scheduled", "scheduled", {"status": "sent"}, "scheduled"),
    status("more-st-canceled", "we took it back: no second try", {"status": "failed", "again": 0}, "canceled"),
    status("more-st-upper", "in capitals", {"status": "failed"}, "UNDELIVERED"),
    status("more-st-30003", "the phone is off", {"status": "failed", "again": 3}, "undelivered", ("ErrorCode",
        "30003")),
    status("more-st-30004", "blocked", {"status": "failed", "again": 0}, "undelivered", ("ErrorCode", "30004")),
    status("more-st-30005", "unknown number", {"status": "failed", "again": 0}, "undelivered", ("ErrorCode", "30005")),
    status("more-st-30006", "a landline", {"status": "failed", "again": 0}, "undelivered", ("ErrorCode", "30006")),
    status("more-st-30008", "once more", {"status": "failed", "again": 1}, "undelivered", ("ErrorCode", "30008")),
    status("more-st-30034", "not registered", {"status": "failed", "operator": True}, "undelivered", ("ErrorCode",
        "30034")),
    status("more-st-21610", "unsubscribed, told late", {"status": "failed", "opted_out": True}, "failed",
        ("ErrorCode", "21610")),
    status("more-st-63016", "WhatsApp's day is over", {"status": "failed", "elsewhere": True}, "failed",
        ("ErrorCode", "63016")),
    status("more-st-63018", "WhatsApp's rate", {"status": "failed", "again": 3}, "failed", ("ErrorCode", "63018")),
    status("more-st-new-code", "a code of next year", {"status": "failed", "again": 0, "operator": False}, "failed",
        ("ErrorCode", "987654")),
    status("more-st-no-number", "a code that is none", {"status": "failed", "again": 0}, "failed", ("ErrorCode",
        "n/a")),
]  # fmt: skip


def at(name: str, kind: str, note: str, expected: dict[str, Any], **params: str) -> dict[str, Any]:
    """A call of Africa's Talking."""
    return {
        "id": name, "kind": kind, "note": note, "expected": expected,
        "params": [(key.rstrip("_"), text) for key, text in params.items()],
    }  # fmt: skip


AT_SMS = {"date": "2026-08-12 10:30:00", "from_": KENYA, "id": "ATXid_1", "to": CODE, "networkCode": "63902"}
AT_INBOUNDS = [
    at("more-at-no-link", "at_inbound", "no linkId", {"text": "Ndiyo"}, **AT_SMS, text="Ndiyo"),
    at("more-at-empty-link", "at_inbound", "an empty one", {"text": "1"}, **AT_SMS, text="1", linkId=""),
    at(
        "more-at-blank",
        "at_inbound",
        "no text: RapidPro's gateway refuses it, we do not",
        {"text": ""},
        **AT_SMS,
        text="",
    ),
    at("more-at-no-plus", "at_inbound", "no plus", {"text": "1"}, **AT_SMS | {"from_": KENYA[1:]}, text="1"),
    at(
        "more-at-network",
        "at_inbound",
        "a network nobody knows",
        {"text": "1"},
        **AT_SMS | {"networkCode": "12345"},
        text="1",
    ),
    at("more-at-athena", "at_inbound", "the sandbox", {"text": "1"}, **AT_SMS | {"networkCode": "99999"}, text="1"),
    at("more-at-cost", "at_inbound", "a field more", {"text": "1"}, **AT_SMS, text="1", cost="KES 1"),
    at("more-at-amharic", "at_inbound", "Amharic", {"text": "እሺ"}, **AT_SMS, text="እሺ"),
    at(
        "more-at-shortcode",
        "at_inbound",
        "a lettered sender",
        {"ignored": True},
        **AT_SMS | {"from_": "SAFARICOM"},
        text="1",
    ),
]
AT_REPORTS = [
    at(f"more-at-dlr-{word or 'none'}-{reason}", "at_delivery", "", {"status": ours,
        "opted_out": reason.lower() == "userinblacklist"},
       id="ATXid_1", status=word, phoneNumber=KENYA, networkCode="63902", failureReason=reason, retryCount="0")
    for word, reason, ours in [
        ("Success", "", "delivered"), ("Sent", "", "sent"), ("Submitted", "", "sent"), ("Buffered", "", "sent"),
        ("Expired", "", "failed"), ("SUCCESS", "", "delivered"), ("Queued", "", "sent"), ("", "", "sent"),
        ("Failed", "InsufficientCredit", "failed"), ("Failed", "UserIsInactive", "failed"),
        ("Failed", "UserAccountSuspended", "failed"), ("Failed", "DeliveryFailure", "failed"),
        ("Rejected", "UserInBlacklist", "failed"), ("Rejected", "SomethingNew", "failed"),
    ]
]  # fmt: skip

HOP = {"sessionId": "ATUid_1", "phoneNumber": KENYA, "networkCode": "63902", "serviceCode": "*384*96#"}
HOPS = [
    at(f"more-ussd-{name}", "at_ussd", note, {"previous_text": before, "new_input": new}, **HOP, text=text)
    for name, note, before, text, new in [
        ("star-first", "a * typed first", "1", "1**2", "*2"),
        ("star-last", "a * typed last", "1", "1*2*", "2*"),
        ("star-alone", "nothing but a *", "1", "1**", "*"),
        ("empty-input", "sent without typing", "1", "1*", ""),
        ("same-digits", "the same key again", "1", "1*1", "1"),
        ("prefix", "the new input begins like the old one", "1", "1*1*1", "1*1"),
        ("hindi", "letters of another script", "1", "1*राम", "राम"),
        ("back", "00 to the first question", "1*Ram", "1*Ram*00", "00"),
        ("more", "98 for the next page", "1", "1*98", "98"),
        ("long", "a hundred inputs", "1*2" * 50, "1*2" * 50 + "*7", "7"),
        ("first-key", "the first answer", "", "2", "2"),
        ("direct", "a dial with three keys", None, "1*2*Ram", ["1", "2", "Ram"]),
        ("direct-one", "a dial with one key", None, "2", ["2"]),
        ("direct-star", "a dial that ends in a star", None, "1*", ["1", ""]),
        ("dial", "a dial", None, "", []),
    ]
]
ENDS = [
    at(f"more-ussd-end-{word or 'none'}".lower(), "at_ussd_end", "", {}, **HOP, status=word, durationInMillis="1",
        input="1", errorMessage="")
    for word in ("Incomplete", "Timeout", "")
]  # fmt: skip


def answer(
    name: str, note: str, expected: dict[str, Any], http_status: int, body: Any, kind: str = "json"
) -> dict[str, Any]:
    """An answer to a send."""
    text = body if isinstance(body, str) else json.dumps({"SMSMessageData": body})
    types = {"json": "application/json", "charset": "application/json; charset=UTF-8", "text": "text/plain"}
    return {"id": name, "kind": "at_send_response", "note": note, "http_status": http_status,
        "content_type": types[kind], "body": text, "expected": expected}  # fmt: skip


def one(code: Any, word: str, number: str = KENYA, **more: Any) -> dict[str, Any]:
    """A recipient."""
    return {"statusCode": code, "number": number, "status": word, "cost": "KES 0.8000", "messageId": "ATXid_9"} | more


def told(*recipients: Any, message: str = "Sent to 1/1 Total Cost: KES 0.8000 Message parts: 2") -> dict[str, Any]:
    """The data of an answer."""
    return {"Message": message, "Recipients": list(recipients)}


ACCEPTED, NO, LATER, UNKNOWN = {"is": "accepted"}, {"is": "no"}, {"is": "later"}, {"is": "unknown"}
ANSWERS = [
    answer("more-send-101", "Sent", ACCEPTED, 201, told(one(101, "Success"))),
    answer("more-send-200", "a 200 is as good", ACCEPTED, 200, told(one(100, "Processed"))),
    answer("more-send-text-code", "the code as a text", ACCEPTED, 201, told(one("102", "Success"))),
    answer("more-send-charset", "a charset in the type", ACCEPTED, 201, told(one(101, "Success")), "charset"),
    answer("more-send-text", "called plain text", ACCEPTED, 201, told(one(101, "Success")), "text"),
    answer("more-send-no-parts", "without the parts", ACCEPTED, 201, told(one(101, "Success"), message="Sent to 1/1")),
    answer("more-send-no-cost", "without a cost", ACCEPTED, 201, told(one(101, "Success", cost=None))),
    answer("more-send-national", "the number in another form", ACCEPTED, 201, told(one(101, "Success", "0711000111"))),
    answer("more-send-sender", "recorded: a wrong sender", NO, 201, told(message="InvalidSenderId")),
    answer("more-send-none", "nobody in the list", NO, 201, told(message="Sent to 0/1")),
    answer("more-send-401", "RiskHold", NO, 201, told(one(401, "RiskHold", messageId="None"))),
    answer("more-send-403", "InvalidPhoneNumber", NO, 201, told(one(403, "InvalidPhoneNumber", messageId="None"))),
    answer("more-send-405", "InsufficientBalance", LATER, 201, told(one(405, "InsufficientBalance", messageId="None"))),
    answer("more-send-407", "CouldNotRoute", NO, 201, told(one(407, "CouldNotRoute", messageId="None"))),
    answer("more-send-501", "GatewayError", LATER, 201, told(one(501, "GatewayError", messageId="None"))),
    answer("more-send-499", "a code of next year", NO, 201, told(one(499, "Whatever"))),
    answer("more-send-599", "a server's code of next year", UNKNOWN, 201, told(one(599, "Whatever"))),
    answer("more-send-200-code", "a code between", UNKNOWN, 201, told(one(200, "OK"))),
    answer("more-send-http-401", "a wrong key, in plain text", NO, 401, "The supplied authentication is invalid",
        "text"),
    answer("more-send-http-429", "too many", LATER, 429, "Too many requests", "text"),
    answer("more-send-http-503", "its server is away", UNKNOWN, 503, "", "text"),
    answer("more-send-http-302", "sent elsewhere", UNKNOWN, 302, "", "text"),
]  # fmt: skip

LEGACY = [
    at("more-kannel-mo-hindi", "kannel_inbound", "coding 2, UTF-8", {"text": "हाँ"}, id="9e20", ts="1723458600",
       sender=INDIA[1:], receiver="12345", message="हाँ", coding="2", charset="UTF-8"),
    at("more-kannel-mo-star", "kannel_inbound", "an empty text", {"text": ""}, id="9e21", ts="1723458600",
       sender=INDIA[1:], receiver="12345", message="", coding="0", charset="UTF-8"),
    *(at(f"more-kannel-dlr-{value}", "kannel_dlr", "", {"status": ours}, uuid="a1b2", status=value)
      for value, ours in [("2", "failed"), ("8", "sent"), ("32", "sent"), ("64", "sent")]),
    *(at(f"more-jasmin-dlr-{word}".lower(), "jasmin_dlr", "", {"status": ours},
        id="16fd2706-8baf-433b-82eb-8c7fada847da",
         message_status=word, level="3", err="000", text="")
      for word, ours in [("UNDELIV", "failed"), ("REJECTD", "failed"), ("DELETED", "failed"), ("UNKNOWN", "sent"),
                         ("ENROUTE", "sent"), ("ESME_ROK", "sent"), ("ESME_RTHROTTLED", "failed")]),
]  # fmt: skip

CASES = [*SIGNATURES, *INBOUNDS, *STATUSES, *AT_INBOUNDS, *AT_REPORTS, *HOPS, *ENDS, *ANSWERS, *LEGACY]
