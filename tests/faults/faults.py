"""The mistakes that the tests must notice. Each is one that a person could make in good faith."""

from faults.flow_faults import FLOW_FAULTS
from faults.house_faults import HOUSE_FAULTS
from faults.representation_faults import REPRESENTATION_FAULTS
from faults.text_faults import TEXT_FAULTS

FAULTS = (*HOUSE_FAULTS, *FLOW_FAULTS, *REPRESENTATION_FAULTS, *TEXT_FAULTS)
