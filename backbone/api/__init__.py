"""The API's base: who asks, what they may, how a body is read, how a refusal looks.

authentication.py  keys and sessions, and the right that a method needs
bodies.py          strict JSON, and objects with none but known fields
refusals.py        every refusal in one form
idempotency.py     a repeated request is answered, not done again
resource.py        MemberAPI, what every resource extends
docs.py, urls.py   its description, and its addresses
"""
