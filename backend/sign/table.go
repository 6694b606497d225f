package sign

import (
	"slices"
	"strings"
	"time"
)

// specTable is the table of schemes, made once and never written again. Where
// a line of it comes from stands in the project's list of providers; [K] there
// means: check at the provider.
var specTable = slices.Concat(general(), overBody(), standard(), stamped(), withURL(), tokens(), tokensSigned(), insideBody(), byPublicKey())

func lookUp(id string) (*spec, bool) {
	i := slices.IndexFunc(specTable, func(s spec) bool { return s.id == id })
	if i < 0 {
		return nil, false
	}
	return &specTable[i], true
}

const plainSecret = "text, used as it is"

// general are the schemes that many providers share, each in a header of its
// own.
func general() []spec {
	var all []spec
	for _, alg := range []algorithm{hmacSHA1, hmacSHA256, hmacSHA384, hmacSHA512} {
		for _, enc := range []encoding{hexText, base64Text} {
			id := "hmac-" + alg.method() + "-" + enc.String()
			all = append(all, spec{id: id, name: string(alg) + " of the body, " + enc.String(), alg: alg, enc: enc, signs: "{body}", shape: plainSecret})
		}
	}
	return all
}

// overBody sign the body and nothing else, in a header that is always the
// same.
func overBody() []spec {
	one := func(id, name, header, prefix string, alg algorithm, enc encoding) spec {
		return spec{id: id, name: name, alg: alg, enc: enc, format: format{prefix: prefix}, sets: []lineSet{{signature: header}}, signs: "{body}", shape: plainSecret}
	}
	hub := one("hub-signature-method", "X-Hub-Signature, the method named in it", "X-Hub-Signature", "", hmacSHA256, hexText)
	hub.format.kind = method
	mollie := one("mollie", "Mollie", "X-Mollie-Signature", "sha256=", hmacSHA256, hexText)
	mollie.format.prefixOptional = true
	circle := one("circleci-v1", "CircleCI", "circleci-signature", "", hmacSHA256, hexText)
	circle.format = format{kind: pairs, version: "v1"}
	pager := one("pagerduty-v1", "PagerDuty", "X-PagerDuty-Signature", "", hmacSHA256, hexText)
	pager.format = format{kind: pairs, version: "v1"}
	adyen := one("adyen-payload", "Adyen platform", "HmacSignature", "", hmacSHA256, base64Text)
	adyen.keying, adyen.shape = asHex, "64 hex digits, decoded"
	adyen.fixed = []fixedLine{{"Protocol", "HmacSHA256", false, AlgorithmRefused}}
	docusign := one("docusign", "DocuSign Connect", docuSignHeader, "", hmacSHA256, base64Text)
	docusign.claim, docusign.write = claimDocuSign, writeDocuSign
	docusign.fixed = []fixedLine{{"x-authorization-digest", "HMACSHA256", false, AlgorithmRefused}}
	notion := one("notion", "Notion", "X-Notion-Signature", "sha256=", hmacSHA256, hexText)
	notion.shape = "the verification_token of the handshake (secret_…), used as it is"
	hubspot := one("hubspot-v1", "HubSpot v1", "X-HubSpot-Signature", "", plainSHA256, hexText)
	hubspot.signs, hubspot.shape = "{secret}{body}", "the app's client secret, used as it is"
	hubspot.fixed = []fixedLine{{"X-HubSpot-Signature-Version", "v1", false, VersionUnknown}}
	return []spec{
		one("github-sha256", "GitHub and Meta", "X-Hub-Signature-256", "sha256=", hmacSHA256, hexText),
		one("github-sha1", "GitHub, the older header", "X-Hub-Signature", "sha1=", hmacSHA1, hexText),
		one("hub-signature-sha1", "Intercom", "X-Hub-Signature", "sha1=", hmacSHA1, hexText),
		one("shopify", "Shopify", "X-Shopify-Hmac-Sha256", "", hmacSHA256, base64Text),
		one("typeform", "Typeform", "Typeform-Signature", "sha256=", hmacSHA256, base64Text),
		one("x-sha256-base64", "X", "x-twitter-webhooks-signature", "sha256=", hmacSHA256, base64Text),
		hub, mollie, circle, pager, adyen, docusign, notion, hubspot,
	}
}

