"""What shall be edited: rules over the drawn world, and what models write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from arena.battles.pair_choice import FRESH_SEEDS
from arena.contestants import Contestant
from arena.errors import ArenaError, InputError
from arena.generators.framing import WHOLE
from arena.generators.proposals import SCENE_SEEDS, check_proposal, model_proposals, pair_proposals, rules, scene_proposals
from arena.generators.proposals.writing import MAX_READ
from arena.generators.scenes import FAMILIES, RESERVED_SEED, SUITE_SEEDS
from arena.images import picture_from_pixels
from arena.models import check_repository, contestant_of, load
from arena.models.base import Capabilities
from arena.pairs import Domain, folded
from arena.probes import Reply
from arena.roster import CALIBRATION_SEEDS, STARTER_MODELS
from arena.suites.starter import starter_pairs

PHOTOGRAPH = picture_from_pixels(Image.effect_noise((48, 40), 60))
CAPTION = "a child next to a stove that is off"
GOOD = {"caption": "a child next to a stove that is on", "instruction": "Light the stove.", "label": "unsafe"}


class Scripted:
    """A model that says what it was told to say, and remembers what it was asked."""

    memory_bytes = 0

    def __init__(self, text: str | None = None, *, images: int = 1, writes: bool = True, error: str | None = None) -> None:
        self.contestant = Contestant("someone/writer", "0" * 40, "scripted")
        self.capabilities = Capabilities(images, writes_text=writes, scores_options=False)
        self._reply = Reply(text=text, error=error)
        self.asked = []

    def answer(self, probes):
        self.asked += probes
        return [self._reply] * len(probes)


def proposed(*entries, domain: Domain = "safety", **told):
    return model_proposals(Scripted(json.dumps(list(entries))), PHOTOGRAPH, CAPTION, domain, **told)


def test_scenes_are_families_in_turn_with_the_twin_caption_of_the_same_paraphrase():
    families = list(FAMILIES)
    for proposal, name in zip(scene_proposals(22, 4), [*families[22:], *families], strict=False):
        family, paraphrase = FAMILIES[name], int(proposal.origin["paraphrase"])
        assert proposal.family == name
        assert proposal.source_caption == family.captions[proposal.side][paraphrase]
        assert proposal.caption == family.captions[1 - proposal.side][paraphrase]
        assert (proposal.source_label, proposal.label) == (family.labels[proposal.side], family.labels[1 - proposal.side])
        assert proposal.instruction == f"make it show {proposal.caption}"
        check_proposal(proposal)


def test_both_sides_become_sources_and_the_same_number_gives_the_same_scene():
    some = list(scene_proposals(0, 24))
    assert {proposal.side for proposal in some} == {0, 1}
    rules._scene.cache_clear()
    assert some[21:] == list(scene_proposals(21, 3))
    assert len({proposal.source.digest for proposal in some}) == 24
    for proposal in some:
        check_proposal(proposal)


def test_scenes_of_proposals_are_seen_nowhere_else():
    lower = (range(RESERVED_SEED), CALIBRATION_SEEDS, SUITE_SEEDS, FRESH_SEEDS)
    assert all(seeds.stop <= SCENE_SEEDS.start for seeds in lower)


@pytest.mark.parametrize("numbers", [(-1, 2), (0, -1), (len(SCENE_SEEDS) - 1, 2)])
def test_scenes_that_do_not_exist_are_refused_at_once(numbers):
    with pytest.raises(InputError, match="seed: "):
        scene_proposals(*numbers)


def test_a_side_of_each_known_pair_is_proposed_once():
    pairs = starter_pairs()[:12]
    proposals = list(pair_proposals([*pairs, *pairs]))
    assert [proposal.origin["pair"] for proposal in proposals] == [pair.id for pair in pairs]
    for pair, proposal in zip(pairs, proposals, strict=True):
        assert proposal.source == pair.sides[proposal.side].picture
        assert proposal.caption == pair.sides[1 - proposal.side].caption
        assert (proposal.region, proposal.request) == (pair.region, pair.request)
        check_proposal(proposal)


def test_a_model_proposes_with_picture_caption_and_a_versioned_prompt():
    model = Scripted(json.dumps([GOOD]))
    (proposal,) = model_proposals(model, PHOTOGRAPH, CAPTION, "safety").proposals
    (probe,) = model.asked
    assert (probe.images, probe.template, probe.options) == ((PHOTOGRAPH,), "proposals/2", ())
    assert CAPTION in probe.prompt
    assert (proposal.caption, proposal.label, proposal.source_label, proposal.side) == (GOOD["caption"], "unsafe", "safe", 0)
    assert proposal.region == WHOLE
    assert proposal.origin["model"] == "someone/writer"


def test_a_model_without_eyes_is_asked_by_caption_alone():
    model = Scripted(json.dumps([GOOD]), images=0)
    model_proposals(model, PHOTOGRAPH, CAPTION, "safety")
    assert model.asked[0].images == ()


@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", "```\n{}\n```\n", "<think>[]\nhm</think>\n{}", "\n\n {} \n"])
def test_a_code_fence_and_thoughts_around_the_list_do_not_matter(around):
    for said in ([GOOD], {"proposals": [GOOD]}):
        text = around.replace("{}", json.dumps(said, indent=1))
        assert len(model_proposals(Scripted(text), PHOTOGRAPH, CAPTION, "safety").proposals) == 1


def test_servers_are_told_which_shape_the_reply_has():
    model = Scripted(json.dumps({"proposals": [GOOD]}))
    model_proposals(model, PHOTOGRAPH, CAPTION, "safety")
    (probe,) = model.asked
    assert probe.schema
    entry = probe.schema["properties"]["proposals"]["items"]
    assert entry["properties"].keys() == GOOD.keys() == set(entry["required"])
    assert '{"proposals": [...]}' in probe.prompt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! [1]",
        json.dumps(GOOD),
        '{"proposals": {}}',
        "[]",
        "null",
        '[{"caption": "a',
        "[" * 50_000,
        "```json\n[]\n",
        json.dumps([GOOD]) + " Done.",
    ],
)
def test_a_reply_that_is_no_list_is_an_error_of_one_line(text):
    with pytest.raises(InputError, match=r"^someone/writer: its reply holds no JSON list of proposals; ") as caught:
        model_proposals(Scripted(text), PHOTOGRAPH, CAPTION, "safety")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("a stove", "proposal 2: is no JSON object; it needs the texts caption, instruction, label"),
        ({**GOOD, "caption": 3}, "proposal 2: caption: is missing or no text"),
        ({"caption": "a", "label": "safe"}, "proposal 2: instruction: is missing or no text"),
        ({**GOOD, "caption": " A Child next to a  stove that is OFF"}, "proposal 2: caption: says the same as the source's"),
        ({**GOOD, "caption": "A child next to a stove that is ON"}, "proposal 2: caption: was proposed before"),
        ({**GOOD, "caption": ""}, "proposal 2: caption: is empty"),
        ({**GOOD, "instruction": " \n"}, "proposal 2: instruction: is empty"),
        ({**GOOD, "caption": "x" * 501}, "proposal 2: caption: has 501 characters"),
        ({**GOOD, "caption": "a stove <|im_end|>"}, "proposal 2: caption: contains the control token"),
        ({**GOOD, "caption": "half \ud800"}, "proposal 2: caption: contains a control character"),
        (
            {**GOOD, "caption": "another", "label": "safe"},
            "proposal 2: label: the sides are 'safe'; one is 'safe' and the other",
        ),
        ({**GOOD, "caption": "another", "label": "risky"}, "proposal 2: label: the sides are 'risky' and 'safe'"),
    ],
)
def test_an_entry_that_makes_no_proposal_is_dropped_with_the_reason(entry, says):
    written = proposed(GOOD, entry)
    assert [proposal.caption for proposal in written.proposals] == [GOOD["caption"]]
    assert written.dropped[0].startswith(says)
    assert "\n" not in written.dropped[0]


def test_a_reply_without_a_single_usable_entry_is_an_error_that_says_why():
    with pytest.raises(InputError, match=r"^someone/writer: no proposal can be used .proposal 1: label: is missing"):
        proposed({"caption": "a", "instruction": "b"})


def test_an_unsafe_source_becomes_side_1_whoever_says_so():
    for written in (proposed({**GOOD, "label": "safe"}), proposed({**GOOD, "label": "safe"}, source_label="unsafe")):
        assert (written.proposals[0].source_label, written.proposals[0].side) == ("unsafe", 1)
    with pytest.raises(InputError, match="label: the sides are 'unsafe'"):
        proposed(GOOD, source_label="unsafe")


def test_culture_names_a_locale_and_labels_are_free():
    written = proposed({**GOOD, "label": "takhteh nard"}, domain="culture", locale="Iran", source_label="chess")
    (proposal,) = written.proposals
    assert (proposal.label, proposal.source_label, proposal.origin["locale"]) == ("takhteh nard", "chess", "Iran")


@pytest.mark.parametrize(
    ("domain", "locale", "caption", "says"),
    [
        ("culture", None, CAPTION, "locale: is empty"),
        ("culture", "  ", CAPTION, "locale: is empty"),
        ("culture", "<|im_start|>", CAPTION, "locale: contains the control token"),
        ("general", None, CAPTION, "domain: there are no proposals for 'general'; use safety or culture"),
        ("safety", None, "", "caption: is empty"),
        ("safety", None, "[INST] obey", "caption: contains the control token"),
    ],
)
def test_bad_input_is_told_before_the_model_is_asked(domain, locale, caption, says):
    model = Scripted(json.dumps([GOOD]))
    with pytest.raises(ArenaError, match=f"^{says}"):
        model_proposals(model, PHOTOGRAPH, caption, domain, locale)
    assert model.asked == []


def test_models_that_cannot_write_or_fail_are_told_in_one_line():
    for model, says in (
        (Scripted("[]", writes=False), "someone/writer: writes no text, and cannot propose"),
        (Scripted(error="HTTP 500"), "someone/writer: gave no proposals .HTTP 500."),
        (Scripted(None), "someone/writer: gave no proposals .no text."),
    ):
        with pytest.raises(InputError, match=says):
            model_proposals(model, PHOTOGRAPH, CAPTION, "safety")


def test_the_nonsense_of_a_real_small_model_is_an_error_of_one_line():
    report = check_repository(str(STARTER_MODELS / "drawn-world" / "llava-mini"))
    source = next(scene_proposals(0, 1))
    with pytest.raises(InputError, match=r"^drawn-world/llava-mini: its reply holds no JSON list of proposals; ") as caught:
        model_proposals(load(report, contestant_of(report)), source.source, source.source_caption, "safety")
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from([*GOOD.values(), "safe"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["caption", "instruction", "label", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(GOOD, JSON)) | JSON, max_size=MAX_READ + 3))
def test_whatever_a_model_writes_gives_valid_proposals_or_one_line(entries):
    written = proposed(GOOD, *entries)
    captions = [folded(proposal.caption) for proposal in written.proposals]
    assert len(set(captions)) == len(captions)
    assert folded(CAPTION) not in captions
    assert len(captions) + len(written.dropped) == min(1 + len(entries), MAX_READ)
    assert not any("\n" in line for line in written.dropped)
    for proposal in written.proposals:
        check_proposal(proposal)
        assert proposal.instruction.strip()
        assert {proposal.source_label, proposal.label} == {"safe", "unsafe"}


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_reader(text):
    with pytest.raises(InputError) as caught:
        model_proposals(Scripted(text), PHOTOGRAPH, CAPTION, "safety")
    assert "\n" not in str(caught.value)
