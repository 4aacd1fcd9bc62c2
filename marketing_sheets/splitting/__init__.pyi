from .cutting import split as split
from .plan import Part as Part, Split as Split
