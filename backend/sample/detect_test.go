package sample_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"creel/backend/hook"
	"creel/backend/sample"

	"pgregory.net/rapid"
)

func TestDetectKnowsEverySample(t *testing.T) {
	for _, info := range sample.All() {
		m := build(t, info.ID, 7)
		// As it comes from the wire, with the connection's lines in front.
		hs := append(hook.Headers{{Name: "Host", Value: "127.0.0.1:4290"}, {Name: "Content-Length", Value: "9"}}, m.Headers...)
		provider, event := sample.Detect(hs, m.Body)
		want, wantEvent := info.Provider, info.Event
		if want == sample.Generic {
			want, wantEvent = "", ""
		}
		if provider != want || event != wantEvent {
			t.Errorf("%s is taken for %q %q", info.ID, provider, event)
		}
	}
}

// Samples keep their sender when their lines come in another order and case,
// and lose it when what names the sender is gone: nothing else is guessed.
func TestDetectGoesByWhatNamesTheSender(t *testing.T) {
	for _, info := range sample.All() {
		if info.Provider == sample.Generic {
			continue
		}
		m := build(t, info.ID, 8)
		var turned hook.Headers
		for _, h := range slices.Backward(m.Headers) {
			turned = append(turned, hook.Header{Name: strings.ToUpper(h.Name), Value: h.Value})
		}
		if provider, event := sample.Detect(turned, m.Body); provider != info.Provider || event != info.Event {
			t.Errorf("%s with its lines turned around is taken for %q %q", info.ID, provider, event)
		}
		if provider, _ := sample.Detect(nil, m.Body); provider != "" && provider != info.Provider {
			t.Errorf("the body of %s alone is taken for %s", info.ID, provider)
		}
		if provider, _ := sample.Detect(m.Headers, []byte(`{"hello":"world"}`)); provider != "" && provider != info.Provider && provider != "svix" {
			t.Errorf("the lines of %s alone are taken for %s", info.ID, provider)
		}
	}
}

// lines makes headers of "Name: value" lines.
func lines(s string) hook.Headers {
	var hs hook.Headers
	for l := range strings.SplitSeq(s, "\n") {
		name, value, _ := strings.Cut(l, ": ")
		hs = append(hs, hook.Header{Name: name, Value: value})
	}
	return hs
}

