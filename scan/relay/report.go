package relay

// Verdict is what one form's answers come to.
type Verdict uint8

// The verdicts, best first as far as they are known.
const (
	NotTried     Verdict = iota
	Refused              // by a 5xx
	NotKnown             // a 4xx such as greylisting, or no answer
	Accepted             // at RCPT: may be local, or bounce later
	BouncesLater         // proven: accepted, then an NDR. No relay, but a source of backscatter
	Relays               // proven, or accepted where no local reading is possible
)

// String is the word for people and JSON.
func (v Verdict) String() string {
	return [...]string{"not tried", "refused", "not known", "accepted", "bounces later", "relays"}[min(v, Relays)]
}

// Result is what one form came to.
type Result struct {
	Form    Form
	From    string // as sent, without brackets
	To      string
	Stage   string // the command that decided: "MAIL", "RCPT", "DATA"
	Reply   Reply
	Verdict Verdict
	Why     string    // for people
	Token   string    // what the proof's message carried, "" when none was sent
	Seen    *Sighting // where the token was found, nil when nowhere
}

// Outcome is what all forms together come to.
type Outcome uint8

// The outcomes, best first.
const (
	Shut    Outcome = iota // the controls are good and every form was refused
	Ajar                   // some forms are accepted that may be local: prove them
	Leaks                  // nothing is relayed, but some forms are accepted and bounced later
	Unknown                // some forms have no answer, and none relays
	Void                   // the controls failed
	Open                   // at least one form relays
)

// String is the word for people and JSON.
func (o Outcome) String() string {
	return [...]string{"shut", "ajar", "leaks bounces", "not known", "void", "open"}[min(o, Open)]
}

// Report is one check.
type Report struct {
	Target     Target
	Names      Names
	Greeting   Reply
	Postmaster Result // the first control: has to be accepted
	Results    []Result
	Login      *Result // the plain form with a login, nil when none was given
	Inside     string  // why the server may trust this client, "" when nothing speaks for it
	Void       string  // why the results mean nothing, "" when the controls are good
	Stopped    string  // why not every form was tried, "" when they all were
	Notes      []string
	Outcome    Outcome
}

// find gives the result of a form, nil when it is not there.
func (r *Report) find(number int) *Result {
	for i := range r.Results {
		if r.Results[i].Form.Number == number {
			return &r.Results[i]
		}
	}
	return nil
}

// conclude says what the results come to. A client that the server trusts is
// let out by the plain form too, so that form alone says nothing about strangers.
func (r *Report) conclude() {
	count := map[Verdict]int{}
	for i := range r.Results {
		count[r.Results[i].Verdict]++
	}
	plain := r.find(plainForm)
	trusted := r.Inside != "" && plain != nil && plain.Verdict == Relays
	switch {
	case r.Postmaster.Verdict != Accepted || trusted:
		r.Outcome = Void
	case count[Relays] > 0:
		r.Outcome = Open
	case count[BouncesLater] > 0:
		r.Outcome = Leaks
	case count[NotKnown]+count[NotTried] > 0:
		r.Outcome = Unknown
	case count[Accepted] > 0:
		r.Outcome = Ajar
	default:
		r.Outcome = Shut
	}
}
