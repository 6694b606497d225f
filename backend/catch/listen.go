package catch

import (
	"errors"
	"net"
	"strconv"
	"syscall"

	"creel/backend/hook"
)

// The numbers of Windows Sockets, which its syscall package does not map to
// the usual names. No other system uses numbers that high.
const (
	wsaAccess       = syscall.Errno(10013)
	wsaAddrInUse    = syscall.Errno(10048)
	wsaAddrNotAvail = syscall.Errno(10049)
)

// listen opens addr, or says in a Fault what is in the way and what to do.
func listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, &hook.Fault{Kind: hook.Invalid, Text: "open the catch port: " + strconv.Quote(addr) +
			" is not host:port; write it like 127.0.0.1:4290"}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return nil, &hook.Fault{Kind: hook.Invalid, Text: "open the catch port: " + strconv.Quote(port) +
			" is not a port; choose a number from 1024 to 65535"}
	}
	ln, err := net.Listen("tcp", addr)
	if err == nil {
		return ln, nil
	}
	return nil, listenFault(host, port, err)
}

func listenFault(host, port string, err error) *hook.Fault {
	at := net.JoinHostPort(host, port)
	is := func(codes ...syscall.Errno) bool {
		for _, code := range codes {
			if errors.Is(err, code) {
				return true
			}
		}
		return false
	}
	var dns *net.DNSError
	switch {
	case is(syscall.EADDRINUSE, wsaAddrInUse):
		return &hook.Fault{Kind: hook.Busy, Err: err, Text: "open the catch port: " + at +
			" is taken by another program; stop that program and retry, or use another port"}
	case is(syscall.EACCES, syscall.EPERM, wsaAccess):
		return &hook.Fault{Kind: hook.Invalid, Err: err, Text: "open the catch port: the system does not let this user listen on " + at +
			"; choose a port from 1024 to 65535"}
	case is(syscall.EADDRNOTAVAIL, wsaAddrNotAvail):
		return &hook.Fault{Kind: hook.Invalid, Err: err, Text: "open the catch port: this machine has no address " + host +
			"; use 127.0.0.1"}
	case errors.As(err, &dns):
		return &hook.Fault{Kind: hook.Invalid, Err: err, Text: "open the catch port: the name " + strconv.Quote(host) +
			" has no address here; use 127.0.0.1"}
	}
	return &hook.Fault{Kind: hook.Unavailable, Err: err, Text: "open the catch port: listening on " + at + " failed"}
}
