"""Reads: what pages, files and tasks ask of the measures, a room for each question.

What is owed
    obligations  owing            which periods partners owe, as plain values and as SQL
    expected  waiting  chase      who is expected or missing; what waits for whom; whom to call first
    locks  setup                  who has more time; who owes what, and since when

Combining
    spans  ways  combined         which spans are asked for, how each kind is said in SQL, and the sets combined by it
    lenses  graph  derived        figures seen through a lens; formulas and indexes, down to what partners file
    records  community            rows made in Python, for SQL; what sources outside published
    series  rollup_table          combined rows for pages and charts; all of them as one streamed table
    small_inputs                  where what is computed would give away a small group

A figure with what belongs to it
    opening                       which span a page opens on, and which names its reader may know
    parts  split_parts            each partner's part of a figure, and its categories, read at once
    outside  computed             what is beside what partners file: computed now, or published
    reading  trend                a figure with coverage, change, target; the spans up to it
    goals  versions  attested     its targets; its definitions; who counts otherwise
    broken_down  told             how much of it is split; what of it is no number

Pages
    forest  indicator  results    what staff see first; one indicator all the way down; what everybody may see
    figure  own  history          one figure of one partner; its own as series; what happened to figures
    filing  report  warned        a partner's report, and what is unusual in it before it is handed in
    corrections  restated         what would change, and what became of an approved figure
    checking  curves  live        outliers and rules; curves being turned; figures on the theory of change
    consents  evidence            who lets whom see; how well shared measurement works
"""
