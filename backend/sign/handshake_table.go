package sign

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"creel/backend/hook"
)

// handshakeTable has them all. Those that are sure come before those that could
// take another's question for theirs. Sources: the providers' own
// documentation, as named in each line's Asks and Answers; where a body
// decides, exactly the documented members are asked for.
var handshakeTable = slices.Concat(sureFirst(), sureSecond(), sureThird(), unsureFirst())

// sureFirst are the sure ones from asana to discord.
func sureFirst() []Handshake {
	return []Handshake{
		{
			ID: "asana", Provider: "asana", Name: "Asana", Sure: true,
			Asks: "POST with the header X-Hook-Secret", Answers: "200 with the same header",
			find: func(q *question) (string, bool) { return q.header("x-hook-secret") },
			reply: func(m Met, _ Key) (hook.Answer, bool) {
				return emptyAnswer(200, hook.Header{Name: "X-Hook-Secret", Value: m.value}), true
			},
		},
		{
			ID: "aws-sns", Provider: "aws-sns", Name: "AWS SNS", Sure: true,
			Asks: "POST of the type SubscriptionConfirmation", Answers: "200; the subscription is confirmed when you press the button",
			find: findSNS, reply: func(Met, Key) (hook.Answer, bool) { return emptyAnswer(200), true },
		},
		{
			ID: "azure-event-grid", Provider: "azure-event-grid", Name: "Azure Event Grid", Sure: true,
			Asks: "POST of the event SubscriptionValidationEvent", Answers: "200 with its validationCode",
			find: findEventGrid,
			reply: func(m Met, _ Key) (hook.Answer, bool) {
				return jsonAnswer(`{"validationResponse":` + asJSON(m.value) + `}`), true
			},
		},
		{
			ID: "braintree", Provider: "braintree", Name: "Braintree", Sure: true, Needs: "secret and public key",
			Asks: "GET with ?bt_challenge=", Answers: "the public key and the challenge signed with the private key, which is the secret",
			find: func(q *question) (string, bool) {
				v, ok := q.get("bt_challenge")
				_, err := hex.DecodeString(v)
				return v, ok && err == nil
			},
			reply: replyBraintree,
		},
		{
			ID: "cloudevents", Provider: "cloudevents", Name: "CloudEvents", Sure: true,
			Asks: "OPTIONS with the header WebHook-Request-Origin", Answers: "200 with WebHook-Allowed-Origin",
			find: func(q *question) (string, bool) {
				v, ok := q.header("webhook-request-origin")
				return v, ok && q.Method == "OPTIONS"
			},
			reply: replyCloudEvents,
		},
		{
			ID: "discord", Provider: "discord", Name: "Discord", Sure: true, Needs: "public key",
			Asks: "POST of the type 1 (PING), signed, some wrongly on purpose", Answers: `{"type":1}, and 401 when the signature is wrong`,
			find: func(q *question) (string, bool) { return q.discord(1) },
			reply: func(m Met, k Key) (hook.Answer, bool) {
				return discordAnswer(m, k, jsonAnswer(`{"type":1}`))
			},
		},
	}
}

