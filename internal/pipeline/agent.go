package pipeline

import (
	"strings"

	"github.com/mileusna/useragent"

	"github.com/clickspan/clickspan/internal/event"
)

// agent is what a user agent says about a client.
type agent struct {
	device, os, browser string
	bot                 event.Bot
}

// maxAgent is the longest user agent that is looked at; none of a browser's is longer.
const maxAgent = 1024

// describe fills what the sender left open from the record's own user agent, and
// marks bots. The text itself is dropped by redaction.
func (p *Pipeline) describe(o *event.Origin, c *event.Context) {
	if o.UserAgent == "" {
		return
	}
	if len(o.UserAgent) > maxAgent {
		o.UserAgent = strings.ToValidUTF8(o.UserAgent[:maxAgent], "")
	}
	a := p.agents.get(o.UserAgent, parseAgent)
	if c.Device == "" {
		c.Device = a.device
	}
	if c.OS == "" {
		c.OS = a.os
	}
	if c.Browser == "" {
		c.Browser = a.browser
	}
	if o.Bot == event.Human {
		o.Bot = a.bot
	}
}

func parseAgent(text string) agent {
	ua := useragent.Parse(text)
	a := agent{os: ua.OS, browser: ua.Name, bot: botOf(text)}
	switch {
	case ua.Tablet:
		a.device = "tablet"
	case ua.Mobile:
		a.device = "mobile"
	case ua.Desktop:
		a.device = "desktop"
	}
	return a
}

// botOf classifies a user agent. Crawlers come to read pages; automation is what
// somebody scripted: tests, probes, libraries. Libraries of mobile apps (okhttp,
// CFNetwork) are people.
func botOf(text string) event.Bot {
	lower := strings.ToLower(text)
	for _, word := range [...]string{
		"headlesschrome", "phantomjs", "selenium", "webdriver", "playwright", "puppeteer", "cypress", "jsdom", "electron/nightmare",
		"curl/", "wget/", "python-requests", "python-urllib", "python-httpx", "aiohttp", "go-http-client", "libwww-perl", "lwp::", "java/", "apache-httpclient",
		"axios/", "node-fetch", "undici", "got (", "guzzlehttp", "postmanruntime", "insomnia", "httpie", "rest-client", "scrapy",
		"k6/", "jmeter", "locust", "gatling", "vegeta", "apachebench", "wrk/", "artillery", "hey/0",
		"uptime", "pingdom", "statuscake", "site24x7", "datadog", "newrelicpinger", "synthetic", "checkly", "kube-probe", "googlehc", "elb-healthchecker", "healthcheck",
		"lighthouse", "pagespeed", "gtmetrix", "ptst/", "sqlmap", "nikto", "nmap", "masscan", "zgrab", "nuclei",
	} {
		if strings.Contains(lower, word) {
			return event.Automation
		}
	}
	for _, word := range [...]string{
		"crawl", "spider", "slurp", "facebookexternalhit", "facebookcatalog", "bingpreview", "mediapartners-google", "google-inspectiontool", "googleother",
		"google-read-aloud", "feedfetcher", "ia_archiver", "archive.org", "whatsapp/", "telegrambot", "embedly", "quora link preview", "skypeuripreview",
		"gptbot", "chatgpt-user", "claude-web", "claude-user", "perplexity", "bytespider", "ahrefs", "semrush", "dataprovider", "netcraft", "validator", "yandex.com/bots",
	} {
		if strings.Contains(lower, word) {
			return event.Crawler
		}
	}
	if namesBot(lower) {
		return event.Crawler
	}
	return event.Human
}

// namesBot looks for "bot" at the end of a word: Googlebot/2.1, bingbot, "my bot".
// Cubot is a telephone.
func namesBot(lower string) bool {
	for from := 0; ; {
		i := strings.Index(lower[from:], "bot")
		if i < 0 {
			return false
		}
		i += from
		end := i + len("bot")
		ends := end == len(lower) || lower[end] < 'a' || lower[end] > 'z' || strings.HasPrefix(lower[end:], "s.") || strings.HasPrefix(lower[end:], "s)")
		if ends && !strings.HasSuffix(lower[:i], "cu") {
			return true
		}
		from = end
	}
}
