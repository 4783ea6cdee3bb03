"""Times in answers. Both databases keep them without a zone; these types say which zone that is."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

Utc = Annotated[
    dt.datetime,
    PlainSerializer(lambda at: f"{at.isoformat()}Z", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""When something was done, in UTC; in JSON with a Z."""

Local = Annotated[
    dt.datetime, WithJsonSchema({"type": "string", "format": "date-time-local", "examples": ["2022-07-01T00:00:00"]})
]
"""An instant where the speech was given; nobody says in which zone that is."""