const whsecShape = "whsec_ and base64 of 24 to 64 bytes, decoded; the prefix may be left off"

// standard are Standard Webhooks and their kin.
func standard() []spec {
	webhook := lineSet{"webhook-signature", "webhook-id", "webhook-timestamp"}
	svix := lineSet{"svix-signature", "svix-id", "svix-timestamp"}
	one := func(id, name string, alg algorithm, version string, sets ...lineSet) spec {
		return spec{id: id, name: name, alg: alg, enc: base64Text, keying: asStandard, sets: sets, fresh: messageID,
			format: format{kind: entries, version: version}, signs: "{id}.{timestamp}.{body}",
			unit: Seconds, tolerance: 300 * time.Second, shape: whsecShape}
	}
	raw := one("standard-webhooks-v1-rawkey", "Standard Webhooks, the secret as text", hmacSHA256, "v1", webhook)
	raw.keying, raw.shape = asText, plainSecret
	return []spec{
		one("standard-webhooks-v1", "Standard Webhooks", hmacSHA256, "v1", webhook),
		one("svix-v1", "Svix", hmacSHA256, "v1", svix, webhook),
		raw,
		one("standard-webhooks-v1a", "Standard Webhooks, Ed25519", edwards, "v1a", webhook),
		one("svix-v1a", "Svix, Ed25519", edwards, "v1a", svix, webhook),
	}
}

// stamped sign a timestamp with the body.
func stamped() []spec {
	five := 300 * time.Second
	list := func(id, name, header, stamp, version, between, signs string, unit Unit, tolerance time.Duration) spec {
		return spec{id: id, name: name, alg: hmacSHA256, sets: []lineSet{{signature: header}}, signs: signs, unit: unit, tolerance: tolerance, shape: plainSecret,
			format: format{kind: pairs, stamp: stamp, version: version, between: between}}
	}
	line := func(id, name string, set lineSet, prefix, signs string, enc encoding, unit Unit, tolerance time.Duration) spec {
		return spec{id: id, name: name, alg: hmacSHA256, enc: enc, sets: []lineSet{set}, signs: signs, unit: unit, tolerance: tolerance, shape: plainSecret, format: format{prefix: prefix}}
	}
	stripe := list("stripe-v1", "Stripe", "Stripe-Signature", "t", "v1", ",", "{timestamp}.{body}", Seconds, five)
	stripe.shape = "whsec_…, used as text, not decoded"
	paddle := list("paddle-h1", "Paddle", "Paddle-Signature", "ts", "h1", ";", "{timestamp}:{body}", Seconds, 5*time.Second)
	paddle.oldOnly, paddle.shape = true, "pdl_ntfset_…, used as it is"
	workos := list("workos", "WorkOS", "WorkOS-Signature", "t", "v1", ", ", "{timestamp}.{body}", Millis, 180*time.Second)
	workos.oldOnly = true
	sanity := list("sanity-v1", "Sanity", "sanity-webhook-signature", "t", "v1", ",", "{timestamp}.{body}", Millis, 0)
	sanity.enc, sanity.after = base64URLText, afterSanity
	slack := line("slack-v0", "Slack", lineSet{"X-Slack-Signature", "", "X-Slack-Request-Timestamp"}, "v0=", "v0:{timestamp}:{body}", hexText, Seconds, five)
	slack.shape = "32 hex digits, used as text"
	box := line("box", "Box", lineSet{"BOX-SIGNATURE-PRIMARY", "", "BOX-DELIVERY-TIMESTAMP"}, "", "{body}{timestamp}", base64Text, RFC3339, 600*time.Second)
	box.sets = append(box.sets, lineSet{"BOX-SIGNATURE-SECONDARY", "", "BOX-DELIVERY-TIMESTAMP"})
	box.notFuture = true
	box.also = "BOX-SIGNATURE-SECONDARY"
	box.fixed = []fixedLine{{"BOX-SIGNATURE-VERSION", "1", true, VersionUnknown}, {"BOX-SIGNATURE-ALGORITHM", "HmacSHA256", true, AlgorithmRefused}}
	twitch := line("twitch", "Twitch EventSub", lineSet{"Twitch-Eventsub-Message-Signature", "Twitch-Eventsub-Message-Id", "Twitch-Eventsub-Message-Timestamp"}, "sha256=", "{id}{timestamp}{body}", hexText, RFC3339, 600*time.Second)
	twitch.fresh, twitch.shape = uuidID, "10 to 100 ASCII characters, used as they are"
	cloudinary := line("cloudinary-sha1", "Cloudinary", lineSet{"X-Cld-Signature", "", "X-Cld-Timestamp"}, "", "{body}{timestamp}{secret}", hexText, Seconds, 7200*time.Second)
	cloudinary.alg, cloudinary.oldOnly, cloudinary.claim = plainSHA1, true, claimCloudinary
	linear := line("linear", "Linear", lineSet{signature: "Linear-Signature"}, "", "{body}", hexText, Millis, 60*time.Second)
	linear.claim, linear.write, linear.fresh, linear.resign = claimLinear, writeLinear, uuidID, ResignBody
	linear.covers = Covers{Body: true, Timestamp: true}
	return []spec{
		stripe, paddle, workos, sanity, slack, box, twitch, cloudinary, linear,
		list("calendly-v1", "Calendly", "Calendly-Webhook-Signature", "t", "v1", ",", "{timestamp}.{body}", Seconds, 180*time.Second),
		list("elevenlabs-v0", "ElevenLabs", "ElevenLabs-Signature", "t", "v0", ",", "{timestamp}.{body}", Seconds, 30*time.Minute),
		line("zoom-v0", "Zoom", lineSet{"x-zm-signature", "", "x-zm-request-timestamp"}, "v0=", "v0:{timestamp}:{body}", hexText, Seconds, five),
		line("webflow", "Webflow", lineSet{"x-webflow-signature", "", "x-webflow-timestamp"}, "", "{timestamp}:{body}", hexText, Millis, five),
		line("zendesk", "Zendesk", lineSet{"X-Zendesk-Webhook-Signature", "", "X-Zendesk-Webhook-Signature-Timestamp"}, "", "{timestamp}{body}", base64Text, RFC3339, 0),
		line("cashfree", "Cashfree", lineSet{"x-webhook-signature", "", "x-webhook-timestamp"}, "", "{timestamp}{body}", base64Text, Millis, 0),
	}
}

