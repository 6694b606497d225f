//go:build linux && !race

package trial

const racing = false
