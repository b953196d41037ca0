package letter

// defectNames are the words that JSON and the index use, in the order of the bits.
var defectNames = [...]string{
	"no header", "no blank line", "bad field", "header cut", "no boundary", "unclosed multipart", "bad encoding",
	"unknown encoding", "unknown charset", "nested too deep", "too many parts", "text cut", "cut", "empty", "binary",
	"duplicate field",
}

// Names lists the defects, nil when there are none.
func (d Defect) Names() []string {
	var out []string
	for i, name := range defectNames {
		if d&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}
