"""The part of the generate page in which a source is chosen, and what is true of an uploaded one is said."""

import random
from collections.abc import Mapping
from typing import Any

import gradio as gr

from arena.errors import InputError
from arena.generation.workshop import Workshop
from arena.generators.proposals import INSTRUCTION, Proposal
from arena.generators.scenes import FAMILIES
from arena.pairs import MAX_CAPTION
from arena.ui import words
from arena.ui.fresh_view import source_html, upload_html, uploaded_html
from arena.ui.markup import error_html
from arena.ui.parts import ANY, INTERNAL, Updates, html, line_for_visitors
from arena.ui.sources import About, Reference, Sources, Wording, read_reference
from arena.ui.uploads import Uploads

KINDS = [("A drawn scene", "scene"), ("A known pair", "pair"), ("Your picture", "picture")]
KINDS_WITHOUT_UPLOADS = KINDS[:2]
NO_UPLOADS = "<p>This arena takes no pictures of visitors.</p>"
FAMILY_CHOICES = [("Any family", ANY), *((f"{words.title(name)} · {one.category}", name) for name, one in FAMILIES.items())]
DOMAINS = [("Safety", "safety"), ("Culture", "culture")]
SIDES = [("Safe", "safe"), ("Unsafe", "unsafe")]
UPLOADED_REGION = (0.2, 0.2, 0.8, 0.8)
"""Where an uploaded picture may change, unless the visitor says otherwise."""
TRY_AGAIN = "Try again."
"""What a visitor may do about an error of the generate page."""


def text_field(label: str, placeholder: str, lines: int = 2, **options: Any) -> gr.Textbox:
    """A field for a caption or another short text."""
    return gr.Textbox(label=label, placeholder=placeholder, lines=lines, max_lines=4, max_length=MAX_CAPTION, **options)