func TestDetect(t *testing.T) {
	for _, c := range []struct{ headers, body, provider, event string }{
		{"Accept: */*", `{"type":"x"}`, "", ""},
		{"", "", "", ""},
		{"STRIPE-SIGNATURE: t=1", ` { "data" : {"type":"no","s":"}\"\\"} , "type":"charge.refunded"}`, "stripe", "charge.refunded"},
		{"Stripe-Signature: t=1", `{"type": 5.0}`, "stripe", "5.0"},
		{"Stripe-Signature: t=1", `{"type": null}`, "stripe", ""},
		{"Stripe-Signature: t=1", `{"type": {"a":"b"}}`, "stripe", ""},
		{"Stripe-Signature: t=1", `{"type": "a\u002eb"}`, "stripe", "a.b"},
		{"Stripe-Signature: t=1", `{"type": "a\nb"}`, "stripe", ""},
		{"Stripe-Signature: t=1", `{"type": "` + strings.Repeat("a", 101) + `"}`, "stripe", ""},
		{"Stripe-Signature: t=1", `{"x":"` + strings.Repeat("a", 70<<10) + `","type":"late","y":1}`, "stripe", ""},
		{"Stripe-Signature: t=1", `{"x":"` + strings.Repeat("a", 70<<10) + `" , "type" : "last" } ` + "\n", "stripe", "last"},
		{"Stripe-Signature: t=1", `{"x":{"type":"no"}}`, "stripe", ""},
		{"Stripe-Signature: t=1", `{"type":"yes","x":"\"type\":\"no"}`, "stripe", "yes"},
		{"Stripe-Signature: t=1", `{"type":"yes","x":"no"}`, "stripe", "yes"},
		{"Stripe-Signature: t=1", `[{"type":"no"}]`, "stripe", ""},
		{"Stripe-Signature: t=1", `{"type":"a\\b"}`, "stripe", `a\b`},
		{"Stripe-Signature: t=1", `"type":"no"}`, "stripe", ""},
		{"Stripe-Signature: t=1", `not json`, "stripe", ""},
		{"Svix-Id: msg_1\nSvix-Signature: v1,x", `{"type":"user.created"}`, "svix", "user.created"},
		{"webhook-id: msg_1", `{"type":"a.b","data":{}}`, "standard-webhooks", "a.b"},
		{"Webhook-Id: 1\nX-Gitlab-Event: Job Hook", `{}`, "gitlab", "Job Hook"},
		{"X-GitHub-Event: push\nX-Gitea-Event: push", `{}`, "gitea", "push"},
		{"X-Hub-Signature-256: sha256=0\nX-GitHub-Event: issues", `{}`, "github", "issues"},
		{"X-Hub-Signature: sha256=0\nX-Event-Key: repo:push", `{}`, "bitbucket", "repo:push"},
		{"X-Hub-Signature: sha256=0", `{"timestamp":1,"webhookEvent":"jira:issue_updated"}`, "jira", "jira:issue_updated"},
		{"X-Hub-Signature: sha1=0", `{"type":"notification_event","topic":"conversation.user.created"}`, "intercom", "conversation.user.created"},
		{"X-Hub-Signature-256: sha256=0", `{"object":"page","entry":[{"id":"1"}]}`, "meta", "page"},
		{"X-Hub-Signature-256: sha256=0", `{"hello":1}`, "", ""},
		{"Paddle-Signature: ts=1", `{"event_id":"evt_1","event_type":"subscription.canceled"}`, "paddle", "subscription.canceled"},
		{"x-square-hmacsha256-signature: x", `{"merchant_id":"M","type":"payment.updated"}`, "square", "payment.updated"},
		{"PAYPAL-TRANSMISSION-ID: x", `{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED"}`, "paypal", "PAYMENT.SALE.COMPLETED"},
		{"Linear-Event: Issue\nLinear-Signature: 0", `{"type":"Issue"}`, "linear", "Issue"},
		{"Linear-Signature: 0", `{"action":"create","type":"Comment"}`, "linear", "Comment"},
		{"X-HubSpot-Signature-v3: x", `[{"eventId":1,"subscriptionType":"contact.creation"}]`, "hubspot", "contact.creation"},
		{"x-zm-signature: v0=0", `{"payload":{},"event":"meeting.started"}`, "zoom", "meeting.started"},
		{"Typeform-Signature: sha256=x", `{"event_id":"1","event_type":"form_response"}`, "typeform", "form_response"},
		{"Calendly-Webhook-Signature: t=1", `{"created_at":"x","event":"invitee.created"}`, "calendly", "invitee.created"},
		{"X-Twilio-Signature: x", `CallSid=CA1&CallStatus=ringing&From=%2B1`, "twilio", "call.ringing"},
		{"X-Twilio-Signature: x", `Body=hi&SmsStatus=received`, "twilio", "message.received"},
		{"X-Twilio-Signature: x", `Body=hi`, "twilio", ""},
		{"X-Slack-Signature: v0=0", `{"token":"t","challenge":"c","type":"url_verification"}`, "slack", "url_verification"},
		{"X-Slack-Signature: v0=0", `payload=%7B%22type%22%3A%22block_actions%22%2C%22user%22%3A%7B`, "slack", "block_actions"},
		{"X-Signature-Ed25519: 0\nX-Signature-Timestamp: 1", `{"type":1}`, "discord", "ping"},
		{"X-Signature-Ed25519: 0", `{"version":1,"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}`, "discord", "APPLICATION_AUTHORIZED"},
		{"X-Telegram-Bot-Api-Secret-Token: x", `{"update_id":10, "edited_message":{}}`, "telegram", "edited_message"},
		{"User-Agent: Mailgun/1.0", `{"signature":{},"event-data":{"event":"opened"}}`, "mailgun", "opened"},
		{"User-Agent: curl/8.5", `{"event-data":{"event":"opened"}}`, "", ""},
		{"Sentry-Hook-Resource: event_alert", ``, "sentry", "event_alert"},
		{"X-Shopify-Topic:  \t", ``, "shopify", ""},
		{"X-Shopify-Topic: a\x00b", ``, "shopify", ""},
		{"x-amz-sns-message-type: Notification", `{}`, "aws-sns", "Notification"},
		{"aeg-event-type: Notification", `[{"id":"1","eventType":"Blob.Created"}]`, "azure-event-grid", "Blob.Created"},
		{"Webhook-Signature: 00", `{"events":[{"id":"EV1","resource_type":"payments"}]}`, "gocardless", "payments"},
		{"sanity-webhook-signature: t=1\nsanity-operation: update", ``, "sanity", "update"},
		{"X-PagerDuty-Signature: v1=0", `{"event":{"id":"1","event_type":"incident.triggered"}}`, "pagerduty", "incident.triggered"},
		{"Svix-Id: msg_1", `{"data":{},"instance_id":"ins_2x","object":"event","type":"user.created"}`, "clerk", "user.created"},
		{"Svix-Id: msg_1", `{"instance_id":7,"type":"user.created"}`, "svix", "user.created"},
		{"Svix-Id: msg_1", `{"type":"email.sent","data":{"email_id":"1"}}`, "resend", "email.sent"},
		{"Svix-Id: msg_1", `{"type":"email.sent","data":{"id":"1"}}`, "svix", "email.sent"},
		{"X-Event-Name: order_created", `{"meta":{"event_name":"order_created"}}`, "lemon-squeezy", "order_created"},
		{"X-Event-Name: anything", `{"hello":1}`, "", ""},
		{"Webhook-Signature: 00", `{"events":[{"resource_type":"payments","action":"confirmed"}]}`, "gocardless", "payments.confirmed"},
		{"Webhook-Signature: 00", `{"type":"mine"}`, "", ""},
		{"X-Hook-Signature: 0", `{"events":[{"action":"added","resource":{"gid":"1","resource_type":"task"}}]}`, "asana", "task.added"},
		{"X-Hook-Signature: 0", `{"events":[]}`, "asana", ""},
		{"x-xero-signature: x", `{"events":[{"eventCategory":"CONTACT","eventType":"CREATE"}]}`, "xero", "CONTACT.CREATE"},
		{"X-Dropbox-Signature: 0", `{"delta":{"users":[1]},"list_folder":{"accounts":[]}}`, "dropbox", "list_folder"},
		{"Content-Type: Application/CloudEvents+JSON", `{"specversion":"1.0","type":"a.b"}`, "cloudevents", "a.b"},
		{"Content-Type: application/json", `{"specversion":"1.0","type":"a.b"}`, "", ""},
		{"Accept: */*", `{"live":"true","notificationItems":[{"NotificationRequestItem":{"eventCode":"REFUND"}}]}`, "adyen", "REFUND"},
		{"Accept: */*", `{"live":"true"}`, "", ""},
		{"Accept: */*", `{"value":[{"subscriptionId":"1","changeType":"updated"}]}`, "microsoft-graph", "updated"},
		{"Accept: */*", `{"validationTokens":[],"value":[{"subscriptionId":"1","lifecycleEvent":"missed"}]}`, "microsoft-graph", "missed"},
		{"Accept: */*", `{"value":[{"changeType":"updated"}]}`, "", ""},
		{"Accept: */*", `{"value":7,"event":"x"}`, "", ""},
		{"Accept: */*", `{"event":{"type":"update_column_value","triggerUuid":"1"}}`, "monday", "update_column_value"},
		{"Accept: */*", `{"event":{"type":"signup","user":1}}`, "", ""},
		{"Accept: */*", `{"event":"signup"}`, "", ""},
		{"Accept: */*", `[{"log_id":"1","data":{"type":"fp"}}]`, "auth0", "fp"},
		{"Accept: */*", `[{"data":{"type":"fp"},"id":1}]`, "", ""},
		{"Accept: */*", `{"body":"hello","title":"x"}`, "", ""},
		{"Content-Type: application/x-www-form-urlencoded", `bt_payload=PGtpbmQ%2BY2hlY2s8L2tpbmQ%2B&bt_signature=x`, "braintree", "check"},
		{"Content-Type: application/x-www-form-urlencoded", `bt_payload=%&bt_signature=x`, "braintree", ""},
		{"X-Slack-Signature: v0=0", "payload=%7B%22type%22%3A%22shortcut%22%2C%22s%22%3A%22" + strings.Repeat("%C3%BC", 400), "slack", "shortcut"},
		{"X-Trello-Webhook: x", `{"model":{"id":"1"},"action":{"id":"2","type":"updateCard"}}`, "trello", "updateCard"},
		{strings.Repeat("x", 80) + ": 1", `{}`, "", ""},
	} {
		provider, event := sample.Detect(lines(c.headers), []byte(c.body))
		if provider != c.provider || event != c.event {
			t.Errorf("%.60q with %.60q is taken for %q %q, want %q %q", c.headers, c.body, provider, event, c.provider, c.event)
		}
	}
}

