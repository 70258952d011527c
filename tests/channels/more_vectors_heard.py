"""What gateways call us with, and what it means, from their pages; in the manner of more_vectors.py. Those of Africa's Talking
and Twilio that are not there, and what Kannel, Jasmin and the described gateways send."""

from __future__ import annotations

import json
from typing import Any

KENYA, INDIA, OURS = "+254711000111", "+919876543210", "+14155550199"
SID, UUID = "SM" + "7" * 32, "07033084-5cfd-4812-90a4-e4d24ffb6e3d"

Case = tuple[str, str, str, Any, dict[str, Any]]
"""Name, channel, route, fields (pairs of a form; else JSON; a text: the query of a GET), and what is understood: `is` (sms,
report, ignored, unreadable, or how many in one request) with members of it."""


def case(name: str, channel: str, route: str, fields: Any, is_: Any, **more: Any) -> Case:
    return (name, channel, route, list(fields.items()) if isinstance(fields, dict) else fields, {"is": is_} | more)


def whatsapp(**more: str) -> dict[str, str]:
    """A WhatsApp message at Twilio."""
    return {
        "MessageSid": SID,
        "From": f"whatsapp:{KENYA}",
        "To": f"whatsapp:{OURS}",
        "WaId": KENYA[1:],
        "Body": "1",
    } | more