// sureSecond are the sure ones from discord-event to okta.
func sureSecond() []Handshake {
	return []Handshake{
		{
			ID: "discord-event", Provider: "discord", Name: "Discord events", Sure: true, Needs: "public key",
			Asks: "POST of the type 0 (PING of webhook events), signed", Answers: "204, and 401 when the signature is wrong",
			find: func(q *question) (string, bool) { return q.discord(0) },
			reply: func(m Met, k Key) (hook.Answer, bool) {
				return discordAnswer(m, k, emptyAnswer(204, hook.Header{Name: "Content-Type", Value: "application/json"}))
			},
		},
		{
			ID: "github", Provider: "github", Name: "GitHub", Sure: true,
			Asks: "POST with X-GitHub-Event: ping", Answers: "200",
			find: func(q *question) (string, bool) {
				return q.header("x-github-event")
			},
			reply: func(Met, Key) (hook.Answer, bool) { return textAnswer(200, "pong"), true },
		},
		{
			ID: "meta", Provider: "meta", Name: "Meta", Sure: true,
			Asks: "GET with hub.mode=subscribe and hub.challenge", Answers: "the challenge; 403 when the verify token is set and another one is named",
			find: func(q *question) (string, bool) {
				mode, _ := q.get("hub.mode")
				v, ok := q.get("hub.challenge")
				return v, ok && mode == "subscribe"
			},
			reply: replyMeta,
		},
		{
			ID: "microsoft-graph", Provider: "microsoft-graph", Name: "Microsoft Graph", Sure: true,
			Asks: "POST with ?validationToken= and no body", Answers: "200 with the token as text",
			find: func(q *question) (string, bool) {
				if q.Method != "POST" || len(q.Body) > 0 {
					return "", false
				}
				return q.param("validationToken")
			},
			reply: echoValue,
		},
		{
			ID: "okta", Provider: "okta", Name: "Okta", Sure: true,
			Asks: "GET with the header x-okta-verification-challenge", Answers: "200 with the challenge as JSON",
			find: func(q *question) (string, bool) {
				v, ok := q.header("x-okta-verification-challenge")
				return v, ok && q.Method == "GET"
			},
			reply: func(m Met, _ Key) (hook.Answer, bool) {
				return jsonAnswer(`{"verification":` + asJSON(m.value) + `}`), true
			},
		},
	}
}

// sureThird are the sure ones from slack to zoom.
func sureThird() []Handshake {
	return []Handshake{
		{
			ID: "slack", Provider: "slack", Name: "Slack", Sure: true,
			Asks: "POST of the type url_verification", Answers: "200 with the challenge as text",
			find: func(q *question) (string, bool) {
				o := q.alone()
				v := textOf(o, "challenge")
				return v, v != "" && textOf(o, "type") == "url_verification"
			},
			reply: echoValue,
		},
		{
			ID: "smartsheet", Provider: "smartsheet", Name: "Smartsheet", Sure: true,
			Asks: "POST with the header Smartsheet-Hook-Challenge", Answers: "200 with Smartsheet-Hook-Response",
			find: func(q *question) (string, bool) { return q.header("smartsheet-hook-challenge") },
			reply: func(m Met, _ Key) (hook.Answer, bool) {
				a := jsonAnswer(`{"smartsheetHookResponse":` + asJSON(m.value) + `}`)
				a.Headers = append(a.Headers, hook.Header{Name: "Smartsheet-Hook-Response", Value: m.value})
				return a, true
			},
		},
		{
			ID: "twitch", Provider: "twitch", Name: "Twitch", Sure: true,
			Asks: "POST with Twitch-Eventsub-Message-Type: webhook_callback_verification", Answers: "200 with the challenge as text",
			find: func(q *question) (string, bool) {
				if _, ok := q.header("twitch-eventsub-message-type"); !ok {
					return "", false
				}
				v := textOf(q.json(), "challenge")
				return v, v != ""
			},
			reply: echoValue,
		},
		{
			ID: "x", Provider: "x", Name: "X", Sure: true, Needs: "secret",
			Asks: "GET with ?crc_token=", Answers: "the token signed with the consumer secret",
			find:  func(q *question) (string, bool) { return q.get("crc_token") },
			reply: replyX,
		},
		{
			ID: "zoom", Provider: "zoom", Name: "Zoom", Sure: true, Needs: "secret",
			Asks: "POST of the event endpoint.url_validation", Answers: "200 with the plainToken, plain and signed",
			find: func(q *question) (string, bool) {
				o := q.alone()
				payload, _ := o["payload"].(map[string]any)
				v := textOf(payload, "plainToken")
				return v, v != "" && textOf(o, "event") == "endpoint.url_validation"
			},
			reply: replyZoom,
		},
	}
}

