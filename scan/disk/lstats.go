package disk

// Lstats tells all about n names, one after another. For names of one folder
// that follow one another the folder is opened once and held: a third of the
// calls of Lstat, and no other answer but in the moment in which the folder is
// exchanged.
func Lstats(t Tree, n int, name func(i int) string, tell func(i int, info Info, err error)) {
	var held Tree
	holds := ""
	letGo := func() {
		if held != nil {
			held.Close()
			held = nil
		}
	}
	defer letGo()
	for i := range n {
		whole := name(i)
		dir, last, deep := cutLast(whole)
		if !deep {
			info, err := t.Lstat(whole)
			tell(i, info, err)
			continue
		}
		if held == nil || dir != holds {
			letGo()
			sub, err := t.Sub(dir)
			if err != nil {
				tell(i, Info{}, err)
				continue
			}
			held, holds = sub, dir
		}
		info, err := held.Lstat(last)
		tell(i, info, err)
	}
}
