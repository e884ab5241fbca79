"""What holds for activities whatever the door: shares, days, trees. Pure: no Django, no clock."""