// Whatever stands around it, a top-level string is found where encoding/json
// would find it.
func TestDetectFindsTypeAnywhere(t *testing.T) {
	value := rapid.SampledFrom([]string{`1`, `-2.5e3`, `true`, `null`, `""`, `"}"`, `"\""`, `"\\"`, `"\\\""`, `{}`, `[]`, `[1,{"type":"no"}]`, `{"type":"no","a":[[]]}`, `"é"`})
	rapid.Check(t, func(t *rapid.T) {
		blank := rapid.SampledFrom([]string{"", " ", "\n\t"})
		var b strings.Builder
		b.WriteString("{")
		for range rapid.IntRange(0, 5).Draw(t, "before") {
			b.WriteString(blank.Draw(t, "b") + `"k"` + blank.Draw(t, "b") + ":" + blank.Draw(t, "b") + value.Draw(t, "value") + blank.Draw(t, "b") + ",")
		}
		b.WriteString(blank.Draw(t, "b") + `"type":` + blank.Draw(t, "b") + `"found.it"`)
		b.WriteString(rapid.SampledFrom([]string{"}", `,"x":1}`, "", `,`, "garbage"}).Draw(t, "end"))
		_, event := sample.Detect(hook.Headers{{Name: "Stripe-Signature", Value: "t=1"}}, []byte(b.String()))
		if event != "found.it" {
			t.Fatalf("%q in %s", event, b.String())
		}
	})
}

func FuzzDetect(f *testing.F) {
	for _, info := range sample.All() {
		m, err := sample.Build(info.ID, at, dice(1))
		if err != nil {
			f.Fatal(err)
		}
		for _, h := range m.Headers {
			f.Add(h.Name, h.Value, m.Body)
		}
	}
	f.Add("accept", "*/*", []byte(`{"live":"true","notificationItems":[{"NotificationRequestItem":{"eventCode":"X"}}]}`))
	for _, name := range []string{"x-hub-signature", "x-telegram-bot-api-secret-token", "x-hook-signature", "webhook-signature"} {
		f.Add(name, "x", []byte(`{"a":[{"type":"\"`))
	}
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		provider, event := sample.Detect(hook.Headers{{Name: name, Value: value}}, body)
		if len(event) > 100 || !utf8.ValidString(event) || strings.ContainsAny(event, "\x00\r\n\x7f") || (provider == "" && event != "") {
			t.Fatalf("%q %q", provider, event)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	for _, id := range []string{"stripe.payment_intent.succeeded", "github.push", "slack.app_mention", "generic.order"} {
		m, err := sample.Build(id, at, dice(1))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(id, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sample.Detect(m.Headers, m.Body)
			}
		})
	}
}
