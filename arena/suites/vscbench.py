"""What both halves of VSCBench share: where it is published, and how its files are had."""

from arena.suites.published_python import PythonFile

REPOSITORY = "https://github.com/jiahuigeng/VSCBench"
COMMIT = "426fa1f5b3ccce639ac5cbc593d887f166fc12d9"
"""The commit whose sheets were counted; the only one."""
DRIVE = "https://drive.google.com/file/d/1U6l3XvoInLJeQTMcmjySADvmwUs3ifnG"
COLLECTION = PythonFile(("text_centric_collection.py",), REPOSITORY)
"""Asks the text-centric half; holds the prompt that goes with FigStep's images."""
EVALUATION = PythonFile(("utils_eval.py",), REPOSITORY)
"""Reads the replies; holds the keywords."""
LICENCE = "none stated: for research only, not to be redistributed"
CITATION = (
    "Geng, Li, Chen, Wang, Zhu, Xie, Lyu, Chen, Nakov, Karray: VSCBench: Bridging the Gap in Vision-Language Model Safety"
    " Calibration. Findings of ACL 2025, arXiv 2505.20362"
)


def how(sheet: str) -> str:
    """How to get a sheet and its images."""
    return f"clone {REPOSITORY}, which holds {sheet}, and put the unpacked images of {DRIVE} into it"
