package forward

import (
	"errors"
	"net"
	"syscall"
)

// Windows reports these numbers (WSAECONNREFUSED and so on), which the syscall
// package knows by name only there. No other system uses numbers as high.
const (
	wsaRefused     syscall.Errno = 10061
	wsaTimedOut    syscall.Errno = 10060
	wsaReset       syscall.Errno = 10054
	wsaAborted     syscall.Errno = 10053
	wsaNetUnreach  syscall.Errno = 10051
	wsaHostUnreach syscall.Errno = 10065
)

func isRefused(err error) bool { return isErrno(err, syscall.ECONNREFUSED, wsaRefused) }

func isReset(err error) bool {
	return isErrno(err, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, wsaReset, wsaAborted)
}

func isUnreachable(err error) bool {
	return isErrno(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN,
		syscall.EADDRNOTAVAIL, wsaNetUnreach, wsaHostUnreach)
}

// isTimeout includes the kernel's own giving up on a connection.
func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout() || isErrno(err, syscall.ETIMEDOUT, wsaTimedOut)
}

func isNetwork(err error) bool {
	var n net.Error
	return errors.As(err, &n) || errors.Is(err, net.ErrClosed) || isReset(err)
}

func isErrno(err error, numbers ...syscall.Errno) bool {
	var got syscall.Errno
	if !errors.As(err, &got) {
		return false
	}
	for _, n := range numbers {
		if got == n {
			return true
		}
	}
	return false
}
