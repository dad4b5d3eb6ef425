"""Laws that hold whatever the figures are, and proof that this harness can go red.

They share a demo of their own. One line a law, `ok` or `FAIL`.
"""

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import demo as demos
import mcp_client
import oracle
import question as questions
from places import amount
from stand_in import StandIn

OPEN = {"status": ["open"]}
LISTS = "wiv_list_cases"
SUMMARY = "wiv_get_cases_summary"
SWAPPED = {"USD": "EUR", "EUR": "USD"}
QUESTION = Path(__file__).resolve().parent / "questions" / "01-all-open-savings.toml"


class Demo:
    """A client of the structure, and the truth beside it."""

    def __init__(self, demo: dict):
        self.demo = demo
        self.key = demo["api_keys"]["acme"]
        self.client = mcp_client.Stateless(demo, self.key)
        self.own = StandIn(demo, self.key)
        self.view = oracle.View(self.own, StandIn(demo, demo["api_keys"]["msp"]))

    def ask(self, tool: str, **arguments) -> dict:
        answer = self.client.call(tool, arguments)
        if answer.is_error:
            raise AssertionError(f"{tool} {arguments}: {answer.text[:300]}")
        return answer.structure

    def pages(self, tool: str, **arguments):
        while True:
            page = self.ask(tool, **arguments)
            yield page
            cursor = page["page"]["next_cursor"]
            if cursor is None:
                return
            arguments = arguments | {"cursor": cursor}


def same(what, got, wanted) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def yearly(entries: list) -> dict:
    return {entry["currency"]: Decimal(entry["yearly"]) for entry in entries}


def counted(totals: dict) -> tuple:
    return totals["count"], totals["unreadable"], yearly(totals["by_currency"])


def plus(*sums: dict) -> dict:
    names = sorted(set().union(*sums))
    return {name: sum((part.get(name, Decimal(0)) for part in sums), Decimal(0)) for name in names}


# ---- laws ------------------------------------------------------------------------------------


def totals_do_not_depend_on_the_page(demo: Demo) -> None:
    cases = oracle.matching(demo.view)
    truth = len(cases), sum(oracle.money_of(case) is None for case in cases), oracle.sums(cases)
    for more in (
        {},
        *({"limit": limit} for limit in (1, 7, 25, 100)),
        *({"sort": field} for field in ("annual_potential_savings", "-created_at", "status", "-effort", "owner")),
        {"fields": ["case_id"]},
        {"fields": ["*"], "limit": 3},
        {"format": "csv", "limit": 2},
        {"totals": "full", "limit": 100},
    ):
        same(f"totals with {more}", counted(demo.ask(LISTS, filters=OPEN, **more)["totals"]), truth)


def groups_and_left_out_are_the_total(demo: Demo) -> None:
    for by in (["provider"], ["service"], ["owner"], ["account_id"], ["region"], ["month"], ["age"], ["untouched"],
               ["currency"], ["case_type"], ["board", "status"], ["provider", "service"]):
        for top in (1, 3, 20, 100):
            answer = demo.ask(SUMMARY, filters=OPEN, group_by=by, top=top)
            total = answer["totals"]
            for group in answer["groups"]:
                left = group["left_out"] or {"count": 0, "by_currency": []}
                cases = sum(row["cases"] for row in group["rows"]) + left["count"]
                same(f"cases by {by}, top {top}", cases, total["count"])
                truth = yearly(total["by_currency"])
                rows = [{name: amount(row[name]) for name in truth if row.get(name)} for row in group["rows"]]
                same(f"money by {by}, top {top}", plus(*rows, yearly(left["by_currency"])), plus(truth))


def open_and_not_open_are_all(demo: Demo) -> None:
    parts = [demo.ask(SUMMARY, filters={"status": [status]})["totals"] for status in
             ("Exclude", "Completed", "Verified", "Expired")]
    parts.append(demo.ask(SUMMARY, filters=OPEN)["totals"])
    whole = demo.ask(SUMMARY)["totals"]
    same("cases", sum(part["count"] for part in parts), whole["count"])
    same("money", plus(*(yearly(part["by_currency"]) for part in parts)), plus(yearly(whole["by_currency"])))
    same("all cases", whole["count"], len(demo.own.cases()))


def csv_adds_up_to_the_totals(demo: Demo) -> None:
    rows, totals = [], None
    for page in demo.pages(LISTS, filters=OPEN, format="csv", limit=100):
        rows += csv.DictReader(io.StringIO(page["csv"]))
        totals = totals or page["totals"]
    found = {}
    for row in rows:
        # The text of an odd amount is in the file, and in no sum.
        if (worth := oracle.money_of(row)) is not None:
            found[row["currency"]] = found.get(row["currency"], Decimal(0)) + worth
    same("rows", len(rows), totals["count"])
    same("money", found, yearly(totals["by_currency"]))


def pages_are_the_raw_set(demo: Demo) -> None:
    truth = sorted(case["case_id"] for case in oracle.matching(demo.view))
    for more in (
        {"limit": 100},
        {"limit": 37},
        {"limit": 100, "sort": "-annual_potential_savings"},
        {"limit": 90, "sort": "effort"},
    ):
        pages = demo.pages(LISTS, filters=OPEN, fields=["case_id"], **more)
        ids = [row["case_id"] for page in pages for row in page["data"]]
        same(f"ids with {more}", sorted(ids), truth)


