"""Somebody with the confirmed map and the tables finds the faults of the list, and no other.

Rule of the house: faults are looked for here without asking the generator where it put them.
"""

# ruff: noqa: S608  # the queries are put together from names of this repository

from datetime import datetime

from core.practice.truth_map import confirmed_map
from core.vocabulary import ENTITIES

DAYS = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y")
NO_DAY = {"0001-01-01", "00000000"}
TEETH = {
    "universal": {str(tooth) for tooth in range(1, 33)},
    "fdi": {f"{quadrant}{place}" for quadrant in range(1, 5) for place in range(1, 9)},
}


class Outsider:
    """Reads every table as text, by the map."""

    def __init__(self, written):
        self.written = written
        self.map = confirmed_map(written.convention.name)
        self.tables = [table for table in self.map.tables if not table.left]
        self.rows = {table.name: list(self.read(table)) for table in self.tables}

    def read(self, table):
        """The rows that are of the table's entity."""
        cursor = self.written.connection.execute(f'SELECT * FROM "{table.name}" ORDER BY rowid')
        names = [column[0] for column in cursor.description]
        only = {c.name: c.options["only"] for c in table.columns if "only" in c.options}
        for cells in cursor:
            row = {n: "" if c is None else str(c) for n, c in zip(names, cells, strict=True)}
            if all(row[name] == value for name, value in only.items()):
                yield row

    def key(self, table, row):
        return "|".join(row[name] for name in table.key)

    def reference(self, column, row):
        """A key as one text; empty where there is none."""
        value = row[column.name].strip()
        before = column.options.get("with")
        return f"{row[before]}|{value}" if value and before else value

    def keys_of(self, entity):
        own = next(iter(ENTITIES[entity].key_fields()))
        found = set()
        for table in self.tables:
            if table.entity == entity:
                for column in table.columns:
                    if column.field == own:
                        found |= {self.reference(column, row) for row in self.rows[table.name]}
        return found

    def faults(self):
        for table in self.tables:
            if table.entity in {"site_reading", "tooth_finding"}:
                yield from self.in_charts(table)
            else:
                yield from self.in_rows(table)

    def in_rows(self, table):
        fields = ENTITIES[table.entity].fields()
        for column in table.columns:
            if column.field:
                for row in self.rows[table.name]:
                    if rule := self.broken(column, fields[column.field], row):
                        yield table.name, self.key(table, row), column.name, rule
        yield from self.repeats(table, ENTITIES[table.entity].unique_by)

    def broken(self, column, field, row):
        value = row[column.name].strip()
        is_day = column.reading == "date"
        if not value or (is_day and value[:10] in NO_DAY):
            return "missing_required" if field.is_required else None
        if field.refers_to:
            is_known = self.reference(column, row) in self.keys_of_once(field.refers_to)
            return None if is_known else "orphan"
        if is_day:
            is_read = value[:10] in self.map.decisions.unknown_dates or day(value)
            return None if is_read else "unreadable"
        if column.reading == "option" and field.options and value not in column.options:
            return "unknown_option"
        if field.within and not field.within[0] <= float(value) <= field.within[1]:
            return "out_of_range"
        path = self.written.folder / value.replace("\\", "/")
        return "missing_file" if field.is_path and not path.is_file() else None

    def keys_of_once(self, entity):
        cache = self.__dict__.setdefault("known", {})
        if entity not in cache:
            cache[entity] = self.keys_of(entity)
        return cache[entity]

    def in_charts(self, table):
        """Rows of charts whose exam or tooth is none; a joined row breaks what its tooth breaks."""
        by_field = {column.field: column for column in table.columns if not column.site}
        if joining := by_field.get("tooth_row"):
            teeth = next(one for one in self.tables if one.entity == "tooth_finding")
            bad = {key: rule for _, key, _, rule in self.in_charts(teeth)}
            for row in self.rows[table.name]:
                if row[joining.name] in bad:
                    yield table.name, self.key(table, row), joining.name, bad[row[joining.name]]
            yield from self.repeats(table, ("tooth_row", "site"))
            return
        exam, tooth = by_field["exam_key"], by_field.get("tooth")
        allowed = TEETH[self.map.decisions.tooth_numbering]
        for row in self.rows[table.name]:
            if row[exam.name] not in self.keys_of_once("perio_exam"):
                yield table.name, self.key(table, row), exam.name, "orphan"
            if tooth and row[tooth.name].strip().lstrip("0") not in allowed:
                yield table.name, self.key(table, row), tooth.name, "unknown_tooth"
        if table.entity == "site_reading":
            yield from self.repeats(table, ("exam_key", "tooth", "site", "measure"))

    def repeats(self, table, unique_by):
        names = [column.name for column in table.columns if column.field in unique_by]
        seen = set()
        for row in self.rows[table.name] if names else ():
            what = tuple(row[name] for name in names)
            if what in seen:
                yield table.name, self.key(table, row), None, "duplicate"
            seen.add(what)


def day(value):
    text = value[:10]
    for form in DAYS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None


def test_the_list_names_every_fault_in_the_tables_and_no_other(written):
    listed = [
        (e["table"], e["key"], e["column"], e["rule"])
        for e in written.truth["rejected"]
        if e["site"] is None
    ]
    found = list(Outsider(written).faults())
    assert sorted(found, key=str) == sorted(listed, key=str)
