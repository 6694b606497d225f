package sample

import "strings"

// mark is what a header line says about its sender.
type mark struct {
	// rank orders marks when a request bears several: the lowest counts, so
	// that who names itself comes before conventions that others share. 0 is
	// no mark.
	rank     int
	provider string // "" when how has to tell
	how      source
	// where is, blank between: the header's name when it is another one; JSON
	// paths, of which the first that is there counts, two with a plus between
	// making "first.second"; form fields as name=kind, which make "kind.value".
	where string
}

// source says where the event type is.
type source int

const (
	unknown source = iota
	fromHeader
	fromBody
	fromForm
	fromSlack
	fromDiscord
	fromKey       // the outermost key other than where
	fromHub       // those who sign by WebSub's header
	fromSvix      // those who send through Svix
	fromBraintree // a form of XML in base64
	confirmed     // as fromBody; it is not this sender when nothing is there
)

// markOf returns the mark of a header line, its name in lower case.
func markOf(header, value string) mark {
	switch header {
	case "user-agent":
		return agentMark(value)
	case "content-type":
		if startsFold(value, "application/cloudevents+json") {
			return mark{84, "cloudevents", fromBody, "type"}
		}
		return mark{}
	case "accept", "accept-encoding", "content-length", "host", "connection":
		return mark{}
	}
	// Plain calls: by function values the name would be copied to the heap.
	m := hostingMark(header)
	if m.rank == 0 {
		m = commerceMark(header)
	}
	if m.rank == 0 {
		m = messageMark(header)
	}
	if m.rank == 0 {
		m = workMark(header)
	}
	if m.rank == 0 {
		m = cloudMark(header)
	}
	if m.rank == 0 {
		m = familyMark(header)
	}
	return m
}

func startsFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// hostingMark knows who hosts, builds and watches code. Gitea and its kin also
// send the lines of GitHub.
func hostingMark(header string) mark {
	switch header {
	case "x-forgejo-event":
		return mark{1, "forgejo", fromHeader, ""}
	case "x-gitea-event":
		return mark{2, "gitea", fromHeader, ""}
	case "x-gogs-event":
		return mark{3, "gogs", fromHeader, ""}
	case "x-github-event":
		return mark{4, "github", fromHeader, ""}
	case "x-gitlab-event":
		return mark{5, "gitlab", fromHeader, ""}
	case "x-event-key":
		return mark{6, "bitbucket", fromHeader, ""}
	case "circleci-event-type":
		return mark{7, "circleci", fromHeader, ""}
	case "circleci-signature":
		return mark{8, "circleci", fromBody, "type"}
	case "x-netlify-event":
		return mark{9, "netlify", fromHeader, ""}
	case "x-vercel-signature":
		return mark{10, "vercel", fromBody, "type"}
	case "heroku-webhook-hmac-sha256":
		return mark{11, "heroku", fromBody, "webhook_metadata.event.include resource"}
	case "sentry-hook-resource":
		return mark{12, "sentry", fromHeader, ""}
	case "x-pagerduty-signature":
		return mark{13, "pagerduty", fromBody, "event.event_type"}
	}
	return mark{}
}

// commerceMark knows payments, shops and bookkeeping.
func commerceMark(header string) mark {
	switch header {
	case "stripe-signature":
		return mark{14, "stripe", fromBody, "type"}
	case "paddle-signature":
		return mark{15, "paddle", fromBody, "event_type"}
	case "x-square-hmacsha256-signature":
		return mark{16, "square", fromBody, "type"}
	case "paypal-transmission-id", "paypal-transmission-sig":
		return mark{17, "paypal", fromBody, "event_type"}
	case "x-shopify-topic":
		return mark{19, "shopify", fromHeader, ""}
	case "x-shopify-hmac-sha256":
		return mark{20, "shopify", unknown, ""}
	case "x-wc-webhook-topic":
		return mark{21, "woocommerce", fromHeader, ""}
	case "x-razorpay-signature":
		return mark{22, "razorpay", fromBody, "event"}
	case "x-paystack-signature":
		return mark{23, "paystack", fromBody, "event"}
	case "x-mollie-signature":
		return mark{24, "mollie", fromBody, "type"}
	case "x-cc-webhook-signature":
		return mark{25, "coinbase-commerce", fromBody, "event.type"}
	case "hmacsignature":
		return mark{26, "adyen", fromBody, "type"}
	case "x-event-name":
		return mark{27, "lemon-squeezy", confirmed, "meta.event_name"}
	case "cko-signature":
		return mark{29, "checkout", fromBody, "type"}
	case "x-cal-signature-256":
		return mark{30, "cal-com", fromBody, "triggerEvent"}
	case "x-xero-signature":
		return mark{31, "xero", fromBody, "events.0.eventCategory+events.0.eventType"}
	case "intuit-signature":
		return mark{32, "quickbooks", unknown, ""}
	case "x-fourthwall-hmac-sha256":
		return mark{33, "fourthwall", fromBody, "type"}
	}
	return mark{}
}

