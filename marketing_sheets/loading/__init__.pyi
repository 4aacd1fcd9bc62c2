from .check import check_template as check_template, further_faults as further_faults
from .files import (
    library_template as library_template,
    load_template as load_template,
    template_names as template_names,
)
from .start import start_faults as start_faults, write_start as write_start
