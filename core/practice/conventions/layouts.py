"""The layouts a confirmed map may name, and what a reader of the tables must do for each.

Rule of the house: a layout says how rows become readings; numbering, signs and sentinels are the
practice's decisions and hold for every layout.

**Roles.** In a table of charts `ColumnMap.field` is a role:

- `exam_key`, `tooth`, `site`: which exam, tooth and site. `tooth` is written in the practice's
  numbering (`Decisions.tooth_numbering`), or in that of its option `numbering`, now and then with
  a leading zero; plan lines, images and
  the practice's own findings number their teeth alike. The options of `site` translate what is
  written to MB, B, DB, ML, L, DL.
- `probing_depth`, `gingival_margin`, `mgj`: millimetres. Null, blank and a sentinel of
  `Decisions.sentinels` are "not measured". The sign of the margin is `Decisions.margin_sign`.
- `bleeding`, `suppuration`, `plaque`: one mark; the options translate what is written to `yes` and
  `no`; null and blank are "not recorded".
- `marks`: all marks of a site as letters in one cell; the options translate each letter, and the
  one that stands for `none`; blank is "not recorded".
- Fields of `tooth_finding` (`is_missing`, `is_implant`, `mobility`, `furcation_b` ...) beside
  readings: the same row also tells of the tooth, though the table's entity is `site_reading`. A
  row gives a tooth finding wherever such a column stands.

**Options** that say how a column stands to others, in any layout:

- `with` = a column: the key is that column's text, `|`, and this column's text; nothing where
  this column is empty. Own keys and references are both written so.
- `only` = a text: rows with another text in this column are not of the table's entity. They are
  left, and the reason of the column is theirs.
- `joins` = `Table.Column`: the value stands in that column of that table. On `exam_key` it only
  tells which column holds the exam's key there. On the role `tooth_row` the row there gives exam
  and tooth of this one, and what is wrong with it (`orphan`, `unknown_tooth`) is wrong with this
  row too, in the joining column.
"""

from enum import StrEnum


class MapLayout(StrEnum):
    """How the rows of a table are read."""

    ROWS = "rows"
    """A row is one of the entity."""

    JOINED = "joined"
    """A row completes a row of another table of the same entity.

    The column with `joins` says which one; the fields of both are one record. A fault is listed in
    the table where its column stands.
    """

    TOOTH_MEASURES = "tooth_measures"
    """A row is one measure of one tooth, by the code in the column `measure`.

    `TableMap.measures` translates the code. Readings (`probing_depth`, `gingival_margin`, `mgj`,
    `bits`) stand in the columns `value`, one a site. `is_missing`, `is_implant` and `mobility`
    stand in the column `tooth_value` and their sites are sentinels. `furcation` stands at the sites
    beside its entrance: B is buccal, L lingual, ML mesial, DL distal; the options
    `furcation.<code>` of the columns translate the grade.
    """

    SITE_ROWS = "site_rows"
    """A row is one site of one tooth; depth, margin and marks are columns.

    Exam, tooth and site tell rows apart, whether a key is declared or not: a later row with the
    same three is a `duplicate`.
    """

    TOOTH_ROW = "tooth_row"
    """A row is one tooth; a reading is a column for each site (`ColumnMap.site`).

    Exam and tooth tell rows apart. Where the row also tells of the tooth, missing teeth have rows
    without readings.
    """

    WIDE_EXAM = "wide_exam"
    """A row is one exam, or one jaw of it; a column is of one tooth (option `tooth`, Universal) and
    of one site (`ColumnMap.site`), or of the tooth alone.

    Several tables may hold one exam. A tooth all of whose columns are null was not looked at.
    """

    PACKED = "packed"
    """A row is one exam; a column is a text of many readings, each of `width` signs.

    `order` = `screen`: the upper jaw from tooth 1 to 16, then the lower from 32 to 17, each tooth's
    three sites as a screen shows them (distal first on the patient's right, mesial first on the
    left). `mirrored` runs each jaw the other way, `numbers` from tooth 1 to 32 with each tooth's
    mesial site first. `aspect` names the sides, one text after the other: `facial` or `lingual`.
    The option `no_tooth` is the sign where there is no tooth, `unmeasured` the one where there is
    no reading (both after a blank where a reading has two signs); one sign is a hexadecimal digit,
    two signs are a decimal number. `missing_teeth` and `implants` are lists of Universal numbers;
    `mobility` has 32 places from tooth 1 to 32, apart by commas; `furcation` is
    `tooth:entrance=grade`, apart by semicolons. What is wrong in one place is listed with the site
    `tooth:site`.
    """
