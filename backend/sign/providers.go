package sign

import (
	"slices"
	"strings"
)

// providerTable is the table of providers by name, made once and never written
// again.
var providerTable = slices.SortedFunc(slices.Values(slices.Concat(codeProviders(), moneyProviders(), messageProviders(), workProviders(), cloudProviders())),
	func(a, b Provider) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })

// Providers lists all providers, by name. The slice is the caller's; what its
// elements hold is not to be written to.
func Providers() []Provider { return slices.Clone(providerTable) }

func providerOf(id string) (Provider, bool) {
	i := slices.IndexFunc(providerTable, func(p Provider) bool { return strings.EqualFold(p.ID, id) })
	if i < 0 {
		return Provider{}, false
	}
	return providerTable[i], true
}

// by is a provider; its schemes stand in one text, blanks between.
func by(id, name, schemes, header, hint string) Provider {
	return Provider{id, name, strings.Fields(schemes), header, hint}
}

const (
	plainHex    = "hmac-sha256-hex"
	plainBase64 = "hmac-sha256-base64"
)

// codeProviders host, build and watch code.
func codeProviders() []Provider {
	return []Provider{
		by("github", "GitHub", "github-sha256 github-sha1", "", "Repository or organisation → Settings → Webhooks → the webhook → Secret. GitHub shows it only while you type it; set a new one if it is lost."),
		by("gitlab", "GitLab", "standard-webhooks-v1 gitlab-token", "", "Project or group → Settings → Webhooks → the webhook → Signing token, or the older Secret token."),
		by("gitea", "Gitea", plainHex, "X-Gitea-Signature", "Repository → Settings → Webhooks → the webhook → Secret."),
		by("forgejo", "Forgejo", plainHex, "X-Forgejo-Signature", "Repository → Settings → Webhooks → the webhook → Secret."),
		by("gogs", "Gogs", plainHex, "X-Gogs-Signature", "Repository → Settings → Webhooks → the webhook → Secret."),
		by("bitbucket", "Bitbucket", "hub-signature-method", "", "Repository → Repository settings → Webhooks → the webhook → Secret. Without a secret there is no signature."),
		by("jira", "Jira", "hub-signature-method", "", "Jira settings → System → WebHooks → the webhook → Secret."),
		by("circleci", "CircleCI", "circleci-v1", "", "Project Settings → Webhooks → the webhook → Secret token."),
		by("vercel", "Vercel", "hmac-sha1-hex", "x-vercel-signature", "Team Settings → Webhooks: the secret shown once when the webhook was made. For integrations the client secret."),
		by("netlify", "Netlify", "netlify-jws", "", "Site configuration → Notifications → HTTP POST request → JWS secret token."),
		by("heroku", "Heroku", plainBase64, "Heroku-Webhook-Hmac-SHA256", "The secret given to, or shown by, heroku webhooks:add."),
		by("sentry", "Sentry", plainHex, "Sentry-Hook-Signature", "Settings → Custom Integrations → the integration → Client Secret."),
		by("pagerduty", "PagerDuty", "pagerduty-v1", "", "The secret shown once when the webhook subscription was made."),
		by("datadog", "Datadog", "", "", "Datadog does not sign. Put a token of your own into a custom header of the webhook, and choose “a fixed token in a header”."),
		by("webflow", "Webflow", "webflow", "", "The webhook's secret key, shown when it was made by the API; for OAuth apps the client secret."),
		by("contentful", "Contentful", "contentful", "", "Settings → Webhooks → Settings → Request verification: the secret shown once when it is generated."),
		by("sanity", "Sanity", "sanity-v1", "", "manage → API → Webhooks → the webhook → Secret."),
	}
}