// unsureFirst could be ordinary requests, from dropbox to xero: answered when the
// provider is chosen, or the handshake itself.
func unsureFirst() []Handshake {
	return []Handshake{
		{
			ID: "dropbox", Provider: "dropbox", Name: "Dropbox", Asks: "GET with ?challenge=", Answers: "200 with the challenge as text",
			find: onlyChallenge, reply: echoValue,
		},
		{
			ID: "challenge", Provider: "nylas", Name: "Nylas and others", Asks: "GET with ?challenge=", Answers: "200 with the challenge as text",
			find: onlyChallenge, reply: echoValue,
		},
		{
			ID: "intercom", Provider: "intercom", Name: "Intercom", Asks: "HEAD when the URL is saved, and POST of the topic ping", Answers: "200",
			find: func(q *question) (string, bool) {
				return "", q.Method == "HEAD" || textOf(q.alone(), "topic") == "ping" && textOf(q.alone(), "type") == "notification_event"
			},
			reply: func(Met, Key) (hook.Answer, bool) { return emptyAnswer(200), true },
		},
		{
			ID: "monday", Provider: "monday", Name: "monday.com", Asks: `POST of {"challenge": …} and nothing else`, Answers: "200 with the same JSON",
			find: func(q *question) (string, bool) {
				v := textOf(q.alone(), "challenge")
				return v, v != "" && len(q.alone()) == 1
			},
			reply: func(m Met, _ Key) (hook.Answer, bool) {
				return jsonAnswer(`{"challenge":` + asJSON(m.value) + `}`), true
			},
		},
		{
			ID: "notion", Provider: "notion", Name: "Notion", Asks: `POST of {"verification_token": …} and nothing else`, Answers: "200; copy the token into Notion",
			find: func(q *question) (string, bool) {
				v := textOf(q.alone(), "verification_token")
				return v, strings.HasPrefix(v, "secret_") && len(q.alone()) == 1
			},
			reply: func(Met, Key) (hook.Answer, bool) { return emptyAnswer(200), true },
		},
		{
			ID: "trello", Provider: "trello", Name: "Trello", Asks: "HEAD when the webhook is made", Answers: "200",
			find:  func(q *question) (string, bool) { return "", q.Method == "HEAD" },
			reply: func(Met, Key) (hook.Answer, bool) { return emptyAnswer(200), true },
		},
		{
			ID: "woocommerce", Provider: "woocommerce", Name: "WooCommerce", Asks: "POST of the form webhook_id= and nothing else", Answers: "200",
			find:  findWooCommerce,
			reply: func(Met, Key) (hook.Answer, bool) { return emptyAnswer(200), true },
		},
		{
			ID: "xero", Provider: "xero", Name: "Xero", Needs: "secret",
			Asks: "POST without events (intent to receive), some with a wrong signature", Answers: "200 when the signature is right, else 401",
			find: findXero, reply: replyXero,
		},
	}
}

// get is param of a GET.
func (q *question) get(name string) (string, bool) {
	if q.Method != "GET" {
		return "", false
	}
	return q.param(name)
}

func onlyChallenge(q *question) (string, bool) {
	v, ok := q.get("challenge")
	return v, ok && len(q.query) == 1
}

func findSNS(q *question) (string, bool) {
	kind, ok := q.header("x-amz-sns-message-type")
	if !ok || kind != "SubscriptionConfirmation" && kind != "UnsubscribeConfirmation" {
		return "", false
	}
	v := textOf(q.json(), "SubscribeURL")
	return v, v != "" && textOf(q.json(), "Type") == kind
}

func findEventGrid(q *question) (string, bool) {
	if _, ok := q.header("aeg-event-type"); !ok || len(q.Body) > maxAnnounced {
		return "", false
	}
	var events []struct {
		EventType string
		Data      struct{ ValidationCode string }
	}
	if json.Unmarshal(q.Body, &events) != nil || len(events) != 1 || events[0].EventType != "Microsoft.EventGrid.SubscriptionValidationEvent" {
		return "", false
	}
	code := events[0].Data.ValidationCode
	return code, code != ""
}

func findWooCommerce(q *question) (string, bool) {
	id, ok := strings.CutPrefix(strings.TrimSpace(string(q.Body[:min(len(q.Body), 64)])), "webhook_id=")
	return id, ok && q.Method == "POST" && id != "" && strings.Trim(id, "0123456789") == "" && len(q.Body) < 64
}

func findXero(q *question) (string, bool) {
	v, ok := q.header("x-xero-signature")
	if !ok {
		return "", false
	}
	events, listed := q.json()["events"].([]any)
	_, counted := q.json()["firstEventSequence"]
	return v, listed && counted && len(events) == 0
}

func (q *question) discord(kind float64) (string, bool) {
	v, ok := q.header("x-signature-ed25519")
	if !ok {
		return "", false
	}
	n, is := q.json()["type"].(float64)
	return v, is && n == kind
}
