"""NaturalBench: two questions about two photographs, each with another answer for each (Li et al., NeurIPS 2024).

Metrics as in the published `get_scores`: Acc counts every answer; Q-Acc the questions that are answered rightly about both
images, I-Acc the images about which both questions are, G-Acc the samples of which all four answers are right. Coins have 1/2,
1/4, 1/4 and 1/16; who always says the same has 1/2, 0, 0 and 0. Who never looks, but reads, and says yes to the one question
and no to the other, has an I-Acc of 1/2, so that is its chance here.

The arena's readers say what a reply decides for. The `published_` forms go by the first word of a reply that is an option, as
the published code does. They compare with published numbers where the authors' instructions were given too.
"""

from functools import partial
from pathlib import Path
from typing import get_args

from arena.errors import InputError, SuiteError
from arena.images import Picture
from arena.metrics import Metric
from arena.probes import Probe
from arena.suites.benchmark_folder import miscounts
from arena.suites.published_pairs import Row, check_published, embedded_picture, made_of, parquet_rows, text_in
from arena.suites.published_python import OWN_WORDING, PythonFile
from arena.suites.sources import suite_folder
from arena.suites.suite import Loaded, Question, Suite, View
from arena.tasks import question

NAME = "naturalbench"
HUB = "BaiqiL/NaturalBench@b6a84a18ba24544169681d4b15543dd103d4d3bb"
HOME = "https://huggingface.co/datasets/BaiqiL/NaturalBench"
HOW = f"download data/*.parquet from {HOME}"
CODE = PythonFile(("naturalbench_vqa.py",), "https://github.com/Baiqi-Li/NaturalBench")
INSTRUCTIONS = "SUFFIX_FOR_VQA"
"""What the authors' instructions are called there: a dictionary with one for each kind of question."""
COUNTS = {"samples": 1900, "questions about images": 7600}
CELLS = {(number, image): f"Image_{image}_Question_{number}" for number in (0, 1) for image in (0, 1)}
"""Which question about which image -> the column with its answer."""
COLUMNS = ("Index", "Image_0", "Image_1", "Question_0", "Question_1", *CELLS.values(), "Question_Type", "Source")

VIEW = View(
    "naturalbench_units",
    """
    WITH read AS NOT MATERIALIZED (
        SELECT suite, edition, contestant_id, judge, item, family, outcome,
               (facts ->> 'first_word') IS NOT NULL AS written,
               coalesce((facts ->> 'first_word') = expected, false) AS first_word_right,
               coalesce((gold ->> 'wording') = 'own', false) AS own_wording,
               cell, split_part(cell, '/', 1) AS question, split_part(cell, '/', 2) AS image,
               unnest(list_prepend('', list_transform(json_keys(slices), lambda key: key || '=' || (slices ->> key)))) AS slice
        FROM arena.answers
        WHERE task = 'question' AND outcome IN ('correct', 'wrong', 'refused', 'unparseable')
    ), counted AS NOT MATERIALIZED (
        SELECT *, unnest([
            {'metric': 'acc', 'part': cell, 'answers': 1, 'hit': outcome = 'correct', 'asked': true},
            {'metric': 'q_acc', 'part': question, 'answers': 2, 'hit': outcome = 'correct', 'asked': true},
            {'metric': 'i_acc', 'part': image, 'answers': 2, 'hit': outcome = 'correct', 'asked': true},
            {'metric': 'g_acc', 'part': '', 'answers': 4, 'hit': outcome = 'correct', 'asked': true},
            {'metric': 'published_acc', 'part': cell, 'answers': 1, 'hit': first_word_right, 'asked': written},
            {'metric': 'published_q_acc', 'part': question, 'answers': 2, 'hit': first_word_right, 'asked': written},
            {'metric': 'published_i_acc', 'part': image, 'answers': 2, 'hit': first_word_right, 'asked': written},
            {'metric': 'published_g_acc', 'part': '', 'answers': 4, 'hit': first_word_right, 'asked': written},
            {'metric': 'refusal_rate', 'part': cell, 'answers': 1, 'hit': outcome = 'refused', 'asked': true},
            {'metric': 'unparseable_rate', 'part': cell, 'answers': 1, 'hit': outcome = 'unparseable', 'asked': true},
            {'metric': 'own_wording_rate', 'part': cell, 'answers': 1, 'hit': own_wording, 'asked': true}
        ], recursive := true)
        FROM read
    ), parts AS NOT MATERIALIZED (
        SELECT suite, edition, contestant_id, judge, metric, slice, item, family, bool_and(hit) AS hit
        FROM counted
        WHERE asked
        GROUP BY suite, edition, contestant_id, judge, metric, slice, item, family, part, answers
        HAVING count(*) = answers
    )
    SELECT suite, edition, contestant_id, judge, metric, slice, item, family,
           (count(*) FILTER (hit))::DOUBLE AS hits, count(*)::DOUBLE AS total
    FROM parts
    GROUP BY suite, edition, contestant_id, judge, metric, slice, item, family
    """,
)
"""One item is one sample: two questions, two images. What misses an answer that it needs is left out."""


