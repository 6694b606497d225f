package sign

import (
	"bytes"
	"slices"
	"strings"

	"creel/backend/hook"
)

// mark is what a header line says of its message. Who names itself stands
// before conventions that others share.
type mark struct{ header, provider, scheme string }

// markTable is never written to.
var markTable = []mark{
	{"stripe-signature", "stripe", ""},
	{"x-shopify-hmac-sha256", "shopify", ""},
	{"x-slack-signature", "slack", ""},
	{"x-forgejo-signature", "forgejo", ""},
	{"x-gitea-signature", "gitea", ""},
	{"x-gogs-signature", "gogs", ""},
	{"x-github-event", "github", ""},
	{"x-gitlab-event", "gitlab", ""},
	{"x-gitlab-token", "gitlab", ""},
	{"x-event-key", "bitbucket", ""},
	{"x-atlassian-webhook-identifier", "jira", ""},
	{"circleci-signature", "circleci", ""},
	{"x-vercel-signature", "vercel", ""},
	{"x-netlify-event", "netlify", ""},
	{"heroku-webhook-hmac-sha256", "heroku", ""},
	{"sentry-hook-signature", "sentry", ""},
	{"sentry-hook-resource", "sentry", ""},
	{"x-pagerduty-signature", "pagerduty", ""},
	{"x-webflow-signature", "webflow", ""},
	{"x-contentful-signature", "contentful", ""},
	{"sanity-webhook-signature", "sanity", ""},
	{"paddle-signature", "paddle", ""},
	{"x-square-hmacsha256-signature", "square", ""},
	{"paypal-transmission-sig", "paypal", ""},
	{"hmacsignature", "adyen", ""},
	{"x-razorpay-signature", "razorpay", ""},
	{"x-paystack-signature", "paystack", ""},
	{"x-mollie-signature", "mollie", ""},
	{"x-cc-webhook-signature", "coinbase-commerce", ""},
	{"x-event-name", "lemon-squeezy", ""},
	{"x-wc-webhook-signature", "woocommerce", ""},
	{"x-xero-signature", "xero", ""},
	{"intuit-signature", "quickbooks", ""},
	{"cko-signature", "checkout", ""},
	{"x-fourthwall-hmac-sha256", "fourthwall", ""},
	{"x-twilio-email-event-webhook-signature", "sendgrid", ""},
	{"x-twilio-signature", "twilio", ""},
	{"x-signature-ed25519", "discord", ""},
	{"x-telegram-bot-api-secret-token", "telegram", ""},
	{"x-zm-signature", "zoom", ""},
	{"x-line-signature", "line", ""},
	{"x-plivo-signature-v3", "plivo", ""},
	{"x-plivo-signature-v2", "plivo", ""},
	{"messagebird-signature-jwt", "messagebird", ""},
	{"telnyx-signature-ed25519", "telnyx", ""},
	{"twitch-eventsub-message-signature", "twitch", ""},
	{"x-twitter-webhooks-signature", "x", ""},
	{"kick-event-signature", "kick", ""},
	{"elevenlabs-signature", "elevenlabs", ""},
	{"linear-signature", "linear", ""},
	{"x-notion-signature", "notion", ""},
	{"x-hook-signature", "asana", ""},
	{"x-trello-webhook", "trello", ""},
	{"x-hubspot-signature-v3", "hubspot", ""},
	{"x-hubspot-signature", "hubspot", ""},
	{"x-zendesk-webhook-signature", "zendesk", ""},
	{"typeform-signature", "typeform", ""},
	{"calendly-webhook-signature", "calendly", ""},
	{"x-cal-signature-256", "cal-com", ""},
	{"x-docusign-signature-1", "docusign", ""},
	{"attio-signature", "attio", ""},
	{"x-dropbox-signature", "dropbox", ""},
	{"box-signature-primary", "box", ""},
	{"box-signature-secondary", "box", ""},
	{"x-cld-signature", "cloudinary", ""},
	{"workos-signature", "workos", ""},
	{"x-amz-sns-message-type", "aws-sns", ""},
	{"svix-signature", "svix", ""},
	{"webhook-id", "standard-webhooks", ""},
	{"webhook-signature", "gocardless", ""},
	{"x-webhook-timestamp", "cashfree", ""},
	{"x-webhook-signature", "netlify", ""},
	{"x-hub-signature-256", "", "github-sha256"},
	{"x-hub-signature", "", "hub-signature-method"},
}

// searched bounds how much of a body is looked at for a signature inside it.
const searched = 1 << 20

