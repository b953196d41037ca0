package query

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// Resolve turns the beginnings of campaign IDs in a selection into whole ones,
// and gives the campaigns that were named: ErrNoCampaign, ErrAmbiguous. One
// that is not there any more, but was in an earlier scan, is no error: a
// nightly script may ask for it again.
func (s Selection) Resolve(campaigns []*classify.Campaign, before []classify.Prior) (Selection, []*classify.Campaign, error) {
	given := s.Flags["fingerprint"]
	if len(given) == 0 {
		return s, nil, nil
	}
	var whole []string
	var named []*classify.Campaign
	for _, prefix := range given {
		if strings.HasPrefix(prefix, "qf") && strings.Contains(prefix, "-") {
			whole = append(whole, prefix)
			continue
		}
		c, err := One(campaigns, prefix)
		if old, ok := earlier(before, prefix); ok && errors.Is(err, ErrNoCampaign) {
			whole = append(whole, string(old))
			continue
		}
		if err != nil {
			return s, nil, err
		}
		whole = append(whole, string(c.ID))
		named = append(named, c)
	}
	flags := make(map[string][]string, len(s.Flags))
	for k, v := range s.Flags {
		flags[k] = v
	}
	flags["fingerprint"] = whole
	s.Flags = flags
	return s, named, nil
}

// earlier finds the one campaign of earlier scans whose ID begins with a prefix.
func earlier(before []classify.Prior, prefix string) (fingerprint.ID, bool) {
	var found fingerprint.ID
	for _, p := range before {
		if prefix == "" || !strings.HasPrefix(string(p.ID), prefix) || p.ID == found {
			continue
		}
		if found != "" {
			return "", false
		}
		found = p.ID
	}
	return found, found != ""
}

// One finds the campaign whose ID begins with a prefix.
func One(campaigns []*classify.Campaign, prefix string) (*classify.Campaign, error) {
	var hits []*classify.Campaign
	for _, c := range campaigns {
		if prefix != "" && strings.HasPrefix(string(c.ID), prefix) {
			hits = append(hits, c)
		}
	}
	switch len(hits) {
	case 0:
		return nil, fmt.Errorf("%w: %q", ErrNoCampaign, prefix)
	case 1:
		return hits[0], nil
	}
	var ids []string
	for _, c := range hits[:min(len(hits), 5)] {
		ids = append(ids, string(c.ID))
	}
	slices.Sort(ids)
	return nil, fmt.Errorf("%w: %q begins %s", ErrAmbiguous, prefix, strings.Join(ids, ", "))
}
