"""SQL of foreign keys checked once a statement instead of once a row, for tables filled by the hundred thousand.

A migration lists them; `refers` makes the two triggers, `keeps` forbids deleting what is referred to.
"""

FUNCTION = """
CREATE FUNCTION check_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    missing bigint;
BEGIN
    FOR place IN 0 .. TG_NARGS - 1 BY 2 LOOP
        EXECUTE format('SELECT f.%1$I FROM fresh f LEFT JOIN %2$I t ON t.id = f.%1$I
                        WHERE f.%1$I IS NOT NULL AND t.id IS NULL LIMIT 1', TG_ARGV[place], TG_ARGV[place + 1])
            INTO missing;
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION '%.% = % is not in %', TG_TABLE_NAME, TG_ARGV[place], missing, TG_ARGV[place + 1]
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
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


def refers(table: str, references: dict[str, str], name: str = "references") -> tuple[str, str]:
    """(forward, backward) SQL: every value of these columns stands in the id column of its table."""
    told = ", ".join(f"'{column}', '{target}'" for column, target in references.items())
    forward = "".join(
        f"CREATE TRIGGER {table}_{event.lower()}_{name} AFTER {event} ON {table} REFERENCING NEW TABLE AS fresh"
        f" FOR EACH STATEMENT EXECUTE FUNCTION check_references({told});\n"
        for event in ("INSERT", "UPDATE")
    )
    backward = "".join(f"DROP TRIGGER {table}_{event}_{name} ON {table};\n" for event in ("insert", "update"))
    return forward, backward


def keeps(table: str) -> tuple[str, str]:
    """(forward, backward) SQL: rows of this table are never deleted."""
    return (
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();\n",
        f"DROP TRIGGER {table}_kept ON {table};\n",
    )
