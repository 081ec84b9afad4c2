"""Which types enter, held against what each class of transformers declares of itself."""

import inspect

import pytest
import transformers
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES,
)

from arena.errors import RepositoryError
from arena.models.architectures import CONTRASTIVE_TYPES, OMNI_CLASSES, UNFIT, VOICES, architecture, check_image_processor

DECLARED_FIT = {"diffusion_gemma", "shieldgemma2", "udop"}
"""Types that look fit by what their class declares; why they are not stands in their documentation."""


def reads_pictures_and_writes(class_name):
    model = getattr(transformers, class_name)
    prompted = "input_ids" in inspect.signature(model.forward).parameters
    modalities = {model.input_modalities} if isinstance(model.input_modalities, str) else set(model.input_modalities)
    return model.can_generate() and prompted and {"image", "text"} <= modalities


def entered(model_type):
    try:
        return architecture("org/name", {"model_type": model_type})
    except RepositoryError:
        return None


def test_types_enter_that_read_pictures_and_a_prompt_and_write_text_by_what_their_class_declares():
    fit = {name for name, known in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES.items() if reads_pictures_and_writes(known)}
    assert {name for name in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES if entered(name)} == fit - DECLARED_FIT
    assert fit & set(UNFIT) == DECLARED_FIT


def test_of_the_types_that_also_hear_or_speak_those_that_see_enter():
    more = MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES.keys() - MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES
    assert {name for name in more if entered(name)} == set(OMNI_CLASSES)
    assert all(reads_pictures_and_writes(class_name) for class_name in OMNI_CLASSES.values())
    assert set(VOICES) < set(OMNI_CLASSES)


@pytest.mark.parametrize("model_type", CONTRASTIVE_TYPES)
def test_types_with_two_encoders_are_compared_by_their_features(model_type):
    kind, class_name = architecture("org/name", {"model_type": model_type})
    assert kind == "contrastive"
    assert {"get_text_features", "get_image_features"} <= set(dir(getattr(transformers, class_name)))


@pytest.mark.parametrize("declared", ["PeoplesOwnLlava", "LlavaForConditionalGeneration", None])
def test_a_known_type_is_run_by_its_class_whatever_a_fine_tuner_calls_it(declared):
    config = {"model_type": "llava", "architectures": [declared], "auto_map": {"AutoModel": "own.Model"}}
    assert architecture("org/name", config) == ("generative", "LlavaForConditionalGeneration")


@pytest.mark.parametrize(
    ("model_type", "declared"),
    [("llava", "LlavaModel"), ("clip", "CLIPTextModel"), ("blip", "BlipForQuestionAnswering"), ("qwen2_vl", "CLIPModel")],
)
def test_another_class_of_transformers_for_the_same_type_is_refused(model_type, declared):
    with pytest.raises(RepositoryError, match=rf"org/name: config\.json names {declared} \(model_type {model_type}\)"):
        architecture("org/name", {"model_type": model_type, "architectures": [declared]})


@pytest.mark.parametrize("config", [{"image_processor_type": "Own"}, {"image_processor": {"image_processor_type": "OwnFast"}}])
def test_an_image_processor_of_its_own_is_refused(config):
    with pytest.raises(RepositoryError, match=r"org/name: a\.json: image_processor_type: transformers .* has no Own"):
        check_image_processor("org/name", "a.json", config)


@pytest.mark.parametrize(
    "config", [{}, {"image_processor_type": "CLIPImageProcessor"}, {"image_processor_type": "Qwen2VLImageProcessorFast"}]
)
def test_an_image_processor_of_transformers_is_fine_under_its_older_names(config):
    check_image_processor("org/name", "a.json", config)
