package cluster

import "slices"

// Features of docs are kept as the steps from one number to the next. Most of
// them fit two bytes: of a million messages half a million features have a
// number, and a doc has forty of them.
const farStep = 1<<16 - 1 // the step stands in the next two places, the upper half first

// pack appends numbers that ascend.
func pack(dst []uint16, features []int32) []uint16 {
	last := int32(0)
	for _, f := range features {
		if step := f - last; step < farStep {
			dst = append(dst, uint16(step))
		} else {
			dst = append(dst, farStep, uint16(step>>16), uint16(step))
		}
		last = f
	}
	return dst
}

// unpack appends n numbers that pack wrote.
func unpack(dst []int32, packed []uint16, n int) []int32 {
	from := len(dst)
	dst = slices.Grow(dst, n)[:from+n]
	near := packed[:n] // and more, where a step is far
	out, last := dst[from:][:len(near)], int32(0)
	for k, step := range near {
		if step == farStep {
			unpackFar(out[k:], packed[k:], last)
			break
		}
		last += int32(step)
		out[k] = last
	}
	return dst
}

// unpackFar goes on after a number, from a far step on.
func unpackFar(out []int32, packed []uint16, last int32) {
	i := 0
	for k := range out {
		step := int32(packed[i])
		i++
		if step == farStep {
			step = int32(packed[i])<<16 | int32(packed[i+1])
			i += 2
		}
		last += step
		out[k] = last
	}
}
