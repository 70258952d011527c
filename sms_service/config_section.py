"""What every section of the settings is, and how a secret among them is marked."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Secret = Annotated[str, "secret"]
