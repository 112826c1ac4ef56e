package wechattest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// authority is a certificate authority of the test's own, and the one
// certificate that it gave, for all hosts of the platform.
type authority struct {
	pool *x509.CertPool
	pem  []byte
	leaf tls.Certificate
}

func newAuthority(tb testing.TB) *authority {
	tb.Helper()
	must := func(err error) {
		if err != nil {
			tb.Fatalf("making certificates: %v", err)
		}
	}
	year := func(c *x509.Certificate) *x509.Certificate {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
		return c
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	ca := year(&x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "wechattest"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	must(err)
	ca, err = x509.ParseCertificate(caDER)
	must(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	leaf := year(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "wx.qq.com"},
		DNSNames:    []string{"qq.com", "*.qq.com", "*.wx.qq.com", "*.weixin.qq.com"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, KeyUsage: x509.KeyUsageDigitalSignature})
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	must(err)
	a := &authority{pool: x509.NewCertPool(), leaf: tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key},
		pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})}
	a.pool.AddCert(ca)
	return a
}

// file writes the authority's certificate where SSL_CERT_FILE may point.
func (a *authority) file(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "ca.pem")
	if err := os.WriteFile(path, a.pem, 0o600); err != nil {
		tb.Fatalf("writing the test's CA: %v", err)
	}
	return path
}

// tunnels is a listener whose connections come out of the proxy.
type tunnels struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (t *tunnels) take(c net.Conn) {
	select {
	case t.conns <- c:
	case <-t.done:
		_ = c.Close()
	}
}

func (t *tunnels) shut() { t.once.Do(func() { close(t.done) }) }

// Accept implements net.Listener.
func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case c := <-t.conns:
		return c, nil
	case <-t.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (t *tunnels) Close() error { t.shut(); return nil }

// Addr implements net.Listener.
func (t *tunnels) Addr() net.Addr { return &net.TCPAddr{} }
