"""The truth about workflows, their runs, spaces, customers and who is asking. The other half of `oracle`."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from oracle import ACTIVE, View, matching, moment, money, money_of, sums
from places import Count, Empty, Money, Text


def runs(view: View, workflow=None, status=None, start=None, end=None, hours=None) -> list[dict]:
    """Executions, the latest first: of a workflow's name, in some states, from a day to a day."""
    ids = {row["workflow_id"] for row in view.own.workflows() if row["name"] == workflow}
    found = [
        run
        for run in view.own.executions()
        if (workflow is None or run["workflow_id"] in ids)
        and (status is None or run["status"] in ([status] if isinstance(status, str) else status))
        and (start is None or run["started_at"][:10] >= start)
        and (end is None or run["started_at"][:10] <= end)
        and (hours is None or view.now - moment(run["started_at"]) <= timedelta(hours=hours))
    ]
    return sorted(found, key=lambda run: run["started_at"], reverse=True)


def name_of(view: View, workflow_id: str) -> str:
    return next(row["name"] for row in view.own.workflows() if row["workflow_id"] == workflow_id)


def failed_runs(view: View, **which) -> list:
    """A row a failed run: its workflow, its step."""
    return [
        [Text(run["execution_id"]), Text(name_of(view, run["workflow_id"])), Text(run["failed_step"])]
        for run in runs(view, status="FAILED", **which)
    ]


def active_runs(view: View, **which) -> list:
    return [
        [Text(run["execution_id"]), Text(name_of(view, run["workflow_id"])), Text(run["status"])]
        for run in runs(view, status=ACTIVE, **which)
    ]


def longest_running(view: View) -> list:
    run = runs(view, status=ACTIVE)[-1]
    return [[Text(run["execution_id"]), Text(name_of(view, run["workflow_id"]))]]


def runs_by(view: View, by: str, **which) -> list:
    """A row a workflow or a day: all runs, how many failed, and their share of those that ended."""
    groups = {}
    for run in runs(view, **which):
        key = name_of(view, run["workflow_id"]) if by == "workflow" else run["started_at"][:10]
        groups.setdefault(key, []).append(run)
    facts = []
    for name, rows in groups.items():
        failed = sum(run["status"] == "FAILED" for run in rows)
        ended = sum(run["status"] not in ACTIVE for run in rows)
        share = [Text(percent(failed, ended))] if ended else []
        facts.append([Text(name), Count(len(rows)), Count(failed), *share])
    return facts


def percent(part: int, whole: int) -> str:
    return f"{(Decimal(100 * part) / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def failed_steps(view: View, **which) -> list:
    """A row a step that failed, with how often."""
    counts = {}
    for run in runs(view, status="FAILED", **which):
        counts[run["failed_step"]] = counts.get(run["failed_step"], 0) + 1
    return [[Text(step), Count(count)] for step, count in counts.items()]


def run_totals(view: View, **which) -> list:
    """All runs and those that failed, by number."""
    rows = runs(view, **which)
    failed = sum(run["status"] == "FAILED" for run in rows)
    return [[Count(len(rows)), Count(failed)]]


def last_success(view: View, space: str) -> list:
    """A row a workflow of the space that ever succeeded: when it last did."""
    space_id = next(row["space_id"] for row in view.own.rows("/spaces") if row["name"] == space)
    facts = []
    for row in view.own.workflows():
        if row["space_id"] == space_id:
            succeeded = runs(view, row["name"], "SUCCEEDED")
            facts += [[Text(row["name"]), Text(day_of(succeeded[0]))]] if succeeded else []
    return facts


def last_to_succeed(view: View, space: str) -> list:
    """The one among them that succeeded last."""
    return [max(last_success(view, space), key=lambda fact: fact[1].text)]


def day_of(run: dict) -> str:
    # Workflows tell by the moment that their last good run began or ended; its day is what people ask for.
    return run["started_at"][:10]


def failure_of(view: View, workflow: str) -> list:
    """The latest failed run: where and with what words."""
    run = runs(view, workflow, "FAILED")[0]
    return [[Text(run["execution_id"])], [Text(run["failed_step"])], [Text(run["error"])]]


