"""Where facts may be found: the places of a text, and those of a structure. Knows no question.

A place is a row (column to cell) or a line of prose. A fact is a list of parts that must all stand in
one place, so that an amount counts only beside its currency and its group.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

CURRENCY = re.compile(r"\b[A-Z]{3}\b")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

# Control characters, zero width, bidi, tags: what people can't see must not reach a model.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


def seen(text: str) -> str:
    """What a person sees of it."""
    return UNSEEN.sub("", text)


@dataclass
class Row:
    """Cells by column; `sums` are amounts by currency that belong to it as a whole."""

    cells: dict
    # What it is called where it stands: the name of its member, or the heading of its table.
    name: str = ""
    sums: dict = field(default_factory=dict)


@dataclass
class Line:
    text: str


def amount(value) -> Decimal | None:
    """A cell as a number, or None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    try:
        return Decimal(THOUSANDS.sub("", str(value).strip()).removesuffix("%"))
    except InvalidOperation:
        return None


# ---- parts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """A name, an id, a day: the whole cell or its beginning, or a whole word of a line."""

    text: str

    def within(self, place) -> bool:
        if isinstance(place, Row):
            return any(self.is_cell(cell) for cell in [place.name, *place.cells, *place.cells.values()])
        after = r"(?![\d-])" if is_day(self.text) else r"(?![\w-])"
        return re.search(rf"(?<![\w-]){re.escape(seen(self.text))}{after}", seen(place.text), re.IGNORECASE) is not None

    def is_cell(self, cell) -> bool:
        if isinstance(cell, bool):
            cell = "true" if cell else "false"
        cell, text = "" if cell is None else seen(str(cell)), seen(self.text)
        # A day is also the beginning of a time.
        return cell == text or (is_day(text) and cell.startswith(text))

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Count:
    number: int

    def within(self, place) -> bool:
        if isinstance(place, Row):
            told = (cell for name, cell in place.cells.items() if name != "without_owner")
            return any(amount(cell) == self.number for cell in told)
        return re.search(rf"(?<![\d.,-]){self.number}(?![\d-]|[.,]\d)", place.text) is not None

    def __str__(self):
        return str(self.number)


@dataclass(frozen=True)
class Unreadable:
    """How many amounts are in no sum."""

    number: int

    def within(self, place) -> bool:
        if isinstance(place, Row):
            return place.cells.get("unreadable") == self.number
        return re.search("in no sum|unreadable", place.text) is not None and Count(self.number).within(place)

    def __str__(self):
        return f"{self.number} unreadable"


@dataclass(frozen=True)
class Money:
    """An amount beside its currency: its column, a cell of the same row, or before or after it."""

    currency: str
    amount: Decimal

    def within(self, place) -> bool:
        if isinstance(place, Line):
            return self.in_line(THOUSANDS.sub("", place.text))
        if self.amount in place.sums.get(self.currency, ()):
            return True
        if amount(place.cells.get(self.currency)) == self.amount:
            return True
        own = self.currency in place.cells.values()
        return own and any(amount(cell) == self.amount for cell in place.cells.values())

    def in_line(self, text: str) -> bool:
        for found in CURRENCY.finditer(text):
            if found.group() != self.currency:
                continue
            after = CURRENCY.split(text[found.end() :], maxsplit=1)[0].split(";")[0]
            if any(Decimal(number) == self.amount for number in NUMBER.findall(after)):
                return True
        return False

    def __str__(self):
        return f"{self.currency} {self.amount}"


@dataclass(frozen=True)
class Empty:
    """A cell without a value, in a column of that name; prose says `unknown`."""

    column: str

    def within(self, place) -> bool:
        if isinstance(place, Line):
            return re.search(rf"\b{self.column}: unknown\b", place.text, re.IGNORECASE) is not None
        return self.column in place.cells and place.cells[self.column] in ("", None)

    def __str__(self):
        return f"no {self.column}"


@dataclass(frozen=True)
class OneOf:
    """Any of these parts, as of a tie."""

    parts: tuple

    def within(self, place) -> bool:
        return any(part.within(place) for part in self.parts)

    def __str__(self):
        return " or ".join(map(str, self.parts))


def is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None


# ---- of a text -------------------------------------------------------------------------------


def cells_of(line: str) -> list[str]:
    """A table's row; `\\|` is a bar within a cell."""
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def of_text(text: str) -> list:
    if is_csv(text):
        head, _, rest = text.partition("\n\n")
        return of_csv(head) + of_text(rest)
    places, lines, at, heading = [], text.split("\n"), 0, ""
    while at < len(lines):
        line = lines[at]
        if line.startswith("|") and at + 1 < len(lines) and re.fullmatch(r"\|[-:| ]+\|", lines[at + 1]):
            columns = cells_of(line)
            at += 2
            while at < len(lines) and lines[at].startswith("|"):
                places.append(Row(dict(zip(columns, cells_of(lines[at]))), heading))
                at += 1
            continue
        if line.strip():
            heading = line.strip()
            places.append(Line(line))
        at += 1
    return places


def is_csv(text: str) -> bool:
    return re.match(r"[a-z_]+(,[a-z_]+)+\r?\n", text) is not None


def of_csv(text: str) -> list[Row]:
    return [Row(dict(row)) for row in csv.DictReader(io.StringIO(text))]


# ---- of a structure --------------------------------------------------------------------------


def of_structure(value, name: str = "") -> list:
    places = []
    if isinstance(value, dict):
        cells = {key: cell for key, cell in value.items() if not isinstance(cell, (dict, list))}
        places.append(Row(cells, name, sums_of(value.get("by_currency"))))
        for key, member in value.items():
            if key == "csv" and isinstance(member, str):
                places += of_csv(member)
            elif key == "notes":
                places += [Line(note) for note in member]
            elif name == "preview" and key == "summary":
                places.append(Line(member))
            elif isinstance(member, (dict, list)):
                places += of_structure(member, key)
    elif isinstance(value, list):
        for member in value:
            if isinstance(member, (dict, list)):
                places += of_structure(member, name)
            else:
                places.append(Row({name: member}, name))
    return places


def sums_of(entries) -> dict:
    sums = {}
    for entry in entries or []:
        found = (amount(entry.get(period)) for period in ("yearly", "monthly"))
        sums.setdefault(entry.get("currency"), []).extend(value for value in found if value is not None)
    return sums


def where_found(fact: list, places: list) -> int | None:
    """The number of the first place that holds every part."""
    return next((at for at, place in enumerate(places) if all(part.within(place) for part in fact)), None)


def rows_with(columns: list[str], places: list) -> int:
    """How many rows have these columns."""
    return sum(isinstance(place, Row) and all(column in place.cells for column in columns) for place in places)
