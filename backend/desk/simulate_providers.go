package desk

import (
	"slices"
	"time"
)

// Trust says how well it is known what a provider does.
type Trust string

// The degrees of trust.
const (
	Documented    Trust = "documented"     // read in the provider's documentation or own code
	CommonlyKnown Trust = "commonly-known" // read elsewhere, or remembered: check before relying on it
)

// Outcomes of a try that a provider tells apart when it decides on a retry.
type cause uint8

const (
	onTimeout  cause = 1 << iota // no answer in time
	onNoAnswer                   // no connection, or no HTTP
	on3xx
	on4xx
	on429
	on5xx

	onAll = onTimeout | onNoAnswer | on3xx | on4xx | on429 | on5xx
)

// Simulated is how a provider delivers: how long it waits for an answer, which
// answers it accepts, and when it tries again.
type Simulated struct {
	ID, Name string
	// Connect and Timeout are how long it waits for the connection and for the
	// whole answer; 0 is not known.
	Connect, Timeout time.Duration
	TimeoutTrust     Trust
	// Waits are the pauses before each retry; empty is no retry.
	Waits      []time.Duration
	RetryTrust Trust
	// Assumed says that the provider publishes how often and how long it
	// retries, if that, but not the single pauses: these are made up to fit.
	Assumed bool
	// Schedule is the same in words, as published.
	Schedule string
	// After is what becomes of the webhook when all tries have failed, a
	// sentence; "" is nothing known. Disables says that it is switched off.
	After    string
	Disables bool

	accepts    []int // statuses; nil is 200–299
	retries    cause // which outcomes are tried again; 0 is onAll
	disables   []int // statuses that switch the webhook off at once
	final      []int // statuses after which it does not try again
	retryAfter bool  // honours Retry-After
	headers    []tryHeader
}

// tryHeader is a header line that changes from try to try.
type tryHeader struct {
	name  string
	value tryValue
	first bool // on the first try, too
}

// tryValue says what stands in a tryHeader.
type tryValue uint8

const (
	tryNumber   tryValue = iota // 1, 2, 3 …
	retryNumber                 // 0, 1, 2 …
	slackReason                 // why the try before failed, in Slack's words
	freshID                     // a new UUID
)

// Providers returns those that can be simulated, the generic ones first, then
// by name.
func Providers() []Simulated {
	ps := slices.Concat(simulatedGeneral(), simulatedPayments(), simulatedWork(), simulatedMessages(), simulatedPlatforms())
	for i := range ps {
		if ps[i].retries == 0 {
			ps[i].retries = onAll
		}
	}
	return ps
}

func simulatedOf(id string) (Simulated, bool) {
	ps := Providers()
	i := slices.IndexFunc(ps, func(p Simulated) bool { return p.ID == id })
	if i < 0 {
		return Simulated{}, false
	}
	return ps[i], true
}

const (
	sec  = time.Second
	min1 = time.Minute
	hour = time.Hour
	day  = 24 * time.Hour
)

func waits(ds ...time.Duration) []time.Duration { return ds }

// every is n equal pauses.
func every(d time.Duration, n int) []time.Duration { return slices.Repeat([]time.Duration{d}, n) }

// growing is n pauses, each about twice the one before, that together make up
// whole, as round as an assumption should be.
func growing(n int, whole time.Duration) []time.Duration {
	first := float64(whole) / float64(int64(1)<<n-1)
	ds := make([]time.Duration, n)
	for i := range ds {
		d := time.Duration(first * float64(int64(1)<<i))
		to := sec
		switch {
		case d >= 3*hour:
			to = 10 * min1
		case d >= 10*min1:
			to = min1
		case d >= min1:
			to = 10 * sec
		}
		ds[i] = max(d.Round(to), sec)
		whole -= ds[i]
	}
	ds[n-1] += whole // what rounding left over
	return ds
}

func simulatedGeneral() []Simulated {
	return []Simulated{
		{ID: "standard-webhooks", Name: "Standard Webhooks", Timeout: 15 * sec, TimeoutTrust: Documented,
			Waits:      waits(5*sec, 5*min1, 30*min1, 2*hour, 5*hour, 10*hour, 14*hour, 20*hour, 24*hour),
			RetryTrust: Documented, Schedule: "suggested: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h",
			disables: []int{410}, retryAfter: true},
		{ID: "svix", Name: "Svix (Clerk, Resend)", Timeout: 15 * sec, TimeoutTrust: Documented,
			Waits:      waits(5*sec, 5*min1, 30*min1, 2*hour, 5*hour, 10*hour, 10*hour),
			RetryTrust: Documented, Schedule: "after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h"},
		{ID: "cloudevents", Name: "CloudEvents", TimeoutTrust: CommonlyKnown, RetryTrust: Documented,
			Waits: growing(5, 10*min1), Assumed: true, Schedule: "the sender's choice",
			accepts: []int{200, 201, 202, 204}, final: []int{415}, disables: []int{410}, retryAfter: true},
	}
}

