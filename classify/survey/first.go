package survey

import (
	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/index"
)

// First is the beginning of a remembered scan, without its messages: enough
// for a first look at a million of them.
type First struct {
	*Survey // with the first campaigns and no Table
	Groups  int
	Short   map[fingerprint.ID]string // enough of an ID to name each of these campaigns
}

// FirstOf makes it, false when what was said of the messages is not what would
// be said now.
func FirstOf(snap *index.First, set index.Set, site classify.Site, points classify.Points) (*First, bool) {
	if len(snap.Campaigns) == 0 || snap.Overview == nil || snap.Opinion != opinionOf(site, points) {
		return nil, false
	}
	v := &Survey{Path: snap.Spool, MTA: snap.MTA, Set: set, Taken: snap.Taken, Basis: snap.Basis, Known: snap.Overview.Count,
		Left: Tolls{}, Trouble: Tolls{}, Campaigns: snap.Campaigns, over: snap.Overview}
	v.Judgement.Site = snap.Site
	return &First{Survey: v, Groups: snap.Groups, Short: snap.Short}, true
}
