package index

import (
	"qclean/classify"
	"qclean/scan/spool"
)

// row is one message as the library reads it.
type row struct {
	ID         string   `parquet:"id"`
	Queue      string   `parquet:"queue,dict"`
	Files      []string `parquet:"files,list"`
	Roles      []int32  `parquet:"roles,list"`
	Ident      string   `parquet:"ident"`
	Size       int64    `parquet:"size"`
	Arrived    int64    `parquet:"arrived,timestamp(nanosecond)"`
	From       string   `parquet:"from,dict"`
	Null       bool     `parquet:"null_sender"`
	To         []string `parquet:"to,list"`
	Recipients int32    `parquet:"recipients"`
	Envelope   string   `parquet:"envelope_source,dict"`
	AuthUser   string   `parquet:"auth_user,dict"`
	SourceIP   string   `parquet:"source_ip,dict"`
	SourceName string   `parquet:"source_name,dict"`
	Helo       string   `parquet:"helo,dict"`
	Reason     string   `parquet:"reason,dict"`
	Frozen     bool     `parquet:"frozen"`
	HeaderFrom string   `parquet:"header_from,dict"`
	Subject    string   `parquet:"subject,dict"`
	MessageID  string   `parquet:"message_id"`
	Links      []string `parquet:"links,list"`
	Kind       string   `parquet:"kind,dict"`
	Class      int32    `parquet:"class"`
	Defects    int32    `parquet:"defects"`
	Flaws      []string `parquet:"flaws,list"`
	Campaign   string   `parquet:"campaign,dict"`
	Weak       bool     `parquet:"weak"`
	BounceOf   string   `parquet:"bounce_of,dict"`
	Known      string   `parquet:"known,dict"`
	Call       string   `parquet:"verdict,dict"`
	Likely     bool     `parquet:"likely"`
	Auth       bool     `parquet:"authenticated"`
	Listed     bool     `parquet:"mailing"`
	List       bool     `parquet:"list_mail"`
	Answers    string   `parquet:"in_reply_to"`
	By         string   `parquet:"received_by,dict"`
	For        string   `parquet:"received_for"`
	Bounce     *bounce  `parquet:"bounce,optional"`
}

type bounce struct {
	Failed     []string `parquet:"failed,list"`
	Status     string   `parquet:"status,dict"`
	Diagnostic string   `parquet:"diagnostic,dict"`
	MTA        string   `parquet:"reporting_mta,dict"`
	MessageID  string   `parquet:"message_id"`
	From       string   `parquet:"from,dict"`
	Trail      []hop    `parquet:"trail,list"`
}

type hop struct {
	IP    string `parquet:"ip"`
	Name  string `parquet:"name"`
	Helo  string `parquet:"helo"`
	By    string `parquet:"by"`
	Login string `parquet:"login"`
	Auth  bool   `parquet:"authenticated"`
}

func toRow(r *classify.Record) row {
	out := row{
		ID: spool.EscapeName(string(r.ID)), Queue: r.Queue, Ident: r.Ident, Size: r.Size, Arrived: nanos(r.Arrived),
		From: r.From, Null: r.Null, To: r.To, Recipients: int32(r.Recipients), Envelope: r.Envelope.String(),
		AuthUser: r.AuthUser, SourceIP: r.SourceIP, SourceName: r.SourceName, Helo: r.Helo, Reason: r.Reason,
		Frozen: r.Frozen, HeaderFrom: r.HeaderFrom, Subject: r.Subject, MessageID: r.MessageID, Links: r.Links,
		Kind: r.Kind.String(), Class: int32(r.Class), Defects: int32(r.Defects),
		Flaws: r.Flaws, Campaign: string(r.Campaign), Weak: r.Weak,
		BounceOf: string(r.BounceOf), Known: string(r.Known), Call: r.Call.String(), Likely: r.Likely,
		Auth: r.Auth, Listed: r.Listed, List: r.List, Answers: r.Answers, By: r.By, For: r.For,
	}
	for _, f := range r.Files {
		out.Files = append(out.Files, spool.EscapeName(f.Name))
		out.Roles = append(out.Roles, int32(f.Role))
	}
	if b := r.Bounce; b != nil {
		out.Bounce = &bounce{Failed: b.Failed, Status: b.Status, Diagnostic: b.Diagnostic, MTA: b.ReportingMTA,
			MessageID: b.MessageID, From: b.From}
		for _, h := range b.Trail {
			out.Bounce.Trail = append(out.Bounce.Trail, hop{h.IP, h.Name, h.Helo, h.By, h.Login, h.Auth})
		}
	}
	return out
}
