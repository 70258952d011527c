"""What gateways answer to a send, and what it means, from their pages; in the manner of more_vectors.py."""

from __future__ import annotations

import json
from typing import Any

SID = "SM" + "5" * 32
UUID = "07033084-5cfd-4812-90a4-e4d24ffb6e3d"

Case = tuple[str, str, int, dict[str, str], Any, dict[str, Any]]
"""Name, channel, status, headers, body (JSON unless it is a text), and `is` (accepted, no, later, unknown) with members of the
outcome."""


def case(name: str, channel: str, status: int, body: Any, is_: str, after: str = "", **more: Any) -> Case:
    """One answer. `after`: its Retry-After."""
    headers = {"Retry-After": after} if after else {}
    return (name, channel, status, headers, body if isinstance(body, str) else json.dumps(body), {"is": is_} | more)


def fault(code: Any, status: int = 400, **more: Any) -> dict[str, Any]:
    """An error of Twilio's."""
    return {
        "code": code,
        "message": "No.",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    } | more


def created(**more: Any) -> dict[str, Any]:
    """A message of Twilio's."""
    return {
        "sid": SID,
        "status": "queued",
        "num_segments": "2",
        "price": None,
        "price_unit": "USD",
        "error_code": None,
    } | more


def exotel(status: str, **more: Any) -> dict[str, Any]:
    return {"SMSMessage": {"Sid": "ex-1", "Status": status, "Direction": "outbound-api"} | more}


def gupshup(status: str, id_: Any = "3478963-1", details: str = "") -> dict[str, Any]:
    return {"response": {"id": id_, "phone": "919876543210", "details": details, "status": status}}


def infobip(group: str, name: str = "X", **more: Any) -> dict[str, Any]:
    status = {"groupId": 1, "groupName": group, "id": 26, "name": name, "description": "..."}
    return {"messages": [{"messageId": "ib-1", "status": status, "destination": "919876543210"} | more]}


