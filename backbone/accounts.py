"""How django-allauth behaves here: nobody signs up by themselves, an invitation lets them in."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False