func simulatedPayments() []Simulated {
	return []Simulated{
		{ID: "adyen", Name: "Adyen", Timeout: 10 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: waits(2*min1, 5*min1, 10*min1, 15*min1, 30*min1, hour, 2*hour, 4*hour, 8*hour, 8*hour), Assumed: true,
			Schedule: "minutes to hours, for up to 30 days, in a queue per endpoint"},
		{ID: "bigcommerce", Name: "BigCommerce", RetryTrust: Documented, TimeoutTrust: CommonlyKnown,
			Waits: waits(60*sec, 3*min1, 3*min1, 5*min1, 10*min1, 15*min1, 30*min1, hour, 2*hour, 20*hour, day), Assumed: true,
			Schedule: "11 retries within 48 h, 60 s to 86,400 s apart", accepts: []int{200},
			After: "the webhook is deactivated", Disables: true},
		{ID: "coinbase-commerce", Name: "Coinbase Commerce", RetryTrust: CommonlyKnown, TimeoutTrust: CommonlyKnown,
			Waits: growing(12, 3*day), Assumed: true, Schedule: "exponential, for up to 3 days"},
		{ID: "gocardless", Name: "GoCardless", Timeout: 10 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: growing(8, day), Assumed: true, Schedule: "up to 8 retries"},
		{ID: "lemon-squeezy", Name: "Lemon Squeezy", RetryTrust: CommonlyKnown, TimeoutTrust: CommonlyKnown,
			Waits: waits(5*sec, 25*sec, 125*sec), Schedule: "3 retries, after about 5 s, 25 s and 125 s", accepts: []int{200}},
		{ID: "mollie", Name: "Mollie", Timeout: 15 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: growing(10, 26*hour), Assumed: true, Schedule: "10 retries within 26 h", accepts: []int{200}},
		{ID: "paddle", Name: "Paddle", Timeout: 5 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: every(72*min1, 60), Assumed: true, Schedule: "live: 60 retries within 3 days", accepts: []int{200}},
		{ID: "paddle-sandbox", Name: "Paddle (sandbox)", Timeout: 5 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: growing(3, 15*min1), Assumed: true, Schedule: "3 retries", accepts: []int{200}},
		{ID: "paypal", Name: "PayPal", RetryTrust: CommonlyKnown, TimeoutTrust: CommonlyKnown,
			Waits: every(173*min1, 25), Assumed: true, Schedule: "up to 25 retries within 3 days",
			headers: []tryHeader{{name: "PAYPAL-TRANSMISSION-ID", value: freshID}}},
		{ID: "paystack", Name: "Paystack", RetryTrust: CommonlyKnown, TimeoutTrust: CommonlyKnown,
			Waits:    slices.Concat(every(3*min1, 4), every(hour, 72)),
			Schedule: "live: every 3 min for 4 tries, then hourly for 72 h", accepts: []int{200}},
		{ID: "razorpay", Name: "Razorpay", Timeout: 5 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: growing(8, day), Assumed: true, Schedule: "exponential, for 24 h",
			After: "the webhook is disabled", Disables: true},
		{ID: "shopify", Name: "Shopify", Connect: sec, Timeout: 5 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: growing(8, 4*hour), Assumed: true, Schedule: "8 retries within 4 h",
			After: "the subscription may be removed", Disables: true},
		{ID: "square", Name: "Square", Timeout: 10 * sec, TimeoutTrust: Documented, RetryTrust: Documented,
			Waits: growing(11, day), Assumed: true, Schedule: "for up to 24 h",
			headers: []tryHeader{{name: "square-retry-number", value: retryNumber}}},
		{ID: "stripe", Name: "Stripe (live)", RetryTrust: CommonlyKnown, TimeoutTrust: CommonlyKnown,
			Waits: growing(15, 3*day), Assumed: true, Schedule: "exponential, for up to 3 days",
			After: "the event is marked failed; an endpoint that keeps failing may be disabled"},
		{ID: "stripe-sandbox", Name: "Stripe (sandbox)", RetryTrust: CommonlyKnown, TimeoutTrust: CommonlyKnown,
			Waits: growing(3, 4*hour), Assumed: true, Schedule: "3 retries over a few hours"},
		{ID: "woocommerce", Name: "WooCommerce", Timeout: 60 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Schedule: "no retries", accepts: append(span(200, 299), 301, 302),
			After: "the webhook is disabled after 5 failures in a row"},
		{ID: "xero", Name: "Xero", Timeout: 5 * sec, TimeoutTrust: CommonlyKnown, RetryTrust: CommonlyKnown,
			Waits: growing(8, day), Assumed: true, Schedule: "at decreasing frequency, for 24 h", accepts: []int{200}},
	}
}

// span is all statuses from one to another.
func span(from, to int) []int {
	out := make([]int, 0, to-from+1)
	for s := from; s <= to; s++ {
		out = append(out, s)
	}
	return out
}
