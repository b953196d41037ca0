// Package baseline remembers how a queue looked at earlier times, and tells what is usual from what is not.
//
// A flood must not become the usual. So the usual is a median, measures that
// were alarms themselves are left out of it, and so are those of nights on
// which most of the queue was taken out, as long as there are others. Only a
// person can say that a new level is the usual one: History.Accept.
//
// What is usual depends on the hour and the day of the people who write the
// mail, so hours are those of the wall clock, not of UTC. Each measure is kept
// with the offset that the zone had then: a server that is asked at 03:00 every
// night is compared with its nights at 03:00 on both sides of a change to
// summer time, and one that has been moved to another zone keeps its past as it
// was. Where an hour of the wall clock comes twice, a day still counts once; where
// it is left out, the next wider group of measures answers.
//
// Moments on both sides are compared as instants. Measures that lie after the
// moment that is asked about are never part of its usual: a clock that was
// wrong once does no harm before that time comes.
package baseline
