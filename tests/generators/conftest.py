from dataclasses import replace

import pytest
from tiny_pipelines import save_pipeline

from arena.generators.editor_repository import check_editor
from arena.generators.edits import load_editor

SMALL = 64
"""Side of the square for classes that take any, in pixels."""
STEPS = 3


@pytest.fixture(scope="session")
def pipelines(tmp_path_factory):
    """Folders of tiny random-weight pipelines by class, each made when it is first asked for."""
    made = {}

    def pipeline(name: str):
        if name not in made:
            made[name] = save_pipeline(name, tmp_path_factory.mktemp("editors") / "tiny" / name)
        return made[name]

    return pipeline


@pytest.fixture(scope="session")
def editors(pipelines):
    """The same, checked and loaded, to be called with few steps at a small size."""
    loaded = {}

    def editor(name: str):
        if name not in loaded:
            report = check_editor(str(pipelines(name)))
            fewer = {"num_inference_steps": STEPS, "max_area": SMALL * SMALL}
            arguments = {key: fewer.get(key, value) for key, value in report.arguments.items()}
            loaded[name] = load_editor(replace(report, kind=replace(report.kind, side=SMALL), arguments=arguments))
        return loaded[name]

    return editor
