"""A good model, and what strangers make of it: each with the check that refuses it, and the words that say why."""

import json
import shutil
from dataclasses import replace

from hub_repositories import StoredFile

from arena.roster import STARTER_MODELS

GOOD = STARTER_MODELS / "drawn-world" / "llava-mini"


class Draft:
    """A good model, to be made into a bad one and then served."""

    def __init__(self, folder):
        self.folder = shutil.copytree(GOOD, folder)
        self.switches = {}
        self.files = {}

    def serve(self, hub, name="org/bad"):
        repository = hub.add(name, self.folder)
        for switch, value in self.switches.items():
            setattr(repository, switch, value)
        head = repository.head
        repository.commits[head.id] = replace(head, files={**head.files, **self.files})
        return repository

    def edit(self, file, *keys, **changes):
        content = json.loads((self.folder / file).read_text())
        part = content
        for key in keys:
            part = part[key]
        part.update(changes)
        (self.folder / file).write_text(json.dumps(content))

    def header(self, change=None, **changes):
        """Write another header before the data; by default with changes to its first tensor."""
        path = self.folder / "model.safetensors"
        data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        header = dict(sorted(header.items(), key=lambda item: item[1]["data_offsets"]))
        next(iter(header.values())).update(changes)
        written = json.dumps(change(header) if change else header).encode()
        path.write_bytes(len(written).to_bytes(8, "little") + written + data[8 + length :])

    def weights(self, content):
        (self.folder / "model.safetensors").write_bytes(content)


def seventy_billion(draft):
    """Only the header of such weights: of their data the Hub tells the size."""
    shape, size = [70, 10**9], 70 * 10**9 * 2
    header = json.dumps({"w": {"dtype": "BF16", "shape": shape, "data_offsets": [0, size]}}).encode()
    draft.weights(len(header).to_bytes(8, "little") + header)
    draft.switches["sizes"] = {"model.safetensors": 8 + len(header) + size}


def large_header(draft):
    draft.weights((90_000_000).to_bytes(8, "little") + b"{")
    draft.switches["sizes"] = {"model.safetensors": 90_000_100}


def doubled(header):
    first, second, *_ = header
    header[second]["data_offsets"] = header[first]["data_offsets"]
    header[second]["shape"] = header[first]["shape"]
    return header


def with_file(name):
    return lambda draft: draft.files.update({name: StoredFile(content=b"raise SystemExit")})


def switched(**switches):
    return lambda draft: draft.switches.update(switches)


def edited(*where, **changes):
    return lambda draft: draft.edit(*where, **changes)


def headed(**changes):
    return lambda draft: draft.header(**changes)


def pickled(draft):
    (draft.folder / "model.safetensors").rename(draft.folder / "pytorch_model.bin")


def without(*files):
    return lambda draft: [(draft.folder / file).unlink() for file in files]


def written(file, text):
    return lambda draft: (draft.folder / file).write_text(text)


