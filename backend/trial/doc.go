// Package trial holds the fault tests of the whole program: a real process on
// real files is killed, starved, cut off from its disk or given a damaged one,
// and afterwards everything that it acknowledged must be there, byte for byte.
//
// It has no code but tests, and they need Linux:
//
//   - strace (Debian's package of that name) and the right to trace one's own
//     children, for faults in system calls and for the power-loss images;
//   - root or unprivileged user namespaces, for mounting small disks.
//
// A machine that lacks either fails these tests and says what is missing;
// they are never skipped. CREEL_SOAK=1000 makes the random kills a long run
// of so many cycles.
package trial
