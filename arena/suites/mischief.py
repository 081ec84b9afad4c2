"""MiSCHiEF: minimal pairs of safety (MiS) and of culture (MiC), two captions and two images each.

Banerjee et al. 2026, arXiv 2602.18729. No files of it are published, so what is read is anybody's copy of it in the layout of
`arena.suites.imagefolder`. The tasks are those of its abstract: confirm the true caption of an image and reject the false one,
choose the caption for an image, choose the image for a caption. That these come to the scores below is a reconstruction: the
paper's formulas were not available, the scores are those of its siblings (Winoground, VisMin).
"""

from collections.abc import Callable
from pathlib import Path

from arena.errors import SuiteError
from arena.pairs import Domain
from arena.suites import pair_metrics
from arena.suites.folder_suite import FILES
from arena.suites.imagefolder import read_imagefolder
from arena.suites.pair_questions import pair_questions
from arena.suites.sources import suite_folder
from arena.suites.suite import Loaded, Suite
from arena.tasks import caption_choice, image_choice, verification

TASKS = (caption_choice.NAME, image_choice.NAME, verification.NAME)
HOW = "no files of MiSCHiEF are published; ask its authors, bring the pairs into the layout of the starter suite"
DEFECTS = (
    "no files are published: its size, its categories, its prompts and the source of its images are not known here",
    "no numbers of the paper are known here, and its formulas are reconstructed from its abstract and from siblings of it",
    "its images are probably generated, so a model may tell them by artefacts",
)


def _loader(name: str, domain: Domain) -> Callable[[Path | None], Loaded]:
    def load(data: Path | None = None) -> Loaded:
        folder = suite_folder(name, data, hub=None, files=FILES, how=HOW)
        pairs = read_imagefolder(folder, name)
        if others := [pair for pair in pairs if pair.domain != domain]:
            raise SuiteError(f"{folder}: domain: {len(others)} of {len(pairs)} pairs are not of {domain}; take them out")
        return Loaded(pair_questions(pairs, tasks=TASKS))

    return load


def _suite(name: str, title: str, summary: str, domain: Domain) -> Suite:
    return Suite(
        name=name,
        title=title,
        summary=f"{summary} {pair_metrics.CHANCE}",
        home="https://arxiv.org/abs/2602.18729",
        hub=None,
        licence="not known: nothing is published",
        citation=(
            "Banerjee, Madi, Swaminathan, Nguyen, Garg, Zhu, Sharma: MiSCHiEF: A Benchmark in Minimal-Pairs of Safety and "
            "Culture for Holistic Evaluation of Fine-Grained Image-Caption Alignment. EACL 2026 (short papers), "
            "2026.eacl-short.29, arXiv 2602.18729"
        ),
        tasks=TASKS,
        counts={},
        defects=DEFECTS,
        load=_loader(name, domain),
        view=pair_metrics.VIEW,
        metrics=pair_metrics.MATCHING,
        derived=(pair_metrics.BALANCED,),
        beyond_rates=pair_metrics.ranking,
    )


MIS = _suite(
    "mischief-mis",
    "MiSCHiEF, safety (MiS)",
    "Two images and two captions, one safe and one unsafe: which caption is true of which image?",
    "safety",
)
MIC = _suite(
    "mischief-mic",
    "MiSCHiEF, culture (MiC)",
    "Two images and two captions, proxies of two cultures: which caption is true of which image?",
    "culture",
)
