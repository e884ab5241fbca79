"""The arithmetic of shared measurement: pure functions of plain values, no Django, no clock, Decimals only.

Forms, API and imports are three doors to these rules; the SQL roll-up states the same truth a second time and is
tested against it. The map:

    kinds       Kind, KINDS, kind()                   how each kind of indicator adds up, over partners and over time
    periods     Grain, due_on(), locks_on()…          months, quarters, fiscal years; due and lock dates
    spellings   read_period(), dhis2_period()          how DHIS2 and ADX spell a period
    expressions parse()                               how DHIS2 spells a formula
    currencies  CODES, other_currency()               ISO 4217, and which currency a sign can mean
    lines       Line, Dimension, parse_category()     what a rule needs of an indicator; how its categories are spelled
    owed        Duty, period_at(), why_not()          what this partner owes, how often; may this be filed, and if not, why?
    figures     Entry, Place, check_figure(), nil()   one number: is it well formed?
    cells       check_cells(), check_submission()     a total and its parts: do they agree? Is every question answered?
    past        check_past(), warn_past()             what a partner's earlier answers forbid, or make odd
    written     write_cells(), read_cells()           entries as plain data, and back
    splits      known_part(), merged(), heirs()…      breakdowns over time: what is split at all, and under which heir
    categories  parse_category()                      what somebody wrote for a category, as its one spelling
    dimensions  Dimension                             ways to split, and their categories over time
    limits      Limits                                what staff set as the least and the most
    outliers    Score, score()                        z-score and modified z-score against a partner's history
    crossing    CrossRule, check_rules()              rules over several lines of one report
    usual       usual(), warn_figure()                soft warnings against a partner's own history
    coverage    Coverage, State, coverage()           how many partners filed of how many were expected
    combining   Combined, combine()                   over months within a partner, then over partners
    shared      Shared, taken_off(), check_shared()   joint work that several partners file, counted once
    carried     Defined, is_same(), check_direction() when a number filed for one indicator answers another too
    overlap     estimate()                            about how many different people, where an overlap is recorded
    components  Component, check_components()         an index: indicators, each with its weight and scale
    formula     parse(), compute()                    a formula over other indicators
    derived     combined_from(), check_derived()      what is computed from others, over partners and over time
    vintages    split_note(), check_vintage()         what a source published, and when
    samples     sample_rows()                         sample numbers that show how a kind adds up
    small       is_few(), is_small(), withheld()      which cells are too small to be shown
    disclosure  suppress(), audit()                   what a published table hides so that nobody can compute it
    attested    Word, same_definition()               how much of a figure is counted as it is defined
    definitions check_definition(), check_goal()…     is an indicator well defined?
    versions    Version, break_between(), broken()    from when on something is counted otherwise, and what that forbids
    change      Change, like_for_like()               change between two periods, on the partners in both
    forecast    Forecast, forecast()                  where a line leads if it goes on like before
    plans       Aims, planned(), level_on()           what targets plan for a given time, by the calendar
    progress    Status, progress(), path(), status()  from baseline to target, and where it stands
    burden      Cell, unused(), share()               what partners are asked for and nobody uses

Everywhere: a month is the date of its first day; `None` is silence and zero is a figure; a partner key is whatever the
caller uses (an id, a code), all of one type; a problem names its indicator in `params` (`indicator`, `name`).
"""
