package sign

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// The schemes whose signature, or timestamp, stands inside the body.

// claimMailgun reads the object "signature" of a JSON body, or the fields of a
// form, as Mailgun's older hooks send them.
func claimMailgun(s *spec, m Message, _ where) (claims, *problem) {
	get, ok := mailgunFields(m)
	if !ok {
		return claims{}, &problem{SignatureMissing, "The body has no signature: wanted is JSON with an object “signature” of timestamp, token and signature, or a form with these fields."}
	}
	c := claims{id: get["token"], stamp: get["timestamp"], received: get["signature"]}
	s.add(&c, c.received, c.received)
	switch {
	case c.id == "" || c.received == "":
		return c, &problem{SignatureMissing, "The body's token or signature is missing or empty."}
	case c.stamp == "":
		return c, &problem{TimestampMissing, "The body's timestamp, beside the signature, is missing or empty."}
	case len(c.sigs) == 0:
		return c, &problem{SignatureMalformed, "The signature in the body is not hex. It reads: " + quoted(c.received)}
	}
	return c, nil
}

func mailgunFields(m Message) (map[string]string, bool) {
	if start, end, ok := findIn(m.Body, "signature"); ok {
		return object(m.Body[start:end])
	}
	form, ok := formOf(m)
	values := map[string]string{}
	for _, name := range []string{"timestamp", "token", "signature"} {
		values[name], _ = field(form, name)
	}
	return values, ok && values["signature"] != ""
}

// findIn is find on a text that may not be JSON.
func findIn(body []byte, path ...string) (start, end int, ok bool) {
	i := skipBlanks(body, 0)
	if i == len(body) || (body[i] != '{' && body[i] != '[') || !json.Valid(body) {
		return 0, 0, false
	}
	return find(body, path...)
}

func writeMailgun(s *spec, m Message, k signer) (Message, error) {
	token, err := s.fresh.draw(k.rnd)
	if err != nil {
		return m, err
	}
	if get, ok := mailgunFields(m); ok && k.keepID && get["token"] != "" {
		token = get["token"]
	}
	sig := s.enc.encode(s.alg.digest(k.key.key, payload{[]byte(k.stamp + token)}))
	values := []pair{{"timestamp", k.stamp}, {"token", token}, {"signature", sig}}
	if json.Valid(m.Body) {
		body := m.Body
		if _, _, ok := find(body, "signature"); !ok {
			if body, ok = put(body, map[string]string{}, "signature"); !ok {
				return m, errBody("a JSON object")
			}
		}
		for _, v := range values {
			var ok bool
			if body, ok = put(body, v.value, "signature", v.name); !ok {
				return m, errBody("JSON with an object “signature”")
			}
		}
		m.Body = body
		return m, nil
	}
	return setFields(m, values)
}

// adyenItem is what Adyen signs of one notification.
type adyenItem struct {
	fields map[string]string
	amount map[string]string
	extra  map[string]string
	path   []string
}

func (i adyenItem) payload() payload {
	return payload{[]byte(strings.Join([]string{
		i.fields["pspReference"], i.fields["originalReference"], i.fields["merchantAccountCode"], i.fields["merchantReference"],
		i.amount["value"], i.amount["currency"], i.fields["eventCode"], i.fields["success"],
	}, ":"))}
}