SHARD = json.dumps({"weight_map": {"w": "../../secrets.safetensors"}})
HOSTILE = {
    # name: (what is done to a good model, the check that fails, what it names)
    "private": (switched(private=True), "access", "is not on the Hub, or has no such commit"),
    "gated": (switched(gated="manual"), "access", "is gated"),
    "disabled": (switched(disabled=True), "access", "was disabled by the Hub"),
    "unsafe by the scan": (
        switched(unsafe={"model.safetensors": "unsafe"}),
        "security scan",
        "model.safetensors is unsafe by the scan",
    ),
    "no card": (without("README.md"), "licence", "README.md: license: is not stated"),
    "no licence": (written("README.md", "---\nlanguage: en\n---\n"), "licence", "README.md: license: is not stated"),
    "some other licence": (written("README.md", "---\nlicense: other\n---\n"), "licence", "README.md: license: other"),
    "file elsewhere": (with_file("../../evil.json"), "files", "file '../../evil.json': its name leads out"),
    "file at the root": (with_file("/etc/passwd"), "files", "file '/etc/passwd': its name leads out"),
    "300 MB of tokenizer": (
        switched(sizes={"tokenizer.json": 300 * 10**6}),
        "files",
        "tokenizer.json has 300 MB, and at most 64 MB",
    ),
    "template of 2 MB": (written("chat_template.jinja", "x" * 2 * 10**6), "files", "chat_template.jinja has 2 MB"),
    "own code": (
        edited("config.json", auto_map={"AutoModel": "modeling.Own"}),
        "own code",
        "config.json: auto_map names code of its own",
    ),
    "own code within": (
        edited("config.json", "text_config", auto_map={"AutoModel": "modeling.Own"}),
        "own code",
        "config.json: text_config.auto_map names code of its own",
    ),
    "own processor": (
        edited("processor_config.json", "image_processor", auto_map={"AutoProcessor": "own.Own"}),
        "own code",
        "processor_config.json: image_processor.auto_map names code",
    ),
    "own tokenizer": (
        edited("tokenizer_config.json", auto_map={"AutoTokenizer": ["own.Own", None]}),
        "own code",
        "tokenizer_config.json: auto_map names code",
    ),
    "code beside it": (with_file("tools/modeling.py"), "own code", "tools/modeling.py is code of its own"),
    "class of its own": (
        switched(told={"transformersInfo": {"auto_model": "AutoModel", "custom_class": "modeling.Own"}}),
        "own code",
        "the Hub runs it by modeling.Own",
    ),
    "model of text": (
        edited("config.json", model_type="llama", architectures=["LlamaForCausalLM"]),
        "architecture",
        "config.json names LlamaForCausalLM",
    ),
    "unknown type": (edited("config.json", model_type="own"), "architecture", "config.json: transformers"),
    "config of words": (written("config.json", "{"), "configuration", "config.json is not readable JSON"),
    "a million layers": (
        edited("config.json", "text_config", num_hidden_layers=10**6),
        "configuration",
        "config.json: text_config.num_hidden_layers: 1000000 is above 1000",
    ),
    "pictures a million wide": (
        edited("processor_config.json", "image_processor", size={"height": 10**6, "width": 10**6}),
        "configuration",
        "processor_config.json: image_processor.size.height: 1000000 is above 8192",
    ),
    "no processor": (without("processor_config.json"), "processor", "has no processor_config.json"),
    "no template": (without("chat_template.jinja"), "processor", "has no chat template"),
    "no words": (without("tokenizer.json"), "processor", "has no tokenizer.json"),
    "unknown quantisation": (
        edited("config.json", quantization_config={"quant_method": "own"}),
        "processor",
        "config.json: quantization_config: own",
    ),
    "pickled": (pickled, "weights", "its weights are pickled"),
    "no weights": (without("model.safetensors"), "weights", "has no model.safetensors"),
    "shard elsewhere": (
        lambda draft: [without("model.safetensors")(draft), written("model.safetensors.index.json", SHARD)(draft)],
        "weights",
        "../../secrets.safetensors is missing",
    ),
    "huge shape": (headed(shape=[10**9] * 40), "headers", "model.safetensors has tensor"),
    "string in a shape": (headed(shape=["a", 1_500_000_000]), "headers", "shape ['a', 1500000000] is no list"),
    "list in a shape": (headed(shape=[[0], 300_000_000]), "headers", "shape [[0], 300000000] is no list"),
    "negative shape": (headed(shape=[-1, 10**15]), "headers", "shape [-1, 1000000000000000] is no list"),
    "negative offset": (headed(data_offsets=[-64, 0]), "headers", "data_offsets [-64, 0] are no"),
    "lying shape": (headed(shape=[1]), "headers", "are not as large as shape [1]"),
    "overlapping tensors": (lambda draft: draft.header(doubled), "headers", "overlap those of"),
    "90 MB of header": (large_header, "headers", "model.safetensors has a header of 90 MB, and at most 25 MB are read"),
    "no safetensors": (lambda draft: draft.weights(b"x" * 1000), "headers", "model.safetensors is truncated or not"),
    "70 B parameters": (seventy_billion, "download", "130.4 GB of files; at most 20.0 GB may enter"),
}
