"""What numbers are made of, put into a store: the version of the method, and the views of suites.

Views that ship are valid, those from outside are tried.
"""

import logging
from collections.abc import Iterable, Mapping

from arena import method
from arena.errors import PluginError, StoreError, one_line
from arena.store import Store
from arena.suites import SUITES
from arena.suites.registry import installed_suites
from arena.suites.suite import Suite

log = logging.getLogger(__name__)


def define_views(store: Store, suites: Iterable[Suite]) -> None:
    """Put the views of suites into the store; readings by the present version of the method count in them, and no others.

    Raises:
        PluginError: one is not valid; the message names its suite.
    """
    store.evaluations.count_method(method.VERSION)
    for suite in {suite.view.name: suite for suite in suites}.values():
        try:
            store.evaluations.define_views({suite.view.name: suite.view.sql})
        except StoreError as error:
            reason = one_line(error.__cause__ or error)
            raise PluginError(f"suite {suite.reference}: its view is not valid ({reason}); mend its SQL") from error


def define_views_of_all(store: Store) -> Mapping[str, Suite]:
    """Put in the views of all suites that ship or are installed. Gives those suites, but for any whose view is not valid."""
    define_views(store, SUITES.values())
    suites = dict(SUITES)
    for name, suite in installed_suites().accepted.items():
        try:
            define_views(store, [suite])
            suites[name] = suite
        except PluginError as error:
            log.warning(str(error))
    return suites