// afterSanity refuses times before Sanity signed anything: seconds taken for
// milliseconds.
func afterSanity(_ *spec, _ Message, c claims) *problem {
	at, ok := stampTime(Millis, c.stamp)
	if !ok || at.Year() < 2021 {
		return &problem{TimestampMalformed, "The signature holds, but the timestamp lies before 2021, when Sanity signed nothing yet: it should be in milliseconds."}
	}
	return nil
}

// withURL sign the URL that the sender calls.
func withURL() []spec {
	one := func(id, name string, set lineSet, alg algorithm, enc encoding, signs string) spec {
		return spec{id: id, name: name, alg: alg, enc: enc, sets: []lineSet{set}, signs: signs, shape: plainSecret}
	}
	square := one("square", "Square", lineSet{signature: "x-square-hmacsha256-signature"}, hmacSHA256, base64Text, "{url}{body}")
	trello := one("trello", "Trello", lineSet{signature: "X-Trello-Webhook"}, hmacSHA1, base64Text, "{body}{url}")
	trello.shape = "the OAuth1 application secret, used as it is"
	twilio := one("twilio", "Twilio", lineSet{signature: "X-Twilio-Signature"}, hmacSHA1, base64Text, "{url}{sorted form values}")
	twilio.compose, twilio.after, twilio.write = composeTwilio, afterTwilio, writeTwilio
	twilio.covers, twilio.shape = Covers{Body: true, URL: true}, "the account's auth token, used as text"
	hubspot2 := one("hubspot-v2", "HubSpot v2", lineSet{signature: "X-HubSpot-Signature"}, plainSHA256, hexText, "{secret}{method}{url}{body}")
	hubspot2.fixed = []fixedLine{{"X-HubSpot-Signature-Version", "v2", false, VersionUnknown}}
	hubspot3 := one("hubspot-v3", "HubSpot v3", lineSet{"X-HubSpot-Signature-v3", "", "X-HubSpot-Request-Timestamp"}, hmacSHA256, base64Text, "{method}{url}{body}{timestamp}")
	hubspot3.unit, hubspot3.tolerance, hubspot3.oldOnly, hubspot3.compose = Millis, 300*time.Second, true, composeHubSpot
	hubspot2.shape, hubspot3.shape = "the app's client secret, used as it is", "the app's client secret, used as it is"
	plivo2 := one("plivo-v2", "Plivo v2", lineSet{"X-Plivo-Signature-V2", "X-Plivo-Signature-V2-Nonce", ""}, hmacSHA256, base64Text, "{url without query}{nonce}")
	plivo2.compose, plivo2.covers, plivo2.needsURL, plivo2.fresh = composePlivo2, Covers{URL: true, ID: true}, true, nonceID
	plivo3 := one("plivo-v3", "Plivo v3", lineSet{"X-Plivo-Signature-V3", "X-Plivo-Signature-V3-Nonce", ""}, hmacSHA256, base64Text, "{url}.{sorted form values}.{nonce}")
	plivo3.compose, plivo3.covers, plivo3.needsURL, plivo3.fresh = composePlivo3, Covers{Body: true, URL: true, ID: true}, true, nonceID
	plivo2.shape, plivo3.shape = "the account's auth token, used as text", "the account's auth token, used as text"
	contentful := one("contentful", "Contentful", lineSet{"x-contentful-signature", "", contentfulTime}, hmacSHA256, hexText, "{method}\n{path}\n{signed headers}\n{body}")
	contentful.compose, contentful.write = composeContentful, writeContentful
	contentful.covers, contentful.needsURL = Covers{Body: true, URL: true, Method: true, Timestamp: true}, true
	contentful.unit, contentful.tolerance, contentful.oldOnly, contentful.shape = Millis, 30*time.Second, true, "64 characters, used as text"
	return []spec{square, trello, twilio, hubspot2, hubspot3, plivo2, plivo3, contentful}
}

