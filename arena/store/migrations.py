"""The schema, as numbered steps. A step that has shipped is never edited: a change is a new step at the end.

Statements keep to what a DuckLake also has: no keys, indexes, sequences or enums. The writer is alone, so it keeps
ids unique and `seq` gapless by itself.
"""

from collections.abc import Callable, Sequence

import duckdb

from arena.errors import StoreError
from arena.store.database import transaction
from arena.store.progress import Progress, silent
from arena.store.records import now
from arena.store.row_order import put_in_order

Migration = Callable[[duckdb.DuckDBPyConnection], object]
MIGRATIONS: list[Migration] = []
migration = MIGRATIONS.append
TAKEN = "steps to the new form of the database"


def migrate(
    connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration] = MIGRATIONS, progress: Progress = silent
) -> list[str]:
    """Bring the database up to date: a new one in one transaction, any other step by step, each in a transaction of its own.

    Returns the names of the steps taken.

    Raises:
        StoreError: the database has a step that this code does not know.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS arena.migrations (name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)")
    applied = {name for (name,) in connection.execute("SELECT name FROM arena.migrations").fetchall()}
    if unknown := applied - {_name(step) for step in migrations}:
        step = max(unknown)
        raise StoreError(f"the database is newer than this arena (it has {step}); run newer code or set another ARENA_HOME")
    taken = [step for step in migrations if _name(step) not in applied]
    done = 0
    for steps in [taken] if taken and not applied else [[step] for step in taken]:
        progress(TAKEN, done, len(taken))
        with transaction(connection):
            for step in steps:
                step(connection)
            names = [_name(step) for step in steps]
            connection.execute(
                "INSERT INTO arena.migrations SELECT unnest(?::VARCHAR[]), ?", [names, now().replace(tzinfo=None)]
            )
        done += len(steps)
    if taken:
        progress(TAKEN, len(taken), len(taken))
    return [_name(step) for step in taken]


def _name(step: Migration) -> str:
    return step.__name__


@migration
def m001_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """What happened: rows are appended and never changed. Times are UTC."""
    connection.execute("""
        CREATE TABLE arena.pairs (
            id VARCHAR NOT NULL, family VARCHAR NOT NULL, domain VARCHAR NOT NULL,
            category VARCHAR NOT NULL, source VARCHAR NOT NULL,
            image_0 VARCHAR NOT NULL, caption_0 VARCHAR NOT NULL, label_0 VARCHAR NOT NULL,
            image_1 VARCHAR NOT NULL, caption_1 VARCHAR NOT NULL, label_1 VARCHAR NOT NULL,
            request VARCHAR, region DOUBLE[], provenance JSON NOT NULL, added_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.contestants (
            id VARCHAR NOT NULL, repository VARCHAR NOT NULL, revision VARCHAR NOT NULL,
            engine VARCHAR NOT NULL, settings JSON NOT NULL, added_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.replies (
            contestant_id VARCHAR NOT NULL, probe_key VARCHAR NOT NULL, task VARCHAR NOT NULL,
            text VARCHAR, logprobs DOUBLE[], error VARCHAR, not_applicable BOOLEAN NOT NULL, asked_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.battles (
            id VARCHAR NOT NULL, seq BIGINT NOT NULL, pair_id VARCHAR NOT NULL,
            seat_a VARCHAR NOT NULL, seat_b VARCHAR NOT NULL, draw_probability DOUBLE NOT NULL,
            played_by VARCHAR NOT NULL, result VARCHAR NOT NULL, method_version VARCHAR NOT NULL, played_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.outcomes (
            battle_id VARCHAR NOT NULL, seat VARCHAR NOT NULL, task VARCHAR NOT NULL, cell VARCHAR NOT NULL,
            probe_key VARCHAR NOT NULL, outcome VARCHAR NOT NULL, expected VARCHAR NOT NULL
        );
        CREATE TABLE arena.votes (
            battle_id VARCHAR NOT NULL, visitor VARCHAR NOT NULL, choice VARCHAR NOT NULL, voted_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.settlements (battle_id VARCHAR NOT NULL, seq BIGINT NOT NULL);
    """)


@migration
def m002_elo(connection: duckdb.DuckDBPyConnection) -> None:
    """Online ratings: derived from battles and outcomes, and replayed from them at any time."""
    connection.execute("""
        CREATE TABLE arena.elo (
            battle_id VARCHAR NOT NULL, seq BIGINT NOT NULL, seat VARCHAR NOT NULL, contestant_id VARCHAR NOT NULL,
            before DOUBLE NOT NULL, after DOUBLE NOT NULL, method_version VARCHAR NOT NULL
        )
    """)


@migration
def m003_benchmarks(connection: duckdb.DuckDBPyConnection) -> None:
    """Questions of suites, how each contestant's replies to them are read, and the log of evaluations.

    Suites define their metrics as views over `answers`: one row for each reply that was read.
    """
    connection.execute("""
        CREATE TABLE arena.questions (
            suite VARCHAR NOT NULL, edition VARCHAR NOT NULL, id VARCHAR NOT NULL,
            item VARCHAR NOT NULL, family VARCHAR NOT NULL, task VARCHAR NOT NULL, cell VARCHAR NOT NULL,
            template VARCHAR NOT NULL, probe_key VARCHAR NOT NULL, images VARCHAR[] NOT NULL, prompt VARCHAR NOT NULL,
            captions VARCHAR[] NOT NULL, options VARCHAR[] NOT NULL, expected VARCHAR NOT NULL, max_new_tokens INTEGER NOT NULL,
            slices JSON NOT NULL, gold JSON NOT NULL, audience VARCHAR NOT NULL, added_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.readings (
            question_id VARCHAR NOT NULL, contestant_id VARCHAR NOT NULL, judge VARCHAR NOT NULL,
            outcome VARCHAR, facts JSON NOT NULL, method_version VARCHAR NOT NULL, read_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.evaluations (
            id VARCHAR NOT NULL, suite VARCHAR NOT NULL, edition VARCHAR NOT NULL, contestant_id VARCHAR NOT NULL,
            judge VARCHAR NOT NULL, arguments JSON NOT NULL, versions JSON NOT NULL, endpoint JSON NOT NULL,
            started_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.evaluation_ends (
            evaluation_id VARCHAR NOT NULL, reason VARCHAR NOT NULL, endpoint JSON NOT NULL, ended_at TIMESTAMP NOT NULL
        );
        CREATE VIEW arena.answers AS
        SELECT questions.suite, questions.edition, readings.contestant_id, readings.judge,
               questions.item, questions.family, questions.task, questions.cell, questions.expected,
               questions.slices, questions.gold, readings.outcome, readings.facts, replies.text, replies.logprobs,
               questions.id AS question_id
        FROM arena.readings
        JOIN arena.questions ON questions.id = readings.question_id
        LEFT JOIN arena.replies
          ON replies.contestant_id = readings.contestant_id AND replies.probe_key = questions.probe_key
         AND replies.error IS NULL
    """)


@migration
def m004_generations(connection: duckdb.DuckDBPyConnection) -> None:
    """Attempts to make pairs, what reviewers say of them, and pairs taken out of play. A failed attempt may be repeated.

    Perceptual hashes are derived from images, and kept because computing them takes longer than reading them.
    """
    connection.execute("""
        CREATE TABLE arena.generations (
            id VARCHAR NOT NULL, proposer VARCHAR NOT NULL, family VARCHAR NOT NULL, domain VARCHAR NOT NULL,
            category VARCHAR NOT NULL, source VARCHAR NOT NULL, asked JSON NOT NULL, pair_id VARCHAR, gate JSON NOT NULL,
            passed BOOLEAN NOT NULL, exact BOOLEAN NOT NULL, models VARCHAR[] NOT NULL, error VARCHAR,
            made_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.reviews (
            seq BIGINT NOT NULL, generation_id VARCHAR NOT NULL, reviewer VARCHAR NOT NULL, verdict VARCHAR NOT NULL,
            reason VARCHAR, reviewed_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.retirements (generation_id VARCHAR NOT NULL, reason VARCHAR NOT NULL, retired_at TIMESTAMP NOT NULL);
        CREATE TABLE arena.image_hashes (image VARCHAR NOT NULL, method VARCHAR NOT NULL, hash VARCHAR NOT NULL);
    """)


@migration
def m005_methods(connection: duckdb.DuckDBPyConnection) -> None:
    """Whether replies ended by themselves, and what later versions of the method make of the replies of a battle.

    `judgements` holds the outcomes of a battle once for each version that judged it; without a version, those that it was
    played with. `outcomes` shows those that count: the last ones.
    """
    connection.execute("""
        ALTER TABLE arena.replies ADD COLUMN finished BOOLEAN;
        ALTER TABLE arena.outcomes RENAME TO judgements;
        ALTER TABLE arena.judgements ADD COLUMN read_by VARCHAR;
        ALTER TABLE arena.judgements ADD COLUMN method_version VARCHAR;
        CREATE TABLE arena.rereadings (
            battle_id VARCHAR NOT NULL, method_version VARCHAR NOT NULL, result VARCHAR, shortfall VARCHAR,
            read_at TIMESTAMP NOT NULL
        );
        CREATE VIEW arena.latest_rereadings AS
        SELECT battle_id, arg_max(method_version, read_at) AS method_version, arg_max(result, read_at) AS result
        FROM arena.rereadings WHERE result IS NOT NULL GROUP BY battle_id;
        CREATE VIEW arena.outcomes AS
        SELECT judgements.battle_id, seat, task, cell, probe_key, outcome, expected, read_by, judgements.rowid AS place
        FROM arena.judgements LEFT JOIN arena.latest_rereadings AS latest ON latest.battle_id = judgements.battle_id
        WHERE judgements.method_version IS NOT DISTINCT FROM latest.method_version;
    """)


@migration
def m006_labels(connection: duckdb.DuckDBPyConnection) -> None:
    """What raters say of replies to requests. The last word of each rater on a reply counts; `undone` takes it back."""
    connection.execute("""
        CREATE TABLE arena.labels (
            seq BIGINT NOT NULL, contestant_id VARCHAR NOT NULL, question_id VARCHAR NOT NULL, reply VARCHAR NOT NULL,
            rater VARCHAR NOT NULL, by_model BOOLEAN NOT NULL, label VARCHAR NOT NULL, labelled_at TIMESTAMP NOT NULL
        )
    """)


@migration
def m007_counted_readings(connection: duckdb.DuckDBPyConnection) -> None:
    """Which replies and readings count: the last answer to each probe, and readings by one version of the method.

    `counted_readings` shows all of them until `Evaluations.count_method` names the version.
    """
    connection.execute("""
        CREATE VIEW arena.latest_replies AS
        SELECT * FROM arena.replies WHERE error IS NULL
        QUALIFY row_number() OVER (PARTITION BY contestant_id, probe_key ORDER BY asked_at DESC) = 1;
        CREATE VIEW arena.counted_readings AS SELECT * FROM arena.readings;
        CREATE OR REPLACE VIEW arena.answers AS
        SELECT questions.suite, questions.edition, readings.contestant_id, readings.judge,
               questions.item, questions.family, questions.task, questions.cell, questions.expected,
               questions.slices, questions.gold, readings.outcome, readings.facts, replies.text, replies.logprobs,
               questions.id AS question_id
        FROM arena.counted_readings AS readings
        JOIN arena.questions ON questions.id = readings.question_id
        LEFT JOIN arena.latest_replies AS replies
          ON replies.contestant_id = readings.contestant_id AND replies.probe_key = questions.probe_key
    """)


@migration
def m008_takedowns(connection: duckdb.DuckDBPyConnection) -> None:
    """What the operator or reviewers took down, which pictures were erased, and what visitors report.

    The last takedown of a subject counts. An erasure is finished once files are gone and the database was written anew.
    """
    connection.execute("""
        CREATE TABLE arena.takedowns (
            seq BIGINT NOT NULL, subject VARCHAR NOT NULL, state VARCHAR NOT NULL, reason VARCHAR NOT NULL,
            decided_by VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.erased_pictures (digest VARCHAR NOT NULL, erased_at TIMESTAMP NOT NULL);
        CREATE TABLE arena.finished_erasures (seq BIGINT NOT NULL, finished_at TIMESTAMP NOT NULL);
        CREATE TABLE arena.reports (
            seq BIGINT NOT NULL, subject VARCHAR NOT NULL, reason VARCHAR NOT NULL, words VARCHAR NOT NULL,
            reported_at TIMESTAMP NOT NULL
        );
        CREATE VIEW arena.latest_takedowns AS
        SELECT subject, state, reason, decided_by, decided_at FROM arena.takedowns
        QUALIFY row_number() OVER (PARTITION BY subject ORDER BY seq DESC) = 1;
    """)


@migration
def m009_reported_pictures(connection: duckdb.DuckDBPyConnection) -> None:
    """Which picture of its subject a visitor reports: its digest; NULL where that is not known."""
    connection.execute("ALTER TABLE arena.reports ADD COLUMN picture VARCHAR")


@migration
def m010_tokens(connection: duckdb.DuckDBPyConnection) -> None:
    """How many tokens a model read and wrote for a reply; NULL where nobody tells, and for replies of before."""
    connection.execute("""
        ALTER TABLE arena.replies ADD COLUMN tokens_read INTEGER;
        ALTER TABLE arena.replies ADD COLUMN tokens_written INTEGER;
        CREATE OR REPLACE VIEW arena.latest_replies AS
        SELECT * FROM arena.replies WHERE error IS NULL
        QUALIFY row_number() OVER (PARTITION BY contestant_id, probe_key ORDER BY asked_at DESC) = 1
    """)


@migration
def m011_scored_by(connection: duckdb.DuckDBPyConnection) -> None:
    """How a server was asked for the log-probabilities of options; NULL for models that run here, and for replies of before."""
    connection.execute("""
        ALTER TABLE arena.replies ADD COLUMN scored_by VARCHAR;
        CREATE OR REPLACE VIEW arena.latest_replies AS
        SELECT * FROM arena.replies WHERE error IS NULL
        QUALIFY row_number() OVER (PARTITION BY contestant_id, probe_key ORDER BY asked_at DESC) = 1
    """)


@migration
def m012_derived(connection: duckdb.DuckDBPyConnection) -> None:
    """What battles come to, moved with them; `rebuild` fills it from the facts."""
    connection.execute("""
        ALTER TABLE arena.pairs ADD COLUMN drawn_at TIMESTAMP;
        ALTER TABLE arena.pairs ADD COLUMN key UBIGINT;
        UPDATE arena.pairs SET key = md5_number_lower(id);
        ALTER TABLE arena.replies ADD COLUMN drawn BOOLEAN;
        CREATE OR REPLACE VIEW arena.latest_replies AS
        SELECT * FROM arena.replies WHERE error IS NULL
        QUALIFY row_number() OVER (PARTITION BY contestant_id, probe_key ORDER BY asked_at DESC) = 1;
        CREATE TABLE arena.standings (contestant_id VARCHAR NOT NULL, battles BIGINT NOT NULL, elo DOUBLE);
        CREATE TABLE arena.rates (
            contestant_id VARCHAR NOT NULL, domain VARCHAR NOT NULL, family VARCHAR NOT NULL, pool VARCHAR NOT NULL,
            kind VARCHAR NOT NULL, name VARCHAR NOT NULL, hits BIGINT NOT NULL, total BIGINT NOT NULL
        );
        CREATE TABLE arena.fresh_rates (
            day DATE NOT NULL, contestant_id VARCHAR NOT NULL, domain VARCHAR NOT NULL, family VARCHAR NOT NULL,
            task VARCHAR NOT NULL, hits BIGINT NOT NULL, total BIGINT NOT NULL
        );
        CREATE TABLE arena.unit_log (
            place BIGINT NOT NULL, winner VARCHAR NOT NULL, loser VARCHAR NOT NULL, domain VARCHAR NOT NULL,
            family VARCHAR NOT NULL, pool VARCHAR NOT NULL, day DATE, units BIGINT NOT NULL
        );
        CREATE TABLE arena.latest_battles (key UBIGINT NOT NULL, counts VARCHAR NOT NULL);
        CREATE TABLE arena.meetings (
            key UBIGINT NOT NULL, pair_id VARCHAR NOT NULL, lower VARCHAR NOT NULL, higher VARCHAR NOT NULL,
            comes_again BOOLEAN NOT NULL, lower_units INTEGER NOT NULL, higher_units INTEGER NOT NULL
        );
        CREATE TABLE arena.vote_counts (choice VARCHAR NOT NULL, result VARCHAR NOT NULL, votes BIGINT NOT NULL);
        CREATE TABLE arena.methods (version VARCHAR NOT NULL);
        CREATE TABLE arena.unjudged (battle_id VARCHAR NOT NULL, seq BIGINT NOT NULL, played_at TIMESTAMP NOT NULL);
        CREATE TABLE arena.reply_keys (key UBIGINT NOT NULL, asked_at TIMESTAMP NOT NULL);
        CREATE TABLE arena.derivation (version INTEGER NOT NULL, position BIGINT, elo_version VARCHAR NOT NULL);
        INSERT INTO arena.derivation VALUES (0, NULL, '');
    """)


@migration
def m013_order(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows about battles lie in the order of their ids, so that the database finds one without reading the others.

    Ids begin with their time from now on; those of before do not, and are put in order here.
    """
    put_in_order(connection, "battles", "id")
    for table in ("settlements", "votes", "judgements"):
        put_in_order(connection, table, "battle_id")


@migration
def m014_submissions(connection: duckdb.DuckDBPyConnection) -> None:
    """What organisations submit, with each step until it is listed or not, and who may submit no more.

    Who submitted is NULL once it was forgotten. The last step counts, and so does the last word on a block.
    """
    connection.execute("""
        CREATE TABLE arena.submissions (
            id VARCHAR NOT NULL, reference VARCHAR NOT NULL, contestant_id VARCHAR NOT NULL, organisation VARCHAR NOT NULL,
            subject VARCHAR, account VARCHAR, contact VARCHAR, licence VARCHAR NOT NULL, base_model VARCHAR NOT NULL,
            weights VARCHAR[] NOT NULL, facts JSON NOT NULL, submitted_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.submission_events (
            seq BIGINT NOT NULL, submission_id VARCHAR NOT NULL, state VARCHAR NOT NULL, words VARCHAR NOT NULL,
            taken_by VARCHAR NOT NULL, detail JSON NOT NULL, taken_at TIMESTAMP NOT NULL
        );
        CREATE TABLE arena.submission_blocks (
            name VARCHAR NOT NULL, blocked BOOLEAN NOT NULL, reason VARCHAR NOT NULL, decided_by VARCHAR NOT NULL,
            decided_at TIMESTAMP NOT NULL
        );
        CREATE VIEW arena.latest_submission_events AS
        SELECT * FROM arena.submission_events
        QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY seq DESC) = 1;
    """)


@migration
def m015_followed(connection: duckdb.DuckDBPyConnection) -> None:
    """Which arena of several machines this home follows, and up to which commit; no row where it is alone."""
    connection.execute("CREATE TABLE arena.followed (arena VARCHAR NOT NULL, place BIGINT NOT NULL)")


@migration
def m016_submission_pauses(connection: duckdb.DuckDBPyConnection) -> None:
    """Which submission, or all of them, waits until the operator lets it go on. The last word counts."""
    connection.execute("""
        CREATE TABLE arena.submission_pauses (
            name VARCHAR NOT NULL, paused BOOLEAN NOT NULL, reason VARCHAR NOT NULL, decided_by VARCHAR NOT NULL,
            decided_at TIMESTAMP NOT NULL
        )
    """)


@migration
def m017_outbox(connection: duckdb.DuckDBPyConnection) -> None:
    """Commits that wait to be saved outside this home, and how far that is; no row of state where nobody saves it.

    While `due_number` is set, commits up to there are not kept one by one: the home is to be saved as a whole.
    """
    connection.execute("""
        CREATE TABLE arena.outbox (
            number BIGINT NOT NULL, id VARCHAR NOT NULL, facts BIGINT NOT NULL, committed_at TIMESTAMP NOT NULL,
            steps VARCHAR NOT NULL
        );
        CREATE TABLE arena.outbox_state (
            arena VARCHAR NOT NULL, number BIGINT NOT NULL, id VARCHAR NOT NULL, saved_number BIGINT NOT NULL,
            saved_id VARCHAR NOT NULL, saved_at TIMESTAMP, due_number BIGINT, due_id VARCHAR, due_since TIMESTAMP
        );
    """)
