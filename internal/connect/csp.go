package connect

import (
	"net/url"
	"slices"
	"strings"
)

// blocking returns the first content security policy that keeps a page from target,
// with the sources it allows; ok is false when none does. Directives are tried in
// order, as browsers fall back. nonce is that of the script's tag.
func blocking(policies []string, page, target *url.URL, nonce string, directives ...string) (directive, sources string, ok bool) {
	for _, policy := range policies {
		for one := range strings.SplitSeq(policy, ",") { // a header may carry several
			name, allowed, found := sourcesOf(one, directives)
			if found && !allows(allowed, page, target, nonce) {
				return name, strings.Join(allowed, " "), true
			}
		}
	}
	return "", "", false
}

// sourcesOf finds the directive that decides.
func sourcesOf(policy string, directives []string) (name string, sources []string, found bool) {
	listed := map[string][]string{}
	for part := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		if name := strings.ToLower(words[0]); listed[name] == nil { // the first of a name counts
			listed[name] = append([]string{}, words[1:]...)
		}
	}
	for _, name := range directives {
		if sources, ok := listed[name]; ok {
			return name, sources, true
		}
	}
	return "", nil, false
}

func allows(sources []string, page, target *url.URL, nonce string) bool {
	strict := slices.Contains(sources, "'strict-dynamic'")
	return slices.ContainsFunc(sources, func(source string) bool {
		if nonce != "" && source == "'nonce-"+nonce+"'" {
			return true
		}
		return !strict && matches(source, page, target)
	})
}

// matches reports whether a source expression other than a nonce covers target.
func matches(source string, page, target *url.URL) bool {
	switch lower := strings.ToLower(source); {
	case lower == "*":
		return true
	case lower == "'self'":
		return target.Scheme == page.Scheme && target.Host == page.Host
	case strings.HasPrefix(lower, "'"):
		return false
	case strings.HasSuffix(lower, ":"):
		return lower == target.Scheme+":"
	}
	rest := source
	if scheme, after, found := strings.Cut(source, "://"); found {
		if !strings.EqualFold(scheme, target.Scheme) && (scheme != "http" || target.Scheme != "https") {
			return false
		}
		rest = after
	}
	host, path, hasPath := strings.Cut(rest, "/")
	return hostMatches(strings.ToLower(host), target) && (!hasPath || path == "" || pathMatches("/"+path, target.Path))
}

func hostMatches(pattern string, target *url.URL) bool {
	name, port, hasPort := strings.Cut(pattern, ":")
	if hasPort && port != "*" && port != portOf(target) || !hasPort && target.Port() != "" && target.Port() != defaultPort(target) {
		return false
	}
	if suffix, wild := strings.CutPrefix(name, "*"); wild {
		return strings.HasSuffix(target.Hostname(), suffix)
	}
	return name == target.Hostname()
}

func pathMatches(pattern, path string) bool {
	if strings.HasSuffix(pattern, "/") {
		return strings.HasPrefix(path, pattern)
	}
	return path == pattern
}

func portOf(u *url.URL) string { return orElse(u.Port(), defaultPort(u)) }

func defaultPort(u *url.URL) string {
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}
