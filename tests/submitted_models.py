"""Models on the Hub of the tests, and their submissions, as the worker finds them in a home."""

import json
import math
from dataclasses import replace
from pathlib import Path

from hostile_models import HOSTILE, Draft

from arena.settings import Settings
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import Quota, Submission, Submitter, new_submission_id
from arena.submissions.contestant_of import submission_key

LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
BOMB = "{% set text = 'x' * 1000000000 %}{% for a in range(99) %}{{ text }}{% endfor %}"


def nudge(draft, *, number=None):
    """Weights of its own: the first number of one tensor is another one."""
    from safetensors.torch import load_file, save_file

    file = draft.folder / "model.safetensors"
    weights = load_file(file)
    tensor = weights[min(weights)].flatten()
    tensor[0] = tensor[0] + 1e-4 if number is None else number
    save_file(weights, file, metadata={"format": "pt"})


def looping(draft):
    nudge(draft)
    (draft.folder / "chat_template.jinja").write_text(LOOP)


def exploding(draft):
    nudge(draft)
    (draft.folder / "chat_template.jinja").write_text(BOMB)


def broken_tokenizer(draft):
    nudge(draft)
    (draft.folder / "tokenizer.json").write_text(json.dumps({"model": {}, "added_tokens": "none"}))


ONLY_LOADED = {
    # name: (what is done to a good model, what the reason names)
    "NaN weights": (lambda draft: nudge(draft, number=math.nan), "model.safetensors: tensor "),
    "looping template": (looping, "chat_template.jinja"),
    "exploding template": (exploding, "chat_template.jinja"),
    "broken tokenizer": (broken_tokenizer, "tokenizer.json"),
    "a clone": (lambda draft: None, "model.safetensors is the same as in"),
}
"""What no check shows without a download."""


def hostile():
    """Name -> what is done to a good model, and what the reason of its failure names."""
    # What the machine bears is told behind a semicolon.
    told = {name: (change, words.partition(";")[0]) for name, (change, _, words) in HOSTILE.items()} | ONLY_LOADED
    return told | {"private": (HOSTILE["private"][0], "is private or not there")}  # as who has no token is told


def serve(hub, folder: Path, name: str, change=nudge):
    """Serve a changed good model as `name`."""
    draft = Draft(folder)
    change(draft)
    return draft.serve(hub, name)


def submission(name: str, commit: str, **more) -> Submission:
    """One that was checked at a time when it was still good."""
    reference = f"{name}@{commit}"
    given = Submission(
        id=new_submission_id(),
        reference=reference,
        contestant_id=submission_key("generative", reference),
        organisation=name.partition("/")[0],
        submitter=Submitter("u-1", "ada", "ada@example.org"),
        licence="apache-2.0",
    )
    return replace(given, **more)


def submit(store: Store, given: Submission) -> str:
    """Put it into the queue."""
    return store.submissions.add(given, Quota(now(), 10**6, 10**6))


def worker_settings(home: Path, **more) -> Settings:
    """Of an arena whose submissions are worked off by a worker of its own."""
    return Settings(home=home.resolve(), submissions="elsewhere", **more)
