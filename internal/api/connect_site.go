package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/clickspan/clickspan/internal/connect"
)

const (
	// siteTimeout bounds a look at a site, and siteAge how long it is good for.
	siteTimeout = 5 * time.Second
	siteAge     = 10 * time.Second
	// siteBytes is how much of a page is read; its head is at the beginning.
	siteBytes = 512 << 10
	// siteAgent marks our own requests, which are no evidence of a visit.
	siteAgent = "Clickspan-Connect/1 (bot)"
)

// sites looks at the page of the application that is being connected, as its
// operator would: is the tag there, does the script answer, what does the policy
// forbid. It sends no cookie, stays on the site's host and tells the client nothing
// of the page but that.
type sites struct {
	client *http.Client
	now    func() time.Time

	mu   sync.Mutex
	url  string
	at   time.Time
	last *connect.Check
}

func newSites(now func() time.Time) *sites {
	dialer := &net.Dialer{Control: noLinkLocal}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = dialer.DialContext
	return &sites{now: now, client: &http.Client{
		Timeout: siteTimeout, Transport: transport,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Hostname() != via[0].URL.Hostname() || len(via) > 5 {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}}
}

// noLinkLocal keeps a look from the addresses where clouds tell machines their
// secrets; no application is there. It sees the address itself, whatever its name.
func noLinkLocal(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); ip.IsLinkLocalUnicast() {
		return fmt.Errorf("%s is not asked: it is an address of this machine's network only", ip)
	}
	return nil
}

// look fetches the page and the script it names; what was seen is good for a while.
func (s *sites) look(ctx context.Context, site *url.URL) *connect.Check {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil || s.url != site.String() || s.now().Sub(s.at) > siteAge {
		check := s.fetch(ctx, site)
		if ctx.Err() != nil { // who asked went away, which says nothing of the site
			return check
		}
		s.last, s.url, s.at = check, site.String(), s.now()
	}
	return s.last
}

func (s *sites) fetch(ctx context.Context, site *url.URL) *connect.Check {
	check := &connect.Check{Page: site}
	page, err := s.get(ctx, site)
	if err != nil {
		check.Failed = err.Error()
		return check
	}
	check.Status, check.Page = page.status, page.url
	check.Policies = append(page.header.Values("Content-Security-Policy"), metaPolicies(page.body)...)
	tag := scriptTag.FindString(page.body)
	if tag == "" {
		return check
	}
	check.TagKey, check.Nonce = attribute(tag, "data-key"), attribute(tag, "nonce")
	if check.Script, err = check.Page.Parse(attribute(tag, "src")); err != nil {
		check.Script = nil
		return check
	}
	check.Answer = s.scriptAnswer(ctx, check)
	return check
}

// scriptAnswer says what the script's address answered, "" when it was a script.
// Another host's is not asked.
func (s *sites) scriptAnswer(ctx context.Context, check *connect.Check) string {
	if check.Script.Hostname() != check.Page.Hostname() {
		return ""
	}
	script, err := s.get(ctx, check.Script)
	switch {
	case err != nil:
		return err.Error()
	case script.status != http.StatusOK:
		return fmt.Sprintf("status %d", script.status)
	case !strings.Contains(script.header.Get("Content-Type"), "javascript"):
		return "something that is not a script: " + script.header.Get("Content-Type")
	}
	return ""
}

// fetched is an answer read to its end, or as far as it may be.
type fetched struct {
	url    *url.URL // after redirects
	status int
	header http.Header
	body   string
}

func (s *sites) get(ctx context.Context, from *url.URL) (fetched, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return fetched{}, err
	}
	r.Header.Set("User-Agent", siteAgent)
	r.Header.Set("Accept", "text/html,*/*")
	answer, err := s.client.Do(r)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // without the address, which the caller names
		}
		return fetched{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, siteBytes))
	return fetched{answer.Request.URL, answer.StatusCode, answer.Header, string(body)}, err
}

var (
	scriptTag = regexp.MustCompile(`(?i)<script\b[^>]*\bclickspan\.js[^>]*>`)
	metaTag   = regexp.MustCompile(`(?i)<meta\b[^>]*http-equiv\s*=\s*["']?content-security-policy["']?[^>]*>`)
)

func metaPolicies(page string) (policies []string) {
	for _, tag := range metaTag.FindAllString(page, -1) {
		policies = append(policies, attribute(tag, "content"))
	}
	return policies
}

// attribute returns the value of a tag's attribute, "" when it has none.
func attribute(tag, name string) string {
	found := regexp.MustCompile(`(?i)\s` + name + `\s*=\s*("([^"]*)"|'([^']*)'|([^\s>]+))`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return found[2] + found[3] + found[4]
}

// notice keeps what a diagnosis needs of a request that was answered.
func (s *Server) notice(r *http.Request, status int) {
	switch {
	case r.URL.Path == "/clickspan.js" && r.UserAgent() != siteAgent:
		s.witness.Script()
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		if key, intake := s.intakeKey(r); intake {
			s.witness.Refuse(connect.Refusal{Path: r.URL.Path, Status: status, Key: key[:min(len(key), 12)], Origin: r.Header.Get("Origin")})
		}
	}
}

// intakeKey returns the key of an intake request.
func (s *Server) intakeKey(r *http.Request) (key string, intake bool) {
	if _, pattern := s.intake.Handler(r); pattern == "" {
		return "", false
	}
	return sentKey(r), true
}
