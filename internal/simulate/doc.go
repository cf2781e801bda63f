// Package simulate makes the traffic of a web shop whose truth is known: people
// with habits, pages and API calls, latency with a daily rhythm, incidents, bad
// releases, and robots that never touch the pages. People leave, retry and rage
// because of what the API does to them, by effects of stated size, so an estimate
// can be compared with what it should have found.
//
// Everything follows from the seed and the hour of the story: a [World] gives the
// same hour whenever it is asked, so a run can stop, go on, or move to another
// day, and two runs with one seed have the same people.
package simulate
