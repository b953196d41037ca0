package disk

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// BenchmarkRead compares reading a small file through a tree with the bare
// system calls, for a name in the tree and for one below it.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	const files = 1000
	for i := range files {
		write(b, dir, fmt.Sprintf("sub/%d", i), fmt.Sprintf("%04096d", i))
	}
	tree := openTree(b, dir)
	sub, err := tree.Sub("sub")
	must(b, err)
	defer sub.Close()
	buf := make([]byte, 64<<10)
	read := func(f File, err error) {
		if err != nil {
			b.Fatal(err)
		}
		f.Read(buf)
		f.Stat()
		f.Close()
	}
	short, long := make([]string, files), make([]string, files)
	for i := range files {
		short[i] = fmt.Sprint(i)
		long[i] = "sub/" + short[i]
	}
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		held := int(sub.(*folder).fd.Load())
		var st unix.Stat_t
		for i := 0; b.Loop(); i++ {
			fd, _ := unix.Openat(held, short[i%files], unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
			unix.Fstat(fd, &st)
			unix.Read(fd, buf)
			unix.Close(fd)
		}
	})
	b.Run("in the tree", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			read(sub.Open(short[i%files]))
		}
	})
	b.Run("below it", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			read(tree.Open(long[i%files]))
		}
	})
}

// BenchmarkLoad is reading a small file in one go, by the names that drivers use.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	const files = 1000
	names := make([]string, files)
	for i := range names {
		names[i] = fmt.Sprintf("sub/%d", i)
		write(b, dir, names[i], fmt.Sprintf("%04096d", i))
	}
	tree := openTree(b, dir)
	held := int(tree.fd.Load())
	buf := make([]byte, 64<<10)
	b.Run("bare", func(b *testing.B) {
		var st unix.Stat_t
		for i := 0; b.Loop(); i++ {
			fd, _ := unix.Openat(held, names[i%files], unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
			unix.Fstat(fd, &st)
			unix.Read(fd, buf)
			unix.Close(fd)
		}
	})
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if n, _, err := tree.Load(names[i%files], buf); err != nil || n != 4096 {
				b.Fatal(n, err)
			}
		}
	})
}

// BenchmarkMove compares a move with the bare rename.
func BenchmarkMove(b *testing.B) {
	dir := b.TempDir()
	write(b, dir, "from/a", "x")
	write(b, dir, "to/b", "x")
	tree := openTree(b, dir)
	from, to := []string{"from/a", "to/a"}, []string{"to/a", "from/a"}
	b.Run("bare", func(b *testing.B) {
		held := int(tree.fd.Load())
		for i := 0; b.Loop(); i++ {
			unix.Renameat2(held, from[i%2], held, to[i%2], unix.RENAME_NOREPLACE)
		}
		unix.Renameat2(held, from[1], held, to[1], unix.RENAME_NOREPLACE)
	})
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if err := tree.Move(from[i%2], to[i%2]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
