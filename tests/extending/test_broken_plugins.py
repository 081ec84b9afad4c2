"""A plug-in that fails is named, and everything else goes on."""

import pytest
from plugged import CODE_OF_SUITE, install, install_page

from arena.cli import main
from arena.errors import EvaluationError, PluginError, RepositoryError
from arena.evaluation.results import Results
from arena.models.backends import backend_entry, backends
from arena.store import Store
from arena.suites import SUITES
from arena.suites.registry import all_suites, installed_suites, read_suite


def suite(**changes):
    """The code of a suite in which some words were replaced."""
    code = CODE_OF_SUITE
    for old, new in changes.values():
        assert old in code
        code = code.replace(old, new)
    return code


NO_NAME = suite(name=('name="swatches"', 'name="My Swatches"'))
SHIPPED_NAME = suite(name=('name="swatches"', 'name="starter"'), view=('"swatches_units"', '"starter_units"'))
SHIPPED_TASK = suite(task=('TASK = "colour_name"', 'TASK = "verification"'))
SHIPPED_VIEW = suite(view=('"swatches_units"', '"pair_units"'))
UNREAD = suite(readers=("readers={TASK: read}", "readers={}"))
BROKEN = {
    "no suite": ("SUITE = 3", "holds no suite in SUITE, but int"),
    "no such module": ("import nonsense_that_is_not_there", "No module named 'nonsense_that_is_not_there'"),
    "no syntax": ("def", "SyntaxError"),
    "an exit": ("raise SystemExit(3)", "SystemExit: 3"),
    "no name": (NO_NAME, "'My Swatches' is no name for a suite"),
    "a shipped name": (SHIPPED_NAME, "'starter' is the name of a suite that ships with the arena"),
    "a shipped task": (SHIPPED_TASK, "task 'verification' has the name of a task that ships"),
    "a shipped view": (SHIPPED_VIEW, "view 'pair_units' may be another suite's"),
    "no reader": (UNREAD, "nothing reads the replies to colour_name"),
}


