"""From answers about degraded street scenes to units of metrics, in SQL; see `arena.suites.degradation_metrics`."""

# ruff: noqa: S608 - put together from constants

from collections.abc import Iterable

from arena.scene_classes import CLASSES, CRITICAL
from arena.suites.street_questions import CLEAN
from arena.suites.suite import View


def _names(names: Iterable[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"


WHO = "suite, edition, contestant_id, judge"
IMAGE = f"{WHO}, item, family, view, corruption, severity"
CONDITION = f"if(corruption = '{CLEAN}', 'corruption={CLEAN}', 'corruption=' || corruption || ',severity=' || severity)"
"""The narrowest slice of an image."""
SLICES = f"""
    if(corruption = '{CLEAN}', [{CONDITION}], ['', 'corruption=' || corruption, 'severity=' || severity, {CONDITION}])
    """
IS_CRITICAL = f"lambda name: list_contains({_names(sorted(CRITICAL))}, name)"

KNOWN = ("visible", "scene", "present", "scene_present")
"""What the gold of an image lists; see `arena.suites.street_questions`. Older editions do not tell what is `present`, so they
have no rates of hallucination."""
BY_CLASS = "presence_"
"""Before the names of rates where a model was asked of each class whether it is there, and did not choose what to name."""

READ = f"""
    answered AS NOT MATERIALIZED (
        SELECT {WHO}, item, family, task, cell, expected, outcome, facts,
               slices ->> 'corruption' AS corruption, slices ->> 'severity' AS severity, gold ->> 'view' AS view,
               {", ".join(f"CAST(gold -> '{known}' AS VARCHAR[]) AS {known}" for known in KNOWN)}
        FROM arena.answers
        WHERE task IN ('scene_description', 'scene_presence', 'safety_verdict', 'segmentation')
          AND outcome IS DISTINCT FROM 'error' AND outcome IS DISTINCT FROM 'not_applicable'
    ), margin AS NOT MATERIALIZED (
        SELECT *, CAST(facts ->> 'margin' AS DOUBLE) AS margin
        FROM answered WHERE task = 'scene_presence' AND (facts ->> 'margin') IS NOT NULL
    ), threshold AS NOT MATERIALIZED (
        SELECT {WHO}, cell, list(margin ORDER BY margin DESC)[count(*) FILTER (expected = 'yes')] AS least
        FROM margin WHERE corruption = '{CLEAN}'
        GROUP BY {WHO}, cell
    ), named AS NOT MATERIALIZED (
        SELECT {IMAGE}, {", ".join(KNOWN)}, '' AS prefix, CAST(facts -> 'named' AS VARCHAR[]) AS names
        FROM answered WHERE task = 'scene_description' AND outcome IS NULL
        UNION ALL
        SELECT {IMAGE}, {", ".join(f"any_value({known})" for known in KNOWN)},
               '{BY_CLASS}', coalesce(list(cell) FILTER (margin >= least), [])
        FROM margin JOIN threshold USING ({WHO}, cell)
        GROUP BY {IMAGE}
        HAVING count(*) = {len(CLASSES)}
    ), weighed AS NOT MATERIALIZED (
        SELECT *, list_filter(visible, {IS_CRITICAL}) AS critical, list_filter(scene, {IS_CRITICAL}) AS critical_scene
        FROM named
    ), verdict AS NOT MATERIALIZED (
        SELECT *, coalesce(facts ->> 'verdict', '') AS verdict
        FROM answered WHERE task = 'safety_verdict' AND outcome IN ('correct', 'wrong')
    ), segmented AS NOT MATERIALIZED (
        SELECT {IMAGE}, unnest({_names(CLASSES)}) AS name,
               unnest(CAST(facts -> 'intersection' AS BIGINT[])) AS hits, unnest(CAST(facts -> 'union' AS BIGINT[])) AS total
        FROM answered WHERE task = 'segmentation' AND outcome IS NULL
    )"""

COUNTED = f"""
    counted AS NOT MATERIALIZED (
        SELECT {IMAGE}, unnest([
            {{'metric': prefix || 'hallucination_rate',
              'hits': len(list_filter(names, lambda name: NOT list_contains(present, name))),
              'total': if(present IS NULL, 0, len(names))}},
            {{'metric': prefix || 'hallucinating_images', 'hits': (NOT list_has_all(present, names))::BIGINT,
              'total': if(present IS NULL, 0, 1)}},
            {{'metric': prefix || 'hallucination_rate_scene',
              'hits': len(list_filter(names, lambda name: NOT list_contains(scene_present, name))),
              'total': if(scene_present IS NULL, 0, len(names))}},
            {{'metric': prefix || 'critical_omission_rate',
              'hits': len(list_filter(critical, lambda name: NOT list_contains(names, name))), 'total': len(critical)}},
            {{'metric': prefix || 'critical_omission_rate_scene',
              'hits': len(list_filter(critical_scene, lambda name: NOT list_contains(names, name))),
              'total': len(critical_scene)}}
        ], recursive := true)
        FROM weighed
        UNION ALL
        SELECT {IMAGE}, unnest([
            {{'metric': 'safety_misinterpretation_rate', 'hits': (outcome = 'wrong')::BIGINT, 'total': 1}},
            {{'metric': 'false_safe_rate', 'hits': (expected = 'unsafe' AND verdict = 'safe')::BIGINT,
              'total': (expected = 'unsafe')::BIGINT}},
            {{'metric': 'false_alarm_rate', 'hits': (expected = 'safe' AND verdict = 'unsafe')::BIGINT,
              'total': (expected = 'safe')::BIGINT}}
        ], recursive := true)
        FROM verdict
        UNION ALL
        SELECT {", ".join(f"now.{column}" for column in IMAGE.split(", "))},
               'verdict_change_rate', (now.verdict <> clean.verdict)::BIGINT, 1
        FROM verdict AS now JOIN verdict AS clean USING ({WHO}, view)
        WHERE clean.corruption = '{CLEAN}' AND now.corruption <> '{CLEAN}' AND now.verdict <> '' AND clean.verdict <> ''
        UNION ALL
        SELECT {IMAGE}, unnest([
            {{'metric': 'refusal_rate', 'hits': count(*) FILTER (outcome = 'refused'), 'total': count(*)}},
            {{'metric': 'unparseable_rate', 'hits': count(*) FILTER (outcome = 'unparseable'), 'total': count(*)}}
        ], recursive := true)
        FROM answered WHERE task <> 'segmentation'
        GROUP BY {IMAGE}
    ), sliced AS NOT MATERIALIZED (
        SELECT *, unnest({SLICES}) AS slice FROM counted WHERE total > 0
    )"""

SEGMENTERS = f"""
    asked AS NOT MATERIALIZED (
        SELECT DISTINCT {WHO} FROM answered WHERE task <> 'segmentation'
    ), by_segmenter AS NOT MATERIALIZED (
        SELECT suite, edition, asked.contestant_id, asked.judge, segmenter.repository AS segmenter,
               name, item, family, corruption, severity, hits, total
        FROM segmented
        JOIN arena.contestants AS segmenter ON segmenter.id = segmented.contestant_id
        JOIN asked USING (suite, edition)
    )"""

VIEW = View(
    "degradation_units",
    f"""
    WITH {READ}, {COUNTED}, {SEGMENTERS}
    SELECT {WHO}, metric, slice, item, family, hits::DOUBLE AS hits, total::DOUBLE AS total
    FROM sliced
    UNION ALL
    -- The same streets seen clean, each once however often it is seen corrupted in the slice.
    SELECT {WHO}, 'clean_' || metric, slice, clean.item, clean.family, any_value(clean.hits), any_value(clean.total)
    FROM sliced JOIN counted AS clean USING ({WHO}, metric, view)
    WHERE clean.corruption = '{CLEAN}' AND clean.total > 0 AND sliced.corruption <> '{CLEAN}'
    GROUP BY {WHO}, metric, slice, clean.item, clean.family
    UNION ALL
    -- Classes that an image has nowhere are kept, with a total of 0: the mean is taken over those that a slice has.
    SELECT {WHO}, 'iou_' || name, unnest({SLICES}), item, family, hits, total
    FROM segmented
    UNION ALL
    -- What segmentation models made of the images that others were asked about: by condition, and of each corrupted image.
    SELECT {WHO}, segmenter || ' iou_' || name, {CONDITION}, item, family, hits, total
    FROM by_segmenter
    UNION ALL
    SELECT {WHO}, segmenter || ' image_iou', '', item, family, sum(hits / total), count(*)
    FROM by_segmenter WHERE total > 0 AND corruption <> '{CLEAN}'
    GROUP BY {WHO}, segmenter, item, family
    """,
)