// tokens send the secret itself.
func tokens() []spec {
	one := func(id, name, header, shape string) spec {
		return spec{id: id, name: name, alg: tokenOnly, sets: []lineSet{{signature: header}}, judge: judgeToken, write: writeToken, shape: shape}
	}
	graph := one("graph-clientstate", "Microsoft Graph", "", "the clientState of the subscription")
	graph.sets, graph.inBody, graph.judge, graph.write = nil, true, judgeClientState, writeClientState
	return []spec{
		one("gitlab-token", "GitLab secret token", "X-Gitlab-Token", "text, sent as it is"),
		one("telegram-secret-token", "Telegram", "X-Telegram-Bot-Api-Secret-Token", "1 to 256 of A-Z a-z 0-9 _ -, sent as it is"),
		one("authorization-static", "A fixed token in a header", "Authorization", "the header's whole value, “Bearer ” included if it is sent"),
		one("bearer-token", "Bearer token", "Authorization", "the token alone, without “Bearer ”"),
		one("basic-auth", "Basic authentication", "Authorization", "user:password, without percent-escapes"),
		graph,
	}
}

// tokensSigned send a JWT.
func tokensSigned() []spec {
	one := func(id, name, header string, covers Covers, unit Unit) spec {
		return spec{id: id, name: name, alg: hmacSHA256, enc: base64URLText, format: format{kind: jws}, sets: []lineSet{{signature: header}}, unit: unit,
			claim: claimJWT, after: afterJWT, write: writeJWT, covers: covers, needsURL: covers.URL, signs: "{header}.{claims} of the token", shape: plainSecret}
	}
	return []spec{
		one("netlify-jws", "Netlify", "X-Webhook-Signature", Covers{Body: true}, NoTime),
		one("monday-jwt", "monday.com", "Authorization", Covers{URL: true, Timestamp: true}, JWTTime),
		one("messagebird-jwt", "MessageBird", "MessageBird-Signature-JWT", Covers{Body: true, URL: true, Timestamp: true}, JWTTime),
	}
}

