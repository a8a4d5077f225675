"""SQL of foreign keys checked once a statement instead of once a row, for tables filled by the hundred thousand.

A migration lists them; `refers` makes the two triggers, `keeps` forbids deleting what is referred to.
"""

FUNCTION = """
CREATE FUNCTION check_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    columns text := '';
    joins text := '';
    missing text := '';
    told text;
BEGIN
    FOR place IN 1 .. TG_NARGS - 1 BY 2 LOOP
        columns := columns || format(', %I', TG_ARGV[place]);
        joins := joins || format(' LEFT JOIN %I t%s ON t%s.id = f.%I',
                                 TG_ARGV[place + 1], place, place, TG_ARGV[place]);
        missing := missing || format(', CASE WHEN f.%I IS NOT NULL AND t%s.id IS NULL THEN %L END',
                                     TG_ARGV[place], place, TG_ARGV[place] || ' is not in ' || TG_ARGV[place + 1]);
    END LOOP;
    -- One pass over the statement's rows; where few values recur (DISTINCT), the joins see each combination once.
    missing := 'coalesce(' || substr(missing, 3) || ')';
    EXECUTE format('SELECT %s FROM (SELECT %s %s FROM fresh) f %s WHERE %s IS NOT NULL LIMIT 1',
                   missing, TG_ARGV[0], substr(columns, 3), joins, missing) INTO told;
    IF told IS NOT NULL THEN
        RAISE EXCEPTION '%: %', TG_TABLE_NAME, told USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""
DROP_FUNCTION = "DROP FUNCTION check_references();"

AGENCIES = {
    "reporting_agency_id": "agencies_agency",
    "owner_id": "agencies_agency",
    "supervisor_id": "agencies_agency",
    "maintainer_id": "agencies_agency",
}


def refers(
    table: str,
    references: dict[str, str],
    events: tuple[str, ...] = ("INSERT", "UPDATE"),
    *,
    each: bool = False,
    name: str = "references",
) -> tuple[str, str]:
    """(forward, backward) SQL: every value of these columns stands in the id column of its table.

    `each`: the values differ from row to row, so that there is nothing to gain from looking at distinct ones.
    """
    told = ", ".join(f"'{column}', '{target}'" for column, target in references.items())
    mode = "ALL" if each else "DISTINCT"
    forward = "".join(
        f"CREATE TRIGGER {table}_{event.lower()}_{name} AFTER {event} ON {table} REFERENCING NEW TABLE AS fresh"
        f" FOR EACH STATEMENT EXECUTE FUNCTION check_references('{mode}', {told});\n"
        for event in events
    )
    backward = "".join(f"DROP TRIGGER {table}_{event.lower()}_{name} ON {table};\n" for event in events)
    return forward, backward


def keeps(table: str) -> tuple[str, str]:
    """(forward, backward) SQL: rows of this table are never deleted."""
    return (
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();\n",
        f"DROP TRIGGER {table}_kept ON {table};\n",
    )