class SourceForm:
    """A source, its picture with the region, and two texts that are proposed for it. Lays itself out in three places."""

    def __init__(self, workshop: Workshop, uploads: Uploads) -> None:
        self.workshop = workshop
        self.limits = uploads.limits
        self.policy = uploads.policy
        self.sources = Sources(workshop, uploads)

    def choose(self) -> None:
        """Build the line in which a source is chosen into the surrounding `gr.Blocks`."""
        with gr.Row(elem_id="sources", elem_classes="choices"):
            kinds = KINDS if self.policy.somebody else KINDS_WITHOUT_UPLOADS
            self.kind = gr.Radio(kinds, value="scene", label="Source", elem_id="source-kind", elem_classes="switch")
            self.family = gr.Dropdown(FAMILY_CHOICES, value=ANY, label="Family", filterable=False, min_width=150)
            self.another = gr.Button("Another one", elem_id="another", size="sm")
            self.twin = gr.Button("The other side", elem_id="other-side", size="sm", visible=False)
        self.closed = html(NO_UPLOADS, elem_id="no-uploads", elem_classes="text", visible=not self.policy.somebody)

    def show_picture(self) -> None:
        """Build the place of the picture."""
        self.upload = html(upload_html(self.limits), visible=False)
        self.picture = html(elem_id="source")
        self.reference = gr.Textbox(visible="hidden")
        self.uploaded = gr.Button(visible="hidden", elem_id="uploaded")

    def ask(self) -> None:
        """Build the fields about an uploaded picture, and those about its edit."""
        with gr.Column(visible=False, elem_id="about-picture") as self.about:
            self.source_caption = text_field("Caption of your picture", "What is true of it now")
            with gr.Row(elem_classes="short"):
                self.domain = gr.Radio(DOMAINS, value="safety", label="Domain", elem_classes="switch")
                self.safe = gr.Radio(SIDES, value="safe", label="Your picture is", elem_classes="switch")
                self.culture = text_field("It shows", "chopsticks", 1, visible=False)
                self.other_culture = text_field("After the edit", "fork", 1, visible=False)
            self.request = text_field("Request (optional)", "Fine for the safe picture, to be declined for the other", 1)
        self.caption = text_field("Caption after the edit", "What shall be true then")
        usual = INSTRUCTION.format(caption="what the caption says")
        self.instruction = text_field("Instruction to the editor", f"Left empty: {usual}")

    @property
    def fields(self) -> set[Any]:
        """All that `proposal` reads."""
        about = {self.source_caption, self.domain, self.safe, self.culture, self.other_culture, self.request}
        return about | {self.reference, self.caption, self.instruction}

    def connect(self, page: gr.Blocks, browser: gr.Textbox) -> None:
        """Tie the choices and the opening of `page` to what they show; `browser` holds the number that the browser keeps."""
        shown = [self.kind, self.family, self.another, self.twin, self.upload, self.about]
        shown += [self.picture, self.reference, self.caption, self.instruction]
        link = "() => [...window.arenaPage.parameters(['source']), window.freshPairs.known()]"
        opened = page.load(self.open, [self.reference, browser], [*shown, self.closed], js=link, **INTERNAL)
        drawn = gr.on(
            [self.kind.input, self.family.select, self.another.click],
            self.draw,
            [self.kind, self.family],
            shown,
            trigger_mode="always_last",
            **INTERNAL,
        )
        turned = self.twin.click(self.turn, [self.reference], shown, **INTERNAL)
        picture = "() => [`picture ${window.freshPairs.uploaded()}`, window.freshPairs.browser()]"
        sent = self.uploaded.click(self.show, [self.reference, browser], shown, js=picture, **INTERNAL)
        for changed in (opened, drawn, turned, sent):
            changed.then(None, [self.reference], js="(source) => window.arenaPage.keep({ source })", **INTERNAL)
        labels = [self.safe, self.request, self.culture, self.other_culture]
        self.domain.input(self.show_labels, [self.domain], labels, **INTERNAL)

    def open(self, link: str, browser: str, request: gr.Request) -> Updates:
        """The source that the page's address names, or else a scene; and which sources this visitor may choose from."""
        shown = self.show(link, browser) if link else self.draw("scene", ANY)
        if self.policy.allows(request.headers, request.client.host if request.client else ""):
            return shown
        kind = gr.update(choices=KINDS_WITHOUT_UPLOADS, value=shown.get(self.kind, "scene"))
        return {**shown, self.kind: kind, self.closed: gr.update(visible=True)}

    def draw(self, kind: str, family: str) -> Updates:
        """Another source of this kind, of this family or of any."""
        if kind == "picture":
            empty = dict.fromkeys((self.reference, self.picture, self.caption, self.instruction), "")
            return {**self._kind(kind), **empty}
        try:
            if kind == "pair":
                reference = Reference("pair", self.sources.random_pair(family or None), random.choice((0, 1)))
            else:
                reference = Reference("scene", str(self.workshop.scene_number(family or None)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return self._stopped(error)
        return self.show(str(reference))

    def turn(self, text: str) -> Updates:
        """The other side of a known pair."""
        try:
            return self.show(str(read_reference(text).twin()))
        except InputError as error:
            return self._stopped(error)

    def show(self, text: str, browser: str = "") -> Updates:
        """A source, and what the rules propose for it; an uploaded picture to the browser alone that sent it."""
        try:
            reference = read_reference(text)
            shown = {**self._kind(reference.kind), self.reference: str(reference)}
            if reference.kind == "picture":
                return {**shown, self.picture: uploaded_html(self.sources.upload(reference, browser).picture, UPLOADED_REGION)}
            proposal = self.sources.proposed(reference)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return self._stopped(error)
        return {
            **shown,
            self.picture: source_html(proposal),
            self.caption: proposal.caption,
            self.instruction: "",
        }

    def show_labels(self, domain: str) -> Updates:
        """What sets the sides apart in this domain."""
        safety = domain == "safety"
        return {
            self.safe: gr.update(visible=safety),
            self.request: gr.update(visible=safety),
            self.culture: gr.update(visible=not safety),
            self.other_culture: gr.update(visible=not safety),
        }

    def proposal(self, given: Mapping[Any, Any], region: str, browser: str) -> Proposal:
        """The edit that the fields ask for.

        Args:
            given: component -> its value.
            region: as the browser writes it.
            browser: the number that the browser keeps.

        Raises:
            InputError: something in them cannot be used.
        """
        culture = given[self.domain] == "culture"
        about = About(
            caption=given[self.source_caption],
            domain="culture" if culture else "safety",
            label=given[self.culture] if culture else given[self.safe],
            edited_label=given[self.other_culture],
            request=given[self.request],
        )
        wording = Wording.read(given[self.caption], given[self.instruction], region)
        return self.sources.worded(read_reference(given[self.reference]), wording, about, browser)

    def _kind(self, kind: str) -> Updates:
        """What is shown for a kind of source."""
        upload = kind == "picture"
        return {
            self.kind: kind,
            self.family: gr.update(visible=not upload),
            self.another: gr.update(visible=not upload),
            self.twin: gr.update(visible=kind == "pair"),
            self.upload: gr.update(visible=upload),
            self.about: gr.update(visible=upload),
        }

    def _stopped(self, error: Exception) -> Updates:
        return {self.reference: "", self.picture: error_html(line_for_visitors(error, TRY_AGAIN))}
