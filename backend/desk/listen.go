package desk

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"creel/backend/hook"
)

// Listening is how the catch port is.
type Listening struct {
	Addr string // as bound, or as wanted while not open
	Open bool
	Err  error // why it is not open
}

// Listening tells how the catch port is.
func (d *Desk) Listening() Listening {
	d.listenMu.Lock()
	defer d.listenMu.Unlock()
	if addr := d.catcher.Addr(); addr != "" {
		return Listening{Addr: addr, Open: true}
	}
	return Listening{Addr: d.wanted, Err: d.listenErr}
}

// Listen opens the catch port on addr, or on the wanted one when addr is "".
// When another one is open it is given up only after the new one is bound.
// With remember the address is used from now on.
func (d *Desk) Listen(ctx context.Context, addr string, remember bool) error {
	d.listenMu.Lock()
	defer d.listenMu.Unlock()
	if addr == "" {
		addr = d.wanted
	}
	clean, err := CleanAddr(addr)
	if err != nil {
		if d.catcher.Addr() == "" && d.listenErr == nil {
			d.wanted, d.listenErr = addr, err
		}
		return err
	}
	addr = clean
	if err := d.catcher.Open(addr); err != nil {
		if d.catcher.Addr() == "" {
			d.wanted, d.listenErr = addr, err
		}
		return err
	}
	d.wanted, d.listenErr = addr, nil
	if !remember {
		return nil
	}
	host, port, err := net.SplitHostPort(addr)
	if err == nil && port == "0" {
		_, bound, _ := net.SplitHostPort(d.catcher.Addr())
		addr = net.JoinHostPort(host, bound)
	}
	return d.changeSettings(ctx, func(s *hook.Settings) error { s.CatchAddr = addr; return nil })
}

// CleanAddr completes a catch address: a bare port gets the loopback address.
// It is hook.Invalid when it is no address.
func CleanAddr(addr string) (string, error) {
	addr = strings.TrimSpace(addr)
	if !strings.Contains(addr, ":") {
		addr = "127.0.0.1:" + addr
	}
	host, port, err := net.SplitHostPort(addr)
	n, perr := strconv.Atoi(port)
	if err != nil || perr != nil || n < 0 || n > 65535 {
		f := hook.Faultf(hook.Invalid, "%q is not an address to listen on: give a port from 1 to 65535, or host:port", addr)
		f.Field = "catchAddress"
		return "", f
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, strconv.Itoa(n)), nil
}

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }
