"""What a client asks a server about its types when it connects."""

from tests.tds.answers import Result

_COLUMNS = [
    ("TYPE_NAME", "nvarchar(128)"),
    ("DATA_TYPE", "smallint"),
    ("PRECISION", "int"),
    ("LITERAL_PREFIX", "nvarchar(32)"),
    ("LITERAL_SUFFIX", "nvarchar(32)"),
    ("CREATE_PARAMS", "nvarchar(32)"),
    ("NULLABLE", "smallint"),
    ("CASE_SENSITIVE", "smallint"),
    ("SEARCHABLE", "smallint"),
    ("UNSIGNED_ATTRIBUTE", "smallint"),
    ("MONEY", "smallint"),
    ("AUTO_INCREMENT", "smallint"),
    ("LOCAL_TYPE_NAME", "nvarchar(128)"),
    ("MINIMUM_SCALE", "smallint"),
    ("MAXIMUM_SCALE", "smallint"),
    ("SQL_DATA_TYPE", "smallint"),
    ("SQL_DATETIME_SUB", "smallint"),
    ("NUM_PREC_RADIX", "int"),
    ("INTERVAL_PRECISION", "smallint"),
    ("USERTYPE", "smallint"),
]
_TYPES = {
    12: ("varchar", 8000),
    -9: ("nvarchar", 4000),
    -8: ("nchar", 4000),
    -3: ("varbinary", 8000),
    93: ("datetime2", 27),
    91: ("date", 10),
    3: ("decimal", 38),
    4: ("int", 10),
    -5: ("bigint", 19),
}


def type_info_of(number: int) -> Result:
    """The answer to `sp_datatype_info`; 0 asks for all."""
    rows = [
        (
            name,
            kind,
            size,
            "'",
            "'",
            None,
            1,
            0,
            3,
            None,
            0,
            None,
            name,
            0,
            0,
            kind,
            None,
            10,
            None,
            0,
        )
        for kind, (name, size) in _TYPES.items()
        if number in {0, kind}
    ]
    return Result(_COLUMNS, rows)