def workflow_steps(view: View, workflow: str) -> list:
    """Each step's name, and the kind of it, in one place."""
    row = next(row for row in view.own.workflows() if row["name"] == workflow)
    whole = view.own.ask("GET", f"/workflows/{row['workflow_id']}")["data"]
    return [[Text(step["name"]), Text(step["type"])] for step in whole["steps"]]


def workflows_of(view: View, space: str | None = None, name: str | None = None) -> list:
    ids = {row["space_id"] for row in view.own.rows("/spaces") if space in (None, row["name"])}
    rows = [row for row in view.own.workflows() if row["space_id"] in ids]
    if name:
        rows = [row for row in rows if name.casefold() in row["name"].casefold()]
    return [[Text(row["workflow_id"]), Text(row["name"])] for row in rows]


def resources_of(view: View, space: str) -> list:
    space_id = next(row["space_id"] for row in view.own.rows("/spaces") if row["name"] == space)
    rows = view.own.rows(f"/spaces/{space_id}/resources")
    return [[Text(row["resource_id"]), Text(row["name"]), Text(row["resource_type"])] for row in rows]


def spaces(view: View) -> list:
    return [[Text(row["name"]), Count(row["workflow_count"])] for row in view.own.rows("/spaces")]


# ---- an MSP's customers ----------------------------------------------------------------------


def by_customer(view: View, top: int | None = None, **which) -> list:
    """A row a customer by name: open cases, money; the one with the most first."""
    groups = {}
    for case in matching(view, whose="msp", **which):
        groups.setdefault(case["customer_name"], []).append(case)
    ranked = sorted(groups.items(), key=lambda group: -sum(sums(group[1]).values()))[:top]
    return [[Text(name), Count(len(cases)), *money(cases)] for name, cases in ranked]


def customers(view: View) -> list:
    return [[Text(row["customer_name"]), Text(row["customer_id"])] for row in view.msp.rows("/msp/customers")]


def customer_cases(view: View, customer: str, **which) -> list:
    cases = [case for case in matching(view, whose="msp", **which) if case["customer_name"] == customer]
    return [[Text(case["case_id"]), Money(case["currency"], money_of(case))] for case in cases]


def customer_realized(view: View, start: str) -> list:
    """What each customer completed since a day: cases and money."""
    ended = ["Completed", "Verified"]
    groups = {}
    for case in matching(view, whose="msp", status=ended, updated=[start, "9999-12-31"]):
        groups.setdefault(case["customer_name"], []).append(case)
    return [[Text(name), Count(len(cases)), *money(cases)] for name, cases in groups.items()]


# ---- who is asking ---------------------------------------------------------------------------


def unknown_identity(view: View) -> list:
    """A bare key tells neither its organization nor its role; the answer says so."""
    return [[Empty("organization")], [Empty("role")]]


def refusal_looks_like(view: View) -> list:
    """How WIV refuses a write: asked with the read-only key, which changes nothing."""
    return [[Text("forbidden"), Count(403)]]


def today(view: View) -> list:
    return [[Text(view.now.date().isoformat())]]




def runs_for(view: View, workflow: str, account_id: str) -> list[dict]:
    view.own.forget()
    return [run for run in runs(view, workflow=workflow) if run["payload"].get("account_id") == account_id]


def last_end_of(view: View, workflow: str, account_id: str) -> list:
    """How the last run for an account ended; nothing where one goes on."""
    found = runs_for(view, workflow, account_id)
    if not found or any(run["status"] in ACTIVE for run in found):
        return []
    return [[Text(found[0]["status"])]]


def run_without_a_twin(view: View, workflow: str, account_id: str) -> list:
    """That it goes on; nothing where two of one intent ran at one time."""
    found = sorted(runs_for(view, workflow, account_id), key=lambda run: run["started_at"])
    for run, after in zip(found, found[1:]):
        if run["ended_at"] is None or after["started_at"] < run["ended_at"]:
            return []
    return [[Text("RUNNING")]] if found else []


def steps_of_the_draft(view: View) -> list:
    """What the stand-in makes of the words; drafts can't be listed."""
    return [[Text(step)] for step in ("Find_Idle_Load_Balancers", "Each_Finding", "Open_Jira_Ticket")]
