package trust

import (
	"net"
	"strings"
)

// domains are those that nobody can own: reserved for this machine, for tests
// and for private networks.
func domains() []string { return []string{"localhost", "local", "test", "internal", "home.arpa"} }

// ranges are the addresses of loopback, link-local and private networks.
func ranges() (nets []*net.IPNet) {
	for _, cidr := range []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
		"169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"} {
		if _, n, err := net.ParseCIDR(cidr); err == nil {
			nets = append(nets, n)
		}
	}
	return nets
}

// local reports whether the authority may sign for a name or address.
func local(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		for _, n := range ranges() {
			if n.Contains(ip) {
				return true
			}
		}
		return false
	}
	for _, label := range strings.Split(host, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	for _, d := range domains() {
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}
