package sample

import (
	"bytes"
	"encoding/base64"
)

// lastRank is that of marks in bodies, which count only when no header line
// tells.
const lastRank = 100

// bodyMark knows senders that no header line names, by the first key of the
// body and by what must stand beside it. Requests of nobody end at the first
// key, so that they cost next to nothing.
func bodyMark(body []byte) mark {
	if bytes.HasPrefix(body, []byte("bt_signature=")) || bytes.HasPrefix(body, []byte("bt_payload=")) {
		return mark{lastRank, "braintree", fromBraintree, ""}
	}
	c := cursor{b: body[:min(len(body), scanned)]}
	list := c.take('[')
	if !c.take('{') {
		return mark{}
	}
	key, ok := c.key()
	if !ok {
		return mark{}
	}
	if list {
		if (string(key) == "log_id" || string(key) == "data") && jsonAt(body, "0.log_id") != "" {
			return mark{lastRank, "auth0", confirmed, "0.data.type"}
		}
		return mark{}
	}
	switch string(key) {
	case "live", "notificationItems":
		return mark{lastRank, "adyen", confirmed, "notificationItems.0.NotificationRequestItem.eventCode"}
	case "value", "validationTokens":
		if jsonAt(body, "value.0.subscriptionId") != "" {
			return mark{lastRank, "microsoft-graph", confirmed, "value.0.changeType value.0.lifecycleEvent"}
		}
	case "event":
		if jsonAt(body, "event.triggerUuid") != "" {
			return mark{lastRank, "monday", confirmed, "event.type"}
		}
	case "body", "last_updated":
		if jsonAt(body, "last_updated") != "" && jsonAt(body, "org.id") != "" {
			return mark{lastRank, "datadog", confirmed, "event_type"}
		}
	}
	return mark{}
}

// braintreeEvent reads the kind out of the XML in the form's payload.
func braintreeEvent(body []byte) string {
	text, _ := formValue(body[:min(len(body), scanned)], "bt_payload")
	raw := bytes.ReplaceAll([]byte(text), []byte("\n"), nil)
	out := make([]byte, base64.StdEncoding.DecodedLen(len(raw)))
	n, _ := base64.StdEncoding.Decode(out, raw) // what was cut off at its end does not matter
	_, rest, _ := bytes.Cut(out[:n], []byte("<kind>"))
	kind, _, closed := bytes.Cut(rest, []byte("</kind>"))
	if !closed {
		return ""
	}
	return string(kind)
}
