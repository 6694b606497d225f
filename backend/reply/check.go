package reply

import (
	"fmt"
	"strings"

	"creel/backend/hook"
)

// Clean fills in what is left out and refuses what makes no sense, as a
// *hook.Fault that names the field. Whether the target exists is for others to
// know.
func Clean(r *hook.Reply) error {
	if err := clean(r, "reply"); err != nil {
		return err
	}
	if len(r.Rules) > hook.MaxReplyRules {
		return refuse("reply.rules", "%d rules: use at most %d", len(r.Rules), hook.MaxReplyRules)
	}
	for i := range r.Rules {
		at := fmt.Sprintf("reply.rules[%d].reply", i)
		in := &r.Rules[i].Reply
		if len(in.Rules) > 0 || in.Handshakes.Mode != "" || len(in.Handshakes.IDs) > 0 {
			return refuse(at, "the reply of a rule has no rules and no handshakes of its own")
		}
		if err := clean(in, at); err != nil {
			return err
		}
	}
	return nil
}

func clean(r *hook.Reply, at string) error {
	if r.Mode == "" {
		r.Mode = hook.ReplyFixed
	}
	if r.Status == 0 {
		r.Status = 200
	}
	if r.Mode != hook.ReplyFixed && r.Mode != hook.ReplyTarget {
		return refuse(at+".mode", "mode %q: use fixed or target", r.Mode)
	}
	if r.Status < 200 || r.Status > 599 {
		return refuse(at+".status", "status %d: use 200 to 599", r.Status)
	}
	if r.DelayMs < 0 || r.DelayMs > hook.MaxDelayMs {
		return refuse(at+".delayMs", "a delay of %d ms: use 0 to 30,000", r.DelayMs)
	}
	if len(r.Body) > hook.MaxReply {
		return refuse(at+".body", "a body of %d bytes: use at most 1 MiB", len(r.Body))
	}
	if err := cleanLines(r.Headers, at+".headers"); err != nil {
		return err
	}
	if err := cleanPass(r, at+".pass"); err != nil {
		return err
	}
	return cleanFault(&r.Fault, at+".fault")
}

func cleanLines(hs hook.Headers, at string) error {
	for i, h := range hs {
		if !hook.IsToken(h.Name) || !hook.IsLineSafe(h.Value) {
			return refuse(at, "reply header line %d (%q): a name has no spaces or colons, and neither part has line breaks", i+1, h.Name)
		}
		switch strings.ToLower(h.Name) {
		case "content-length", "transfer-encoding", "connection", "x-creel-seq":
			return refuse(at, "%s is written by Creel itself; leave it out", h.Name)
		}
	}
	return nil
}

func cleanPass(r *hook.Reply, at string) error {
	p := &r.Pass
	if r.Mode != hook.ReplyTarget {
		*p = hook.ReplyPass{}
		return nil
	}
	if p.TimeoutMs == 0 {
		p.TimeoutMs = 10_000
	}
	if p.Fallback == "" {
		p.Fallback = hook.FallbackGateway
	}
	if p.TimeoutMs < 100 || p.TimeoutMs > 30_000 {
		return refuse(at+".timeoutMs", "a wait of %d ms: use 100 to 30,000", p.TimeoutMs)
	}
	if p.Fallback != hook.FallbackGateway && p.Fallback != hook.FallbackReply {
		return refuse(at+".fallback", "fallback %q: use gateway or reply", p.Fallback)
	}
	return nil
}

func cleanFault(f *hook.ReplyFault, at string) error {
	switch f.Kind {
	case "":
		*f = hook.ReplyFault{}
		return nil
	case hook.FaultReset:
	case hook.FaultCut:
		if f.AfterBytes < 0 || f.AfterBytes > hook.MaxReply {
			return refuse(at+".afterBytes", "cut after %d bytes: use 0 to 1,048,576", f.AfterBytes)
		}
	case hook.FaultDrip:
		if f.BytesPerSecond < 1 || f.BytesPerSecond > 1_000_000 {
			return refuse(at+".bytesPerSecond", "%d bytes a second: use 1 to 1,000,000", f.BytesPerSecond)
		}
	case hook.FaultSilent:
		if f.HoldMs == 0 {
			f.HoldMs = 60_000
		}
		if f.HoldMs < 100 || f.HoldMs > hook.MaxFaultSeconds*1000 {
			return refuse(at+".holdMs", "keep silent for %d ms: use 100 to 300,000", f.HoldMs)
		}
	case hook.FaultStatus:
		if f.Status == 0 {
			f.Status = 500
		}
		if f.Status < 200 || f.Status > 599 {
			return refuse(at+".status", "status %d: use 200 to 599", f.Status)
		}
	default:
		return refuse(at+".kind", "fault %q: use reset, cut, drip, silent or status", f.Kind)
	}
	if f.Percent < 0 || f.Percent > 100 {
		return refuse(at+".percent", "%d %%: use 1 to 100", f.Percent)
	}
	if f.Percent == 0 {
		f.Percent = 100
	}
	return nil
}
