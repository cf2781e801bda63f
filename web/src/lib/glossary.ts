// Every statistical word that a page uses, in plain words. One entry each; the glossary page lists them, and a word on a page leads to its entry.

export type Entry = { /** In a sentence. */ term: string; /** What it is, in one sentence. */ short: string; /** How to read it. */ long?: string }

export const glossary = {
  interval: {
    term: '95 % interval', short: 'The range that holds the true number in 95 of 100 such answers.',
    long: 'A narrow interval is a sure answer, a wide one a hint. When it reaches over zero, the number may as well be nothing, or have the other sign.',
  },
  anytime: {
    term: 'interval for daily looks', short: 'A wider interval that also holds for somebody who looks every day.',
    long: 'An ordinary interval is made for one look. Who looks daily and stops at the first alarming number is fooled in more than a quarter of all months; this one is not.',
  },
  p: {
    term: 'p', short: 'How often chance alone would show a difference this large, were there none.',
    long: 'p = 0.03 is three times in a hundred. It does not say how large or how important a difference is.',
  },
  q: {
    term: 'q', short: 'p, corrected for how many things were looked at.',
    long: 'Of a hundred endpoints without any effect, five have p below 0.05. Among results with q up to 0.05 about one in twenty is chance, however many were looked at (after Benjamini and Hochberg).',
  },
  n: { term: 'n', short: 'How many were counted.', long: 'Few make wide intervals. Below 30 on either side no number is shown.' },
  exposed: { term: 'exposed', short: 'Those whose call failed or was slow.', long: 'Unexposed are those who made the same call, which went well. Who never made it is in neither.' },
  rate: { term: 'goal rate', short: 'The share that reached the goal afterwards.' },
  points: { term: 'points', short: 'Percentage points: from 50 % to 45 % is 5 points less.' },
  adjusted: {
    term: 'adjusted difference', short: 'What remains of a difference between people who are alike in all that is known.',
    long: 'Compared are calls of the same hour of the week, device, network and step of a visit, by people who did as well before. What is not known, such as how much somebody wanted to buy, stays in it.',
  },
  lost: { term: 'lost a day', short: 'How many goals more there would be a day without the failures, or the slowness.', long: 'The adjusted difference, times those who met it. Below zero it is a gain.' },
  association: {
    term: 'association', short: 'Two things go together. Whether one causes the other is not shown by that.',
    long: 'Proof would be a release that mends the one while nothing else changes, and the other follows; or giving it to a part of the people chosen by chance.',
  },
  placebo: {
    term: 'placebo', short: 'The same computation where there can be no effect, such as on goals reached before the call.',
    long: 'If it finds an effect there, it finds differences between people and not the effect of the call; the number is then withheld.',
  },
  within: { term: 'same people', short: 'The same people compared with themselves, with and without.', long: 'It cannot be fooled by people who differ, but few meet both. It should point the same way.' },
  evalue: {
    term: 'E-value', short: 'How strongly something unknown would have to go with both sides to explain the difference away.',
    long: 'E = 2 means: it would have to make both the failure and the lost goal twice as likely. Near 1 little is needed, above 3 much.',
  },
  robustness: { term: 'robustness', short: 'The share of all that is unexplained that something unknown would have to explain on both sides to bring the number to nothing.' },
  strength: {
    term: 'how sure', short: 'Strong, moderate or association only: how much speaks for the number.',
    long: 'It weighs the interval, the placebos, the same people compared with themselves, and how much is linked.',
  },
  variation: { term: 'natural variation', short: 'That a call is sometimes fast and sometimes slow for the same kind of people at the same kind of hour.', long: 'Without it there is nothing to compare, and no number is shown.' },
  coverage: { term: 'link coverage', short: 'The share of calls of which it is known who made them and why.', long: 'What the others cost is not in the numbers. Data quality says why they are not linked.' },
  confidence: { term: 'confidence of a link', short: 'How likely it is that a call belongs to the action that it is shown under.', long: 'An id of both sides makes it sure; times and routes alone make it likely.' },
  dose: { term: 'curve of slowness', short: 'What share would reach the goal if all calls took so long.', long: 'It is adjusted as the ranking is; the dots are what was seen, adjusted for nothing.' },
  knee: { term: 'knee', short: 'Where a further doubling begins to cost more, or less, than before.', long: 'None is shown when a bend cannot be told from a straight line.' },
  slope: { term: 'cost of a second', short: 'What one more second for every call does to the goal rate.' },
  odds: {
    term: 'odds', short: 'How many do it for each who does not: 20 of 100 are odds of 1 to 4.',
    long: 'Odds of dropping out 3.0 means: with it, three times as many drop out for each who comes through as without it.',
  },
  correlation: { term: 'rank correlation', short: 'Whether one number is usually high when another is: 1 always, 0 no connection, −1 always the other way round.' },
  quantile: { term: 'p50, p95, p99', short: 'The time within which half, 95 or 99 of 100 calls were answered.', long: '≈ stands before numbers that were read off buckets, which are at most 4.5 % off.' },
  median: { term: 'median', short: 'The middle one: half are below it, half above.' },
  sample: { term: 'estimate from a sample', short: 'Counted for a part of the people chosen by chance, and scaled up.' },
  control: { term: 'control', short: 'Endpoints that a release did not touch.', long: 'What changes there too was not the release: a busy day, a campaign, the network.' },
  expected: { term: 'expected', short: 'What would have been without the release, by what was before it and by the controls meanwhile.' },
  verdict: { term: 'verdict', short: 'Frontend, network, backend, or no request sent: where most of a wait or a failure sits.' },
  outcome: { term: 'what became of them', short: 'Recovered, converted later, returned, lost or still open, each person in one of them.' },
} as const satisfies Record<string, Entry>

export type TermId = keyof typeof glossary
