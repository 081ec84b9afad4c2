"""lmms-eval asked the arena's questions: a process of its own, in an environment of its own, on the same torch."""

import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.probes import Probe

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "lmms_eval_requirements.txt"
TASK = """\
task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {questions}
test_split: test
output_type: generate_until
doc_to_visual: !function lmms_eval_task.images
doc_to_text: !function lmms_eval_task.prompt
doc_to_target: ""
process_results: !function lmms_eval_task.results
generation_kwargs:
  max_new_tokens: {max_new_tokens}
  temperature: 0
metric_list:
  - metric: answered
    aggregation: mean
    higher_is_better: true
"""
"""A task of lmms-eval. How much may be written is the same for all questions of one."""


@dataclass(frozen=True)
class LmmsRun:
    """What one run of lmms-eval gave."""

    texts: dict[str, str]
    """Key of a probe -> what the model wrote."""
    seconds: float
    """Processor time of its process, from start to end."""


class LmmsEval:
    """An environment in which lmms-eval runs.

    Args:
        folder: where it is, or shall be.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._python = folder / "bin" / "python"

    @property
    def installed(self) -> bool:
        """Whether `install` has run to its end."""
        return any(self._folder.glob("lib/python*/site-packages/lmms_eval-*.dist-info"))

    def install(self) -> None:
        """Make the environment. It sees the packages of this one, torch among them, behind its own.

        Raises:
            CalledProcessError: the packages cannot be downloaded.
        """
        venv.create(self._folder, with_pip=False)
        packages = next(self._folder.glob("lib/python*/site-packages"))
        (packages / "arena.pth").write_text(sysconfig.get_path("purelib") + "\n")
        pip = [sys.executable, "-m", "pip", "--python", str(self._python), "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "--no-deps", "--requirement", str(REQUIREMENTS)], check=True)

    def ask(self, model: Path, probes: Sequence[Probe]) -> LmmsRun:
        """Put the probes to a LLaVA in single precision, one by one, which is the only way that lmms-eval has for it.

        Raises:
            RuntimeError: lmms-eval failed, with the end of what it said.
        """
        with tempfile.TemporaryDirectory() as folder:
            tasks = _write_tasks(Path(folder) / "tasks", probes)
            before = _children_seconds()
            self._run(model, Path(folder), list(tasks))
            seconds = _children_seconds() - before
            texts: dict[str, str] = {}
            for name, asked in tasks.items():
                (log,) = Path(folder).glob(f"out/*/*_samples_{name}.jsonl")
                answers = [json.loads(line) for line in log.read_text().splitlines()]
                texts |= {asked[answer["doc_id"]].key: answer["resps"].strip() for answer in answers}
        return LmmsRun(texts, seconds)

    def _run(self, model: Path, folder: Path, tasks: Sequence[str]) -> None:
        arguments = {
            "--model": "llava_hf",
            "--model_args": f"pretrained={model},device=cpu,device_map=cpu,dtype=float32",
            "--include_path": str(folder / "tasks"),
            "--tasks": ",".join(tasks),
            "--batch_size": "1",
            "--output_path": str(folder / "out"),
        }
        options = [part for option in arguments.items() for part in option]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HOME": str(folder), "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(
            [str(self._python), "-m", "lmms_eval", *options, "--log_samples"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"lmms-eval: {(done.stdout + done.stderr)[-2000:]}")


def _write_tasks(folder: Path, probes: Sequence[Probe]) -> dict[str, list[Probe]]:
    """The probes as tasks: name -> those of that task, in order."""
    (folder / "images").mkdir(parents=True)
    shutil.copy(HERE / "lmms_eval_task.py", folder)
    tasks: dict[str, list[Probe]] = {}
    for limit in sorted({probe.max_new_tokens for probe in probes}):
        name = f"arena_{limit}"
        tasks[name] = [probe for probe in probes if probe.max_new_tokens == limit]
        questions = folder / f"{name}.jsonl"
        questions.write_text("\n".join(_question(probe, folder / "images") for probe in tasks[name]))
        (folder / f"{name}.yaml").write_text(TASK.format(name=name, questions=questions, max_new_tokens=limit))
    return tasks


def _question(probe: Probe, images: Path) -> str:
    """A line for lmms-eval; the images that it shows are written beside it."""
    files = [images / f"{picture.digest}.webp" for picture in probe.images]
    for file, picture in zip(files, probe.images, strict=True):
        file.write_bytes(picture.encoded)
    return json.dumps({"prompt": probe.prompt, "images": [str(file) for file in files]})


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
