from .doubts import doubts as doubts
