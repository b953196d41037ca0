// Package dnsbl asks DNS block lists whether an address or a name is listed, after RFC 5782.
//
// What surprises: an answer is not yet a listing. Dead zones answer for every
// name, some lists say "you ask too often" with an address of 127.0.0.0/8, and
// a time-out is not "clean". So each zone is tested with its own test entries
// before it is believed, and what is not known is called so.
//
// Nothing is asked about private, documentation or otherwise special addresses
// and names: the answer would mean nothing, and the question tells a stranger
// about the inside of a network.
package dnsbl

import "errors"

// Errors that callers decide on.
var (
	ErrSubject = errors.New("neither an address nor a domain name")
	ErrZone    = errors.New("not a name of a zone")
	ErrCap     = errors.New("the limit of queries is reached")
)

// State is what one question came to.
type State uint8

// The states.
const (
	NotAsked  State = iota // the zone is left out, or the limit was reached
	NotListed              //
	NotKnown               // no answer, or one that is an error in disguise
	Listed                 //
)

// String is the word for people and JSON.
func (s State) String() string {
	return [...]string{"not asked", "not listed", "not known", "listed"}[min(s, Listed)]
}
