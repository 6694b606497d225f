// Package window holds what the desktop window needs beside its toolkit: the
// remembered place, opening links, saving a body from the door and the choice
// of renderer. It knows neither Wails nor any other room.
package window

import (
	"encoding/json"
	"fmt"
)

// The smallest size at which the page can be used, in the desktop's units.
const (
	MinWidth  = 900
	MinHeight = 560
)

// key is the name under which the place is kept among the program's values.
const key = "window"

// Place is the remembered window: size and position in the desktop's units,
// the position relative to its screen.
type Place struct {
	X         int  `json:"x"` // -1 when the window was never placed: it is centred then
	Y         int  `json:"y"`
	W         int  `json:"w"`
	H         int  `json:"h"`
	Maximised bool `json:"maximised"` // size and position are what it comes back to
	Dark      bool `json:"dark"`      // the page was dark, so the ground before it paints should be
}

// Recall reads the place that Keep wrote. Without one, or with one that makes
// no sense, it is a centred window of the usual size.
func Recall(get func(key string) (string, error)) Place {
	fresh := Place{X: -1, W: 1280, H: 820}
	text, err := get(key)
	p := fresh
	if err != nil || json.Unmarshal([]byte(text), &p) != nil {
		return fresh
	}
	p.W, p.H = max(p.W, MinWidth), max(p.H, MinHeight)
	return p
}

// Keep writes the place for the next start.
func (p Place) Keep(put func(key, value string) error) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("keep window place: %w", err)
	}
	return put(key, string(text))
}

// Placed says that the window stood somewhere before.
func (p Place) Placed() bool { return p.X >= 0 }

// Within moves and shrinks p so that all of it is on a screen of that size,
// as far as the smallest size allows.
func (p Place) Within(width, height int) Place {
	p.W, p.H = max(min(p.W, width), MinWidth), max(min(p.H, height), MinHeight)
	p.X, p.Y = max(min(p.X, width-p.W), 0), max(min(p.Y, height-p.H), 0)
	return p
}