TWILIO = [
    case("button", "whatsapp", "sms", whatsapp(Body="Yes", ButtonText="Yes", ButtonPayload="yes-1"), "sms", text="Yes",
        phone=KENYA, to=OURS),
    case("button-without-body", "whatsapp", "sms", whatsapp(Body="", ButtonText="Yes"), "sms", text="Yes"),
    case("location", "whatsapp", "sms", whatsapp(Body="", Latitude="1.2", Longitude="36.8"), "sms", text=""),
    case("reply", "whatsapp", "sms", whatsapp(OriginalRepliedMessageSid="SM1"), "sms", text="1"),
    case("read", "whatsapp", "status", {"MessageSid": SID, "MessageStatus": "read", "To": f"whatsapp:{KENYA}"}, "report",
        status="delivered", phone=KENYA),
    case("media-beyond-ten", "twilio", "sms", {"MessageSid": "MM" + "1" * 32, "From": INDIA, "To": OURS, "Body": "",
        **{f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(12)}}, "sms", media=10),
    case("only-sms-sid", "twilio", "sms", {"SmsSid": SID, "From": INDIA, "To": OURS, "Body": "1"}, "sms", id=SID),
    case("word-only-in-sms-status", "twilio", "status", {"SmsSid": SID, "SmsStatus": "delivered"}, "report",
        status="delivered"),
    case("code-with-zeros", "twilio", "status", {"MessageSid": SID, "MessageStatus": "failed", "ErrorCode": "021610"},
        "report", status="failed", opted_out=True),
    case("delivered-with-code", "twilio", "status", {"MessageSid": SID, "MessageStatus": "delivered", "ErrorCode": "30003"},
        "report", status="delivered", again=0, number_failed=False),
    case("delivered-with-21610", "twilio", "status", {"MessageSid": SID, "MessageStatus": "delivered",
        "ErrorCode": "21610"}, "report", status="delivered", opted_out=False),
]  # fmt: skip
AT: dict[str, str] = {"from": KENYA, "id": "ATXid_1", "to": "51969", "text": "1"}
AFRICASTALKING = [
    case("date-with-zone", "africastalking", "sms", AT | {"date": "2017-05-03T06:04:45Z"}, "sms",
        gateway_time="2017-05-03T06:04:45Z"),
    case("date-without", "africastalking", "sms", AT | {"date": "2006-01-02 15:04:05"}, "sms",
        gateway_time="2006-01-02T15:04:05"),
    case("date-nonsense", "africastalking", "sms", AT | {"date": "yesterday"}, "sms", gateway_time=""),
    case("opt-out-without-sender", "africastalking", "opt-out", {"phoneNumber": KENYA}, "sms", text="STOP", answered=True),
    case("opt-out-without-plus", "africastalking", "opt-out", {"senderId": "51969", "phoneNumber": KENYA[1:]}, "sms",
        phone=KENYA),
    case("opt-out-of-nobody", "africastalking", "opt-out", {"senderId": "51969"}, "unreadable"),
    case("delivered-with-reason", "africastalking", "delivery", {"id": "ATXid_1", "status": "Success", "phoneNumber": KENYA,
        "failureReason": "UserInBlackList"}, "report", status="delivered", opted_out=False),
    case("absent", "africastalking", "delivery", {"id": "ATXid_1", "status": "Failed", "phoneNumber": KENYA,
        "failureReason": "UserIsInactive"}, "report", number_failed=True, again=0),
    case("link", "africastalking", "delivery", {"id": "ATXid_1", "status": "Rejected", "failureReason": "InvalidLinkId"},
        "report", operator=True, number_failed=False),
]  # fmt: skip
KANNEL = [
    case("utf-16", "kannel", "sms", "id=k1&ts=1723458600&sender=919876543210&receiver=12345&message=%09%39%09%3E%09%01"
        "&coding=2&charset=UTF-16BE", "sms", text="हाँ", phone=INDIA, gateway_time="2024-08-12T10:30:00Z"),
    case("utf-16-odd", "kannel", "sms", "id=k1&sender=919876543210&message=%09%39%09&charset=utf-16be", "sms", text="ह\ufffd"),
    case("latin-1", "kannel", "sms", "id=k1&sender=%2B919876543210&message=%E9&charset=ISO-8859-1", "sms", text="é"),
    case("plus-as-blank", "kannel", "sms", "id=k1&sender=+254711000111&message=a+b", "sms", phone=KENYA, text="a b"),
    case("lettered", "kannel", "sms", "id=k1&sender=VM-HDFCBK&message=1", "ignored"),
    case("no-id", "kannel", "sms", "id=&sender=254711000111&message=1", "unreadable"),
    case("rejected", "kannel", "delivery", "uuid=a1&status=16&reply=NACK%2F0x00000045%2Fx", "report", status="failed",
        reason="45", number_failed=False),
    case("not-delivered", "kannel", "delivery", "uuid=a1&status=2&reply=id%3A1+stat%3AUNDELIV+err%3A001+text%3A", "report",
        status="failed", number_failed=True, reason="1"),
    case("registry", "kannel", "delivery", "uuid=a1&status=2&reply=stat%3AREJECTD+err%3A633+text%3A", "report", reason="633"),
    case("rejected-by-the-network", "kannel", "delivery", "uuid=a1&status=2&reply=stat%3AREJECTD+err%3A633+text%3A", "report",
        number_failed=False),
    case("empty-status", "kannel", "delivery", "uuid=a1&status=", "unreadable"),
    case("delivered-err-000", "kannel", "delivery", "uuid=a1&status=1&reply=stat%3ADELIVRD+err%3A000+text%3A", "report",
        status="delivered", reason=""),
]  # fmt: skip
MO = {"id": UUID, "from": KENYA[1:], "to": "12345", "priority": "1", "coding": "0", "content": "1", "binary": "31"}
DLR = {"id": UUID, "id_smsc": "1", "level": "2", "err": "000", "text": ""}
JASMIN = [
    case("ucs-2", "jasmin", "sms", MO | {"coding": "8", "content": "", "binary": "0939093e0901"}, "sms", text="हाँ"),
    case("ucs-2-capitals", "jasmin", "sms", MO | {"coding": "8", "content": "", "binary": "0939093E0901"}, "sms", text="हाँ"),
    case("emoji", "jasmin", "sms", MO | {"coding": "8", "content": "", "binary": "d83dde00"}, "sms", text="😀"),
    case("half-emoji", "jasmin", "sms", MO | {"coding": "8", "content": "", "binary": "0031d83d"}, "sms", text="1\ufffd"),
    case("no-hex", "jasmin", "sms", MO | {"coding": "8", "content": "1", "binary": "xyz"}, "sms", text="1"),
    case("no-binary", "jasmin", "sms", {**MO, "coding": "8", "content": "1", "binary": ""}, "sms", text="1"),
    case("latin-1", "jasmin", "sms", MO | {"coding": "3", "content": "?", "binary": "e9"}, "sms", text="é"),
    case("small-letters", "jasmin", "delivery", DLR | {"message_status": "delivrd"}, "report", status="delivered"),
    case("smsc-no", "jasmin", "delivery", DLR | {"message_status": "ESME_RINVDSTADR", "level": "1"}, "report",
        status="failed", reason="ESME_RINVDSTADR"),
    case("registry", "jasmin", "delivery", DLR | {"message_status": "REJECTD", "err": "633"}, "report", status="failed",
        reason="633", number_failed=False),
    case("accepted", "jasmin", "delivery", DLR | {"message_status": "ACCEPTD"}, "report", status="sent"),
    case("of-nothing", "jasmin", "delivery", {"message_status": "DELIVRD"}, "unreadable"),
]  # fmt: skip
IB = {
    "messageId": "ib-1",
    "from": "919876543210",
    "to": "56070",
    "text": "1",
    "receivedAt": "2026-08-12T10:30:00.000+0000",
}


