"""The card of a data set: where it comes from, what is left for the test, and what may be concluded from training on it."""

from collections.abc import Mapping

from arena.strategies.folds import FOLDS, SALT
from arena.suites.suite import Suite
from arena.tasks import cultural_response, request
from arena.tuning import choices
from arena.tuning.data_set import DESCRIPTION, REPLIES, Description

LICENCES = {"Apache-2.0": "apache-2.0", "MIT": "mit", "CC-BY-4.0": "cc-by-4.0"}
"""Licences of suites as the Hub calls them; of others the card has the words."""
TEACHES: Mapping[str, str] = {
    request.NAME: (
        "Requests come from *twins*: the same words about a safe and about an unsafe image. The reply that is chosen for one "
        "image is {rejected} for the other, so a model that always refuses, or always answers, is right in half of the rows "
        "and gains nothing. What is learnt must be seen in the image. It says nothing of dangers of other kinds than these."
    ),
    cultural_response.NAME: (
        "Questions about norms of a country all would break a norm; there is no benign half, so these rows are **no twins**. "
        "A model can do well on them by being more careful everywhere: read compliance beside helpfulness and refusals, and "
        "measure over-safety on another suite before anything is concluded. What is chosen is aware of the norm, explains it, "
        "complies with it and helps, as the judge says, so a refusal is never chosen."
    ),
}
"""A task -> what its rows teach, and what not."""
CHOICES = (
    "Choices and verifications have the right option as their answer, whatever models said. They keep a model able to compare "
    "while it learns when to refuse."
)
GROUPINGS = {
    "family": (
        "Folds are made of **families**, all items of one scene or norm: no family is on both sides. Where a suite has "
        "countries, this is *overlapped* data: a country may be on both sides, with other norms."
    ),
    "country": "Folds are made of **countries** (*exclusive* data): no country is on both sides, nor any of its families.",
}


def data_card(description: Description, suite: Suite, file: str) -> str:
    """The text of README.md.

    Args:
        description: of the data set.
        suite: where its questions come from.
        file: name of the file of rows.
    """
    sections = (
        _front_matter(description, suite, file),
        f"# {_title(description, suite)}",
        _what_it_is(description, suite),
        f"## What it teaches, and what it allows\n\n{_teaching(description)}",
        f"## Split\n\n{_split(description)}",
        f"## Counts\n\n{_counts(description)}",
        f"## Use\n\n{_use(description)}",
        f"## Source\n\n{_source(suite)}",
    )
    return "\n\n".join(sections) + "\n"


def _title(description: Description, suite: Suite) -> str:
    what = "Preferences" if description.kind == "preferences" else "Replies to learn"
    return f"{what} from {suite.title}"


def _front_matter(description: Description, suite: Suite, file: str) -> str:
    size = next(
        name for bound, name in ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**9, "10K<n<100K")) if description.rows < bound
    )
    return f"""---
pretty_name: {_title(description, suite)}
license: {LICENCES.get(suite.licence, "other")}
task_categories:
- image-text-to-text
size_categories:
- {size}
tags:
- minimal-pairs
- trl
- {description.kind}
configs:
- config_name: default
  data_files:
  - split: train
    path: {file}
---"""


def _what_it_is(description: Description, suite: Suite) -> str:
    columns = ", ".join(f"`{name}`" for name in ("images", "prompt", *REPLIES[description.kind]))
    raters = {"rules": "the rules of the arena", "people": "people"}
    return (
        f"{description.rows} rows of {description.families} families of the suite `{suite.name}`, edition "
        f"{description.edition}, made by `arena export`. The columns {columns} are those of TRL's vision data sets; `task`, "
        "`item`, `family`, `fold_group` and `fold` say where a row comes from. Replies were written by models, and read by "
        f"{raters.get(description.rater, description.rater)}."
    )


def _teaching(description: Description) -> str:
    rejected = "rejected" if description.kind == "preferences" else "never chosen"
    told = [TEACHES[task].format(rejected=rejected) for task in description.tasks if task in TEACHES]
    return "\n\n".join([*told, CHOICES] if set(choices.TASKS) & description.tasks.keys() else told)


def _split(description: Description) -> str:
    training = ", ".join(str(fold) for fold in range(FOLDS) if fold != description.test_fold)
    return (
        f"Rows are of the folds {training} of {FOLDS}; **fold {description.test_fold} is left for the test**, and nothing that "
        f"shares a picture with it is here. A fold is the SHA-256 of `{SALT}/` and `fold_group`, modulo {FOLDS}. "
        f"{GROUPINGS[description.grouping]} Test a model that was tuned on this on fold {description.test_fold} alone."
    )


def _counts(description: Description) -> str:
    tasks = [f"| {task.replace('_', ' ')} | {rows} |" for task, rows in description.tasks.items()]
    writers = [f"| replies of {writer} | {rows} |" for writer, rows in description.writers.items()]
    return "\n".join(["| rows | |", "|---|---:|", *tasks, *writers])


def _use(description: Description) -> str:
    trainer, method = ("DPOTrainer", "dpo") if description.kind == "preferences" else ("SFTTrainer", "sft")
    return f"""```python
from datasets import load_dataset

rows = load_dataset("FOLDER", split="train")  # for trl.{trainer}, with max_length=None
```

`arena tune --method {method} --model MODEL --data FOLDER --out ORGANISATION/NAME` does the same; it reads `{DESCRIPTION}`, and
refuses rows of the test fold."""


def _source(suite: Suite) -> str:
    return f"{suite.title}, {suite.home}. Licence of the suite: {suite.licence}. Citation: {suite.citation}."