@pytest.mark.parametrize(("code", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_with_the_reason(tmp_path, code, reason):
    file = tmp_path / "mine.py"
    file.write_text(code)
    with pytest.raises(PluginError) as raised:
        read_suite(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert reason in str(raised.value)


@pytest.mark.parametrize(("code", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_package_is_named_with_the_reason_and_others_are_used(site, code, reason):
    install_page(site)
    install(site, "broken-thing", {"broken_thing.py": code}, {"arena.suites": {"mine": "broken_thing:SUITE"}})
    (problem,) = installed_suites().problems
    assert problem.startswith("package broken-thing, entry point arena.suites: mine: ")
    assert reason in problem
    assert [*SUITES, "squares", "swatches"] == list(all_suites())


def test_a_missing_file_is_named(tmp_path, capsys):
    assert main(["--home", str(tmp_path), "report", "--suite", "absent.py"]) == 1
    assert "absent.py: cannot be read (No such file or directory)" in capsys.readouterr().err


def test_two_packages_with_one_name_are_both_named(site, tmp_path):
    install_page(site)
    install(site, "other", {"other.py": CODE_OF_SUITE}, {"arena.suites": {"same": "other:SUITE"}})
    (problem,) = installed_suites().problems
    assert "package other, entry point arena.suites: same" in problem
    assert "package arena-shapes, entry point arena.suites: swatches" in problem
    file = tmp_path / "third.py"
    file.write_text(CODE_OF_SUITE)
    with pytest.raises(PluginError, match=r"third.py: 'swatches' is the name of what package arena-shapes"):
        read_suite(file)


def test_what_is_broken_is_told_beside_the_list_and_in_the_reports(site, tmp_path, capsys):
    install(site, "broken-thing", {"broken_thing.py": "1 / 0"}, {"arena.suites": {"mine": "broken_thing:SUITE"}})
    told = "arena: left out: package broken-thing, entry point arena.suites: mine: ZeroDivisionError: division by zero"
    assert main(["suites", "list"]) == 0
    assert told in capsys.readouterr().err
    assert main(["--home", str(tmp_path), "report", "--suite", "starter"]) == 1
    assert told in capsys.readouterr().err


READ = "return Reading(judge(probe, reply, named))"
MINE = {"name": ('name="swatches"', 'name="mine"'), "view": ('"swatches_units"', '"mine_units"')}
FAILING = {
    "load": ("return Loaded(", "return undefined(", "cannot be loaded (NameError: "),
    "read": (
        "return Reading(judge(probe, reply, named))",
        "return 1 / 0",
        "task colour_name cannot read a reply (ZeroDivision",
    ),
    "no reading": (READ, "return None", "reads a reply as NoneType"),
    "view": ("'' AS slice", "nonsense AS slice", "its view is not valid"),
    "question": ("Probe(TASK,", 'Probe("strange",', "asks strange, which is none of its tasks"),
}


@pytest.mark.parametrize(("old", "new", "reason"), FAILING.values(), ids=FAILING)
def test_what_fails_later_is_told_in_one_line(site, tmp_path, capsys, old, new, reason):
    install_page(site)
    file = tmp_path / "mine.py"
    file.write_text(suite(failure=(old, new), **MINE))
    assert main(["--home", str(tmp_path / "home"), "evaluate", "--model", "palette:mean", "--suite", str(file)]) == 1
    errors = capsys.readouterr().err
    assert "Traceback" not in errors
    assert any(str(file) in line and reason in line for line in errors.splitlines())


def test_a_failing_reader_leaves_other_suites_their_numbers(site, tmp_path, capsys):
    install_page(site)
    file = tmp_path / "mine.py"
    file.write_text(suite(failure=(READ, "return 1 / 0"), **MINE))
    command = ["evaluate", "--model", "palette:mean", "--suite", str(file), "--suite", "squares"]
    assert main(["--home", str(tmp_path / "home"), *command]) == 1
    assert "group_score" in capsys.readouterr().out


BACKENDS = {
    "import": ("import nonsense_that_is_not_there", "mine", "No module named"),
    "not callable": ("entry = 3", "mine", "holds int, which cannot be called"),
    "name of a provider": ("def entry(name): ...", "together", "'together' is the name of a provider of endpoints"),
    "no name": ("def entry(name): ...", "My-Backend", "'My-Backend' is no name for a backend"),
}


@pytest.mark.parametrize(("code", "prefix", "reason"), BACKENDS.values(), ids=BACKENDS)
def test_a_broken_backend_is_named_and_others_are_used(site, code, prefix, reason):
    install_page(site)
    install(site, "broken-thing", {"broken_thing.py": code}, {"arena.models": {prefix: "broken_thing:entry"}})
    (problem,) = backends().problems
    assert problem.startswith(f"package broken-thing, entry point arena.models: {prefix}: ")
    assert reason in problem
    assert backend_entry("palette:mean")
    with pytest.raises(PluginError, match="package broken-thing"):
        backend_entry(f"{prefix}:anything")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def entry(name): return 1 / 0", r"mine:x: its backend fails \(ZeroDivisionError"),
        ("def entry(name): return name", "mine:x: its backend gives no arena.models.Entry"),
    ],
)
def test_a_backend_that_makes_no_model_is_named(site, code, reason):
    install(site, "mine", {"mine.py": code}, {"arena.models": {"mine": "mine:entry"}})
    with pytest.raises(PluginError, match=reason):
        backend_entry("mine:x")


def test_what_a_backend_complains_about_itself_is_told_as_it_is(site):
    install_page(site)
    with pytest.raises(RepositoryError, match="palette:nothing: is unknown; use palette:mean or palette:centre"):
        backend_entry("palette:nothing")


@pytest.mark.parametrize("reference", ["together:organisation/model", "http://localhost/v1#name", "organisation/name", "./a"])
def test_references_without_a_prefix_of_a_backend_are_left_to_others(site, reference):
    install_page(site)
    assert backend_entry(reference) is None


def test_a_model_that_fails_to_answer_is_told_in_one_line(site, tmp_path, capsys):
    install_page(site)
    palette = site / "arena_shapes" / "palette.py"
    palette.write_text(palette.read_text().replace("return [self._reply(probe) for probe in probes]", "return []"))
    assert main(["--home", str(tmp_path), "evaluate", "--model", "palette:mean", "--suite", "squares"]) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "left out" in line]
    assert line.startswith("arena: left out: palette/mean on squares: ")
    assert "answered, the last with: ValueError: 0 replies to 1 probes; " in line


def test_pages_show_installed_suites_but_none_whose_view_is_not_valid(site, tmp_path):
    install_page(site)
    broken = suite(failure=("'' AS slice", "nonsense AS slice"), **MINE)
    install(site, "broken-thing", {"broken_thing.py": broken}, {"arena.suites": {"mine": "broken_thing:SUITE"}})
    assert main(["--home", str(tmp_path), "evaluate", "--model", "palette:mean", "--suite", "squares"]) == 0
    with Store.open(tmp_path) as store:
        results = Results(store)
        assert [shown.suite.name for shown in results.suites()] == ["squares"]
        with pytest.raises(EvaluationError, match="suite 'mine': is unknown"):
            results.suite("mine")
