package main

import (
	"context"
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

// windowDeps is what the window needs from the rest of the program.
type windowDeps struct {
	Assets  fs.FS                            // the built page, index.html at its root
	Session func() (address, token string)   // the door: "http://127.0.0.1:4291" and its bearer token
	Get     func(key string) (string, error) // small values of the program's own; a missing key is ""
	Put     func(key, value string) error
	OnReady func(front func()) // called once the window is up; front brings it before the others
	OnQuit  func()             // called after the window is gone, before runWindow returns
}

// App is what the page may ask of the machine; every exported method is
// callable from it. Each returns an error rather than panic, because the
// page's promise would never settle otherwise.
type App struct {
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
	a := &App{deps: d, ready: make(chan struct{}), place: window.Recall(d.Get)}
	state, ground := options.Normal, options.NewRGB(255, 255, 255)
	if a.place.Maximised {
		state = options.Maximised
	}
	if a.place.Dark {
		ground = options.NewRGB(23, 26, 28) // no white flash before the dark page paints
	}
	app := &options.App{
		Title: "Creel", Width: a.place.W, Height: a.place.H, MinWidth: window.MinWidth, MinHeight: window.MinHeight,
		WindowStartState: state, BackgroundColour: ground,
		AssetServer: &assetserver.Options{Handler: api.Page(d.Assets)},
		OnStartup:   a.startup,
		OnDomReady: func(ctx context.Context) {
			// The native menu stays on so that inputs have theirs; the runtime
			// then hides it everywhere but on inputs and selected text.
			runtime.WindowExecJS(ctx, "window.wails.flags.disableDefaultContextMenu = true")
		},
		OnBeforeClose:            func(context.Context) bool { _ = a.remember(nil); return false },
		OnShutdown:               func(context.Context) { d.OnQuit() },
		EnableDefaultContextMenu: true,
		DragAndDrop:              &options.DragAndDrop{DisableWebViewDrop: true}, // a dropped file would replace the page
		Linux:                    &linux.Options{ProgramName: "creel", WebviewGpuPolicy: gpuPolicy()},
		Bind:                     []any{a},
	}
	if goruntime.GOOS == "darwin" { // without an edit menu Cmd+C and Cmd+V do nothing
		app.Menu = menu.NewMenuFromItems(menu.AppMenu(), menu.EditMenu(), menu.WindowMenu())
	}
	if err := wails.Run(app); err != nil {
		return fmt.Errorf("open window: %w", err)
	}
	return nil
}

func (a *App) startup(ctx context.Context) {
	a.ctx = ctx
	close(a.ready)
	// Asking for the screens waits until the window stands, and has been
	// centred, so that the move below comes last. Wayland ignores it.
	if screens, err := runtime.ScreenGetAll(ctx); err == nil && a.place.Placed() && !a.place.Maximised {
		p := a.place.Within(current(screens))
		runtime.WindowSetPosition(ctx, p.X, p.Y)
		if p.W != a.place.W || p.H != a.place.H {
			runtime.WindowSetSize(ctx, p.W, p.H)
		}
	}
	a.deps.OnReady(func() {
		runtime.WindowShow(ctx)
		runtime.WindowUnminimise(ctx) // on Linux this also presents a window that was not minimised
	})
}

// Session says where the door is and what opens it.
func (a *App) Session() (s Session, err error) {
	defer rescue("read session", &err)
	s.Address, s.Token = a.deps.Session()
	return s, nil
}

// OpenExternal opens an http or https URL in the person's browser.
func (a *App) OpenExternal(rawURL string) (err error) {
	defer rescue("open link", &err)
	return window.OpenURL(rawURL)
}

// CopyText puts text on the clipboard.
func (a *App) CopyText(text string) (err error) {
	defer rescue("copy text", &err)
	<-a.ready
	return runtime.ClipboardSetText(a.ctx, text)
}

// SaveBody asks where to save and writes there what the door answers to a GET
// of doorPath ("/api/v1/requests/7/body"). It returns false when the person
// changed their mind.
func (a *App) SaveBody(doorPath, suggested string) (saved bool, err error) {
	defer rescue("save file", &err)
	<-a.ready
	to, err := runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{Title: "Save", DefaultFilename: window.FileName(suggested)})
	if err != nil || to == "" {
		return false, err
	}
	address, token := a.deps.Session()
	if err := window.Save(a.ctx, address, token, doorPath, to); err != nil {
		return false, err
	}
	return true, nil
}

// SetTitle names the window, for the task bar.
func (a *App) SetTitle(title string) (err error) {
	defer rescue("set title", &err)
	<-a.ready
	runtime.WindowSetTitle(a.ctx, title)
	return nil
}

// Remember keeps the window's size and place, and whether the page is dark,
// for the next start. The page calls it when a resize or a theme change has
// settled; closing the window does the same.
func (a *App) Remember(dark bool) (err error) {
	defer rescue("remember window", &err)
	<-a.ready
	return a.remember(&dark)
}

func (a *App) remember(dark *bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if dark != nil {
		a.place.Dark = *dark
	}
	a.place.Maximised = runtime.WindowIsMaximised(a.ctx)
	if runtime.WindowIsNormal(a.ctx) { // else keep the size to come back to
		a.place.W, a.place.H = runtime.WindowGetSize(a.ctx)
		a.place.X, a.place.Y = runtime.WindowGetPosition(a.ctx)
	}
	return a.place.Keep(a.deps.Put)
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
