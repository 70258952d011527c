"""Fees: the leaf of a receipt book and what was paid, tied to a registration. A leaf is tied once; only from a
registration that was deleted it goes to another."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.store.tables import fee_receipt, registration

NO_DECIMALS = "BIF, CLP, DJF, GNF, ISK, JPY, KMF, KRW, PYG, RWF, UGX, UYI, VND, VUV, XAF, XOF, XPF"
THREE_DECIMALS = "BHD, IQD, JOD, KWD, LYD, OMR, TND"
"""Currencies whose minor unit is not a hundredth (ISO 4217, list one)."""


def decimals_of(currency: str) -> int:
    """How many decimals the minor unit of a currency has."""
    return 0 if currency in NO_DECIMALS.split(", ") else 3 if currency in THREE_DECIMALS.split(", ") else 2


def minor(amount: str, currency: str) -> int | None:
    """An amount such as `5.00` in minor units (500); None if it has more decimals than the currency."""
    units = Decimal(amount).scaleb(decimals_of(currency))
    return int(units) if units == units.to_integral_value() else None


def written(units: int, currency: str) -> str:
    """Minor units as people read them: `INR 5.00`."""
    decimals = decimals_of(currency)
    return f"{currency} {Decimal(units).scaleb(-decimals):.{decimals}f}"


def save(
    conn: Connection, *, registration_id: int, enroler_id: int, book: str, number: str, amount: int, currency: str,
    now: float,
) -> bool:  # fmt: skip
    """Ties a receipt to a registration; False if this leaf is used for another one, or another amount. The same again is
    harmless; so is another registration where the leaf's own was deleted: whoever is entered anew has paid once. `amount`
    in minor units."""
    values = {
        "registration_id": registration_id, "enroler_id": enroler_id, "book": book, "number": number,
        "amount": amount, "currency": currency,
    }  # fmt: skip
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    tied_to = (registration.c.id == fee_receipt.c.registration_id) & (registration.c.status == "deleted")
    conn.execute(
        dialect.insert(fee_receipt)
        .values(at=now, **values)
        .on_conflict_do_update(
            index_elements=["book", "number"],
            set_={"at": now, **values},
            where=exists().where(tied_to).correlate(fee_receipt),
        )
    )  # two enrolers send one number in the same instant: the second reads the first's row
    columns = [fee_receipt.c[name] for name in values]
    saved = conn.execute(select(*columns).where(fee_receipt.c.book == book, fee_receipt.c.number == number)).one()
    return tuple(saved) == tuple(values.values())
