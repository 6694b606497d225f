package desk_test

import (
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// likes are how the items of a run compare with the first, in their order.
func likes(t *testing.T, rig *testkit.Rig, id int64) []hook.Likeness {
	t.Helper()
	var all []hook.Likeness
	for _, it := range itemsOf(t, rig, id, "") {
		all = append(all, it.Alike)
	}
	return all
}

func answering(bodies ...string) []testkit.Step {
	steps := make([]testkit.Step, len(bodies))
	for i, b := range bodies {
		steps[i] = testkit.Step{Headers: [][2]string{{"Content-Type", "application/json"}}, Body: []byte(b)}
	}
	return steps
}

func TestRepeatsSayWhetherTheyCameOutTheSame(t *testing.T) {
	broken := testkit.Step{Status: 500, Body: []byte(`{"ok":true}`)}
	for name, c := range map[string]struct {
		order hook.RunOrder
		steps []testkit.Step
		want  hook.Repeats
		likes []hook.Likeness
	}{
		"all the same": {
			hook.RunOrder{Times: 3}, answering(`{"a":1,"b":2}`, `{"b":2,"a":1}`, `{"a":1,"b":2}`),
			hook.Repeats{Firsts: 1, Same: 2}, []hook.Likeness{"first", "same", "same"},
		},
		"each compared with the first, not the one before": {
			hook.RunOrder{Times: 4}, answering(`{"n":1}`, `{"n":2}`, `{"n":2}`, `{"n":1}`),
			hook.Repeats{Firsts: 1, Same: 1, Unlike: 2, OtherBody: 2}, []hook.Likeness{"first", "body", "body", "same"},
		},
		"in status, in body, in both": {
			hook.RunOrder{Times: 5}, append(append(answering(`{"ok":true}`), broken, testkit.Step{Status: 409, Body: []byte("taken")}), answering(`{"ok":false}`, `{"ok":true}`)...),
			hook.Repeats{Firsts: 1, Same: 1, Unlike: 3, OtherStatus: 2, OtherBody: 2}, []hook.Likeness{"first", "status", "both", "body", "same"},
		},
		"what is ignored does not count": {
			hook.RunOrder{Times: 2, Ignore: []string{"body.id"}}, answering(`{"id":1,"ok":true}`, `{"id":2,"ok":true}`),
			hook.Repeats{Firsts: 1, Same: 1}, []hook.Likeness{"first", "same"},
		},
		"headers do not count": {
			hook.RunOrder{Times: 2}, []testkit.Step{{Headers: [][2]string{{"X-Id", "1"}}}, {Headers: [][2]string{{"X-Id", "2"}}}},
			hook.Repeats{Firsts: 1, Same: 1}, []hook.Likeness{"first", "same"},
		},
		"no answer is an outcome": {
			hook.RunOrder{Times: 3}, []testkit.Step{{Cut: true}, {Cut: true}, {}},
			hook.Repeats{Firsts: 1, Same: 1, Unlike: 1, OtherStatus: 1}, []hook.Likeness{"first", "same", "status"},
		},
		"nothing is repeated": {hook.RunOrder{}, nil, hook.Repeats{}, []hook.Likeness{""}},
	} {
		t.Run(name, func(t *testing.T) {
			rig := testkit.NewRig(t)
			app := testkit.NewTarget(t)
			app.Script(c.steps...)
			posts(rig, 1)
			c.order.To = to(app.URL())
			run := ended(t, rig, startRun(t, rig, c.order).ID)
			got := likes(t, rig, run.ID)
			if run.Repeats != c.want || len(got) != len(c.likes) {
				t.Fatalf("%+v %q, want %+v %q", run.Repeats, got, c.want, c.likes)
			}
			for i := range got {
				if got[i] != c.likes[i] {
					t.Errorf("%q, want %q", got, c.likes)
					break
				}
			}
		})
	}
}

// Each request and each place has a first of its own, whatever the order, and a
// duplicate is a repeat too.
func TestRepeatsOfManyRequestsAtManyPlaces(t *testing.T) {
	rig := testkit.NewRig(t)
	steady, moody := testkit.NewTarget(t), testkit.NewTarget(t)
	moody.Usual(testkit.Step{Status: 202})
	moody.Script(testkit.Step{Status: 201})
	posts(rig, 3)
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{
		To: []hook.Place{{URL: steady.URL()}, {URL: moody.URL()}}, Times: 2, Duplicate: true, Shuffle: true, Parallel: 4,
	}).ID)
	p := run.Repeats
	// One answer of 24 is another: it differs, or, as a first, the three others do.
	if p.Firsts != 6 || p.Same+p.Unlike != 18 || p.OtherBody != 0 || p.Unlike != p.OtherStatus || p.Unlike != 1 && p.Unlike != 3 {
		t.Errorf("%+v", p)
	}
}

// A run that goes on compares with the first it knew before.
func TestRepeatsOfARunThatGoesOn(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{}, testkit.Step{Status: 500})
	posts(rig, 1)
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{To: to(app.URL()), Times: 4, StopAtFirstFailure: true}).ID)
	if run.Repeats != (hook.Repeats{Firsts: 1, Unlike: 1, OtherStatus: 1}) {
		t.Errorf("%+v", run.Repeats)
	}
	if _, err := rig.Desk.ResumeRun(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if run = ended(t, rig, run.ID); run.Repeats != (hook.Repeats{Firsts: 1, Same: 2, Unlike: 1, OtherStatus: 1}) {
		t.Errorf("%+v", run.Repeats)
	}
}
