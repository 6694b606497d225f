//go:build linux && race

package trial

// racing: the detector watches this process, not the ones under test, and
// makes looking through their histories many times slower.
const racing = true
