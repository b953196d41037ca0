// Package ui is how qclean talks: streams, tables, progress, questions, safe strings and exit codes.
//
// Standard output is data and standard error is talk. Everything that came
// from mail or from a file name goes through Safe before it is shown: a
// subject may hold escape sequences that rewrite a terminal.
package ui