PAGE = "<html><title>Sign in</title></html>"
TWILIO = [
    case("queued", "twilio", 201, created(), "accepted", gateway_id=SID, segments=2, price=""),
    case("accepted-by-service", "twilio", 201, created(status="accepted", num_segments="0"), "accepted", segments=0),
    case("priced", "twilio", 201, created(price="-0.00750"), "accepted", price="USD 0.00750"),
    case("no-sid", "twilio", 201, created(sid=None), "unknown"),
    case("empty-object", "twilio", 201, {}, "unknown"),
    case("a-list", "twilio", 201, [], "unknown"),
    case("null", "twilio", 201, "null", "unknown"),
    case("long-sid", "twilio", 201, created(sid="S" * 200), "unknown"),
    case("nul-in-sid", "twilio", 201, created(sid=SID + "\0"), "accepted", gateway_id=SID),
    case("segments-as-number", "twilio", 201, created(num_segments=3), "accepted", segments=3),
    case("segments-nonsense", "twilio", 201, created(num_segments="many"), "accepted", segments=0),
    case("failed-at-once", "twilio", 201, created(status="failed", error_code=30007), "no", operator=True),
    case("unsubscribed", "twilio", 400, fault(21610), "no", opted_out=True),
    case("unsubscribed-code-as-text", "twilio", 400, fault("21610"), "no", opted_out=True),
    case("no-number", "twilio", 400, fault(21211), "no", number_failed=True),
    case("queue-full", "twilio", 400, fault(21611), "later", after_is=3600.0),
    case("country-off", "twilio", 400, fault(21408), "no", operator=True),
    case("too-many", "twilio", 429, fault(20429, 429), "later", after_is=0.0),
    case("too-many-says-when", "twilio", 429, PAGE, "later", after="12", after_is=12.0),
    case("wrong-token", "twilio", 401, fault(20003, 401), "no", operator=True),
    case("page-with-400", "twilio", 400, PAGE, "no"),
    case("rfc-9457", "twilio", 400, {"type": "https://x.example/21610", "title": "No", "status": 400, "code": 21610}, "no",
        opted_out=True),
    case("page-with-502", "twilio", 502, PAGE, "unknown"),
    case("new-code", "twilio", 400, fault(29999), "no", operator=False),
]  # fmt: skip
KANNEL = [
    case("taken", "kannel", 202, "0: Accepted for delivery", "accepted", gateway_id=""),
    case("queued", "kannel", 202, "3: Queued for later delivery\n", "accepted"),
    case("taken-with-200", "kannel", 200, "0: Accepted for delivery", "accepted"),
    case("nothing", "kannel", 202, "", "unknown"),
    case("another-sentence", "kannel", 202, "10: Perhaps", "unknown"),
    case("temporal", "kannel", 503, "Temporal failure, try again later.", "later"),
    case("temporal-when", "kannel", 503, "Temporal failure, try again later.", "later", after="9", after_is=9.0),
    case("proxy-503", "kannel", 503, PAGE, "unknown"),
    case("wrong-password", "kannel", 403, "Authorization failed for sendsms", "no", operator=True),
    case("misformed", "kannel", 400, "Charset or body misformed, rejected", "no", operator=False),
    case("error-500", "kannel", 500, "Internal error", "unknown"),
]
JASMIN = [
    case("taken", "jasmin", 200, f'Success "{UUID}"', "accepted", gateway_id=UUID),
    case("taken-line", "jasmin", 200, f'Success "{UUID}"\n', "accepted", gateway_id=UUID),
    case("no-id", "jasmin", 200, 'Success ""', "unknown"),
    case("broken-off", "jasmin", 200, 'Success "0703', "unknown"),
    case("nul-in-id", "jasmin", 200, 'Success "07\0"', "unknown"),
    case("missing-to", "jasmin", 400, 'Error "Mandatory argument [to] is not found."', "no", operator=False),
    case("too-fast", "jasmin", 403, 'Error "User throughput exceeded"', "later", operator=False),
    case("wrong-password", "jasmin", 403, 'Error "Authentication failure for username:x"', "no", operator=True),
    case("no-route", "jasmin", 412, 'Error "No route found"', "no", operator=True),
    case("no-connector", "jasmin", 500, 'Error "Cannot send submit_sm, check SMPPClientManager log"', "unknown"),
]
DESCRIBED = [
    case("queued", "exotel", 200, exotel("queued"), "accepted", gateway_id="ex-1"),
    case("capitals", "exotel", 200, exotel("Queued"), "accepted"),
    case("dnd", "exotel", 200, exotel("failed_dnd"), "no"),
    case("failed", "exotel", 200, exotel("failed"), "no"),
    case("no-sid", "exotel", 200, exotel("queued", Sid=None), "unknown"),
    case("nul-in-sid", "exotel", 200, exotel("queued", Sid="ex\0-1"), "accepted", gateway_id="ex-1"),
    case("xml", "exotel", 200, "<TwilioResponse/>", "unknown"),
    case("wrong-key", "exotel", 401, {"RestException": {"Status": 401}}, "no", operator=True),
    case("bad", "exotel", 400, {"RestException": {"Status": 400}}, "no", operator=False),
    case("success", "gupshup", 200, gupshup("success"), "accepted", gateway_id="3478963-1"),
    case("id-as-number", "gupshup", 200, gupshup("success", 3478963), "accepted", gateway_id="3478963"),
    case("wrong-password", "gupshup", 200, gupshup("error", "102", "The user id or password"), "no", reason="102"),
    case("text-not-json", "gupshup", 200, "success | 919876543210 | 3478963-1", "unknown"),
    case("too-many", "gupshup", 429, "", "later"),
    case("pending", "infobip", 200, infobip("PENDING", "PENDING_ACCEPTED"), "accepted", gateway_id="ib-1"),
    case("no-credit", "infobip", 200, infobip("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS"), "no"),
    case("new-group", "infobip", 200, infobip("PONDERING"), "unknown"),
    case("nobody", "infobip", 200, {"messages": []}, "unknown"),
    case("wrong-key", "infobip", 401, {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED"}}}, "no",
        operator=True),
    case("success", "msg91", 200, {"message": "5134842646923e183d000075", "type": "success"}, "accepted",
        gateway_id="5134842646923e183d000075"),
    case("wrong-key", "msg91", 200, {"message": "Authentication failure", "type": "error", "code": "207"}, "no", reason="207"),
    case("code-as-number", "msg91", 200, {"message": "Invalid", "type": "error", "code": 302}, "no", reason="302"),
    case("no-id", "msg91", 200, {"type": "success"}, "unknown"),
    case("page", "msg91", 200, PAGE, "unknown"),
]  # fmt: skip
AFRICASTALKING = [
    case("long-id", "africastalking", 201, {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [{"statusCode": 101,
        "number": "+254711000111", "status": "Success", "messageId": "A" * 200}]}}, "accepted", gateway_id=""),
    case("nul-in-id", "africastalking", 201, {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [{"statusCode": 101,
        "number": "+254711000111", "status": "Success", "messageId": "AT\0x"}]}}, "accepted", gateway_id="ATx"),
    case("no-recipients-member", "africastalking", 201, {"SMSMessageData": {"Message": "Sent"}}, "unknown"),
    case("recipients-null", "africastalking", 201, {"SMSMessageData": {"Message": "InvalidSenderId",
        "Recipients": None}}, "no", operator=True),
]  # fmt: skip
CASES = [*TWILIO, *KANNEL, *JASMIN, *DESCRIBED, *AFRICASTALKING]
