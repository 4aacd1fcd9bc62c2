from .doubts import doubts as doubts, without_prepared as without_prepared
