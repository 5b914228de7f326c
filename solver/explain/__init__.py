"""Why a calendar is as it is, in the words of the policy and the people, and what would help.

Everything asked here is about a few series while everybody else's meetings stand where they are. ``causes`` lays out every
day, start and venue that a meeting could have and everything that rules some of them out; ``cover`` finds the smallest set of
these causes that rules out all. ``remedies`` thinks of what could be otherwise, and ``trying`` tries it: the fact is changed, the
series compiled anew and solved. What no trial confirms is not said.
"""
