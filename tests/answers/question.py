"""A question's file, asked over one client, and what is wrong with the answers. Knows no tool by name."""

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import mcp_client
import o200k
import oracle
import oracle_runs
import places

MOST_CHARACTERS = 32_000
MOST_TOKENS = 20_000
MOST_PAGES = 60
FLOAT_TAIL = re.compile(r"\d\.\d*(?:0{6,}[1-9]|9{7,})")
CUT_MONEY = re.compile(r"\d…|…\d")


class Unanswerable(Exception):
    """The stand-in's rows hold no answer, so that nothing is proven."""


@dataclass
class Question:
    name: str
    text: str
    key: str
    calls: list
    facts: list
    never: list
    budget: dict

    @classmethod
    def read(cls, path: Path) -> "Question":
        table = tomllib.loads(path.read_text(), parse_float=Decimal)
        known = {"text", "key", "call", "fact", "never", "budget"}
        if unknown := table.keys() - known:
            raise ValueError(f"{path.name}: unknown {', '.join(sorted(unknown))}")
        if not table.get("call") or not table.get("fact"):
            raise ValueError(f"{path.name}: no call, or no fact")
        return cls(path.stem, table["text"], table.get("key", "acme"), table["call"], table["fact"],
                   table.get("never", []), table.get("budget", {}))


@dataclass
class Told:
    """What came back in one channel of one revision, and what is wrong with it."""

    revision: str
    channel: str
    calls: int = 0
    characters: int = 0
    tokens: int = 0
    places: list = field(default_factory=list)
    raw: list = field(default_factory=list)
    wrong: list = field(default_factory=list)


def fill(value, names: dict):
    """`{name}` in strings is what was captured, or a day."""
    if isinstance(value, dict):
        return {key: fill(member, names) for key, member in value.items()}
    if isinstance(value, list):
        return [fill(member, names) for member in value]
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), value)
    return float(value) if isinstance(value, Decimal) else value


def along(value, path: str):
    """`data[name=Savings].space_id`, `data[0].id`, `page.next_cursor`; None where there is none."""
    for step in re.findall(r"[^.\[\]]+=[^\]]+|[^.\[\]]+", path):
        if value is None:
            return None
        if "=" in step:
            key, _, wanted = step.partition("=")
            value = next((row for row in value if str(row.get(key)) == wanted), None)
        elif isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step)
    return value


def ask(question: Question, client, names: dict) -> list[Told]:
    """Makes the calls over one client; once for each channel, captures taken from that channel alone."""
    channels = ["text"] if isinstance(client, mcp_client.Sse) else ["text", "structure"]
    return [ask_by(question, client, channel, dict(names)) for channel in channels]


def ask_by(question: Question, client, channel: str, names: dict) -> Told:
    told = Told(client.revision, channel)
    try:
        for call in question.calls:
            make(call, client, told, names)
    except (mcp_client.ClientFailed, OSError) as error:
        told.wrong.append(f"{type(error).__name__}: {error}")
    return told


def make(call: dict, client, told: Told, names: dict) -> None:
    arguments = fill(call.get("arguments", {}), names)
    for _ in range(MOST_PAGES):
        answer = client.call(call["tool"], arguments)
        take(answer, told)
        if answer.is_error:
            told.wrong.append(f"{call['tool']}: {answer.text[:300]}")
            return
        for name, found in call.get("capture", {}).items():
            names[name] = captured(answer, told.channel, found)
            if names[name] is None:
                told.wrong.append(f"{call['tool']}: no {name} in the {told.channel}")
                return
        if not call.get("pages"):
            return
        cursor = captured(answer, told.channel, {"path": "page.next_cursor", "text": r"`cursor` set to (\S+)"})
        if cursor is None:
            return
        arguments = arguments | {"cursor": cursor}
    told.wrong.append(f"{call['tool']}: over {MOST_PAGES} pages")


def captured(answer, channel: str, found: dict) -> str | None:
    if channel == "structure":
        return along(answer.structure, found["path"])
    match = re.search(found["text"], answer.text)
    return match and match[1]


def take(answer, told: Told) -> None:
    told.calls += 1
    # A failure's structure isn't read by models.
    raw = answer.text if told.channel == "text" or answer.is_error else answer.structure_text
    told.raw.append(raw)
    told.characters = max(told.characters, len(raw))
    told.tokens += o200k.tokens(raw)
    told.places += places.of_text(answer.text) if told.channel == "text" else places.of_structure(answer.structure)
    if FLOAT_TAIL.search(raw):
        told.wrong.append(f"the tail of a float: {FLOAT_TAIL.search(raw)[0]}")
    if places.UNSEEN.search(raw):
        told.wrong.append(f"an unseen character: U+{ord(places.UNSEEN.search(raw)[0]):04X}")
    if CUT_MONEY.search(raw):
        told.wrong.append("money is cut")
    if told.channel == "text" and "`data`" in raw:
        told.wrong.append("the text points at `data`")


def oracle_named(name: str):
    found = getattr(oracle, name, None) or getattr(oracle_runs, name, None)
    if found is None:
        raise ValueError(f"no oracle is called {name}")
    return found


def expected(question: Question, view, names: dict) -> tuple[list, list]:
    """(what the file says, facts, strings that must not occur), each by its oracle."""

    def said_by(wanted: dict) -> list:
        return oracle_named(wanted["oracle"])(view, **fill(wanted.get("with", {}), names))

    facts = [(wanted, said_by(wanted)) for wanted in question.facts]
    for wanted, found in facts:
        # A question without an answer can't be answered wrongly.
        if not found:
            raise Unanswerable(f"{wanted['oracle']} has nothing to say: the stand-in has no such rows")
    return facts, [text for wanted in question.never for text in said_by(wanted)]


def judge(question: Question, told: Told, facts: list, never: list) -> None:
    """Writes what is wrong into `told`."""
    for wanted, found in facts:
        missing, order = [], []
        for fact in found:
            at = places.where_found(fact, told.places)
            if at is None:
                missing.append(" · ".join(map(str, fact)))
            else:
                order.append(at)
        if missing:
            some = "; ".join(missing[:3])
            told.wrong.append(f"{wanted['oracle']}: {len(missing)} of {len(found)} not found, as: {some}")
        elif wanted.get("ordered") and order != sorted(order):
            told.wrong.append(f"{wanted['oracle']}: in another order")
        if "only" in wanted and (rows := places.rows_with(wanted["only"], told.places)) != len(found):
            told.wrong.append(f"{wanted['oracle']}: {rows} rows for {len(found)}")
    said = "\n".join(told.raw)
    told.wrong += [f"says {text}" for text in never if re.search(rf"(?<![\d.,]){re.escape(text)}(?!\d)", said)]
    budget = {"calls": len(question.calls), "tokens": MOST_TOKENS, "characters": MOST_CHARACTERS} | question.budget
    for kind, most in budget.items():
        if getattr(told, kind) > most:
            told.wrong.append(f"{getattr(told, kind)} {kind}, over {most}")
