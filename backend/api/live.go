package api

import (
	"context"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

const (
	signalEvery = 50 * time.Millisecond
	pingEvery   = 20 * time.Second
	writeWait   = 10 * time.Second
)

// signal is all that rides the socket: whoever needs more asks for it.
type signal struct {
	Epoch   int64 `json:"epoch"`
	Rev     int64 `json:"rev"`
	LastSeq int64 `json:"lastSeq"`
}

// live tells a page that there is news, at most every 50 ms. The guard has
// checked Host and Origin, and needToken the token, before this.
func (s *server) live(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{
		Subprotocols: []string{liveProtocol},
		CheckOrigin:  func(*http.Request) bool { return true },
	}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer func() { _ = conn.Close() }()
	news, stop := s.desk.Subscribe()
	defer stop()
	ctx, cancel := context.WithCancel(s.closing)
	defer cancel()
	go func() {
		defer cancel()
		listen(conn)
	}()
	s.tell(ctx, conn, news)
}

// listen reads until the socket closes: the page says nothing, but pongs and
// the closing are only seen by reading.
func listen(conn *websocket.Conn) {
	conn.SetReadLimit(1 << 10)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(2*pingEvery + writeWait)) }
	conn.SetPongHandler(alive)
	_ = alive("")
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

func (s *server) tell(ctx context.Context, conn *websocket.Conn, news <-chan struct{}) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	var wait <-chan struct{} // nil while the last signal is younger than signalEvery
	var last signal
	for {
		select {
		case <-ctx.Done():
			_ = conn.WriteControl(websocket.CloseMessage,
				websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(time.Second))
			return
		case <-ping.C:
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)) != nil {
				return
			}
		case <-pause.C:
			wait = news
			if last != (signal{}) {
				continue
			}
			if last = s.now(); !send(conn, last) {
				return
			}
		case <-wait:
			if now := s.now(); now != last {
				if last = now; !send(conn, last) {
					return
				}
				wait = nil
				pause.Reset(signalEvery)
			}
		}
	}
}

func (s *server) now() signal {
	c := s.desk.Change()
	return signal{Epoch: c.Epoch, Rev: c.Rev, LastSeq: c.LastSeq}
}

func send(conn *websocket.Conn, v signal) bool {
	_ = conn.SetWriteDeadline(time.Now().Add(writeWait))
	return conn.WriteJSON(v) == nil
}