// insideBody carry the signature in the body.
func insideBody() []spec {
	return []spec{
		{id: "mailgun-body", name: "Mailgun", alg: hmacSHA256, signs: "{timestamp}{id}", unit: Seconds, inBody: true, fresh: nonceID, claim: claimMailgun, write: writeMailgun,
			shape: "the HTTP webhook signing key, used as text"},
		{id: "adyen-item", name: "Adyen notifications", alg: hmacSHA256, enc: base64Text, keying: asHex, inBody: true, covers: Covers{Body: true}, judge: judgeAdyen, write: writeAdyen,
			signs: "pspReference:originalReference:merchantAccountCode:merchantReference:value:currency:eventCode:success", shape: "64 hex digits, decoded"},
		{id: "braintree", name: "Braintree", alg: hmacSHA1, keying: asSHA1, inBody: true, covers: Covers{Body: true}, claim: claimBraintree, compose: composeBraintree, write: writeBraintree,
			signs: "{bt_payload}", shape: "the API's private key; its SHA-1 is the key"},
	}
}

// byPublicKey are checked by a public key and signed by a private one.
func byPublicKey() []spec {
	return []spec{
		{id: "discord-ed25519", name: "Discord", alg: edwards, sets: []lineSet{{"X-Signature-Ed25519", "", "X-Signature-Timestamp"}}, signs: "{timestamp}{body}", unit: Seconds},
		{id: "telnyx-ed25519", name: "Telnyx", alg: edwards, enc: base64Text, sets: []lineSet{{"telnyx-signature-ed25519", "", "telnyx-timestamp"}}, signs: "{timestamp}|{body}", unit: Seconds, tolerance: 300 * time.Second},
		{id: "sendgrid-ecdsa", name: "SendGrid", alg: ecdsaSHA256, enc: base64Text, unit: Seconds, signs: "{timestamp}{body}",
			sets: []lineSet{{"X-Twilio-Email-Event-Webhook-Signature", "", "X-Twilio-Email-Event-Webhook-Timestamp"}}},
		{id: "kick-rsa", name: "Kick", alg: rsaSHA256, enc: base64Text, unit: RFC3339, fresh: uuidID, signs: "{id}.{timestamp}.{body}",
			sets: []lineSet{{"Kick-Event-Signature", "Kick-Event-Message-Id", "Kick-Event-Message-Timestamp"}}},
		{id: "paypal-cert", name: "PayPal", alg: rsaSHA256, enc: base64Text, unit: RFC3339, fresh: uuidID, signs: "{id}|{timestamp}|{secret}|{crc32}",
			sets: []lineSet{{"PAYPAL-TRANSMISSION-SIG", "PAYPAL-TRANSMISSION-ID", "PAYPAL-TRANSMISSION-TIME"}}, claim: claimPayPal,
			fixed: []fixedLine{{"PAYPAL-AUTH-ALGO", "SHA256withRSA", false, AlgorithmRefused}}, shape: "the webhook's id, not a secret"},
		{id: "aws-sns", name: "Amazon SNS", alg: rsaSHA256, enc: base64Text, unit: RFC3339, inBody: true, fresh: uuidID, claim: claimSNS, write: writeSNS,
			covers: Covers{Body: true, Timestamp: true, ID: true}, signs: "the sorted members of the message, a line each"},
	}
}

// claimPayPal refuses certificates from elsewhere: a receiver that fetches
// them would believe anybody.
func claimPayPal(s *spec, m Message, w where) (claims, *problem) {
	c, p := s.readLines(m, w)
	from := m.Headers.Get("PAYPAL-CERT-URL")
	if p == nil && from != "" && !payPalCertURL(from) {
		return c, &problem{CertURLRefused, "The header PAYPAL-CERT-URL is not an https URL of paypal.com, so a receiver must not trust it. It reads: " + quoted(from)}
	}
	return c, p
}

func payPalCertURL(text string) bool {
	origin, _, _ := splitURL(text)
	host, found := strings.CutPrefix(strings.ToLower(origin), "https://")
	return found && strings.HasSuffix(host, ".paypal.com") && !strings.ContainsAny(host, "@:\\")
}
