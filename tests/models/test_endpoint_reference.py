import pytest

from arena.errors import SettingsError
from arena.models.endpoint_reference import Endpoint, contestant_of_endpoint, is_endpoint, key_for, read_reference

KEYS = {"HF_TOKEN": "hf_token", "OPENAI_API_KEY": "sk-openai", "ARENA_ENDPOINT_KEY": "vlm.example=mine, localhost:8000=yours=="}


@pytest.fixture(autouse=True)
def online(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("https://vlm.example/v1#a/b-7B", Endpoint("", "https://vlm.example/v1", "a/b-7B")),
        ("https://VLM.example/v1/#m", Endpoint("", "https://vlm.example/v1", "m")),
        ("https://vlm.example#m", Endpoint("", "https://vlm.example/v1", "m")),
        ("https://vlm.example/openai/chat/completions#m", Endpoint("", "https://vlm.example/openai/chat/completions", "m")),
        ("https://vlm.example/v1beta/openai/#m", Endpoint("", "https://vlm.example/v1beta/openai", "m")),
        (
            "https://vlm.example/d/m?api-version=2024-10-21#m",
            Endpoint("", "https://vlm.example/d/m?api-version=2024-10-21", "m"),
        ),
        ("http://localhost:8000/v1#m?images=1&thinking=512", Endpoint("", "http://localhost:8000/v1", "m", 1, 512)),
        ("http://localhost:8000/v1#m?turns=1", Endpoint("", "http://localhost:8000/v1", "m", turns=1)),
        ("http://[::1]:8000/v1#m", Endpoint("", "http://[::1]:8000/v1", "m")),
        ("together:Qwen/Qwen2.5-VL-7B-Instruct", Endpoint("together", "", "Qwen/Qwen2.5-VL-7B-Instruct")),
        ("auto:a/b:fastest?images=4", Endpoint("auto", "", "a/b:fastest", 4)),
        ("openai:gpt-4o", Endpoint("openai", "", "gpt-4o")),
    ],
)
def test_a_reference_names_an_endpoint(reference, expected):
    assert is_endpoint(reference)
    assert read_reference(reference, {}) == expected


@pytest.mark.parametrize("reference", ["org/name", "org/name@c0ffee", "./folder", "/folder", "name", "../a/b", "C:"])
def test_folders_and_repositories_are_no_endpoints(reference):
    assert not is_endpoint(reference)


@pytest.mark.parametrize(
    ("reference", "line"),
    [
        ("https://vlm.example/v1", "https://vlm.example: names no model; write https://vlm.example/v1#model"),
        ("https://#m", "https: the address names no host"),
        ("https://host:port/v1#m", "an endpoint's address cannot be read"),
        ("http://vlm.example/v1#m", "plain http can be read on its way; use https, or set ARENA_ENDPOINT_HTTP=1"),
        ("http://localhost.example/v1#m", "plain http"),
        ("https://me:secret@vlm.example/v1#m", "put the key into ARENA_ENDPOINT_KEY"),
        ("https://secret@vlm.example/v1#m", "put the key into ARENA_ENDPOINT_KEY"),
        ("https://vlm.example/v1?api-version=1&key=secret#m", "leave out what follows the '?'"),
        ("https://vlm.example/v1?key=secret#m", "leave out what follows the '?'"),
        ("https://vlm.example/v1?key=secret", "names no model"),
        ("https://vlm.example/v1#m?colour=red", "the option 'colour=red' is unknown; use images=2, thinking=2048 or turns=1"),
        ("nowhere:a/b", "'nowhere' is no provider of chat models; write https://host/v1#model, or one of auto, "),
        ("fal-ai:a/b", "'fal-ai' is no provider of chat models"),
        ("org/name", "is no endpoint; write https://host/v1#model or provider:organisation/model"),
    ],
)
def test_what_is_wrong_with_a_reference_is_said_in_one_line_without_secrets(reference, line):
    with pytest.raises(SettingsError) as raised:
        read_reference(reference, {})
    message = str(raised.value)
    assert line in message
    assert "secret" not in message.replace("may hold a secret", "")
    assert len(message.splitlines()) == 1


