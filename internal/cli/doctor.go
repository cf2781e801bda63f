package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
	"github.com/clickspan/clickspan/web"
)

type doctorCmd struct {
	remoteFlags
}

// finding is one line of the doctor's report.
type finding struct {
	good bool
	text string
}

// Run prints what is right and what to fix; anything to fix is exit code 1.
func (c *doctorCmd) Run(e *env) error {
	findings, err := c.examine(e)
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range findings {
		mark := "ok "
		if !f.good {
			mark, bad = "fix", bad+1
		}
		if _, err := fmt.Fprintf(e.Out, "%s  %s\n", mark, f.text); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("what is marked fix above needs attention (%d)", bad)
	}
	return nil
}

func (c *doctorCmd) examine(e *env) ([]finding, error) {
	findings := []finding{{true, "configuration"}}
	if _, err := fs.Stat(web.Dist(), "index.html"); err != nil {
		findings = append(findings, finding{false, "the web page is not in this binary; build it with make build"})
	}
	if c.URL == "" {
		if address, err := os.ReadFile(filepath.Join(e.settings.Data, addressFile)); err == nil {
			c.URL = strings.TrimSpace(string(address))
		}
	}
	if c.URL != "" {
		more, err := c.examineServer(e)
		return append(findings, more...), err
	}
	if err := mustExist(e.settings.Data); err != nil {
		return nil, err
	}
	if missing := missingFiles(e.settings.Data); len(missing) > 0 {
		return append(findings, missing...), nil
	}
	e.settings.Migrate = migrateRefuse // a doctor changes nothing
	if err := settingsFit(e); err != nil {
		return append(findings, findingOf(err)), nil
	}
	engine, err := openStore(e)
	if err != nil {
		return append(findings, findingOf(err)), nil
	}
	defer func() { _ = engine.Close() }()
	stats, err := engine.Stats(e.ctx)
	if err != nil {
		return append(findings, finding{false, "telemetry store: " + err.Error()}), nil
	}
	now := time.Now()
	quality, err := engine.Quality(e.ctx, store.Scope{Project: meta.DefaultProject, From: now.AddDate(0, 0, -7), To: now})
	if err != nil {
		return append(findings, finding{false, "telemetry store: " + err.Error()}), nil
	}
	return append(append(findings, storeFindings(stats)...), qualityFindings(quality)...), nil
}

func findingOf(err error) finding { return finding{false, err.Error() + ". " + hintOf(err)} }

// missingFiles reports what a data directory that was ever used has and this one lacks.
// Whatever opens the directory would make it anew and empty.
func missingFiles(dir string) []finding {
	var missing []finding
	for _, file := range []struct{ name, loss string }{
		{duckdb.FileName, "every event, call and link"},
		{"settings.db", "projects, ingest keys, people who log in, goals and views"},
		{meta.KeyFile, "the keys of the identity vault: originals behind pseudonyms cannot be read"},
	} {
		if _, err := os.Stat(filepath.Join(dir, file.name)); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, finding{false, fmt.Sprintf(
				"%s is gone, and with it %s; restore it from a backup before anything starts here, because serve and import begin it anew", filepath.Join(dir, file.name), file.loss)})
		}
	}
	return missing
}

func (c *doctorCmd) examineServer(e *env) ([]finding, error) {
	remote, err := c.remote(e)
	if err != nil {
		return nil, err
	}
	var system struct {
		Version string
		Store   store.Stats
	}
	if err := remote.do(e.ctx, "GET", "/api/v1/system", nil, &system); err != nil {
		return []finding{{false, fmt.Sprintf("server at %s: %v. %s", c.URL, err, hintOf(err))}}, nil
	}
	var quality store.Quality
	if err := remote.do(e.ctx, "GET", "/api/v1/quality", nil, &quality); err != nil {
		return nil, err
	}
	findings := []finding{{true, fmt.Sprintf("server at %s answers, version %s", c.URL, system.Version)}}
	return append(append(findings, storeFindings(system.Store)...), qualityFindings(quality)...), nil
}

// storeFindings judges the engine: size and how far linking is.
func storeFindings(stats store.Stats) []finding {
	findings := []finding{{true, fmt.Sprintf("%s holds %d events, %d calls, %d spans, %d links on %d MB of disk",
		stats.Engine, stats.Events, stats.Calls, stats.Spans, stats.Links, stats.DiskBytes>>20)}}
	if behind := stats.Arrived - stats.Watermark; behind > 100_000 {
		findings = append(findings, finding{false, fmt.Sprintf("the link pass is %d rows behind; give the machine more cores or send less", behind)})
	}
	return findings
}

// qualityFindings judges the last seven days of project default.
func qualityFindings(q store.Quality) []finding {
	switch {
	case q.Calls.Total == 0 && q.Events.Total == 0:
		return []finding{{false, "nothing arrived in the last 7 days; run clickspan import access.log, or point an SDK here"}}
	case q.Events.Total == 0:
		return []finding{{false, "calls but no events: sessions and timelines need somebody to report what people do (POST /intake/events, OpenTelemetry in the browser)"}}
	case q.Calls.Total == 0:
		return []finding{{false, "events but no server calls: import an access log or send spans"}}
	}
	findings := []finding{{q.Calls.LinkedToAction > 0, fmt.Sprintf("%d of %d server calls of the last 7 days are linked to an action", q.Calls.LinkedToAction, q.Calls.Total)}}
	if q.ClockSkew.Corrected > 0 {
		findings = append(findings, finding{true, fmt.Sprintf("%d records came from clocks that were off by up to %.0f s; they were corrected", q.ClockSkew.Corrected, q.ClockSkew.MaxMS/1000)})
	}
	return findings
}
