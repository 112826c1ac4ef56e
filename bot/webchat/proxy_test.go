package webchat

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// proxy stands between a browser and the program, and can be cut.
type proxy struct {
	url    string
	server *httptest.Server
}

func newProxy(t *testing.T, target string, away *atomic.Bool) *proxy {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	through := httputil.NewSingleHostReverseProxy(u)
	through.FlushInterval = -1
	through.Transport = &http.Transport{}
	through.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		r.Header.Del("Origin") // the program sees the proxy's address as another site's
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		through.Transport.(*http.Transport).CloseIdleConnections()
	})
	return &proxy{server.URL, server}
}

func (p *proxy) hangUp() { p.server.CloseClientConnections() }