def load(data: Path | None = None) -> Loaded:
    """The suite from a folder; from the Hub, where none is given.

    Raises:
        SuiteError: it cannot be had, or has another layout.
    """
    folder = suite_folder(NAME, data, hub=HUB, files=("data/*.parquet",), how=HOW)
    files = sorted(folder.rglob("*.parquet"))
    if not files:
        raise SuiteError(f"{folder}: has no parquet files; {HOW}")
    instruction, wording = _instruction(folder)
    made, notes = made_of(parquet_rows(files, COLUMNS), NAME, "Index", partial(_questions, instruction=instruction))
    questions = tuple(asked for sample in made.values() for asked in sample)
    found = {"samples": len(made), "questions about images": len(questions)}
    return Loaded(questions, (*wording, *notes, *miscounts(COUNTS, found)))


def _instruction(folder: Path) -> tuple[question.Instruction, list[str]]:
    """The authors' instructions, which their code puts right behind the question; the arena's own, with a note, without it."""
    code = CODE.read(folder)
    if code is None:
        return question.INSTRUCTION, [CODE.own_wording_note(folder, "how to answer is told in the arena's words")]
    return question.Instruction("naturalbench/1", code.texts(INSTRUCTIONS, tuple(question.OPTIONS)), "published"), []


def _questions(row: Row, instruction: question.Instruction) -> tuple[Question, ...]:
    kind = _kind(row)
    pictures = [embedded_picture(row[column], column) for column in ("Image_0", "Image_1")]
    slices = {"type": kind, "source": text_in(row, "Source")}
    probes = [_probe(row, kind, cell, pictures[cell[1]], instruction) for cell in CELLS]
    identifier, gold = str(row["Index"]), {"wording": instruction.wording}
    return tuple(Question(identifier, f"{NAME}-{identifier}", probe, slices, gold) for probe in probes)


def _kind(row: Row) -> question.Kind:
    for kind in get_args(question.Kind):
        if row["Question_Type"] == kind:
            return kind
    raise InputError(f"Question_Type: is {row['Question_Type']!r}, none of {', '.join(get_args(question.Kind))}")


def _probe(row: Row, kind: question.Kind, cell: tuple[int, int], picture: Picture, instruction: question.Instruction) -> Probe:
    number, image = cell
    asked = text_in(row, f"Question_{number}")
    check_published(asked, f"Question_{number}")
    answers = {option.lower(): option for option in question.OPTIONS[kind]}
    column = CELLS[cell]
    answer = answers.get(text_in(row, column).strip().lower())
    if answer is None:
        raise InputError(f"{column}: is {row[column]!r}, none of {', '.join(question.OPTIONS[kind])}")
    return question.probe(f"question{number}/image{image}", asked, kind, picture, answer, instruction=instruction)


SUITE = Suite(
    name=NAME,
    title="NaturalBench",
    summary=(
        "Two questions about two photographs, each with another answer for each: "
        "who always says the same, or does not look, answers no pair rightly."
    ),
    home=HOME,
    hub=HUB,
    licence="Apache-2.0; photographs from Flickr30K, DOCCI and XM3600 under their own terms",
    citation="""@inproceedings{naturalbench,
  title={NaturalBench: Evaluating Vision-Language Models on Natural Adversarial Samples},
  author={Li, Baiqi and Lin, Zhiqiu and Peng, Wenxuan and Nyandwi, Jean de Dieu and Jiang, Daniel and Ma, Zixian and
          Khanuja, Simran and Krishna, Ranjay and Neubig, Graham and Ramanan, Deva},
  booktitle={The Thirty-eight Conference on Neural Information Processing Systems Datasets and Benchmarks Track},
  year={2024},
  url={https://openreview.net/forum?id=Dx88A9Zgnv}
}""",
    tasks=(question.NAME,),
    counts=COUNTS,
    defects=(
        "the answers stand in the same order in every sample (yes, no, no, yes, or A, B, B, A)",
        "the published reader takes the article in 'It is a dog' for option A; it makes the published_ metrics alone",
        "the authors' instructions are in their code and not in the dataset",
        "the dataset was uploaded anew after the commit that is read here, with its images encoded smaller",
    ),
    load=load,
    view=VIEW,
    metrics=(
        Metric("q_acc", "Q-Acc: questions right about both images", chance=1 / 4),
        Metric("i_acc", "I-Acc: images with both questions right", chance=1 / 2),
        Metric("acc", "Acc: answers", chance=1 / 2),
        Metric("g_acc", "G-Acc: samples with all four answers right", chance=1 / 16),
        Metric("refusal_rate", "Refused to answer", "low"),
        Metric("unparseable_rate", "Unparseable", "low"),
        Metric("published_q_acc", "Q-Acc by the first word of replies, as published", chance=1 / 4),
        Metric("published_i_acc", "I-Acc by the first word of replies, as published", chance=1 / 2),
        Metric("published_acc", "Acc by the first word of replies, as published", chance=1 / 2),
        Metric("published_g_acc", "G-Acc by the first word of replies, as published", chance=1 / 16),
        OWN_WORDING,
    ),
)
