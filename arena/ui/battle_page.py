"""The battle page: a pair, two anonymous columns of answers, a vote, and then the names.

What the server sends is decided by one thing, the `BattleView` of the facade: names are in it only once the battle is judged.
The page keeps nothing but the battle's id.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import gradio as gr

from arena.battles import CHANCES, SKIP, Arena, BattleFilter, BattleView, Round
from arena.errors import BattleError, BattleFailed
from arena.tasks import tasks_of
from arena.ui import words
from arena.ui.battle_view import answers_html, pair_html, progress_html, reveal_html, waiting_html
from arena.ui.markup import error_html
from arena.ui.parts import ANY, INTERNAL, Updates, html, line_for_visitors
from arena.ui.shares import BATTLES, VOTES
from arena.ui.visitor_queue import counted_as
from arena.ui.voters import voter_or_unknown

INTRODUCTION = """<p>Two pictures, one detail apart. Two anonymous models answer the same questions about them.
<b>Who did better?</b></p>"""
BUTTONS = {"a": "Model A", "b": "Model B", "both_good": "Both good", "both_bad": "Both bad", SKIP: "Just reveal"}
"""Vote -> what its button says. Keys and looks are in page.js and style.css."""
DRAWING = "Drawing a pair …"
NO_PAIR_YET = '<div class="pair waiting"><div class="pictures"><i></i><i></i></div></div>'
"""What stands in place of the pair, also before the page has heard anything of the arena."""
ASKING = "Asking both models …"
"""What is told while both are asked, whoever they are."""
ASKING_AGAIN = "Something failed on our side, and that pair counts for nobody. Asking both models about another one …"
VOTED = "(battle) => [window.arenaPage.voted(battle), window.freshPairs.browser()]"
"""What the browser sends with a vote: the battle, and its own number."""


class BattlePage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self._categories = arena.categories()
        self._lay_out()

    def connect(self, page: gr.Blocks) -> None:
        """Tie buttons, filters and the opening of `page` to what they do."""
        filters = [self.domain, self.category, self.source]
        everything = [*filters, self.battle, self.pair, self.progress, self.reveal, self.answers]
        everything += [*self.votes.values(), self.next]
        # One listener, so that no two plays ever write on the page at once; what is asked for meanwhile comes next.
        # Not on `input`, which a dropdown also sends when it is merely left.
        shown = gr.on(
            [page.load, self.next.click, *(chosen.select for chosen in filters)],
            self.show,
            [*filters, self.battle],
            everything,
            js="(...filters) => [...filters.slice(0, 3), window.arenaPage.takeLink()]",
            trigger_mode="always_last",
            **INTERNAL,
            **counted_as(BATTLES),
        )
        shown.then(js="() => window.arenaPage.revealed(false)", **INTERNAL)
        for choice, button in self.votes.items():
            vote = self._voter(choice)
            judged = button.click(vote, [self.battle, self.browser], everything, js=VOTED, **INTERNAL, **counted_as(VOTES))
            judged.then(js="() => window.arenaPage.revealed(true)", **INTERNAL)
        self.copy.click(js="() => window.arenaPage.copyLink()", **INTERNAL)

    def show(self, domain: str, category: str, source: str, link: str) -> Iterator[Updates]:
        """The battle that the page's address names by its id, once; or else a new one."""
        if not link:
            yield from self.play(domain, category, source)
            return
        try:
            view = self.arena.view(link)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            yield self._stopped(error)
        else:
            yield from self._shown(view)

    def play(self, domain: str, category: str, source: str) -> Iterator[Updates]:
        """A new battle that passes the filters, shown answer by answer; another one where somebody could not answer."""
        yield self._opening(domain, category)
        filters = BattleFilter(domain or None, self._kept(domain, category) or None, source or None)
        try:
            yield from self._tried(filters)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            yield self._stopped(error)

    def _tried(self, filters: BattleFilter) -> Iterator[Updates]:
        """The first of a few battles in which everybody answers."""
        for line in (ASKING, *[ASKING_AGAIN] * (CHANCES - 2)):
            with suppress(BattleFailed):
                yield from self._asked(self.arena.open_battle(filters), line)
                return
        yield from self._asked(self.arena.open_battle(filters), ASKING_AGAIN)

    def _voter(self, choice: str) -> Callable[..., Updates]:
        def vote(battle_id: str, browser: str) -> Updates:
            try:
                return self._judged(self.arena.vote(battle_id, voter_or_unknown(browser), choice))
            except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
                gr.Warning(line_for_visitors(error), title="")
                return {self.battle: battle_id}

        return vote

    def _shown(self, view: BattleView) -> Iterator[Updates]:
        if view.reveal is None:
            yield {**self._opened(view), self.answers: answers_html(view.rounds), **self._judgeable()}
        else:
            yield {**self._opened(view), **self._judged(view)}

    def _asked(self, view: BattleView, line: str) -> Iterator[Updates]:
        yield self._opened(view, line)
        rounds: list[Round] = []
        total = len(tasks_of(view.pair))
        for answered in self.arena.play(view.battle_id):
            rounds.append(answered)
            yield self._answered(rounds, total)
        yield {self.answers: answers_html(rounds), **self._judgeable()}

    def _opening(self, domain: str, category: str) -> Updates:
        choices = category_choices(self._categories, domain)
        return {
            self.category: gr.update(choices=choices, value=self._kept(domain, category)),
            self.progress: progress_html(DRAWING, 0),
            self.pair: NO_PAIR_YET,
            self.reveal: "",
            self.answers: waiting_html(),
            **self._usable(False),
        }

    def _opened(self, view: BattleView, line: str = ASKING) -> Updates:
        return {
            self.battle: view.battle_id,
            self.pair: pair_html(view.pair),
            self.progress: progress_html(line, 0),
            self.answers: waiting_html(),
        }

    def _answered(self, rounds: Sequence[Round], total: int) -> Updates:
        text = "1 task answered" if len(rounds) == 1 else f"{len(rounds)} tasks answered"
        return {self.answers: answers_html(rounds), self.progress: progress_html(text, len(rounds) / total)}

    def _judgeable(self) -> Updates:
        return {self.progress: progress_html("Who did better?", 1), **self._usable(True)}

    def _judged(self, view: BattleView) -> Updates:
        if view.reveal is None:
            raise BattleError(f"battle {view.battle_id}: is not judged yet; vote first")
        return {
            self.progress: "",
            self.reveal: reveal_html(view.reveal, view.rounds),
            self.answers: answers_html(view.rounds, view.reveal),
            self.next: gr.update(interactive=True),
        }

    def _stopped(self, error: Exception) -> Updates:
        return {
            self.battle: "",
            self.pair: error_html(line_for_visitors(error)),
            self.reveal: "",
            self.answers: "",
            self.progress: "",
            **self._usable(False),
            self.next: gr.update(interactive=True),
        }

    # Gradio builds a component anew for each update of it, so that only those are sent that change something. The style sheet
    # shows votes before the reveal and the link after it: Gradio may lose a part that comes back as soon as it goes.
    def _usable(self, usable: bool) -> Updates:
        return {button: gr.update(interactive=usable) for button in (*self.votes.values(), self.next)}

    def _kept(self, domain: str, category: str) -> str:
        """The category, unless the domain has none of that name."""
        return category if category in {value for _, value in category_choices(self._categories, domain)} else ANY

    def _lay_out(self) -> None:
        domains = [("Any domain", ANY), *((words.DOMAIN_TITLES.get(name, name), name) for name in self._categories)]
        sources = [("Any source", ANY), *((words.title(name), name) for name in self.arena.sources())]
        with gr.Row(elem_id="filters"):
            html(INTRODUCTION, elem_id="introduction")
            self.domain = _filter("Domain", domains)
            self.category = _filter("Category", category_choices(self._categories, ANY))
            self.source = _filter("Source", sources)
        self.battle = gr.Textbox(visible="hidden")  # in the browser, where it outlives a restart of the server
        self.browser = gr.Textbox(visible="hidden")
        self.pair = html(NO_PAIR_YET, elem_id="pair")
        self.reveal = html(elem_id="reveal")
        self.answers = html(waiting_html(), elem_id="answers")
        with gr.Row(elem_id="bar"):
            self.progress = html(progress_html(DRAWING, 0), elem_id="progress")
            with gr.Row(elem_id="voting"):
                self.votes = {
                    choice: gr.Button(label, elem_id=f"vote-{choice}", interactive=False, size="sm")
                    for choice, label in BUTTONS.items()
                }
            self.copy = gr.Button("Copy link", elem_id="copy-link", size="sm")
            self.next = gr.Button("Next pair", elem_id="next-pair", interactive=False, size="sm")


def category_choices(categories: dict[str, tuple[str, ...]], domain: str) -> list[tuple[str, str]]:
    """(label, value) of the categories of one domain, or of all."""
    names = [name for key, values in categories.items() if domain in (ANY, key) for name in values]
    return [("Any category", ANY), *((words.title(name), name) for name in dict.fromkeys(names))]


def _filter(label: str, choices: list[tuple[str, str]]) -> gr.Dropdown:
    return gr.Dropdown(choices, value=ANY, label=label, show_label=False, filterable=False, container=False, min_width=150)
