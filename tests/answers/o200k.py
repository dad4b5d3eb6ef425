"""Counts tokens as o200k does, without a network. Knows nothing of answers.

The vocabulary is the one that cargo has fetched with the tests' tokenizer (a dev-dependency). Where
cargo has fetched nothing, an estimate that rather says too much. Letters beyond ASCII count as signs,
which in these answers is a token or two.
"""

import base64
import functools
import math
import os
import pathlib
import re

# Measured on these answers: 2.4 characters a token in texts, whose tables are figures, 3.0 in structures.
CHARACTERS_A_TOKEN = 2.4
WORD = r"(?:'(?:s|t|re|ve|m|ll|d))?"
PIECES = re.compile(
    rf"[^\r\nA-Za-z0-9]?[A-Z]*[a-z]+{WORD}|[^\r\nA-Za-z0-9]?[A-Z]+[a-z]*{WORD}|[0-9]{{1,3}}"
    r"| ?[^\sA-Za-z0-9]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@functools.cache
def ranks() -> dict[bytes, int]:
    """Pieces of bytes by the order in which they are joined; empty where there is no vocabulary."""
    cargo = pathlib.Path(os.environ.get("CARGO_HOME") or pathlib.Path.home() / ".cargo")
    found = sorted(cargo.glob("registry/src/*/tiktoken-rs-*/assets/o200k_base.tiktoken"))
    if not found:
        return {}
    rows = (line.split() for line in found[-1].read_bytes().splitlines())
    return {base64.b64decode(piece): int(rank) for piece, rank in rows}


@functools.cache
def joined(word: str) -> int:
    whole, known = word.encode(), ranks()
    if whole in known:
        return 1
    parts = [whole[at : at + 1] for at in range(len(whole))]
    while len(parts) > 1:
        pairs = [(known.get(parts[at] + parts[at + 1], math.inf), at) for at in range(len(parts) - 1)]
        rank, at = min(pairs)
        if rank == math.inf:
            break
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return len(parts)


def tokens(text: str) -> int:
    if not ranks():
        return math.ceil(len(text) / CHARACTERS_A_TOKEN)
    return sum(joined(word) for word in PIECES.findall(text))


def measure() -> str:
    if ranks():
        return "tokens are o200k's"
    return f"tokens are characters / {CHARACTERS_A_TOKEN}: cargo has no vocabulary yet"
