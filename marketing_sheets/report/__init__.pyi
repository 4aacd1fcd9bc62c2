from .content import document_of as document_of
from .writing import WrittenReport as WrittenReport, write_report as write_report