def test_plain_http_to_another_machine_needs_to_be_allowed():
    assert read_reference("http://10.0.0.5/v1#m", {"ARENA_ENDPOINT_HTTP": "1"}).place == "10.0.0.5"
    for here in ("localhost", "127.0.0.1", "127.1.2.3", "[::1]"):
        assert read_reference(f"http://{here}/v1#m", {}).place == here


def test_providers_are_refused_where_the_hub_may_not_be_asked(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(SettingsError, match="HF_HUB_OFFLINE"):
        read_reference("auto:a/b", {})
    assert read_reference("openai:gpt-4o", {}).provider == "openai"


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("together:a/b", "hf_token"),
        ("auto:a/b", "hf_token"),
        ("openai:gpt-4o", "sk-openai"),
        ("https://router.huggingface.co/v1#a/b", "hf_token"),
        ("https://api.openai.com/v1#gpt-4o", "sk-openai"),
        ("https://vlm.example/v1#m", "mine"),
        ("http://localhost:8000/v1#m", "yours=="),
        ("http://localhost:8001/v1#m", None),
        ("https://vlm.example:444/v1#m", None),
        ("https://vlm.example.evil/v1#m", None),
        ("https://api.openai.com.evil/v1#m", None),
        ("https://evil/api.openai.com/v1#m", None),
        ("http://api.openai.com/v1#m", None),
        ("https://api.openai.com:444/v1#m", None),
    ],
)
def test_each_key_goes_to_its_own_host_alone(reference, key):
    assert key_for(read_reference(reference, {"ARENA_ENDPOINT_HTTP": "1"}), KEYS) == key


@pytest.mark.parametrize(
    ("reference", "environment", "line"),
    [
        ("together:a/b", {}, "HF_TOKEN: is not set; together:a/b needs it"),
        ("openai:gpt-4o", {"HF_TOKEN": "hf_token"}, "OPENAI_API_KEY: is not set"),
        ("together:a/b", {"HF_TOKEN": "secret"}, "HF_TOKEN: does not begin with hf_"),
        ("together:a/b", {"HF_TOKEN": "hf_sec\nret"}, "HF_TOKEN: holds a character that no key has"),
        ("https://vlm.example/v1#m", {"ARENA_ENDPOINT_KEY": "secret"}, "ARENA_ENDPOINT_KEY: write host=key"),
        (
            "https://vlm.example/v1#m",
            {"ARENA_ENDPOINT_KEY": "https://vlm.example=secret"},
            "ARENA_ENDPOINT_KEY: write host=key",
        ),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_without_being_shown(reference, environment, line):
    with pytest.raises(SettingsError) as raised:
        key_for(read_reference(reference, {}), environment)
    assert line in str(raised.value)
    assert "sec" not in str(raised.value)


def test_white_space_around_a_key_is_no_part_of_it():
    assert key_for(read_reference("auto:a/b", {}), {"HF_TOKEN": " hf_token\n"}) == "hf_token"


def test_a_contestant_is_who_answers_and_how_it_is_asked():
    contestant = contestant_of_endpoint("https://vlm.example/v1#org/name", {})
    assert (contestant.organisation, contestant.name) == ("vlm.example", "name")
    assert contestant.settings["temperature"] == 0
    assert len(bytes.fromhex(contestant.revision)) == 20
    others = [
        "https://vlm.example/v2#org/name",
        "https://vlm.example/v1#org/other",
        "https://vlm.example:444/v1#org/name",
        "https://vlm.example/v1#org/name?images=1",
        "https://vlm.example/v1#org/name?thinking=9",
        "https://vlm.example/v1#org/name?turns=1",
        "together:org/name",
        "auto:org/name",
    ]
    assert len({contestant.id, *(contestant_of_endpoint(other, {}).id for other in others)}) == len(others) + 1
    same = [
        "https://VLM.example/v1/#org/name",
        "https://vlm.example/v1#org/name?images=2&turns=2",
        "https://vlm.example#org/name",
    ]
    assert {contestant_of_endpoint(other, {}).id for other in same} == {contestant.id}
