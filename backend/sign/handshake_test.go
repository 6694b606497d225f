package sign_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/sign"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func anyOne(sign.Handshake) bool { return true }

func only(id string) func(sign.Handshake) bool {
	return func(h sign.Handshake) bool { return h.ID == id }
}

func sentWith(pairs ...string) hook.Headers {
	hs := hook.Headers{{Name: "Host", Value: "h"}, {Name: "Content-Type", Value: "application/json"}}
	for i := 0; i < len(pairs); i += 2 {
		hs = append(hs, hook.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return hs
}

const (
	eventGrid = `[{"id":"2d","topic":"/subscriptions/x","subject":"","data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6","validationUrl":"https://rp-eastus2.eventgrid.azure.net:553/x"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2026-01-25T22:12:19Z"}]`
	snsAsk    = `{"Type":"SubscriptionConfirmation","MessageId":"165545c9","Token":"2336","TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic","Message":"You have chosen","SubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:123456789012:MyTopic&Token=2336"}`
	xeroAsk   = `{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`
)

// The handshakes as they come, and the known answers.
func TestHandshakes(t *testing.T) {
	cases := []struct {
		id, method, url string
		headers         hook.Headers
		body            string
		key             sign.Key
		status          int
		want            string
		header          string // "Name: value" that the answer has
	}{
		{id: "slack", method: "POST", body: `{"token":"Jhj5","challenge":"3eZbrw1a","type":"url_verification"}`, status: 200, want: "3eZbrw1a", header: "Content-Type: text/plain; charset=utf-8"},
		{id: "meta", method: "GET", url: "/m?hub.mode=subscribe&hub.verify_token=tok&hub.challenge=1158201444", status: 200, want: "1158201444"},
		{id: "dropbox", method: "GET", url: "/d?challenge=abc", status: 200, want: "abc", header: "X-Content-Type-Options: nosniff"},
		{id: "challenge", method: "GET", url: "/n?challenge=a%20b", status: 200, want: "a b", header: "Content-Type: text/plain; charset=utf-8"},
		{id: "microsoft-graph", method: "POST", url: "/g?validationToken=Validation%3A+Testing+client", status: 200, want: "Validation: Testing client", header: "Content-Type: text/plain; charset=utf-8"},
		{id: "zoom", method: "POST", body: `{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}`, key: sign.Key{Secret: "zoom-secret-token"}, status: 200,
			want: `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3"}`},
		{id: "x", method: "GET", url: "/x?crc_token=challenge_string&nonce=1", key: sign.Key{Secret: "consumer-secret"}, status: 200,
			want: `{"response_token":"sha256=S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk="}`},
		{id: "braintree", method: "GET", url: "/b?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53", key: sign.Key{PublicKey: "integration_public_key", Secret: "integration_private_key"}, status: 200,
			want: "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"},
		{id: "aws-sns", method: "POST", headers: sentWith("x-amz-sns-message-type", "SubscriptionConfirmation"), body: snsAsk, status: 200},
		{id: "asana", method: "POST", headers: sentWith("X-Hook-Secret", "s3c"), body: "{}", status: 200, header: "X-Hook-Secret: s3c"},
		{id: "trello", method: "HEAD", status: 200},
		{id: "notion", method: "POST", body: `{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}`, status: 200},
		{id: "monday", method: "POST", body: `{"challenge":"3eZb"}`, status: 200, want: `{"challenge":"3eZb"}`, header: "Content-Type: application/json"},
		{id: "okta", method: "GET", headers: sentWith("x-okta-verification-challenge", "abc"), status: 200, want: `{"verification":"abc"}`, header: "Content-Type: application/json"},
		{id: "intercom", method: "HEAD", status: 200},
		{id: "intercom", method: "POST", body: `{"type":"notification_event","topic":"ping","data":{}}`, status: 200},
		{id: "twitch", method: "POST", headers: sentWith("Twitch-Eventsub-Message-Type", "webhook_callback_verification"), body: `{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}`, status: 200, want: "pogchamp-kappa-360noscope-vohiyo"},
		{id: "azure-event-grid", method: "POST", headers: sentWith("aeg-event-type", "SubscriptionValidation"), body: eventGrid, status: 200, want: `{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}`},
		{id: "cloudevents", method: "OPTIONS", headers: sentWith("WebHook-Request-Origin", "eventemitter.example.com", "WebHook-Request-Rate", "120"), status: 200, header: "WebHook-Allowed-Rate: 120"},
		{id: "cloudevents", method: "OPTIONS", headers: sentWith("WebHook-Request-Origin", "eventemitter.example.com"), status: 200, header: "WebHook-Allowed-Origin: eventemitter.example.com"},
		{id: "github", method: "POST", headers: sentWith("X-GitHub-Event", "ping"), body: `{"zen":"Keep it logically awesome."}`, status: 200, want: "pong"},
		{id: "woocommerce", method: "POST", body: "webhook_id=12", status: 200},
		{id: "smartsheet", method: "POST", headers: sentWith("Smartsheet-Hook-Challenge", "c8"), body: `{"challenge":"c8","webhookId":1}`, status: 200, want: `{"smartsheetHookResponse":"c8"}`, header: "Smartsheet-Hook-Response: c8"},
		{id: "xero", method: "POST", headers: sentWith("x-xero-signature", base64Of(handMac("k", xeroAsk))), body: xeroAsk, key: sign.Key{Secret: "old\nk"}, status: 200},
		{id: "xero", method: "POST", headers: sentWith("x-xero-signature", base64Of(handMac("wrong", xeroAsk))), body: xeroAsk, key: sign.Key{Secret: "k"}, status: 401},
	}
	seen := map[string]bool{"discord": true, "discord-event": true} // tested below
	for _, c := range cases {
		seen[c.id] = true
		if c.headers == nil {
			c.headers = sentWith()
		}
		m := sign.Message{Method: c.method, URL: "/in" + c.url, Headers: c.headers, Body: []byte(c.body)}
		met, ok := sign.Meet(m, only(c.id))
		if !ok || met.ID != c.id {
			t.Errorf("%s %s is not seen in %s", c.id, c.url, c.body)
			continue
		}
		a, ok := met.Answer(c.key, "")
		if !ok || a.Status != c.status || string(a.Body) != c.want {
			t.Errorf("%s: %v %d %s, want %d %s", c.id, ok, a.Status, a.Body, c.status, c.want)
		}
		if name, value, ok := strings.Cut(c.header, ": "); ok && a.Headers.Get(name) != value {
			t.Errorf("%s: headers %v, want %s", c.id, a.Headers, c.header)
		}
	}
	for _, h := range sign.Handshakes() {
		if !seen[h.ID] || h.Name == "" || h.Asks == "" || h.Answers == "" {
			t.Errorf("handshake %q is not tested, or has no words", h.ID)
		}
	}
}

func handMac(key, body string) []byte {
	sum := hmac.New(sha256.New, []byte(key))
	sum.Write([]byte(body))
	return sum.Sum(nil)
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// Discord's own try: right signatures get the answer, wrong ones 401.
func TestDiscordAnswersBySignature(t *testing.T) {
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	public := hex.EncodeToString(private.Public().(ed25519.PublicKey))
	for kind, want := range map[string]int{`{"type":1,"id":"7"}`: 200, `{"type":0,"version":1}`: 204} {
		signature := hex.EncodeToString(ed25519.Sign(private, []byte("1764000000"+kind)))
		m := sign.Message{Method: "POST", URL: "/d", Body: []byte(kind), Headers: sentWith("X-Signature-Ed25519", signature, "X-Signature-Timestamp", "1764000000")}
		met, ok := sign.Meet(m, anyOne)
		if !ok {
			t.Fatalf("%s is not seen", kind)
		}
		if a, ok := met.Answer(sign.Key{PublicKey: public}, ""); !ok || a.Status != want {
			t.Errorf("%s: %d, want %d", kind, a.Status, want)
		}
		if _, ok := met.Answer(sign.Key{}, ""); ok {
			t.Errorf("%s: answered without a key", kind)
		}
		m.Headers = sentWith("X-Signature-Ed25519", signature, "X-Signature-Timestamp", "1764000001")
		met, _ = sign.Meet(m, anyOne)
		if a, ok := met.Answer(sign.Key{PublicKey: public}, ""); !ok || a.Status != 401 {
			t.Errorf("%s, tampered: %d, want 401", kind, a.Status)
		}
	}
}

func TestMetaComparesTheVerifyToken(t *testing.T) {
	met, ok := sign.Meet(sign.Message{Method: "GET", URL: "/?hub.mode=subscribe&hub.challenge=9&hub.verify_token=right"}, anyOne)
	if !ok {
		t.Fatal("not seen")
	}
	for token, want := range map[string]int{"": 200, "right": 200, "wrong": 403} {
		if a, ok := met.Answer(sign.Key{}, token); !ok || a.Status != want {
			t.Errorf("%q: %d, want %d", token, a.Status, want)
		}
	}
}

// What needs a key is not answered without one, and never with nothing as key.
func TestKeysAreNeeded(t *testing.T) {
	for _, m := range []sign.Message{
		{Method: "GET", URL: "/?crc_token=a"},
		{Method: "GET", URL: "/?bt_challenge=ab"},
		{Method: "POST", Body: []byte(`{"event":"endpoint.url_validation","payload":{"plainToken":"a"}}`)},
		{Method: "POST", Headers: sentWith("x-xero-signature", "aaaa"), Body: []byte(xeroAsk)},
	} {
		met, ok := sign.Meet(m, anyOne)
		if !ok || met.Needs == "" {
			t.Errorf("%+v: %v, needs %q", m, ok, met.Needs)
		}
		if a, ok := met.Answer(sign.Key{Secret: " \n"}, ""); ok {
			t.Errorf("%s is answered without a key: %s", met.ID, a.Body)
		}
	}
}

func TestTokensAndConfirmation(t *testing.T) {
	notion, _ := sign.Meet(sign.Message{Method: "POST", Body: []byte(`{"verification_token":"secret_x"}`)}, anyOne)
	asana, _ := sign.Meet(sign.Message{Method: "POST", Headers: sentWith("x-hook-secret", "s3c")}, anyOne)
	sns, _ := sign.Meet(sign.Message{Method: "POST", Headers: sentWith("X-Amz-Sns-Message-Type", "SubscriptionConfirmation"), Body: []byte(snsAsk)}, anyOne)
	got := []string{notion.Token, asana.Token, sns.Token, sns.ConfirmURL}
	want := []string{"secret_x", "s3c", "", "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:123456789012:MyTopic&Token=2336"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestOnlySNSIsConfirmed(t *testing.T) {
	const rest = "/?Action=ConfirmSubscription&Token=1"
	for _, good := range []string{"https://sns.us-east-1.amazonaws.com" + rest, "https://sns.cn-north-1.amazonaws.com.cn:443" + rest} {
		if err := sign.CheckConfirmURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "http://sns.us-east-1.amazonaws.com" + rest, "https://sns.us-east-1.amazonaws.com.evil.example" + rest,
		"https://evil.example/sns.us-east-1.amazonaws.com" + rest, "https://sns.us-east-1.amazonaws.com@evil.example" + rest,
		"https://u:p@sns.us-east-1.amazonaws.com" + rest, "https://sns.us-east-1.amazonaws.com:8443" + rest,
		"https://xsns.us-east-1.amazonaws.com" + rest, "https://sns.a.b.amazonaws.com" + rest, "https://sns..amazonaws.com" + rest,
		"https://169.254.169.254" + rest, "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&Token=1",
		"https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription", "https://sns.us-east-1.amazonaws.com/x?Action=ConfirmSubscription&Token=1",
		"https://SNS.us-east-1.amazonaws.com\n" + rest,
	} {
		if err := sign.CheckConfirmURL(bad); hook.KindOf(err) != hook.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// Ordinary requests, some of them close: none may be answered by itself.
func TestOrdinaryRequestsAreNoHandshakes(t *testing.T) {
	sure := func(h sign.Handshake) bool { return h.Sure }
	for name, m := range map[string]sign.Message{
		"a Slack event":               {Method: "POST", Body: []byte(`{"type":"event_callback","challenge":"a","event":{"type":"message"}}`)},
		"url_verification as a text":  {Method: "POST", Body: []byte(`{"type":"event_callback","text":"url_verification challenge"}`)},
		"a challenge that is no text": {Method: "POST", Body: []byte(`{"type":"url_verification","challenge":{"a":1}}`)},
		"a GitHub push":               {Method: "POST", Headers: sentWith("X-GitHub-Event", "push"), Body: []byte(`{"challenge":"a"}`)},
		"a ?challenge=":               {Method: "GET", URL: "/game?challenge=7"},
		"a challenge alone":           {Method: "POST", Body: []byte(`{"challenge":"7"}`)},
		"a HEAD":                      {Method: "HEAD", URL: "/"},
		"hub.challenge alone":         {Method: "GET", URL: "/?hub.challenge=1"},
		"hub.challenge by POST":       {Method: "POST", URL: "/?hub.mode=subscribe&hub.challenge=1", Body: []byte("{}")},
		"a Graph change":              {Method: "POST", URL: "/?validationToken=1", Body: []byte(`{"value":[]}`)},
		"a token by GET":              {Method: "GET", URL: "/?validationToken=1"},
		"a CORS preflight":            {Method: "OPTIONS", Headers: sentWith("Origin", "https://a", "Access-Control-Request-Method", "POST")},
		"an SNS notification":         {Method: "POST", Headers: sentWith("x-amz-sns-message-type", "Notification"), Body: []byte(strings.Replace(snsAsk, "SubscriptionConfirmation", "Notification", 1))},
		"SNS whose body disagrees":    {Method: "POST", Headers: sentWith("x-amz-sns-message-type", "SubscriptionConfirmation"), Body: []byte(`{"Type":"Notification","SubscribeURL":"https://x"}`)},
		"an Event Grid event":         {Method: "POST", Headers: sentWith("aeg-event-type", "Notification"), Body: []byte(eventGrid)},
		"two Event Grid events":       {Method: "POST", Headers: sentWith("aeg-event-type", "SubscriptionValidation"), Body: []byte("[" + eventGrid[1:len(eventGrid)-1] + "," + eventGrid[1:])},
		"a Discord command":           {Method: "POST", Headers: sentWith("X-Signature-Ed25519", "ab"), Body: []byte(`{"type":2}`)},
		"type 1 without a signature":  {Method: "POST", Body: []byte(`{"type":1}`)},
		"a Twitch event":              {Method: "POST", Headers: sentWith("Twitch-Eventsub-Message-Type", "notification"), Body: []byte(`{"challenge":"a"}`)},
		"a Zoom event":                {Method: "POST", Body: []byte(`{"event":"meeting.started","payload":{"plainToken":"a"}}`)},
		"not hex":                     {Method: "GET", URL: "/?bt_challenge=xyz"},
		"named twice":                 {Method: "GET", URL: "/?crc_token=a&crc_token=b"},
		"a large body":                {Method: "POST", Body: []byte(`{"type":"url_verification","challenge":"a","pad":"` + strings.Repeat("x", 2000) + `"}`)},
		"an Okta event":               {Method: "POST", Headers: sentWith("x-okta-verification-challenge", "a"), Body: []byte(`{}`)},
		"PUT":                         {Method: "PUT", Body: []byte(`{"type":"url_verification","challenge":"a"}`)},
	} {
		if met, ok := sign.Meet(m, sure); ok {
			t.Errorf("%s passes for the handshake of %s", name, met.Name)
		}
	}
}

// An echoValue never breaks out of its form, whatever was asked.
func TestEchoesStayInTheirForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		challenge := rapid.StringN(1, 40, -1).Draw(t, "challenge")
		text, err := json.Marshal(map[string]string{"challenge": challenge})
		if err != nil {
			t.Fatal(err)
		}
		met, ok := sign.Meet(sign.Message{Method: "POST", Body: text}, only("monday"))
		if !ok {
			t.Skip("longer than a question may be")
		}
		a, _ := met.Answer(sign.Key{}, "")
		var back map[string]string
		if json.Unmarshal(a.Body, &back) != nil || len(back) != 1 {
			t.Fatalf("%q became %s", challenge, a.Body)
		}
	})
}

func FuzzMeet(f *testing.F) {
	f.Add("POST", "/?validationToken=%zz", "x-hook-secret", "a\r\nb", `{"challenge":1}`)
	f.Add("GET", "/?hub.mode=subscribe&hub.challenge=<b>", "", "", "")
	f.Add("POST", "/", "aeg-event-type", "SubscriptionValidation", eventGrid)
	f.Fuzz(func(t *testing.T, method, url, name, value, body string) {
		m := sign.Message{Method: method, URL: url, Headers: hook.Headers{{Name: name, Value: value}}, Body: []byte(body)}
		met, ok := sign.Meet(m, anyOne)
		if !ok {
			return
		}
		a, ok := met.Answer(sign.Key{Secret: "s", PublicKey: strings.Repeat("ab", 32)}, "v")
		if ok && (a.Status < 200 || a.Status > 403) {
			t.Errorf("%s: status %d", met.ID, a.Status)
		}
		if strings.HasPrefix(a.Headers.Get("Content-Type"), "application/json") && len(a.Body) > 0 && !json.Valid(a.Body) {
			t.Errorf("%s: %s", met.ID, a.Body)
		}
	})
}

func BenchmarkMeetNothing(b *testing.B) {
	m := sign.Message{Method: "POST", URL: "/inbox", Body: []byte(`{"id":"evt_1","data":{` + strings.Repeat(`"a":"bcdefgh",`, 110) + `"z":1}}`), Headers: sentWith(
		"User-Agent", "Stripe/1.0", "Stripe-Signature", "t=1,v1=aa", "Accept", "*/*", "Content-Length", "1600", "X-GitHub-Event", "push")}
	for b.Loop() {
		if _, ok := sign.Meet(m, anyOne); ok {
			b.Fatal("met")
		}
	}
}
