"""The truth: facts computed from the stand-in's raw rows in decimals. Knows nothing of our server.

An oracle is a function of a `View` (the rows, the moment) and parameters. It returns facts: lists of
parts that must stand in one place of an answer. To add one, write a function here and name it in a
question's file.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal

from places import Count, Empty, Money, OneOf, Text, Unreadable
from stand_in import StandIn

OPEN = ("To Do", "Acknowledged", "In Progress")
ACTIVE = ("RUNNING", "WAITING")
CENT = Decimal("0.01")
NOBODY = "(nobody)"
AGES = ((7, "0-7 days"), (30, "8-30 days"), (90, "31-90 days"))
EFFORTS = ("Low", "Medium", "High")


@dataclass
class View:
    own: StandIn
    msp: StandIn

    @property
    def now(self) -> datetime:
        return self.own.now


# ---- rows ------------------------------------------------------------------------------------


def moment(text: str) -> datetime:
    """The stand-in writes UTC without saying so."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def money_of(case: dict) -> Decimal | None:
    """A number, or a string that is a plain one; else it can't be added up."""
    value = case["annual_potential_savings"]
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return Decimal(value)
    return None


def value_of(view: View, case: dict, name: str) -> str:
    """A field as groups show it."""
    if name == "month":
        return case["created_at"][:7]
    if name in ("age", "untouched"):
        since = moment(case["created_at" if name == "age" else "updated_at"])
        days = (view.now - since) // timedelta(days=1)
        return next((word for most, word in AGES if days <= most), "over 90 days")
    value = case.get(name)
    if value in (None, ""):
        return NOBODY if name == "owner" else "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def matching(view: View, *, whose="own", status=None, filters=None, savings_from=None, savings_to=None,
             untouched_days=None, currency=None, created=None, updated=None, exclude=None) -> list[dict]:
    """The cases that a question is about. `status` left out: the open ones; "all" for all."""
    statuses = {None: OPEN, "all": None}.get(status, status) if not isinstance(status, list) else status
    rows = []
    for case in getattr(view, whose).cases():
        worth = money_of(case)
        if statuses is not None and case["status"] not in statuses:
            continue
        if any((case.get(name) or "") not in values for name, values in (filters or {}).items()):
            continue
        if any((case.get(name) or "") in values for name, values in (exclude or {}).items()):
            continue
        if savings_from is not None and (worth is None or worth < Decimal(str(savings_from))):
            continue
        if savings_to is not None and (worth is None or worth > Decimal(str(savings_to))):
            continue
        if currency and case["currency"] != currency:
            continue
        if untouched_days and view.now - moment(case["updated_at"]) < timedelta(days=untouched_days):
            continue
        if created and not created[0] <= case["created_at"][:10] <= created[1]:
            continue
        if updated and not updated[0] <= case["updated_at"][:10] <= updated[1]:
            continue
        rows.append(case)
    return rows


def sums(cases: list[dict]) -> dict[str, Decimal]:
    """A year's savings by currency; what can't be read is in none."""
    by_currency = {}
    for case in cases:
        worth = money_of(case)
        if worth is not None:
            by_currency[case["currency"]] = by_currency.get(case["currency"], Decimal(0)) + worth
    return {currency: total.quantize(CENT, ROUND_HALF_EVEN) for currency, total in by_currency.items()}


def monthly(year: Decimal) -> Decimal:
    return (year / 12).quantize(CENT, ROUND_HALF_EVEN)


def money(cases: list[dict]) -> list[Money]:
    return [Money(currency, total) for currency, total in sums(cases).items()]


def groups_of(view: View, cases: list[dict], by: list[str]) -> list[tuple]:
    groups = {}
    for case in cases:
        groups.setdefault(tuple(value_of(view, case, name) for name in by), []).append(case)
    return sorted(groups.items(), key=lambda group: -sum(sums(group[1]).values()))


# ---- facts about cases -----------------------------------------------------------------------


def total_by_currency(view: View, **which) -> list:
    """The year's savings of all that matches, a fact a currency."""
    return [[Money(currency, total)] for currency, total in sums(matching(view, **which)).items()]


def monthly_by_currency(view: View, **which) -> list:
    return [[Money(currency, monthly(total))] for currency, total in sums(matching(view, **which)).items()]


def case_count(view: View, **which) -> list:
    return [[Count(len(matching(view, **which)))]]


def unreadable(view: View, **which) -> list:
    """How many rows have an amount that is none: they are counted, and in no sum."""
    odd = sum(money_of(case) is None for case in matching(view, **which))
    return [[Unreadable(odd)]] if odd else []


def excluded(view: View, **which) -> list:
    """What an answer about open cases leaves out."""
    cases = matching(view, **(which | {"status": ["Exclude"]}))
    return [[Count(len(cases)), *money(cases)]]