// moneyProviders move money and goods.
func moneyProviders() []Provider {
	return []Provider{
		by("stripe", "Stripe", "stripe-v1", "", "Developers → Webhooks → the endpoint → Signing secret (whsec_…). stripe listen prints its own, other one."),
		by("paddle", "Paddle", "paddle-h1", "", "Developer tools → Notifications → the destination → Secret key (pdl_ntfset_…)."),
		by("square", "Square", "square", "", "Developer Dashboard → the application → Webhooks → the subscription → Signature key. The URL must be as registered there."),
		by("paypal", "PayPal", "paypal-cert", "", "The webhook's id: Developer Dashboard → the app → Webhooks. The public key is the certificate at PAYPAL-CERT-URL; download it once, Creel never fetches it."),
		by("adyen", "Adyen", "adyen-payload adyen-item", "", "Customer Area → Developers → Webhooks → the webhook → HMAC key (64 hex digits)."),
		by("braintree", "Braintree", "braintree", "", "Settings → API: the private key, and as public key the public key of the same pair."),
		by("razorpay", "Razorpay", plainHex, "X-Razorpay-Signature", "Account & Settings → Webhooks → the secret you typed. It is not the API key secret."),
		by("paystack", "Paystack", "hmac-sha512-hex", "x-paystack-signature", "Settings → API Keys & Webhooks → Secret Key (sk_live_… or sk_test_…)."),
		by("mollie", "Mollie", "mollie", "", "Developers → Webhooks → the webhook → signing secret. Classic payment webhooks (id=tr_…) are not signed: fetch the payment instead."),
		by("coinbase-commerce", "Coinbase Commerce", plainHex, "X-CC-Webhook-Signature", "Settings → Notifications → Webhook subscriptions → Show shared secret."),
		by("lemon-squeezy", "Lemon Squeezy", plainHex, "X-Signature", "Settings → Webhooks → the webhook → Signing secret."),
		by("shopify", "Shopify", "shopify", "", "The app's client secret; for webhooks made in the admin, the key under Settings → Notifications → Webhooks."),
		by("woocommerce", "WooCommerce", plainBase64, "X-WC-Webhook-Signature", "WooCommerce → Settings → Advanced → Webhooks → the webhook → Secret."),
		by("bigcommerce", "BigCommerce", "standard-webhooks-v1-rawkey", "", "The app's client secret (Developer Portal, or the API account)."),
		by("gocardless", "GoCardless", plainHex, "Webhook-Signature", "Developers → Webhook endpoints → the endpoint → Secret."),
		by("xero", "Xero", plainBase64, "x-xero-signature", "My Apps → the app → Webhooks → Webhooks key, as it is shown."),
		by("quickbooks", "QuickBooks", plainBase64, "intuit-signature", "Developer Dashboard → the app → Webhooks → Verifier token."),
		by("checkout", "Checkout.com", plainHex, "Cko-Signature", "Dashboard → Developers → Webhooks → the webhook → Signature key."),
		by("cashfree", "Cashfree", "cashfree", "", "Dashboard → Developers → API keys → Secret key."),
		by("fourthwall", "Fourthwall", plainBase64, "X-Fourthwall-Hmac-SHA256", "Settings → For developers → the webhook → Secret."),
		by("polar", "Polar", "standard-webhooks-v1-rawkey", "", "Settings → Webhooks → the endpoint → Secret, as it is shown."),
		by("chargebee", "Chargebee", "basic-auth", "", "Settings → Configure Chargebee → Webhooks → the webhook → user name and password, as user:password."),
	}
}

// messageProviders carry messages, mail and calls.
func messageProviders() []Provider {
	return []Provider{
		by("slack", "Slack", "slack-v0", "", "api.slack.com → Your Apps → the app → Basic Information → Signing Secret. Not the verification token, nor a bot token."),
		by("twilio", "Twilio", "twilio", "", "Console → Account → API keys & tokens → Auth token of the account that owns the number. Not an API key's secret."),
		by("sendgrid", "SendGrid", "sendgrid-ecdsa", "", "Settings → Mail Settings → Signed Event Webhook → Verification key (a public key)."),
		by("mailgun", "Mailgun", "mailgun-body", "", "Sending → Webhooks → HTTP webhook signing key. Not the API key."),
		by("postmark", "Postmark", "basic-auth", "", "The user and password that stand in the webhook's URL, as user:password."),
		by("resend", "Resend", "svix-v1", "", "Webhooks → the webhook → Signing Secret (whsec_…)."),
		by("discord", "Discord", "discord-ed25519", "", "Developer Portal → the application → General Information → Public Key."),
		by("telegram", "Telegram", "telegram-secret-token", "", "The secret_token you gave to setWebhook. Not the bot's token."),
		by("zoom", "Zoom", "zoom-v0", "", "App Marketplace → Manage → the app → Feature → Secret Token."),
		by("meta", "Meta (Facebook, Instagram, WhatsApp)", "github-sha256 github-sha1", "", "App Dashboard → App settings → Basic → App secret. Not the verify token, nor an access token."),
		by("line", "LINE", plainBase64, "X-Line-Signature", "Developers Console → the channel → Basic settings → Channel secret."),
		by("plivo", "Plivo", "plivo-v3 plivo-v2", "", "Console → Overview → Auth Token."),
		by("messagebird", "MessageBird", "messagebird-jwt", "", "Dashboard → Developers → Settings → Signed requests → Signing key."),
		by("telnyx", "Telnyx", "telnyx-ed25519", "", "Mission Control → Account → Keys & Credentials → Public Key."),
		by("twitch", "Twitch", "twitch", "", "The transport.secret you gave when the subscription was made."),
		by("x", "X", "x-sha256-base64", "", "Developer Portal → the app → Keys and tokens → API Key Secret (consumer secret)."),
		by("kick", "Kick", "kick-rsa", "", "Kick's public key, published at its API (/public/v1/public-key)."),
		by("brevo", "Brevo", "bearer-token", "", "The token you gave the webhook as its authentication."),
		by("elevenlabs", "ElevenLabs", "elevenlabs-v0", "", "Settings → Webhooks → the secret shown once when the webhook was made."),
	}
}

