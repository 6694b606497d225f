package main

import (
	"context"
	_ "embed" // for the icon
	"fmt"
	"io/fs"
	goruntime "runtime"
	"sync"

	"creel/backend/api"
	"creel/backend/window"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

//go:embed build/appicon.png
var icon []byte

// windowDeps is what the window needs from the rest of the program.
type windowDeps struct {
	Assets  fs.FS                            // the built page, index.html at its root
	Session func() (address, token string)   // the door: "http://127.0.0.1:4291" and its bearer token
	Get     func(key string) (string, error) // small values of the program's own; a missing key is ""
	Put     func(key, value string) error
	OnReady func(front func()) // called once the window is up; front brings it before the others
	OnQuit  func()             // called after the window is gone, before runWindow returns
}

// Window is what the page may ask of the machine; every exported method is
// callable from it. Each returns an error rather than panic, because the
// page's promise would never settle otherwise.
type Window struct {
	deps  windowDeps
	ready chan struct{} // closed once ctx is set
	ctx   context.Context

	mu    sync.Mutex
	place window.Place
}

// Session is where the page finds the door.
type Session struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

// runWindow shows the window and returns when it was closed. In a build
// without a window (no tags) it says so.
func runWindow(d windowDeps) error {
	if err := window.AvoidBlank(); err != nil {
		return fmt.Errorf("open window: %w", err)
	}
	w := &Window{deps: d, ready: make(chan struct{}), place: window.Recall(d.Get)}
	state, ground := options.Normal, options.NewRGB(255, 255, 255)
	if w.place.Maximised {
		state = options.Maximised
	}
	if w.place.Dark {
		ground = options.NewRGB(23, 26, 28) // no white flash before the dark page paints
	}
	app := &options.App{
		Title: "Creel", Width: w.place.W, Height: w.place.H, MinWidth: window.MinWidth, MinHeight: window.MinHeight,
		WindowStartState: state, BackgroundColour: ground,
		AssetServer: &assetserver.Options{Handler: api.Page(d.Assets)},
		OnStartup:   w.startup,
		OnDomReady: func(ctx context.Context) {
			// The native menu stays on so that inputs have theirs; the runtime
			// then hides it everywhere but on inputs and selected text.
			runtime.WindowExecJS(ctx, "window.wails.flags.disableDefaultContextMenu = true")
		},
		OnBeforeClose:            func(context.Context) bool { _ = w.remember(nil); return false },
		OnShutdown:               func(context.Context) { d.OnQuit() },
		EnableDefaultContextMenu: true,
		DragAndDrop:              &options.DragAndDrop{DisableWebViewDrop: true}, // a dropped file would replace the page
		Linux:                    &linux.Options{Icon: icon, ProgramName: "creel", WebviewGpuPolicy: gpuPolicy()},
		Bind:                     []any{w},
	}
	if goruntime.GOOS == "darwin" { // without an edit menu Cmd+C and Cmd+V do nothing
		app.Menu = menu.NewMenuFromItems(menu.AppMenu(), menu.EditMenu(), menu.WindowMenu())
	}
	if err := wails.Run(app); err != nil {
		return fmt.Errorf("open window: %w", err)
	}
	return nil
}

func (w *Window) startup(ctx context.Context) {
	w.ctx = ctx
	close(w.ready)
	// Asking for the screens waits until the window stands, and has been
	// centred, so that the move below comes last. Wayland ignores it.
	if screens, err := runtime.ScreenGetAll(ctx); err == nil && w.place.Placed() && !w.place.Maximised {
		p := w.place.Within(current(screens))
		runtime.WindowSetPosition(ctx, p.X, p.Y)
		if p.W != w.place.W || p.H != w.place.H {
			runtime.WindowSetSize(ctx, p.W, p.H)
		}
	}
	w.deps.OnReady(func() {
		runtime.WindowShow(ctx)
		runtime.WindowUnminimise(ctx) // on Linux this also presents a window that was not minimised
	})
}

// Session says where the door is and what opens it.
func (w *Window) Session() (s Session, err error) {
	defer rescue("read session", &err)
	s.Address, s.Token = w.deps.Session()
	return s, nil
}

// OpenExternal opens an http or https URL in the person's browser.
func (w *Window) OpenExternal(rawURL string) (err error) {
	defer rescue("open link", &err)
	return window.OpenURL(rawURL)
}

// CopyText puts text on the clipboard.
func (w *Window) CopyText(text string) (err error) {
	defer rescue("copy text", &err)
	<-w.ready
	return runtime.ClipboardSetText(w.ctx, text)
}

// SaveBody asks where to save and writes there what the door answers to a GET
// of doorPath ("/api/v1/requests/7/body"). It returns the file's path, or ""
// when the person changed their mind.
func (w *Window) SaveBody(doorPath, suggested string) (saved string, err error) {
	defer rescue("save file", &err)
	<-w.ready
	to, err := runtime.SaveFileDialog(w.ctx, runtime.SaveDialogOptions{Title: "Save", DefaultFilename: window.FileName(suggested)})
	if err != nil || to == "" {
		return "", err
	}
	address, token := w.deps.Session()
	if err := window.Save(w.ctx, address, token, doorPath, to); err != nil {
		return "", err
	}
	return to, nil
}

// Remember keeps the window's size and place, and whether the page is dark,
// for the next start. The page calls it when a resize or a theme change has
// settled; closing the window does the same.
func (w *Window) Remember(dark bool) (err error) {
	defer rescue("remember window", &err)
	<-w.ready
	return w.remember(&dark)
}

func (w *Window) remember(dark *bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if dark != nil {
		w.place.Dark = *dark
	}
	w.place.Maximised = runtime.WindowIsMaximised(w.ctx)
	if runtime.WindowIsNormal(w.ctx) { // else keep the size to come back to
		w.place.W, w.place.H = runtime.WindowGetSize(w.ctx)
		w.place.X, w.place.Y = runtime.WindowGetPosition(w.ctx)
	}
	return w.place.Keep(w.deps.Put)
}

// current is the size of the screen that the window is on.
func current(screens []runtime.Screen) (width, height int) {
	for _, s := range screens {
		if s.IsCurrent || width == 0 {
			width, height = s.Size.Width, s.Size.Height
		}
	}
	return width, height
}

// gpuPolicy picks software rendering unless a GPU really opens. Wails hands
// its enum to C with the first two swapped, so Always is what asks for
// acceleration on demand.
func gpuPolicy() linux.WebviewGpuPolicy {
	if window.HasGPU() {
		return linux.WebviewGpuPolicyAlways
	}
	return linux.WebviewGpuPolicyNever
}

func rescue(what string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s: %v", what, r)
	}
}
