"""Pure rules of the ground: no Django, no clock."""
