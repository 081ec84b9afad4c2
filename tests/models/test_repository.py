import json
import os
import re
import shutil

import pytest
from tiny_repositories import CONTRASTIVE, GENERATIVE, load_folder

from arena.errors import RepositoryError
from arena.models.files import content_hash
from arena.models.loading import contestant_of, load
from arena.models.repository import check_repository


@pytest.fixture
def repository(repositories, tmp_path):
    """A copy of a tiny LLaVA repository, to be damaged."""
    return shutil.copytree(repositories("llava"), tmp_path / "org" / "name")


def edit_json(path, **changes):
    content = json.loads(path.read_text())
    content.update(changes)
    path.write_text(json.dumps(content))


def pickle_only(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut(folder, name="model.safetensors", keep=0.5):
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: int(len(data) * keep)])


def shard_without_file(folder):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors"}}))


def without_template(folder):
    (folder / "chat_template.jinja").unlink()


def rewrite_header(folder, change):
    """Write the weights again with another header."""
    path = folder / "model.safetensors"
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    change(header)
    written = json.dumps(header).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + data[8 + length :])


def without_shape(header):
    del next(tensor for name, tensor in header.items() if name != "__metadata__")["shape"]


def nested(path, *keys, **changes):
    content = json.loads(path.read_text())
    inner = content
    for key in keys:
        inner = inner[key]
    inner.update(changes)
    path.write_text(json.dumps(content))


def padded(path, size):
    """With blanks behind its JSON, which take no place on the disk."""
    with path.open("ab") as file:
        file.truncate(size)


def shards_in_a_list(folder):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": ["model-00001-of-00001.safetensors"]}))


def deep_header(folder):
    header = b"[" * 100_000
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)


DAMAGES = {
    "missing folder": (shutil.rmtree, "no such folder"),
    "no config": (lambda f: (f / "config.json").unlink(), "has no config.json"),
    "broken config": (lambda f: cut(f, "config.json"), "config.json is not readable JSON"),
    "config is a list": (lambda f: (f / "config.json").write_text("[]"), "config.json holds no JSON object"),
    "binary config": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe\x00"), "config.json is not readable JSON"),
    "pickled weights": (pickle_only, "weights are pickled"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "has no model.safetensors"),
    "missing shard": (shard_without_file, "model-00001-of-00002.safetensors is missing"),
    "truncated weights": (cut, "model.safetensors is truncated"),
    "truncated header": (lambda f: cut(f, keep=0.0001), "model.safetensors is truncated"),
    "empty weights": (lambda f: (f / "model.safetensors").write_bytes(b""), "model.safetensors is truncated"),
    "weights that are text": (lambda f: (f / "model.safetensors").write_text("version https://git-lfs"), "is truncated or not"),
    "text model": (
        lambda f: edit_json(f / "config.json", model_type="llama", architectures=["LlamaForCausalLM"]),
        "only image-text",
    ),
    "unknown type": (
        lambda f: edit_json(f / "config.json", model_type="own", architectures=["Own"]),
        "has no architecture 'own'; ask it through an endpoint that serves it (http://host/v1#name)",
    ),
    "code of its own": (
        lambda f: edit_json(f / "config.json", model_type="own", auto_map={"AutoModel": "code.Model"}),
        "has no architecture 'own', and its own code (auto_map) is never run; ask it through an endpoint",
    ),
    "no type": (lambda f: (f / "config.json").write_text("{}"), "names no model_type"),
    "half a model": (
        lambda f: edit_json(f / "config.json", architectures=["LlavaModel"]),
        "names LlavaModel (model_type llava)",
    ),
    "reader of proteins": (lambda f: edit_json(f / "config.json", model_type="evolla"), "evolla reads proteins; enter a model"),
    "weights by another name": (
        lambda f: edit_json(f / "config.json", transformers_weights="adapter_model.bin"),
        "transformers_weights is not read",
    ),
    "no processor": (lambda f: (f / "processor_config.json").unlink(), "has no processor_config.json"),
    "no words": (lambda f: (f / "tokenizer.json").unlink(), "has no tokenizer.json"),
    "no chat template": (without_template, "has no chat template"),
    "tensor without shape": (lambda f: rewrite_header(f, without_shape), "without dtype, shape and data_offsets alone"),
    "shards in a list": (shards_in_a_list, "cannot be read as a model"),
    "numbered architecture": (lambda f: edit_json(f / "config.json", architectures=5), "cannot be read as a model"),
    "model and adapter": (lambda f: (f / "adapter_config.json").write_text("{}"), "holds a model and an adapter"),
    "type in a list": (lambda f: edit_json(f / "config.json", model_type=["llava"]), "cannot be read as a model"),
    "deep config": (lambda f: (f / "config.json").write_text("[" * 100_000), "config.json is not readable JSON (Recursion"),
    "a million layers": (
        lambda f: nested(f / "config.json", "text_config", num_hidden_layers=10**6),
        "config.json: text_config.num_hidden_layers: 1000000 is above 1000",
    ),
    "pictures a million wide": (
        lambda f: nested(f / "processor_config.json", "image_processor", "size", height=10**6),
        "processor_config.json: image_processor.size.height: 1000000 is above 8192",
    ),
    "endless edge": (
        lambda f: nested(f / "processor_config.json", "image_processor", size={"longest_edge": float("inf")}),
        "processor_config.json: image_processor.size.longest_edge: inf is above 8192",
    ),
    "large config": (lambda f: padded(f / "config.json", 200 * 10**6), "config.json has 200 MB, and at most 4 MB"),
    "large tokenizer": (lambda f: padded(f / "tokenizer.json", 300 * 10**6), "tokenizer.json has 300 MB, and at most 64 MB"),
    "large template": (
        lambda f: padded(f / "chat_template.jinja", 2 * 10**6),
        "chat_template.jinja has 2 MB, and at most 1 MB",
    ),
    "deep header": (deep_header, "model.safetensors is truncated or not a safetensors file"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_repository_is_refused_in_one_line_that_names_it(repository, damage):
    change, message = DAMAGES[damage]
    change(repository)
    with pytest.raises(RepositoryError, match=re.escape(message)) as caught:
        check_repository(str(repository))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(repository))


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "vocab.txt"])
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told_in_one_line(repository, file):
    (repository / file).touch()
    (repository / file).chmod(0)
    with pytest.raises(RepositoryError, match=re.escape(file)) as caught:
        check_repository(str(repository))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reference", ["x" * 5000, "a\0b"])