def by_group(view: View, by: list[str], top: int | None = None, dates: bool = False, **which) -> list:
    """A row a group: its values, its cases, its money by currency."""
    facts = []
    for values, cases in groups_of(view, matching(view, **which), by)[:top]:
        days = sorted(case["created_at"][:10] for case in cases)
        more = [Text(days[0]), Text(days[-1])] if dates else []
        facts.append([*map(Text, values), Count(len(cases)), *money(cases), *more])
    return facts


def top_cases(view: View, n: int = 10, show: list[str] | None = None, cheapest: bool = False, **which) -> list:
    """The cases worth most, in that order; of a tie at the end any may stand."""
    cases = [case for case in matching(view, **which) if money_of(case) is not None]
    cases.sort(key=money_of, reverse=not cheapest)
    edge = money_of(cases[n - 1]) if len(cases) > n else None
    sure = [case for case in cases[:n] if money_of(case) != edge]
    facts = [case_row(case, show) for case in sure]
    tied = tuple(Text(case["case_id"]) for case in cases if money_of(case) == edge)
    return facts + [[OneOf(tied)]] * (n - len(sure) if edge is not None else 0)


def cases_listed(view: View, show: list[str] | None = None, order: str | None = None, **which) -> list:
    """Every case that matches, a row each."""
    cases = matching(view, **which)
    if order == "effort":
        cases.sort(key=lambda case: EFFORTS.index(case["effort"]))
    return [case_row(case, show) for case in cases]


def case_row(case: dict, show: list[str] | None) -> list:
    worth = money_of(case)
    parts = [Text(case["case_id"])] if show is None or "case_id" in show else []
    parts += [Money(case["currency"], worth)] if worth is not None else []
    for name in show or ["owner"]:
        if name != "case_id":
            parts.append(Text(str(case[name])) if case[name] else Empty(name))
    return parts


def first_seen_types(view: View, since: str, **which) -> list:
    """Types whose first case of any state was created on that day or later."""
    facts = []
    for (name,), cases in groups_of(view, matching(view, status="all", **which), ["case_type"]):
        first = min(case["created_at"][:10] for case in cases)
        if first >= since:
            facts.append([Text(name), Text(first)])
    return facts


def oldest_by_status(view: View, **which) -> list:
    facts = []
    for (status,), cases in groups_of(view, matching(view, **which), ["status"]):
        facts.append([Text(status), Count(len(cases)), Text(min(case["created_at"][:10] for case in cases))])
    return facts


def without_owner(view: View, by: str, **which) -> list:
    """A row a group that has cases nobody owns, with how many."""
    cases = matching(view, **which)
    return [
        [*map(Text, values), Count(len(rows))]
        for values, rows in groups_of(view, [case for case in cases if not case["owner"]], [by])
    ]


def since(view: View, day: str, **which) -> list:
    """What is new, changed and closed since a day, by the rows' times and states."""
    rows, ended = matching(view, **which), matching(view, **(which | {"status": "all"}))
    new = [case for case in rows if case["created_at"][:10] >= day]
    changed = [case for case in rows if case["created_at"][:10] < day <= case["updated_at"][:10]]
    closed = [case for case in ended if case["status"] not in (*OPEN, "Exclude") and case["updated_at"][:10] >= day]
    kinds = (("new", new), ("changed", changed), ("closed", closed))
    return [[Text(word), Count(len(cases)), *money(cases)] for word, cases in kinds]


def filter_values(view: View, name: str) -> list:
    counts = {}
    for case in view.own.cases():
        counts[case[name] or ""] = counts.get(case[name] or "", 0) + 1
    return [[Text(value), Count(count)] for value, count in counts.items()]


def counts(view: View, by: str, **which) -> list:
    """A row a group: its cases, without money."""
    return [[*map(Text, values), Count(len(cases))] for values, cases in groups_of(view, matching(view, **which), [by])]


def sum_over_currencies(view: View, **which) -> list:
    """What must never be said."""
    total = sum(sums(matching(view, **which)).values())
    return [f"{total}", f"{total:,}", f"{monthly(total)}", f"{monthly(total):,}"]


# ---- moments ---------------------------------------------------------------------------------


def days(now: datetime) -> dict[str, str]:
    """The days that questions speak of, by name."""
    today = now.date()
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    before = quarter - timedelta(days=1)
    named = {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "week_ago": today - timedelta(days=7),
        "days_ago_29": today - timedelta(days=29),
        "month": month,
        "quarter": quarter,
        "last_quarter": date(before.year, before.month - 2, 1),
        "last_quarter_end": before,
    }
    return {name: day.isoformat() for name, day in named.items()}
