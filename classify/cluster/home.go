package cluster

// A host is a campaign's home when so many of the members lead there, and of
// those who lead there so many are members.
const (
	homeShare = 0.8
	homeOwn   = 0.75
)

// homes finds the hosts that are a campaign's own: the second sign by which a
// copy is known that was cut to a line. One that all mail links to is not, nor
// one in the footer of a list.
func (g *grouping) homes() map[uint32]int32 {
	of := map[uint32]int32{}
	for i := range g.groups {
		if h := g.commonHost(&g.groups[i]); h != 0 {
			if j, ok := of[h]; !ok || len(g.groups[j].docs) < len(g.groups[i].docs) {
				of[h] = int32(i)
			}
		}
	}
	all, own := map[uint32]int{}, map[uint32]int{}
	for d, doc := range g.docs {
		for _, h := range doc.links {
			if i, ok := of[h]; ok {
				all[h]++
				if g.of[d] == i {
					own[h]++
				}
			}
		}
	}
	for h := range of {
		if float32(own[h]) < homeOwn*float32(all[h]) {
			delete(of, h)
		}
	}
	return of
}

// commonHost is the host that most members link to, 0 when they are too few.
func (g *grouping) commonHost(gr *group) (common uint32) {
	if len(gr.docs) <= strayDocs {
		return 0
	}
	count := map[uint32]int{}
	hosts := g.hosts(gr)
	for _, l := range hosts {
		for k, h := range l {
			if h != 0 && (k == 0 || h != l[0]) {
				count[h]++
			}
		}
	}
	for h, n := range count {
		if n > count[common] || n == count[common] && h < common {
			common = h
		}
	}
	if float32(count[common]) < homeShare*float32(len(hosts)) {
		return 0
	}
	return common
}

// leadsTo tells whether one of the links leads to a group's home.
func (s *strays) leadsTo(links links, group int32) bool {
	for _, h := range links {
		if i, ok := s.homes[h]; ok && h != 0 && i == group {
			return true
		}
	}
	return false
}