// adyenItems reads the notifications, or a body that is one by itself.
func adyenItems(body []byte) ([]adyenItem, bool) {
	var list struct {
		Items []struct {
			Item json.RawMessage `json:"NotificationRequestItem"`
		} `json:"notificationItems"`
	}
	if json.Unmarshal(body, &list) != nil {
		return nil, false
	}
	if len(list.Items) == 0 {
		item, ok := readAdyen(body, nil)
		return []adyenItem{item}, ok
	}
	var items []adyenItem
	for i, raw := range list.Items {
		item, ok := readAdyen(raw.Item, []string{"notificationItems", itoa(i), "NotificationRequestItem"})
		if !ok {
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

func readAdyen(raw []byte, path []string) (adyenItem, bool) {
	item := adyenItem{path: path}
	var ok bool
	if item.fields, ok = object(raw); !ok || item.fields["pspReference"]+item.fields["eventCode"] == "" {
		return item, false
	}
	var parts struct {
		Amount json.RawMessage `json:"amount"`
		Extra  json.RawMessage `json:"additionalData"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return item, false
	}
	item.amount, _ = object(parts.Amount)
	item.extra, _ = object(parts.Extra)
	return item, true
}

// judgeAdyen wants every notification in the body signed.
func judgeAdyen(s *spec, m Message, _ where, ring keyring) outcome {
	items, ok := adyenItems(m.Body)
	if !ok {
		return outcome{reason: SignatureMissing, hint: "The body is not JSON with “notificationItems”, so there is nothing that carries a signature. Adyen's platform and management webhooks are signed in the header HmacSignature instead."}
	}
	var o outcome
	for _, item := range items {
		o = outcome{reason: SignatureDiffers, received: item.extra["hmacSignature"], signed: item.payload()}
		if o.received == "" {
			o.reason, o.hint = SignatureMissing, "A notification in the body has no additionalData.hmacSignature: generate an HMAC key for the webhook in Adyen's Customer Area and save it."
			return o
		}
		c := claims{}
		if s.add(&c, o.received, o.received); len(c.sigs) == 0 {
			o.reason, o.hint = SignatureMalformed, "The notification's additionalData.hmacSignature is not base64. It reads: "+quoted(o.received)
			return o
		}
		for _, key := range ring.shared {
			found, matches := s.compare(c, o.signed, key.key, nil)
			if o.expected == "" || matches {
				o.expected = found.expected
			}
			if matches {
				o.reason = OK
				break
			}
		}
		if o.reason != OK {
			return o
		}
	}
	return o
}

func writeAdyen(s *spec, m Message, k signer) (Message, error) {
	items, ok := adyenItems(m.Body)
	if !ok {
		return m, errBody("JSON with “notificationItems”")
	}
	for _, item := range items {
		sig := s.spell(s.alg, s.alg.digest(k.key.key, item.payload()))
		extra := slices.Concat(item.path, []string{"additionalData"})
		if _, _, there := find(m.Body, extra...); !there || item.extra == nil {
			if m.Body, ok = put(m.Body, map[string]string{}, extra...); !ok {
				return m, errBody("JSON with “notificationItems”")
			}
		}
		if m.Body, ok = put(m.Body, sig, append(extra, "hmacSignature")...); !ok {
			return m, errBody("JSON with “notificationItems”")
		}
	}
	return m, nil
}

// claimBraintree takes the pair of the public key out of bt_signature.
func claimBraintree(s *spec, m Message, w where) (claims, *problem) {
	form, _ := formOf(m)
	text, signed := field(form, "bt_signature")
	body, there := field(form, "bt_payload")
	c := claims{received: text}
	if !signed || !there {
		return c, &problem{SignatureMissing, "The body is not a form with the fields bt_signature and bt_payload."}
	}
	c.id = body
	names := 0
	for part := range strings.SplitSeq(text, "&") {
		name, sig, found := strings.Cut(part, "|")
		if !found {
			continue
		}
		if names++; w.keyName == "" || equal(name, w.keyName) {
			s.add(&c, part, sig)
		}
	}
	switch {
	case names > 0 && len(c.sigs) == 0 && w.keyName != "":
		return c, &problem{SignatureMissing, "bt_signature has no signature for the public key " + quoted(w.keyName) + ": the hook belongs to another API key, or another merchant. It reads: " + quoted(text)}
	case len(c.sigs) == 0:
		return c, &problem{SignatureMalformed, "bt_signature is not made of public_key|hex, joined by &. It reads: " + quoted(text)}
	}
	return c, nil
}

func composeBraintree(_ *spec, _ Message, c claims, _ []byte) ([]payload, *problem) {
	text := []byte(c.id)
	return []payload{{text}, {text, []byte("\n")}}, nil
}

func writeBraintree(s *spec, m Message, k signer) (Message, error) {
	form, _ := formOf(m)
	body, there := field(form, "bt_payload")
	if !there {
		return m, errBody("a form with the field bt_payload")
	}
	name := k.where.keyName
	if name == "" {
		old, _ := field(form, "bt_signature")
		name, _, _ = strings.Cut(old, "|")
	}
	if name == "" {
		name = "creel_test_public_key"
	}
	return setFields(m, []pair{{"bt_signature", name + "|" + s.spell(s.alg, s.alg.digest(k.key.key, payload{[]byte(body)}))}})
}

// claimSNS makes the text that Amazon SNS signs out of the JSON body.
func claimSNS(s *spec, m Message, _ where) (claims, *problem) {
	values, ok := object(m.Body)
	c := claims{received: values["Signature"], id: values["MessageId"], stamp: values["Timestamp"]}
	if !ok || c.received == "" {
		return c, &problem{SignatureMissing, "The body is not JSON with a Signature, as Amazon SNS sends it. With raw message delivery switched on for the subscription, SNS sends the message alone, unsigned."}
	}
	switch values["SignatureVersion"] {
	case "1":
		c.alg = rsaSHA1
	case "2":
		c.alg = rsaSHA256
	default:
		return c, &problem{VersionUnknown, "The body's SignatureVersion is " + quoted(values["SignatureVersion"]) + "; known are 1 and 2, and nothing else is taken in their place."}
	}
	if from := values["SigningCertURL"]; !snsCertURL(from) {
		return c, &problem{CertURLRefused, "The body's SigningCertURL is not one of Amazon's (https://sns.<region>.amazonaws.com/….pem), so a receiver must not trust it. It reads: " + quoted(from)}
	}
	if s.add(&c, c.received, c.received); len(c.sigs) == 0 {
		return c, &problem{SignatureMalformed, "The body's Signature is not base64. It reads: " + quoted(c.received)}
	}
	c.payload = snsPayload(values)
	return c, nil
}

func snsPayload(values map[string]string) payload {
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if strings.HasSuffix(values["Type"], "Confirmation") {
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var text strings.Builder
	for _, name := range names {
		if value, there := values[name]; there {
			text.WriteString(name + "\n" + value + "\n")
		}
	}
	return payload{[]byte(text.String())}
}

func snsCertURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || !strings.HasSuffix(u.Path, ".pem") {
		return false
	}
	ok, err := regexp.MatchString(`^sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?$`, u.Host)
	return ok && err == nil
}

func writeSNS(s *spec, m Message, k signer) (Message, error) {
	values, ok := object(m.Body)
	if !ok || values["Type"] == "" {
		return m, errBody("JSON with a Type, as Amazon SNS sends it")
	}
	values["Timestamp"] = k.stamp
	if !k.keepID || values["MessageId"] == "" {
		id, err := s.fresh.draw(k.rnd)
		if err != nil {
			return m, err
		}
		values["MessageId"] = id
	}
	if values["SignatureVersion"] != "1" {
		values["SignatureVersion"] = "2"
	}
	alg := map[string]algorithm{"1": rsaSHA1, "2": rsaSHA256}[values["SignatureVersion"]]
	if !snsCertURL(values["SigningCertURL"]) {
		values["SigningCertURL"] = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-creel-test.pem"
	}
	sig, err := alg.sign(k.private, snsPayload(values))
	if err != nil {
		return m, err
	}
	values["Signature"] = s.enc.encode(sig)
	for _, name := range []string{"MessageId", "Timestamp", "SignatureVersion", "SigningCertURL", "Signature"} {
		if m.Body, ok = put(m.Body, values[name], name); !ok {
			return m, errBody("a JSON object")
		}
	}
	if len(m.Headers.Values("x-amz-sns-message-id")) > 0 {
		m.Headers = setLine(m.Headers, "x-amz-sns-message-id", values["MessageId"])
	}
	return m, nil
}

const linearTime = "webhookTimestamp"

// claimLinear takes the timestamp from the body, which is signed; the header
// Linear-Timestamp is not, and counts only where the body has none.
func claimLinear(s *spec, m Message, w where) (claims, *problem) {
	c, p := s.readLines(m, w)
	if p != nil {
		return c, p
	}
	if start, end, ok := findIn(m.Body, linearTime); ok {
		c.stamp, _ = plain(m.Body[start:end])
	} else {
		c.stamp = m.Headers.Get("Linear-Timestamp")
	}
	return c, nil
}

func writeLinear(s *spec, m Message, k signer) (Message, error) {
	start, _, ok := findIn(m.Body)
	if ok = ok && m.Body[start] == '{'; ok {
		m.Body, _ = put(m.Body, json.Number(k.stamp), linearTime)
	}
	if !ok || len(m.Headers.Values("Linear-Timestamp")) > 0 {
		m.Headers = setLine(m.Headers, "Linear-Timestamp", k.stamp)
	}
	if !k.keepID && len(m.Headers.Values("Linear-Delivery")) > 0 {
		id, err := s.fresh.draw(k.rnd)
		if err != nil {
			return m, err
		}
		m.Headers = setLine(m.Headers, "Linear-Delivery", id)
	}
	m.Headers = setLine(m.Headers, s.header(k.where), s.spell(s.alg, s.alg.digest(k.key.key, payload{m.Body})))
	return m, nil
}
