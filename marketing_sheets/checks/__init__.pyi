from .computed import check_metrics as check_metrics, compare_computed as compare_computed
from .future import future_actuals as future_actuals
from .wordings import check_wordings as check_wordings