def infobip(group: str, error: str = "NO_ERROR") -> dict[str, Any]:
    one = {"messageId": "ib-1", "to": "919876543210", "status": {"groupName": group}, "error": {"name": error}}
    return one | {"messageCount": 2}


def pushed(*reports: dict[str, str]) -> list[tuple[str, str]]:
    """MSG91's form with JSON in it."""
    return [("data", json.dumps([{"requestId": "m1", "senderId": "XYZORG", "report": list(reports)}]))]


DESCRIBED = [
    case("national", "exotel", "sms", {"SmsSid": "e1", "From": "09876543210", "Body": "1"}, "sms", phone=INDIA),
    case("landline-header", "exotel", "sms", {"SmsSid": "e1", "From": "TM-ABCDEF", "Body": "1"}, "ignored"),
    case("sending", "exotel", "delivery", {"SmsSid": "e1", "Status": "sending"}, "report", status="sent"),
    case("dnd", "exotel", "delivery", {"SmsSid": "e1", "Status": "failed-dnd", "DetailedStatusCode": "25020"}, "report",
        status="failed", number_failed=False, reason="25020"),
    case("no-plus", "gupshup", "sms", {"messageId": "g1", "phoneno": "919876543210", "msg": "1"}, "sms", phone=INDIA),
    case("absent", "gupshup", "delivery", {"externalId": "g1", "status": "FAILURE", "errCode": "003", "noOfFrags": "2",
        "phoneNo": "919876543210"}, "report", status="failed", number_failed=True, segments=2, phone=INDIA),
    case("unknown", "gupshup", "delivery", {"externalId": "g1", "status": "UNKNOWN"}, "report", status="sent"),
    case("two", "infobip", "sms", json.dumps({"results": [IB, IB | {"messageId": "ib-2"}]}), 2),
    case("none", "infobip", "sms", json.dumps({"results": []}), "unreadable"),
    case("time", "infobip", "sms", json.dumps({"results": [IB]}), "sms", gateway_time="2026-08-12T10:30:00Z", phone=INDIA),
    case("pending", "infobip", "delivery", json.dumps({"results": [infobip("PENDING")]}), "report", status="sent", segments=2),
    case("rejected", "infobip", "delivery", json.dumps({"results": [infobip("REJECTED")]}), "report", status="failed",
        number_failed=False),
    case("left", "infobip", "delivery", json.dumps({"results": [infobip("REJECTED", "EC_USER_UNSUBSCRIBED")]}), "report",
        opted_out=True),
    case("delivered-no-error", "infobip", "delivery", json.dumps({"results": [infobip("DELIVERED")]}), "report", reason="",
        status="delivered"),
    case("broken-json", "infobip", "delivery", '{"results": [', "unreadable"),
    case("two-numbers", "msg91", "delivery", pushed({"number": "919876543210", "status": "1"}, {"number": "919876543211",
        "status": "2"}), 2),
    case("ndnc", "msg91", "delivery", pushed({"number": "919876543210", "status": "9"}), "report", status="failed",
        phone=INDIA, gateway_id="m1"),
    case("new-code", "msg91", "delivery", pushed({"number": "919876543210", "status": "77"}), "report", status="sent"),
    case("no-json", "msg91", "delivery", {"data": "nothing"}, "unreadable"),
]  # fmt: skip
CASES = [*TWILIO, *AFRICASTALKING, *KANNEL, *JASMIN, *DESCRIBED]