// messageMark knows chat, mail and calls.
func messageMark(header string) mark {
	switch header {
	case "x-slack-signature", "x-slack-request-timestamp":
		return mark{34, "slack", fromSlack, ""}
	case "x-twilio-email-event-webhook-signature":
		return mark{36, "sendgrid", fromBody, "0.event"}
	case "x-twilio-signature":
		return mark{37, "twilio", fromForm, "MessageStatus=message SmsStatus=message CallStatus=call RecordingStatus=recording"}
	case "x-signature-ed25519":
		return mark{38, "discord", fromDiscord, ""}
	case "x-telegram-bot-api-secret-token":
		return mark{39, "telegram", fromKey, "update_id"}
	case "x-line-signature":
		return mark{40, "line", fromBody, "events.0.type"}
	case "telnyx-signature-ed25519":
		return mark{41, "telnyx", fromBody, "data.event_type"}
	case "messagebird-signature-jwt":
		return mark{42, "messagebird", fromBody, "type"}
	case "x-plivo-signature-v3", "x-plivo-signature-v2":
		return mark{43, "plivo", fromForm, "MessageUUID=message CallStatus=call"}
	case "x-zm-signature":
		return mark{47, "zoom", fromBody, "event"}
	case "twitch-eventsub-subscription-type":
		return mark{48, "twitch", fromHeader, ""}
	case "twitch-eventsub-message-type":
		return mark{49, "twitch", fromHeader, ""}
	case "x-twitter-webhooks-signature":
		return mark{50, "x", unknown, ""}
	}
	return mark{}
}

// workMark knows planning, forms and customers.
func workMark(header string) mark {
	switch header {
	case "linear-event":
		return mark{51, "linear", fromHeader, ""}
	case "linear-signature":
		return mark{52, "linear", fromBody, "type"}
	case "x-notion-signature":
		return mark{53, "notion", fromBody, "type"}
	case "x-hook-signature":
		return mark{54, "asana", fromBody, "events.0.resource.resource_type+events.0.action"}
	case "x-hook-secret":
		return mark{55, "asana", unknown, ""}
	case "x-trello-webhook":
		return mark{56, "trello", fromBody, "action.type"}
	case "x-hubspot-signature-v3", "x-hubspot-signature":
		return mark{57, "hubspot", fromBody, "0.subscriptionType"}
	case "x-zendesk-webhook-signature":
		return mark{59, "zendesk", fromBody, "type"}
	case "typeform-signature":
		return mark{60, "typeform", fromBody, "event_type"}
	case "calendly-webhook-signature":
		return mark{61, "calendly", fromBody, "event"}
	case "x-docusign-signature-1":
		return mark{62, "docusign", fromBody, "event"}
	case "x-atlassian-webhook-identifier":
		return mark{63, "jira", fromBody, "webhookEvent"}
	case "attio-signature", "x-attio-signature":
		return mark{65, "attio", fromBody, "events.0.event_type"}
	}
	return mark{}
}

// cloudMark knows files, content, identity and clouds.
func cloudMark(header string) mark {
	switch header {
	case "x-dropbox-signature":
		return mark{67, "dropbox", fromKey, "delta"}
	case "box-delivery-id", "box-signature-primary":
		return mark{68, "box", fromBody, "trigger"}
	case "x-contentful-topic":
		return mark{70, "contentful", fromHeader, ""}
	case "x-webflow-signature":
		return mark{71, "webflow", fromBody, "triggerType"}
	case "sanity-webhook-signature":
		return mark{72, "sanity", fromHeader, "sanity-operation"}
	case "x-cld-signature":
		return mark{73, "cloudinary", fromBody, "notification_type"}
	case "workos-signature":
		return mark{74, "workos", fromBody, "event"}
	case "x-okta-verification-challenge":
		return mark{75, "okta", unknown, ""}
	case "x-amz-sns-message-type":
		return mark{77, "aws-sns", fromHeader, ""}
	case "aeg-event-type":
		return mark{78, "azure-event-grid", fromBody, "0.eventType"}
	case "kick-event-type":
		return mark{79, "kick", fromHeader, ""}
	case "elevenlabs-signature":
		return mark{80, "elevenlabs", fromBody, "type"}
	}
	return mark{}
}

// familyMark knows conventions that many senders share.
func familyMark(header string) mark {
	switch header {
	case "svix-id":
		return mark{82, "svix", fromSvix, "type eventType event_type"}
	case "webhook-id":
		return mark{83, "standard-webhooks", fromBody, "type event_type scope"}
	case "ce-type":
		return mark{84, "cloudevents", fromHeader, ""}
	case "webhook-signature":
		return mark{85, "gocardless", confirmed, "events.0.resource_type+events.0.action"}
	case "x-hub-signature-256", "x-hub-signature":
		return mark{86, "", fromHub, ""}
	}
	return mark{}
}

// agentMark knows senders that only their User-Agent names.
func agentMark(agent string) mark {
	switch {
	case startsFold(agent, "chargebee"):
		return mark{28, "chargebee", fromBody, "event_type"}
	case startsFold(agent, "mailgun"):
		return mark{45, "mailgun", fromBody, "event-data.event"}
	case startsFold(agent, "postmark"):
		return mark{46, "postmark", fromBody, "RecordType"}
	case startsFold(agent, "atlassian webhook"):
		return mark{64, "jira", fromBody, "webhookEvent"}
	case startsFold(agent, "okta"):
		return mark{76, "okta", fromBody, "data.events.0.eventType"}
	case startsFold(agent, "openai"):
		return mark{81, "openai", fromBody, "type"}
	}
	return mark{}
}