// Detect recognises by header lines, body and query who sent a message and how
// it is signed: a Provider.ID and a Scheme.ID, or "" for what it cannot tell.
// It checks nothing. rawQuery is without the question mark.
func Detect(hs hook.Headers, body []byte, rawQuery string) (provider, scheme string) {
	// One look at each line, not one for each mark.
	best := -1
	for _, h := range hs {
		i := slices.IndexFunc(markTable, func(m mark) bool { return strings.EqualFold(m.header, h.Name) })
		if i >= 0 && (best < 0 || i < best) {
			best = i
		}
	}
	if best >= 0 {
		found := markTable[best]
		switch found.header {
		case "x-hub-signature-256", "x-hub-signature":
			return hubSender(hs, body), found.scheme
		}
		if scheme = SchemeFor(found.provider, hs, body); found.provider == "aws-sns" && !bytes.Contains(body, []byte("SigningCertURL")) {
			scheme = "" // raw delivery
		}
		return found.provider, scheme
	}
	if provider, scheme = byBody(hs, body); scheme != "" {
		return provider, scheme
	}
	return byAuthorization(hs, body, rawQuery)
}

// hubSender tells Meta and Intercom from others that use the same header.
func hubSender(hs hook.Headers, body []byte) string {
	body = body[:min(len(body), searched)]
	switch {
	case bytes.Contains(body, []byte(`"object"`)) && bytes.Contains(body, []byte(`"entry"`)):
		return "meta"
	case bytes.Contains(body, []byte(`"notification_event"`)):
		return "intercom"
	case strings.Contains(strings.ToLower(hs.Get("User-Agent")), "bitbucket"):
		return "bitbucket"
	}
	return ""
}

func byBody(hs hook.Headers, body []byte) (provider, scheme string) {
	if len(body) > searched {
		return "", ""
	}
	has := func(text string) bool { return bytes.Contains(body, []byte(text)) }
	switch {
	case has(`"SigningCertURL"`) && has(`"Signature"`):
		return "aws-sns", "aws-sns"
	case has("bt_signature") && has("bt_payload"):
		return "braintree", "braintree"
	case has(`"notificationItems"`) || has(`"hmacSignature"`):
		return "adyen", "adyen-item"
	case has(`"clientState"`) && has(`"subscriptionId"`):
		return "microsoft-graph", "graph-clientstate"
	case has("signature") && has("token") && has("timestamp"):
		m := Message{Headers: hs, Body: body}
		if fields, ok := mailgunFields(m); ok && fields["token"] != "" && fields["timestamp"] != "" && fields["signature"] != "" {
			return "mailgun", "mailgun-body"
		}
	}
	return "", ""
}

func byAuthorization(hs hook.Headers, body []byte, rawQuery string) (provider, scheme string) {
	text := hs.Get("Authorization")
	if _, basic := cutFold(text, "Basic "); basic {
		if bytes.Contains(body[:min(len(body), searched)], []byte(`"RecordType"`)) {
			return "postmark", "basic-auth"
		}
		return "", "basic-auth"
	}
	if t, p := parseJWT(text, []algorithm{hmacSHA256}); p == nil && t.body["aud"] != nil && t.body["exp"] != nil {
		return "monday", "monday-jwt"
	}
	if _, bearer := cutFold(text, "Bearer "); bearer {
		return "", "bearer-token"
	}
	if _, token := field(pairsOf(rawQuery), "access_token"); token && text == "" {
		return "", "bearer-token"
	}
	if text != "" {
		return "", "authorization-static"
	}
	return "", ""
}

// AlsoSigned lists the other schemes of a provider by which the message is
// signed besides scheme, each in a header of its own and with the same secret,
// as GitHub's X-Hub-Signature beside X-Hub-Signature-256. Tokens are none.
func AlsoSigned(provider, scheme string, hs hook.Headers, body []byte) []string {
	p, _ := providerOf(provider)
	main, known := lookUp(scheme)
	if !known || main.alg == tokenOnly || main.alg.asymmetric() || main.inBody {
		return nil
	}
	var also []string
	headers := []string{strings.ToLower(main.header(where{}))}
	for _, id := range p.Schemes {
		s, _ := lookUp(id)
		header := strings.ToLower(s.header(where{}))
		if s.alg == tokenOnly || s.alg.asymmetric() || s.inBody || slices.Contains(headers, header) {
			continue
		}
		if _, trouble := s.read(Message{Headers: hs, Body: body}, where{}); trouble == nil {
			headers, also = append(headers, header), append(also, id)
		}
	}
	return also
}

// SchemeFor returns the scheme that a message of this provider uses, by the
// header lines it has; the provider's best when none is there, "" when the
// provider signs nothing or is unknown.
func SchemeFor(provider string, hs hook.Headers, body []byte) string {
	p, _ := providerOf(provider)
	unknown := "" // the header that has a signature of no version known so far
	for _, id := range p.Schemes {
		if len(p.Schemes) == 1 {
			return id
		}
		s, ok := lookUp(id)
		if !ok {
			continue
		}
		if s.inBody {
			if _, scheme := byBody(hs, body); scheme == id {
				return id
			}
			continue
		}
		header := s.header(where{})
		if unknown != "" && header != unknown {
			continue // a token is not taken in place of a signature
		}
		switch _, trouble := s.read(Message{Headers: hs, Body: body}, where{}); {
		case trouble == nil || trouble.reason != HeaderMissing && trouble.reason != VersionUnknown:
			return id
		case trouble.reason == VersionUnknown:
			unknown = header
		}
	}
	if len(p.Schemes) > 0 {
		return p.Schemes[0]
	}
	return ""
}
