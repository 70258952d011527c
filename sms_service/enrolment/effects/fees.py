"""The effect that notes a fee: the leaf of a receipt book, for a registration of the enroler's own."""

from __future__ import annotations

from sms_service.enrolment import fees, own
from sms_service.enrolment.answer_types.money import book_and_number
from sms_service.enrolment.effects.act import Act, Done, effect


@effect
def save_fee(act: Act, ref: str, receipt: str, amount: str) -> Done:
    """Ties a receipt and what was paid to a registration. A leaf is used once, see fees.save; the same again changes
    nothing."""
    entered = own.by_ref(act.conn, act.keys, act.person, ref)
    if entered is None:
        return Done("unknown")
    currency = act.fees.currency
    units, wanted = fees.minor(amount, currency), fees.minor(str(act.fees.amount), currency) or 0
    if units is None or (wanted and units != wanted):
        nearest = wanted or fees.minor(amount.partition(".")[0], currency) or 0  # without decimals that there are not
        return Done("wrong_amount", {"fee": fees.written(nearest, currency)})
    book, number = book_and_number(receipt)
    saved = fees.save(
        act.conn, registration_id=entered.id, enroler_id=act.person.id, book=book, number=number, amount=units,
        currency=currency, now=act.now,
    )  # fmt: skip
    return Done("saved", {"ref": ref, "fee": fees.written(units, currency)}) if saved else Done("used")
