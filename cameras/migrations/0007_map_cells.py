"""Counts of the map's cells, kept by statement triggers: whoever writes cameras, however many, the counts follow.

Each statement's rows are gathered once, those of one cell that are alike; these few groups are counted on the finest
level, with what was there before taken off, and rolled up to the coarser ones. Who is not live counts nothing: a WHERE
would have the planner expect next to no rows, and sort them.
"""

from django.db import migrations, models

CELL = """
CREATE FUNCTION map_cell(longitude double precision, latitude double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (floor((longitude + 0.005) * 400)::bigint << 20) | floor((latitude + 0.005) * 400)::bigint;

CREATE INDEX camera_by_cell ON cameras_camera (map_cell(wgs_longitude, wgs_latitude))
    WHERE life = 'live' AND wgs_longitude IS NOT NULL;
"""
COUNT = """
WITH changed AS (
    SELECT CASE WHEN life = 'live' THEN sign ELSE 0 END AS sign,
           reporting_agency_id, owner_id, township, place_kind, status, measure,
           CASE WHEN wgs_longitude IS NOT NULL AND wgs_latitude IS NOT NULL THEN 0
                WHEN mobility = 'mobile' THEN 2 ELSE 1 END AS placed,
           floor((wgs_longitude + 0.005) * 400)::int AS x, floor((wgs_latitude + 0.005) * 400)::int AS y,
           round(wgs_longitude * 1000000)::int AS east, round(wgs_latitude * 1000000)::int AS north
    FROM ({source}) told
), alike AS (
    SELECT placed, x, y, reporting_agency_id, owner_id, township, place_kind, status, measure,
           sum(sign) AS n, sum(sign * east) AS east, sum(sign * north) AS north
    FROM changed GROUP BY placed, x, y, reporting_agency_id, owner_id, township, place_kind, status, measure
), fine AS (
    SELECT placed, x, y, reporting_agency_id, owner_id, township,
           CASE GROUPING(place_kind, status, measure)
                WHEN 3 THEN 'place_kind' WHEN 5 THEN 'status' ELSE 'measure' END AS dim,
           coalesce(place_kind, '') AS place_kind, coalesce(status, '') AS status, coalesce(measure, '') AS measure,
           sum(n)::int AS n, coalesce(sum(east), 0)::bigint AS east, coalesce(sum(north), 0)::bigint AS north
    FROM alike
    GROUP BY placed, x, y, reporting_agency_id, owner_id, township, GROUPING SETS ((place_kind), (status), (measure))
    HAVING sum(n) <> 0 OR sum(east) <> 0 OR sum(north) <> 0
), levels AS (
    SELECT (15 - step)::smallint AS level, x >> step AS x, y >> step AS y, dim, reporting_agency_id, owner_id,
           township, place_kind, status, measure, sum(n) AS n, sum(east) AS east, sum(north) AS north,
           sum(n * (x >> 2)::bigint) AS rounded_x, sum(n * (y >> 2)::bigint) AS rounded_y
    FROM fine CROSS JOIN generate_series(0, 5) step WHERE placed = 0
    GROUP BY step, x >> step, y >> step, dim, reporting_agency_id, owner_id, township, place_kind, status, measure
    UNION ALL
    SELECT 0, placed, 0, dim, reporting_agency_id, owner_id, township, place_kind, status, measure, sum(n), 0, 0, 0, 0
    FROM fine GROUP BY placed, dim, reporting_agency_id, owner_id, township, place_kind, status, measure
)
INSERT INTO cameras_mapcell AS kept
    (level, x, y, dim, reporting_agency, owner, township, place_kind, status, measure,
     n, east, north, rounded_x, rounded_y)
SELECT * FROM levels
ON CONFLICT (level, dim, x, y, reporting_agency, owner, township, place_kind, status, measure) DO UPDATE
SET n = kept.n + excluded.n, east = kept.east + excluded.east, north = kept.north + excluded.north,
    rounded_x = kept.rounded_x + excluded.rounded_x, rounded_y = kept.rounded_y + excluded.rounded_y;
"""
COLUMNS = """life, reporting_agency_id, owner_id, township, place_kind, status, measure, mobility,
    wgs_longitude, wgs_latitude"""
COME = f"SELECT 1 AS sign, {COLUMNS} FROM {{table}}"  # noqa: S608 - names of our own
GONE = f"SELECT -1 AS sign, {COLUMNS} FROM {{table}}"  # noqa: S608
SOURCES = {
    "insert": (COME.format(table="fresh"), "NEW TABLE AS fresh"),
    "delete": (GONE.format(table="stale"), "OLD TABLE AS stale"),
    "update": (
        f"{COME.format(table='fresh')} UNION ALL {GONE.format(table='stale')}",
        "OLD TABLE AS stale NEW TABLE AS fresh",
    ),
}
TRIGGER = """
CREATE FUNCTION count_map_cells_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    {count}
    RETURN NULL;
END $body$;
CREATE TRIGGER count_map_cells_{event} AFTER {event} ON cameras_camera
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION count_map_cells_{event}();
"""
FORWARD = "".join(
    [
        CELL,
        COUNT.format(source=COME.format(table="cameras_camera")),
        *(
            TRIGGER.format(event=event, count=COUNT.format(source=source), tables=tables)
            for event, (source, tables) in SOURCES.items()
        ),
    ]
)
BACKWARD = "".join(
    f"DROP TRIGGER count_map_cells_{event} ON cameras_camera; DROP FUNCTION count_map_cells_{event}();"
    for event in SOURCES
) + "DROP INDEX camera_by_cell; DROP FUNCTION map_cell(double precision, double precision);"  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cameras", "0006_cheap_ways")]
    operations = [
        migrations.CreateModel(
            name="MapCell",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("x", models.IntegerField()),
                ("y", models.IntegerField()),
                ("dim", models.CharField(max_length=10)),
                ("reporting_agency", models.BigIntegerField()),
                ("owner", models.BigIntegerField()),
                ("township", models.CharField(blank=True, default="", max_length=9)),
                ("place_kind", models.CharField(blank=True, default="", max_length=30)),
                ("status", models.CharField(blank=True, default="", max_length=40)),
                ("measure", models.CharField(blank=True, default="", max_length=40)),
                ("n", models.IntegerField()),
                ("east", models.BigIntegerField()),
                ("north", models.BigIntegerField()),
                ("rounded_x", models.BigIntegerField()),
                ("rounded_y", models.BigIntegerField()),
            ],
            options={"verbose_name": "地图格"},
        ),
        migrations.AddConstraint(
            model_name="mapcell",
            constraint=models.UniqueConstraint(
                fields=(
                    "level",
                    "dim",
                    "x",
                    "y",
                    "reporting_agency",
                    "owner",
                    "township",
                    "place_kind",
                    "status",
                    "measure",
                ),
                name="mapcell_once",
            ),
        ),  # fmt: skip
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
