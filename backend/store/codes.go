package store

import (
	"fmt"

	"creel/backend/hook"
)

// The column flags packs what has few values: bits 0–3 the state, 4–7 the way
// in, 8–9 the signature, 10 keep-alive, 11 cross-site, 12 over TLS. The numbers are on
// disk: append to these lists, never reorder them.
var (
	stateCodes = [...]hook.State{hook.Kept, hook.Cut, hook.Refused}
	viaCodes   = [...]hook.Via{hook.ViaDirect, hook.ViaSample, hook.ViaTunnel, hook.ViaRelay, hook.ViaImport}
	sigCodes   = [...]string{"none", "valid", "invalid"}
)

const (
	viaShift  = 4
	sigShift  = 8
	sigMask   = 3 << sigShift
	keepAlive = 1 << 10
	crossSite = 1 << 11
	overTLS   = 1 << 12
)

func flagsOf(r *hook.Request) (int64, error) {
	state, via, sig := -1, -1, -1
	for i, s := range stateCodes {
		if s == r.State {
			state = i
		}
	}
	for i, v := range viaCodes {
		if v == r.Via {
			via = i
		}
	}
	for i, s := range sigCodes {
		if s == r.Sig || r.Sig == "" && i == 0 {
			sig = i
		}
	}
	if state < 0 || via < 0 || sig < 0 {
		return 0, &hook.Fault{Kind: hook.Invalid,
			Text: fmt.Sprintf("keep request: state %q, via %q or sig %q is unknown", r.State, r.Via, r.Sig)}
	}
	f := int64(state) | int64(via)<<viaShift | int64(sig)<<sigShift
	if r.KeepAlive {
		f |= keepAlive
	}
	if r.CrossSite {
		f |= crossSite
	}
	if r.Secure {
		f |= overTLS
	}
	return f, nil
}

func setFlags(r *hook.Request, f int64) error {
	state, via, sig := f&15, f>>viaShift&15, f>>sigShift&3
	if int(state) >= len(stateCodes) || int(via) >= len(viaCodes) || int(sig) >= len(sigCodes) {
		return fmt.Errorf("read request %d: flags %#x are unknown", r.Seq, f)
	}
	r.State, r.Via, r.Sig = stateCodes[state], viaCodes[via], sigCodes[sig]
	r.KeepAlive, r.CrossSite, r.Secure = f&keepAlive != 0, f&crossSite != 0, f&overTLS != 0
	return nil
}
