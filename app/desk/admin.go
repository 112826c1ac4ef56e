package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"youshi/app/print"
	"youshi/config"
	"youshi/grid"
	"youshi/storage"
	"youshi/storage/bolt"
)

// Admin is the admin socket of a running program, <data>/youshi.sock: whoever
// may open it (0600: the same user) has store commands run by the program that
// holds the store.
type Admin struct {
	Config config.Config
	Store  storage.Store
	Log    *slog.Logger
	Now    func() time.Time // nil: the machine's time
	// Revoked is told who lost an office, in the transaction that ends it; nil: nobody is.
	Revoked func(storage.Tx, grid.Person) error
	// Channels tells how the channels stand, for check; nil: nothing is told.
	Channels func(ctx context.Context, k *print.Findings) error
}

// The trailers that tell how an answer ended. Without them it broke off.
const (
	endTrailer = "Youshi-End" // "ok", or a grid.Code, or "error"
	sayTrailer = "Youshi-Say" // the sentence, quoted
)

// Run answers until ctx is done. Run it only while holding the store: whoever
// does owns the socket, so a socket that lies there is a killed program's and is
// replaced.
func (a Admin) Run(ctx context.Context) error {
	sock, err := openSocket(ctx, a.Config.Data)
	if err != nil {
		return fmt.Errorf("opening the admin socket: %w", err)
	}
	defer os.Remove(socketOf(a.Config.Data))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, os.Getpid()) })
	mux.HandleFunc("POST /ask", a.answer)
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(sock) }()
	select {
	case err = <-served:
		return fmt.Errorf("serving the admin socket: %w", err)
	case <-ctx.Done():
	}
	// What runs has lost its context and ends soon.
	soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = server.Shutdown(soon)
	if err != nil {
		err = server.Close()
	}
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// answer runs one store command and streams what it prints.
func (a Admin) answer(w http.ResponseWriter, r *http.Request) {
	var ask Ask
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&ask); err != nil {
		http.Error(w, "this is no command: "+err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Trailer", endTrailer+", "+sayTrailer)
	now := time.Now
	if a.Now != nil {
		now = a.Now
	}
	err := desk{store: a.Store, config: a.Config, now: now(), revoked: a.Revoked, channels: a.Channels}.answer(r.Context(), ask, w)
	if err == nil {
		w.Header().Set(endTrailer, "ok")
		return
	}
	code := string(grid.CodeOf(err))
	if code == "" {
		code = "error"
	}
	w.Header().Set(endTrailer, code)
	w.Header().Set(sayTrailer, strconv.QuoteToASCII(err.Error()))
}

// AskStore runs a store command and prints its results to out: in the program
// that holds the store where one runs, and otherwise here, on the file opened
// for reading. Errors are grid.Errors where the asker or operator must act.
func AskStore(ctx context.Context, c config.Config, ask Ask, out io.Writer) error {
	conn, err := dial(ctx, c.Data)
	switch {
	case err == nil:
		return askProgram(ctx, conn, ask, out)
	case !noneRuns(err):
		return err
	}
	store, err := bolt.Open(ctx, StorePath(c), bolt.Options{ReadOnly: ask.Command != "person erase"})
	if grid.CodeOf(err) == grid.NotFound {
		return &grid.Error{Code: grid.NotFound, Say: fmt.Sprintf("there is no store in %s yet: start youshi serve first, or name the site's config with --config", c.Data)}
	} else if err != nil {
		return err
	}
	err = desk{store: store, config: c, now: time.Now()}.answer(ctx, ask, out)
	return errors.Join(err, store.Close())
}

// Answer carries out a store command on a store that the caller holds, at that time.
func Answer(ctx context.Context, store storage.Store, c config.Config, now time.Time, ask Ask, out io.Writer) error {
	return desk{store: store, config: c, now: now}.answer(ctx, ask, out)
}

// StorePath is where the site's store lies.
func StorePath(c config.Config) string { return filepath.Join(c.Data, "youshi.db") }

// Alone returns a grid.Error (Shut) at once when a program already runs on the
// same data. nil is no promise: the store's own lock decides.
func Alone(ctx context.Context, c config.Config) error {
	conn, err := dial(ctx, c.Data)
	switch {
	case err != nil && noneRuns(err):
		return nil
	case err != nil:
		return err
	}
	who := "another youshi"
	pid := new(bytes.Buffer)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if over(ctx, conn, http.MethodGet, "/", nil, pid) == nil {
		who += " (process " + string(bytes.TrimSpace(pid.Bytes())) + ")"
	}
	return &grid.Error{Code: grid.Shut, Say: fmt.Sprintf("%s already runs on %s: stop it first, or set another data folder", who, c.Data)}
}

func askProgram(ctx context.Context, conn net.Conn, ask Ask, out io.Writer) error {
	body, err := json.Marshal(ask)
	if err != nil {
		_ = conn.Close() // nothing was said on it
		return fmt.Errorf("asking the running program: %w", err)
	}
	return over(ctx, conn, http.MethodPost, "/ask", body, out)
}

// over does one request on conn and closes it. The error is the one the program
// told, or says that its answer broke off.
func over(ctx context.Context, conn net.Conn, method, path string, body []byte, out io.Writer) error {
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
	defer func() {
		transport.CloseIdleConnections()
		_ = conn.Close() // most often closed already
	}()
	r, err := http.NewRequestWithContext(ctx, method, "http://youshi"+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("asking the running program: %w", err)
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("asking the running program: %w", err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(out, answer.Body); err != nil {
		return fmt.Errorf("the running program's answer broke off: %w", err)
	}
	end := answer.Trailer.Get(endTrailer)
	switch {
	case answer.StatusCode != http.StatusOK:
		return fmt.Errorf("the running program does not know this command (%s): is it another version?", answer.Status)
	case end == "ok" || method == http.MethodGet:
		return nil
	case end == "":
		return errors.New("the running program's answer broke off")
	}
	say, err := strconv.Unquote(answer.Trailer.Get(sayTrailer))
	if err != nil {
		say = "the running program failed"
	}
	if end == "error" {
		return errors.New(say)
	}
	return &grid.Error{Code: grid.Code(end), Say: say}
}

func socketOf(data string) string { return filepath.Join(data, "youshi.sock") }

// openSocket makes the socket under another name and moves it into place, so that
// nobody ever meets it with other permissions than 0600.
func openSocket(ctx context.Context, data string) (net.Listener, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	name := "youshi.sock." + strconv.Itoa(os.Getpid())
	path := filepath.Join(data, name)
	address, done, err := reach(data, name)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", address)
	if err != nil {
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // it moves; Run removes it
	err = os.Chmod(path, 0o600)
	if err == nil {
		err = os.Rename(path, socketOf(data))
	}
	if err != nil {
		return nil, errors.Join(err, l.Close(), os.Remove(path))
	}
	return l, nil
}

func dial(ctx context.Context, data string) (net.Conn, error) {
	address, done, err := reach(data, "youshi.sock")
	if err != nil {
		return nil, err
	}
	defer done()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", address)
	if errors.Is(err, fs.ErrPermission) {
		return nil, &grid.Error{Code: grid.Forbidden, Say: fmt.Sprintf("a program runs on %s under another user: ask as that user", data), Err: err}
	}
	return conn, err
}

// noneRuns says whether dialling failed because there is no socket, or one that
// nobody listens on any more.
func noneRuns(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}

// longest is how long a socket's address may be on every system.
const longest = 100

// reach gives an address for a file of the folder that fits into a socket's
// address, and what to call once it was used.
func reach(dir, name string) (address string, done func(), err error) {
	path := filepath.Join(dir, name)
	if len(path) <= longest {
		return path, func() {}, nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	short := fmt.Sprintf("/proc/self/fd/%d", f.Fd())
	if _, err := os.Stat(short); err != nil {
		return "", nil, errors.Join(&grid.Error{Code: grid.Shut, Say: fmt.Sprintf("%s is too long a path for a socket (over %d bytes): set a shorter data folder", path, longest)}, f.Close())
	}
	return filepath.Join(short, name), func() { _ = f.Close() }, nil
}
