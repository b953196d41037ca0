package spool

// Locator is a driver that knows where the MTA of a host has its queue.
type Locator interface {
	// Usual gives folders that may be its queue directory, likeliest first:
	// what its configuration says, then where it is built to look. They need
	// not be there. root is where the system's files are: "/", or where the
	// disk of another machine is mounted.
	Usual(root string) []Place
	// Daemon tells a process of the MTA that works in the queue directory by
	// its name (proc(5), comm).
	Daemon(comm string) bool
}

// Place is a folder, and how one came to think of it.
type Place struct {
	Path string
	Why  string // "queue_directory in /etc/postfix/main.cf"
}
