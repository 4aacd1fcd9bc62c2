from .finding import (
    STANDINGS as STANDINGS,
    AlertKind as AlertKind,
    TrackedAlert as TrackedAlert,
    alerts as alerts,
    remembered_by_all as remembered_by_all,
    track as track,
    unproven_keys as unproven_keys,
)
from .model import (
    Alert as Alert,
    Amount as Amount,
    Phrase as Phrase,
    choice_setting as choice_setting,
    label_of as label_of,
    terms as terms,
)
from .rows import calendar_notes as calendar_notes
