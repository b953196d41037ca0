package main

import (
	"strings"

	"qclean/cmd/ui"
	"qclean/scan/relay"
)

// relayJSON is a relay check in the JSON form.
type relayJSON struct {
	Schema     int           `json:"schema"`
	Kind       string        `json:"kind"`
	Host       string        `json:"host"`
	IP         string        `json:"ip"`
	Domain     string        `json:"local_domain"`
	Outcome    string        `json:"outcome"`
	Void       string        `json:"void,omitempty"`
	Inside     string        `json:"inside,omitempty"`
	Stopped    string        `json:"stopped,omitempty"`
	Notes      []string      `json:"notes,omitempty"`
	Greeting   string        `json:"greeting"`
	Postmaster relayResult   `json:"postmaster"`
	Login      *relayResult  `json:"login,omitempty"`
	Results    []relayResult `json:"results"`
}

type relayResult struct {
	Form    int    `json:"form,omitempty"`
	KB      int    `json:"kb,omitempty"`
	Nmap    int    `json:"nmap,omitempty"`
	From    string `json:"from"`
	To      string `json:"to"`
	Verdict string `json:"verdict"`
	Why     string `json:"why"`
	Stage   string `json:"stage,omitempty"`
	Code    int    `json:"code,omitempty"`
	Answer  string `json:"answer,omitempty"`
	Token   string `json:"token,omitempty"`
	Seen    string `json:"seen,omitempty"`
}

type formPage struct {
	Form   int               `json:"form"`
	KB     int               `json:"kb,omitempty"`
	Nmap   int               `json:"nmap,omitempty"`
	Abuse  int               `json:"abuse,omitempty"`
	Name   string            `json:"name"`
	From   string            `json:"from"`
	To     string            `json:"to"`
	Local  bool              `json:"local_reading"`
	Means  string            `json:"means"`
	Falls  string            `json:"falls"`
	Closes map[string]string `json:"closes"`
}

func jsonRelay(r *relay.Report) relayJSON {
	out := relayJSON{Schema: ui.Schema, Kind: "relaycheck", Host: r.Target.String(), IP: r.Target.IP.String(), Domain: r.Names.Our,
		Outcome: r.Outcome.String(), Void: valid(r.Void), Inside: r.Inside, Stopped: valid(r.Stopped), Greeting: valid(r.Greeting.String()),
		Postmaster: jsonResult(&r.Postmaster), Results: make([]relayResult, 0, len(r.Results))}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, valid(n))
	}
	for i := range r.Results {
		out.Results = append(out.Results, jsonResult(&r.Results[i]))
	}
	if r.Login != nil {
		login := jsonResult(r.Login)
		out.Login = &login
	}
	return out
}

func jsonResult(r *relay.Result) relayResult {
	out := relayResult{Form: r.Form.Number, KB: r.Form.KB, Nmap: r.Form.Nmap, From: r.From, To: r.To, Verdict: r.Verdict.String(), Why: valid(r.Why),
		Stage: r.Stage, Code: r.Reply.Code, Answer: valid(r.Reply.String()), Token: r.Token}
	if r.Seen != nil {
		out.Seen = valid(r.Seen.Where)
	}
	return out
}

// valid keeps a server's bytes from breaking the JSON.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func pageOf(f relay.Form) formPage {
	p := f.Family.Page()
	out := formPage{Form: f.Number, KB: f.KB, Nmap: f.Nmap, Abuse: f.Abuse, Name: p.Name, From: f.Sender(), To: f.Recipient(), Local: f.Local,
		Means: f.Means, Falls: p.Falls, Closes: map[string]string{}}
	for _, s := range p.Closes {
		out.Closes[s.Server] = s.Text
	}
	return out
}