def test_a_reference_that_no_system_takes_is_told_in_one_line(reference):
    with pytest.raises(RepositoryError) as caught:
        check_repository(reference)
    assert "\n" not in str(caught.value)


def test_a_folder_with_too_many_files_for_a_model_is_refused_before_any_is_read(repository, monkeypatch):
    monkeypatch.setattr("arena.models.files.MAX_FILES", 20)
    (repository / "data").mkdir()
    for number in range(20):
        (repository / "data" / f"{number}.csv").touch()
    (repository / "config.json").write_text("[]")
    with pytest.raises(RepositoryError, match="holds more than 20 files; give the folder of one model"):
        check_repository(str(repository))


def test_hidden_folders_do_not_count(repository, monkeypatch):
    expected = check_repository(str(repository))
    monkeypatch.setattr("arena.models.files.MAX_FILES", 20)
    for number in range(30):
        (repository / ".git" / str(number)).mkdir(parents=True)
        (repository / ".git" / str(number) / "model.safetensors").write_text("no weights")
    assert check_repository(str(repository)) == expected


def test_weights_are_hashed_only_where_everything_else_is_right(repository, monkeypatch):
    hashed = []
    monkeypatch.setattr("arena.models.files.content_hash", lambda folder: hashed.append(folder) or "0" * 40)
    (repository / "config.json").unlink()
    with pytest.raises(RepositoryError, match=r"has no config\.json"):
        check_repository(str(repository))
    assert not hashed


@pytest.mark.parametrize("architecture", [*GENERATIVE, *CONTRASTIVE])
def test_a_sound_repository_is_described_without_being_loaded(repositories, architecture):
    report = check_repository(str(repositories(architecture)))
    assert report.repository == f"tiny/{architecture}"
    assert report.kind == ("generative" if architecture in GENERATIVE else "contrastive")
    assert report.model_type == architecture
    assert re.fullmatch("[0-9a-f]{40}", report.revision)
    assert report.local
    model = load(report, contestant_of(report, image_size=64))
    assert model.memory_bytes == report.memory_bytes == report.parameters * 4


def test_memory_that_was_taken_after_the_check_is_told_before_weights_are_read(repository, monkeypatch):
    report = check_repository(str(repository))
    monkeypatch.setattr("arena.models.machine.available_memory", lambda: 1000)
    with pytest.raises(RepositoryError, match=r"org/name: its 0 M parameters take .* as float32, .* and 0 MB are there"):
        load(report, contestant_of(report))


def test_a_repository_above_the_size_bound_is_refused(repository):
    with pytest.raises(RepositoryError, match="at most 0 MB may enter"):
        check_repository(str(repository), max_bytes=1000)


def test_copies_of_the_weights_in_another_format_count_for_nothing(repository):
    size = sum(path.stat().st_size for path in repository.iterdir())
    before = check_repository(str(repository))
    shutil.copy(repository / "model.safetensors", repository / "consolidated.safetensors")
    assert check_repository(str(repository), max_bytes=size) == before


def test_the_hub_is_named_as_the_way_out_where_neither_folder_nor_network_is_there():
    with pytest.raises(RepositoryError, match="nobody/nothing: no such folder, and the Hub cannot be reached"):
        check_repository("nobody/nothing@" + "0" * 40)


def test_the_content_hash_changes_with_weights_and_configuration_but_not_with_the_readme(repository):
    before = content_hash(repository)
    (repository / "README.md").write_text("Better words.")
    (repository / ".cache").mkdir()
    (repository / ".cache" / "state.json").write_text("{}")
    assert content_hash(repository) == before
    (repository / "generation_config.json").write_text("{}")
    changed = content_hash(repository)
    assert changed != before
    data = bytearray((repository / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (repository / "model.safetensors").write_bytes(data)
    assert content_hash(repository) not in (before, changed)


def test_weights_that_are_missing_are_not_drawn_at_random(repository):
    from safetensors.torch import load_file, save_file

    weights = load_file(repository / "model.safetensors")
    dropped = min(weights)
    save_file(
        {name: tensor for name, tensor in weights.items() if name != dropped},
        repository / "model.safetensors",
        {"format": "pt"},
    )
    with pytest.raises(RepositoryError, match=r"org/name: has no weights for .*; save all of them"):
        load_folder(repository)


def test_weights_of_other_shapes_are_refused_in_one_line(repository):
    config = json.loads((repository / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 48
    (repository / "config.json").write_text(json.dumps(config))
    with pytest.raises(RepositoryError, match=r"org/name: its weights \S+ have shape \[32, 64\]") as caught:
        load_folder(repository)
    assert "\n" not in str(caught.value)


def test_a_chat_template_that_shows_no_image_is_refused_in_one_line(repository):
    (repository / "chat_template.jinja").write_text("{{ messages[0]['content'][-1]['text'] }}")
    with pytest.raises(RepositoryError, match="org/name: cannot answer a test question") as caught:
        load_folder(repository)
    assert "\n" not in str(caught.value)
