package forward

import (
	"fmt"
	"net/netip"

	"creel/backend/hook"
)

// refusal is a dial guard's no: why an address is not sent to.
type refusal struct {
	class hook.ErrorClass
	text  string
}

// Error returns the sentence.
func (r *refusal) Error() string { return r.text }

// guard judges one address just before a connection to it is made, whatever
// name led there, so that a name cannot be checked with one address and used
// with another.
//
// Refused are link-local, metadata, multicast, unspecified and broadcast
// addresses, also when written as IPv6 forms that lead to such an IPv4 address
// (mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP). Loopback and
// private addresses are what Creel is for; they are allowed for names too
// ("myapp.test" in a hosts file, a machine in the office), since every URL is
// typed by the person and redirects are not followed. own names Creel's
// listeners: sending to one would go round in circles.
func guard(address string, own func(string) bool) *refusal {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &refusal{hook.ErrBlocked, fmt.Sprintf("refused to connect to %q: it is no address and port", address)}
	}
	ip := at.Addr().Unmap()
	if what := forbidden(ip); what != "" {
		return &refusal{hook.ErrBlocked, fmt.Sprintf("refused to send to %s: it is %s, which creel never sends to; use another URL", ip, what)}
	}
	for _, inner := range embedded(ip) {
		what := forbidden(inner)
		if what == "" && inner.IsLoopback() {
			what = "a loopback address"
		}
		if what != "" {
			return &refusal{hook.ErrBlocked, fmt.Sprintf("refused to send to %s: it leads to %s, %s, which creel never sends to in this form; use another URL", ip, inner, what)}
		}
	}
	canonical := netip.AddrPortFrom(ip, at.Port()).String()
	if own != nil && own(canonical) {
		return &refusal{hook.ErrLoop, fmt.Sprintf("refused to send to %s: creel itself listens there, and the request would go round in circles; use the URL of your app", canonical)}
	}
	return nil
}

// forbidden says what kind of address ip is if Creel never sends there, else "".
func forbidden(ip netip.Addr) string {
	switch {
	case isMetadata(ip.WithZone("")):
		return "a cloud metadata address"
	case ip.IsLinkLocalUnicast():
		return "a link-local address"
	case ip.IsMulticast():
		return "a multicast address"
	case ip.IsUnspecified(), ip.Is4() && ip.As4()[0] == 0:
		return "the unspecified address"
	case ip.Is4() && ip.As4()[0] >= 240:
		return "a broadcast or reserved address"
	}
	return ""
}

// isMetadata knows the addresses at which clouds hand out credentials.
func isMetadata(ip netip.Addr) bool {
	switch ip.String() {
	case "169.254.169.254", // AWS, GCP, Azure, Oracle, DigitalOcean and most others
		"169.254.170.2", "169.254.170.23", // AWS containers
		"168.63.129.16",      // Azure
		"100.100.100.200",    // Alibaba
		"192.0.0.192",        // Oracle
		"fd00:ec2::254",      // AWS
		"fd00:ec2::23",       // AWS containers
		"fd20:ce::254",       // GCP
		"fd00:c1::a9fe:a9fe": // Oracle
		return true
	}
	return false
}

// embedded returns the IPv4 addresses that an IPv6 address leads to when a
// translator or tunnel stands on the way.
func embedded(ip netip.Addr) []netip.Addr {
	if !ip.Is6() {
		return nil
	}
	b := ip.As16()
	four := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i : i+4])) }
	is := func(prefix string) bool { return netip.MustParsePrefix(prefix).Contains(ip.WithZone("")) }
	switch {
	case ip.IsLoopback():
		return nil
	case is("::/96"), is("::ffff:0:0:0/96"), is("64:ff9b::/96"):
		return []netip.Addr{four(12)}
	case is("64:ff9b:1::/48"):
		// RFC 6052: the prefix length decides where the address lies, and the
		// operator chose it; every place is looked at. Byte 8 is always zero.
		return []netip.Addr{
			four(12),
			netip.AddrFrom4([4]byte{b[6], b[7], b[9], b[10]}),
			netip.AddrFrom4([4]byte{b[7], b[9], b[10], b[11]}),
			netip.AddrFrom4([4]byte{b[9], b[10], b[11], b[12]}),
		}
	case is("2002::/16"):
		return []netip.Addr{four(2)}
	case is("2001::/32"): // Teredo: the server, and the client with all bits flipped
		return []netip.Addr{four(4), netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})}
	case b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe && b[8]&^0x02 == 0: // ISATAP
		return []netip.Addr{four(12)}
	}
	return nil
}

// Reaches says whether a connection to addr arrives at a listener bound to
// bound, both host:port with addresses in digits: the same address, or the
// same port of a loopback or private address when bound is on every interface.
// An empty bound is reached by nothing.
func Reaches(bound, addr string) bool {
	b, err := netip.ParseAddrPort(bound)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddrPort(addr)
	if err != nil || a.Port() != b.Port() {
		return false
	}
	ip := a.Addr().Unmap()
	return ip == b.Addr().Unmap() || b.Addr().IsUnspecified() && (ip.IsLoopback() || ip.IsPrivate())
}
