"""The card of a published dataset: what is in it, under which licence, how to cite it, and one line that queries it."""

from arena import __version__, method
from arena.hub.publication_state import PublicationState
from arena.store.published_tables import TABLES

SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
LARGEST = "10M<n<100M"
MEANS = {
    "battles": "one row a battle that was judged",
    "outcomes": "how each reply of a battle was judged",
    "rereadings": "battles that a later version of the method judged anew",
    "replies": "what contestants replied, once for each probe and version of the method",
    "votes": "what visitors thought, without who they were",
    "contestants": "who played",
    "pairs": "what it was about, with pictures and provenance",
}
CITATION = """@misc{{{key},
  title        = {{Battles of the Minimal-Pair Arena: {name}}},
  howpublished = {{\\url{{https://huggingface.co/datasets/{name}}}}},
  year         = {{2026}},
  note         = {{minimal_pair_arena {version}, method {method}}}
}}"""


def publication_card(name: str, state: PublicationState, *, embargo_days: int, licence: str) -> str:
    """The text of README.md.

    Args:
        name: of the dataset.
        state: what is in it.
        embargo_days: for which pairs that were made for the arena are held back.
        licence: as the Hub calls it.
    """
    sections = (
        _front_matter(state, licence),
        f"# Battles of {name}",
        _about(name, state),
        f"## What is held back\n\n{_held_back(embargo_days)}",
        f"## Tables\n\n{_tables(state)}",
        f"## Licence and citation\n\n{_licence(name, licence)}",
    )
    return "\n\n".join(sections) + "\n"


def _front_matter(state: PublicationState, licence: str) -> str:
    outcomes = state.rows.get("outcomes", 0)
    size = next((size for bound, size in SIZES if outcomes < bound), LARGEST)
    configs = "\n".join(
        f"- config_name: {table}\n{'  default: true' + chr(10) if table == 'battles' else ''}"
        f"  data_files:\n  - split: train\n    path: {table}/*.parquet"
        for table in TABLES
        if state.rows.get(table)  # `datasets` loads no table that is empty
    )
    return f"""---
pretty_name: Minimal-Pair Arena
license: {licence}
language: [en]
size_categories: [{size}]
tags: [minimal-pairs, arena, leaderboard, vision-language, evaluation]
configs:
{configs}
---"""


def _about(name: str, state: PublicationState) -> str:
    battles, last, board = state.rows.get("battles", 0), state.reach.place, state.board_battle
    return f"""Two anonymous vision-language models are asked the same questions about two images that differ in one detail. The
Minimal-Pair Arena scores their replies itself; visitors vote, and votes move no rating. These are the facts that its ratings
are computed from: {battles:,} battles up to number {last:,}. Nothing but votes, without who cast them, is about visitors.

```sql
SELECT contestant_a, contestant_b, result, count(*) FROM 'hf://datasets/{name}/battles/*.parquet' GROUP BY ALL;
```

```python
from datasets import load_dataset

pairs = load_dataset("{name}", "pairs", split="train")
```

`leaderboard.csv` and `leaderboard.json` are the board as of battle {board:,}, with ratings, 95 % intervals, rank ranges and
counts. Files are appended. They are written anew only where a pair was taken down: it is left out of them then, and the history
begins anew, so that no earlier commit holds it either. Who needs a state for long keeps a copy."""  # noqa: S608 - for people to run


def _held_back(embargo_days: int) -> str:
    days = f"{embargo_days} {'day' if embargo_days == 1 else 'days'}"
    return f"""- Pairs that were drawn or edited for the arena, with all battles, replies and votes on them, for {days} after
  they were made, so that nobody can train on the youngest. The board counts them at once.
- Battles that nobody has judged yet.
- Pairs made from a visitor's own picture, and all that is about them.
- Pairs that were taken down, and those that never played."""


def _tables(state: PublicationState) -> str:
    rows = state.rows
    return "\n\n".join(
        f"**`{table}`**: {MEANS[table]} ({rows.get(table, 0):,} rows)\n\n| column | type | meaning |\n|---|---|---|\n"
        + "\n".join(f"| `{column}` | `{told.kind}` | {told.meaning} |" for column, told in columns.items())
        for table, columns in TABLES.items()
    )


def _licence(name: str, licence: str) -> str:
    key = name.replace("/", "_").replace(".", "_").replace("-", "_")
    citation = CITATION.format(key=key, name=name, version=__version__, method=method.VERSION)
    return f"""`{licence}`. Replies are the words of the models that `contestants` names, whose own licences may say more.

```bibtex
{citation}
```"""
