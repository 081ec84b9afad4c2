import gradio as gr
import pytest
from gradio.routes import App

from arena.ui.app import application
from arena.ui.blocks import Pages


def test_the_only_app_of_several_pages_is_the_one_that_is_served():
    create_app = App.create_app
    with Pages(analytics_enabled=False) as pages:
        assert App.create_app is create_app
    with pages.route("Another", "another"):
        pass
    pages.queue(api_open=False)
    assert pages.app is None
    application(pages)
    assert isinstance(pages.app, App)


def test_all_pages_are_configured_once_they_are_served():
    with Pages(analytics_enabled=False) as pages:
        gr.HTML("one")
    with pages.route("Another", "another"):
        gr.HTML("another")
    assert pages.config == {}
    pages.queue(api_open=False)
    application(pages)
    assert [path for path, *_ in pages.config["pages"]] == ["", "another"]
    assert [one["props"]["value"] for one in pages.config["components"] if one["type"] == "html"] == ["one", "another"]


def test_a_page_that_fails_leaves_gradio_as_it_was():
    create_app = App.create_app
    with pytest.raises(ZeroDivisionError), Pages(analytics_enabled=False):
        raise ZeroDivisionError
    assert App.create_app is create_app
