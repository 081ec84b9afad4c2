"""Everything the arena can complain about.

ArenaError
├── SettingsError       a setting or an option cannot be used
├── PluginError         a suite, a task or a backend from outside cannot be used
├── InputError          something a person or a file gave is bad
│   ├── ImageError      an image cannot be accepted
│   ├── PairError       a minimal pair cannot be accepted
│   └── SuiteError      a folder of pairs cannot be read
├── RepositoryError     a model repository cannot enter the arena
│   ├── ModelEnded      a model that was loaded has ended, and has to be loaded anew
│   └── EditorError     a diffusers pipeline cannot edit, or an edit failed
├── BattleError         a battle cannot do what was asked of it
│   ├── BattleFailed    somebody could not answer, and the battle counts for nobody
│   └── RevealRefused   names were asked for before the battle was judged
├── StrategyError       a strategy cannot be used with a model, or must not be for an item
├── EvaluationError     an evaluation cannot be made, go on or be reported
├── GenerationError     a pair cannot be generated, made again or reviewed
├── TuningError         data cannot be exported, or no model be tuned on it
└── StoreError          the database cannot be used
    ├── StoreBusy       another process holds the database
    └── StorePaused     nothing is taken at the moment; the line is for visitors, too

Every message is one line: it names the thing and the field, says what is wrong, and what to do about it.
"""


class ArenaError(Exception):
    """Base of all errors that are shown to people as one line."""


class SettingsError(ArenaError):
    """A setting or an option cannot be used."""


class PluginError(ArenaError):
    """A suite, a task or a backend from outside cannot be used."""


class InputError(ArenaError):
    """Something a person or a file gave is bad."""


class ImageError(InputError):
    """An image cannot be accepted."""


class PairError(InputError):
    """A minimal pair cannot be accepted."""


class SuiteError(InputError):
    """A folder of pairs cannot be read."""


class RepositoryError(ArenaError):
    """A model repository cannot enter the arena."""


class ModelEnded(RepositoryError):
    """A model that was loaded has ended, and has to be loaded anew."""


class EditorError(RepositoryError):
    """A diffusers pipeline cannot edit, or an edit failed."""


class BattleError(ArenaError):
    """A battle cannot do what was asked of it."""


class BattleFailed(BattleError):
    """Somebody could not answer, and the battle counts for nobody. The message tells no more, not even which seat."""


class RevealRefused(BattleError):
    """Names were asked for before the battle was judged."""


class StrategyError(ArenaError):
    """A strategy cannot be used with a model, or must not be for an item."""


class EvaluationError(ArenaError):
    """An evaluation cannot be made, go on or be reported."""


class GenerationError(ArenaError):
    """A pair cannot be generated, made again or reviewed."""


class TuningError(ArenaError):
    """Data cannot be exported, or no model be tuned on it."""


class StoreError(ArenaError):
    """The database cannot be used."""


class StoreBusy(StoreError):
    """Another process holds the database."""


class StorePaused(StoreError):
    """Nothing is taken at the moment. The line says why, calmly: visitors read it."""


def one_line(error: BaseException) -> str:
    """The first line of what went wrong, for a reply that reports an error."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__
