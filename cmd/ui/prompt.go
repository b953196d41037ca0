package ui

import (
	"bufio"
	"fmt"
	"strings"
)

// Confirm asks a yes-or-no question. Anything but yes is no.
func (s *Streams) Confirm(question string) bool {
	answer := strings.ToLower(s.Ask(question + " [y/N] "))
	return answer == "y" || answer == "yes"
}

// Ask puts a question and gives the line that was typed, without its end.
func (s *Streams) Ask(question string) string {
	fmt.Fprint(s.Err, question)
	line, _ := bufio.NewReader(s.In).ReadString('\n')
	return strings.TrimSpace(line)
}