// workProviders plan, ask and keep customers.
func workProviders() []Provider {
	return []Provider{
		by("linear", "Linear", "linear", "", "Settings → API → Webhooks → the webhook → Signing secret."),
		by("notion", "Notion", "notion", "", "The verification_token that Notion sent to the endpoint when the subscription was made (secret_…)."),
		by("asana", "Asana", plainHex, "X-Hook-Signature", "The X-Hook-Secret header of the handshake request."),
		by("trello", "Trello", "trello", "", "trello.com/power-ups/admin → the Power-Up → API key → Secret. The URL must be the callbackURL as registered."),
		by("monday", "monday.com", "monday-jwt", "", "Developer Center → the app → Basic Information → Signing Secret."),
		by("hubspot", "HubSpot", "hubspot-v3 hubspot-v2 hubspot-v1", "", "Developer account → Apps → the app → Auth → Client secret."),
		by("intercom", "Intercom", "hub-signature-sha1", "", "Developer Hub → the app → Basic information → Client secret."),
		by("zendesk", "Zendesk", "zendesk", "", "Admin Center → Apps and integrations → Webhooks → the webhook → Reveal secret. Test hooks use a fixed, published one."),
		by("typeform", "Typeform", "typeform", "", "The form → Connect → Webhooks → Edit → Secret."),
		by("calendly", "Calendly", "calendly-v1", "", "The signing_key given or returned when the subscription was made."),
		by("cal-com", "Cal.com", plainHex, "X-Cal-Signature-256", "Settings → Developer → Webhooks → the webhook → Secret."),
		by("docusign", "DocuSign", "docusign", "", "Settings → Connect → Connect Keys."),
		by("attio", "Attio", plainHex, "Attio-Signature", "The secret returned when the webhook was made."),
		by("pipedrive", "Pipedrive", "basic-auth", "", "The HTTP auth user and password given when the webhook was made, as user:password."),
	}
}

// cloudProviders keep files, identities and clouds, or send for others.
func cloudProviders() []Provider {
	return []Provider{
		by("standard-webhooks", "Standard Webhooks", "standard-webhooks-v1 standard-webhooks-v1a", "", "The endpoint's signing secret (whsec_…), at whoever sends the webhook."),
		by("svix", "Svix", "svix-v1 svix-v1a", "", "The endpoint's page in the sender's portal → Signing Secret (whsec_…)."),
		by("openai", "OpenAI", "standard-webhooks-v1", "", "Project settings → Webhooks: the signing secret shown once when the endpoint was made (whsec_…)."),
		by("clerk", "Clerk", "svix-v1", "", "Dashboard → Configure → Webhooks → the endpoint → Signing Secret (whsec_…)."),
		by("dropbox", "Dropbox", plainHex, "X-Dropbox-Signature", "App Console → the app → Settings → App secret."),
		by("box", "Box", "box", "", "Developer Console → the app → Webhooks → Manage signature keys; both keys, one a line."),
		by("cloudinary", "Cloudinary", "cloudinary-sha1", "", "Settings → API Keys → API Secret."),
		by("workos", "WorkOS", "workos", "", "Dashboard → Webhooks → the endpoint → Signing secret."),
		by("auth0", "Auth0", "authorization-static", "", "Monitoring → Streams → the stream → Authorization token."),
		by("okta", "Okta", "authorization-static", "", "Workflow → Event Hooks → the hook → Authentication secret."),
		by("aws-sns", "Amazon SNS", "aws-sns", "", "No secret. The public key is the certificate at SigningCertURL in the body; download it once, Creel never fetches it."),
		by("azure-event-grid", "Azure Event Grid", "", "", "Event Grid does not sign. It can send a Microsoft Entra token, or a secret of yours in the URL's query."),
		by("cloudevents", "CloudEvents", "bearer-token", "", "The token you gave the sender for its Authorization header. CloudEvents has no signature."),
		by("microsoft-graph", "Microsoft Graph", "graph-clientstate", "", "The clientState you gave when the subscription was made."),
	}
}
