"""What merchants ask for at the end of the month."""

from decimal import Decimal

from prisma import Prisma


async def open_orders(db: Prisma, merchant_id: str) -> list[tuple[str, Decimal]]:
    """The orders of the merchant that are not shipped yet, newest first, with what they are worth."""
    orders = await db.order.find_many(
        where={"merchantId": merchant_id, "status": {"in": ["PENDING", "PAID"]}},
        order={"placedAt": "desc"},
        take=50,
    )
    report = []
    for order in orders:
        items = await db.orderitem.find_many(where={"orderId": order.id})
        report.append((order.id, sum((item.unitPrice * item.quantity for item in items), Decimal(0))))
    return report


async def customers_of(db: Prisma, merchant_id: str) -> list[str]:
    """The addresses of all customers that have not left."""
    customers = await db.customer.find_many(where={"merchantId": merchant_id, "deletedAt": None})
    return [customer.email for customer in customers]
