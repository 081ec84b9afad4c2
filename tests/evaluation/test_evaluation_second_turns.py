"""Evaluations of models that answer vaguely first: they are asked to the end, once, and no kill in between costs a reply."""

import os
import signal
from dataclasses import replace
from pathlib import Path

from evaluation_world import FunctionModel, choice, loaded, number_of, suite
from processes import exit_code, forked

from arena import method
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.results import Results
from arena.probes import Reply
from arena.store import ReplyRecord, Store
from arena.suites.suite import Loaded
from arena.tasks.second_turn import second_probe

UNCLEAR = "That depends on how you look at it."
TINY = loaded(6)


class TalkingModel(FunctionModel):
    """Answers vaguely where the number of the question is even, and rightly when it is asked again."""

    def __init__(self, respond=None, *, second_turn=True) -> None:
        super().__init__(respond=respond or talk)
        self.capabilities = replace(self.capabilities, second_turn=second_turn)


def talk(probe):
    if probe.before:
        return Reply(probe.expected)
    return Reply(UNCLEAR if number_of(probe) % 2 == 0 else probe.expected)


def run(store, model, given=TINY, **options):
    (done,) = evaluate(store, [model.entrant()], [(suite(given), given)], Options(**options))
    return done


def accuracy(store, model, given=TINY):
    estimates = Results(store, {"tiny": suite(given)}).estimates("tiny", model.contestant.id)
    return next(one.value for one in estimates if one.metric == "accuracy")


def read_by(store, model, given=TINY):
    _, answers = store.evaluations.answers("tiny", given.edition, model.contestant.id)
    return [answer.facts.get("read_by") for answer in answers]


def second_keys(given=TINY):
    seconds = [second_probe(question.probe, Reply(UNCLEAR)) for question in given.questions]
    return {second.key for second in seconds if second}


def test_what_is_unclear_is_asked_again_in_one_batch_and_read(store):
    model = TalkingModel()
    done = run(store, model)
    first, second = model.batches
    assert len(first) == 6
    assert len(second) == 3
    assert set(second) <= second_keys()
    assert (done.count.asked, done.count.done) == (9, 6)
    assert accuracy(store, model) == 1.0
    assert sorted(read_by(store, model)) == ["reader"] * 3 + ["second request"] * 3
    assert len(store.replies(model.contestant.id, model.asked)) == 9


def test_a_finished_evaluation_asks_and_loads_nothing(store):
    run(store, TalkingModel())
    run(store, again := TalkingModel())
    assert again.loads == 0


def test_a_model_without_a_second_turn_is_not_asked_one(store):
    model = TalkingModel(second_turn=False)
    run(store, model)
    assert len(model.asked) == 6
    assert accuracy(store, model) == 0.5


def test_refusals_are_not_asked_again(store):
    model = TalkingModel(lambda _: Reply("I'm sorry, I can't assist with that."))
    run(store, model)
    assert len(model.batches) == 1


def test_of_what_was_answered_elsewhere_only_the_second_turn_is_asked(store):
    model = TalkingModel()
    probes = [question.probe for question in TINY.questions]
    store.add_replies(ReplyRecord(model.contestant.id, probe.key, probe.task, talk(probe)) for probe in probes)
    run(store, model)
    assert [len(batch) for batch in model.batches] == [3]
    assert accuracy(store, model) == 1.0


def test_a_second_turn_that_failed_is_asked_again(store):
    run(store, failing := TalkingModel(lambda probe: Reply(error="busy") if probe.before else talk(probe)))
    assert accuracy(store, failing) == 1.0  # of those that could be read
    run(store, mended := TalkingModel())
    assert set(mended.asked) == set(failing.batches[1])
    assert sorted(read_by(store, mended)) == ["reader"] * 3 + ["second request"] * 3


def test_both_turns_are_read_anew_by_a_later_method_without_asking(store, monkeypatch):
    run(store, TalkingModel())
    monkeypatch.setattr(method, "VERSION", "next")
    run(store, again := TalkingModel())
    assert again.loads == 0
    assert accuracy(store, again) == 1.0


def test_a_kept_reply_that_may_have_been_cut_is_asked_to_its_end(store):
    question = choice(0)
    long = Reply("The answer is B, I would say, because of the")
    model, given = TalkingModel(), Loaded((question,))
    store.add_replies([ReplyRecord(model.contestant.id, question.probe.key, "caption_choice", long)])
    run(store, model, given)
    assert len(model.asked) == 1
    assert accuracy(store, model, given) == 1.0


def answer_until_killed(home: Path) -> None:
    """Answer all first questions, and be killed over the first second one."""
    with Store.open(home) as store:
        run(store, TalkingModel(lambda probe: os.kill(os.getpid(), signal.SIGKILL) if probe.before else talk(probe)))


def test_a_kill_between_both_turns_costs_nothing_that_was_committed(tmp_path):
    with forked(answer_until_killed, tmp_path) as process:
        assert exit_code(process) == -signal.SIGKILL
    with Store.open(tmp_path) as store:
        run(store, model := TalkingModel())
        assert [len(batch) for batch in model.batches] == [3]
        assert set(model.asked) <= second_keys()
        assert accuracy(store, model) == 1.0