def sorted_rows_are_in_order(demo: Demo) -> None:
    """What can't be ordered comes last, in either direction."""
    truth = {case["case_id"]: case for case in demo.own.cases()}
    ranks_of = {
        "annual_potential_savings": oracle.money_of,
        "effort": lambda case: oracle.EFFORTS.index(case["effort"]),
        "created_at": lambda case: case["created_at"],
    }
    for field, rank in ranks_of.items():
        for sign in ("", "-"):
            pages = demo.pages(LISTS, filters=OPEN, fields=["case_id"], sort=sign + field, limit=100)
            ranks = [rank(truth[row["case_id"]]) for page in pages for row in page["data"]]
            readable = [value for value in ranks if value is not None]
            same(f"sort {sign}{field}: unreadable ones", ranks[len(readable):], [None] * (len(ranks) - len(readable)))
            same(f"sort {sign}{field}", readable, sorted(readable, reverse=bool(sign)))


def a_failure_on_page_three_is_told(demo: Demo) -> None:
    """1,200 rows are three pages: the first two come through."""
    truth = oracle.sums(demo.own.cases())
    for fault in ("500", "cut", "malformed", "reset", "huge"):
        path = {"path": "/v2/cases/search"}
        demo.own.fault({"match": path, "fault": fault, "skip": 2})
        try:
            totals = demo.ask(SUMMARY)["totals"]
        finally:
            demo.own.no_faults()
        same(f"{fault}: complete", totals["complete"], False)
        if not 0 < totals["rows_read"] < len(demo.own.cases()):
            raise AssertionError(f"{fault}: {totals['rows_read']} rows read")
        for currency, total in yearly(totals["by_currency"]).items():
            if total > truth[currency]:
                raise AssertionError(f"{fault}: {currency} {total} is above the truth, {truth[currency]}")
    same("without a fault: complete", demo.ask(SUMMARY)["totals"]["complete"], True)


def a_cent_turns_an_old_answer_red(demo: Demo) -> None:
    """The proof that the questions can fail: the answer before the change is held against the truth after it."""
    asked = questions.Question.read(QUESTION)
    told = questions.ask(asked, demo.client, {})
    facts, never = questions.expected(asked, demo.view, {})
    for channel in told:
        questions.judge(asked, channel, facts, never)
        same(f"{channel.channel} before", channel.wrong, [])
    case = next(case for case in oracle.matching(demo.view) if isinstance(case["annual_potential_savings"], Decimal))
    worth = case["annual_potential_savings"] + Decimal("0.01")
    demo.own.change_case("acme", case["case_id"], {"annual_potential_savings": float(worth)})
    facts, never = questions.expected(asked, demo.view, {})
    for channel in told:
        questions.judge(asked, channel, facts, never)
        if not any("total_by_currency" in complaint for complaint in channel.wrong):
            raise AssertionError(f"the {channel.channel} of before is still called right: {channel.wrong}")
    for channel in questions.ask(asked, demo.client, {}):
        questions.judge(asked, channel, facts, never)
        same(f"{channel.channel} asked again", channel.wrong, [])


def spoiled_answers_are_red(demo: Demo) -> None:
    """A right answer, spoiled in one way after the other, is called wrong in either channel."""
    asked = questions.Question.read(QUESTION)
    facts, never = questions.expected(asked, demo.view, {})
    answer = demo.client.call(asked.calls[0]["tool"], asked.calls[0]["arguments"])
    total = str(oracle.sums(oracle.matching(demo.view))["USD"])
    # Said at an end, whatever the words are.
    more = {
        "text": lambda raw, words: f"{raw}\n{words}",
        "structure": lambda raw, words: raw.removesuffix("}") + f',"more":"{words}"}}',
    }
    for how, spoil in {
        "nothing": lambda raw, say: raw,
        "more words": lambda raw, say: say(raw, "All is well."),
        "swapped currencies": lambda raw, say: re.sub("USD|EUR", lambda found: SWAPPED[found[0]], raw),
        "a sum over currencies": lambda raw, say: say(raw, f"{never[0]} in all"),
        "the tail of a float": lambda raw, say: say(raw, f"{total}0000000001"),
        "money cut": lambda raw, say: say(raw, f"{total[:-4]}…"),
        "an amount cut in front": lambda raw, say: raw.replace(total, total[1:]),
        "an amount grown in front": lambda raw, say: raw.replace(total, "1" + total),
        "an unseen character": lambda raw, say: say(raw, "All\u202eis well."),
        "too many characters": lambda raw, say: say(raw, "and so on " * (questions.MOST_CHARACTERS // 10)),
    }.items():
        for channel, whole in (("text", answer.text), ("structure", answer.structure_text)):
            raw = spoil(whole, more[channel])
            if raw == whole and how != "nothing":
                raise AssertionError(f"{how}: the {channel} was not spoiled")
            spoiled = mcp_client.Answer(raw, mcp_client.loads(raw) if channel == "structure" else None, raw, False)
            told = questions.Told("spoiled", channel)
            questions.take(spoiled, told)
            questions.judge(asked, told, facts, never)
            if bool(told.wrong) != (how not in ("nothing", "more words")):
                raise AssertionError(f"{how} in the {channel}: {told.wrong or 'called right'}")


LAWS = [
    totals_do_not_depend_on_the_page,
    groups_and_left_out_are_the_total,
    open_and_not_open_are_all,
    csv_adds_up_to_the_totals,
    pages_are_the_raw_set,
    sorted_rows_are_in_order,
    spoiled_answers_are_red,
    a_failure_on_page_three_is_told,
    # Last: it changes a row.
    a_cent_turns_an_old_answer_red,
]


def hold(binary: str) -> bool:
    held = True
    with demos.running_json(binary) as demo:
        for law in LAWS:
            name = law.__name__.replace("_", " ")
            try:
                law(Demo(demo))
                print(f"ok   law: {name}")
            except (AssertionError, mcp_client.ClientFailed, RuntimeError, KeyError, OSError) as error:
                held = False
                print(f"FAIL law: {name}: {type(error).__name__}: {str(error)[:600]}")
    return held
