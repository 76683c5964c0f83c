"""The mistakes that the tests must notice. Each is one that a person could make in good faith."""

from faults.adversary_faults import ADVERSARY_FAULTS
from faults.autoencoder_faults import AUTOENCODER_FAULTS
from faults.bilstm_faults import BILSTM_FAULTS
from faults.classifier_faults import CLASSIFIER_FAULTS
from faults.compare_faults import COMPARE_FAULTS
from faults.flow_faults import FLOW_FAULTS
from faults.house_faults import HOUSE_FAULTS
from faults.listening_faults import LISTENING_FAULTS
from faults.maps_faults import MAPS_FAULTS
from faults.metric_faults import METRIC_FAULTS
from faults.mixing_faults import MIXING_FAULTS
from faults.notes_faults import NOTES_FAULTS
from faults.recurrent_faults import RECURRENT_FAULTS
from faults.representation_faults import REPRESENTATION_FAULTS
from faults.stream_faults import STREAM_FAULTS
from faults.text_faults import TEXT_FAULTS
from faults.tuning_faults import TUNING_FAULTS
from faults.wavenet_faults import WAVENET_FAULTS

FAULTS = (
    *HOUSE_FAULTS,
    *ADVERSARY_FAULTS,
    *AUTOENCODER_FAULTS,
    *BILSTM_FAULTS,
    *CLASSIFIER_FAULTS,
    *COMPARE_FAULTS,
    *FLOW_FAULTS,
    *METRIC_FAULTS,
    *LISTENING_FAULTS,
    *MAPS_FAULTS,
    *MIXING_FAULTS,
    *NOTES_FAULTS,
    *RECURRENT_FAULTS,
    *REPRESENTATION_FAULTS,
    *STREAM_FAULTS,
    *TEXT_FAULTS,
    *TUNING_FAULTS,
    *WAVENET_FAULTS,
)
