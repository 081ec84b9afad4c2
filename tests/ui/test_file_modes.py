"""What a server writes is for its owner alone, also in a home that is open to others."""

from gradio_client import Client


def test_new_files_of_a_home_are_for_its_owner_alone(server):
    server.home.chmod(0o755)
    before = set(server.home.rglob("*"))
    Client(server.url, verbose=False).predict(source="fresh", api_name="/battle")
    new = set(server.home.rglob("*")) - before
    assert any(path.suffix == ".webp" for path in new)
    assert {path for path in new if path.stat().st_mode & 0o077} == set()
