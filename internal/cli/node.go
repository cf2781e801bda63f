package cli

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clickspan/clickspan/internal/connect"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/live"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// node is one data directory opened: its two stores and what works on them.
type node struct {
	meta     *meta.DB
	store    *duckdb.Store
	pipeline *pipeline.Pipeline
	linker   *pipeline.Linker
	hub      *live.Hub
	rights   *privacy.Rights
	keeper   *pipeline.Keeper
	witness  *connect.Witness
}

// openStore opens the telemetry store of the data directory.
func openStore(e *env) (*duckdb.Store, error) {
	unix.Umask(0o077) // the engine makes its files by the process's mask; they are for nobody else
	steps := &upgrade{e: e}
	return duckdb.Open(e.ctx, duckdb.Config{
		Approve: steps.approve, Migrated: steps.migrated,
		Dir: e.settings.Data, MemoryBytes: e.settings.Memory, Threads: e.settings.Threads, Logger: e.log, Now: time.Now,
	})
}

// openNode opens the data directory for this process alone. Nothing runs yet.
func openNode(e *env) (*node, error) {
	proxies, err := e.settings.proxies()
	if err != nil {
		return nil, err
	}
	if err := settingsFit(e); err != nil {
		return nil, err
	}
	engine, err := openStore(e) // first: it makes the directory and holds its lock
	if err != nil {
		return nil, err
	}
	n := &node{store: engine, hub: live.NewHub(), witness: connect.NewWitness(time.Now)}
	if n.meta, err = openMeta(e); err != nil {
		return nil, errors.Join(err, n.close())
	}
	rules, err := privacy.New(e.ctx, n.meta, privacy.Options{})
	if err != nil {
		return nil, errors.Join(err, n.close())
	}
	n.rights = &privacy.Rights{Store: n.store, Meta: n.meta, Rules: rules, Now: time.Now}
	n.linker = pipeline.NewLinker(pipeline.LinkerConfig{Store: n.store, Sessions: n.meta.SessionRule, Now: time.Now, Logger: e.log})
	n.pipeline = pipeline.New(pipeline.Config{
		Store: n.store, Rules: rules, Releases: n.meta, Proxies: proxies, Now: time.Now, Logger: e.log,
		Committed: func(b event.Batch) {
			n.hub.Publish(b)
			n.witness.Batch(b)
			n.linker.Wake()
		},
	})
	n.keeper = &pipeline.Keeper{
		Store: n.store, ExpireSalts: n.meta.ExpireSalts, Replay: n.rights.Replay, Now: time.Now, Logger: e.log,
		Retention: store.Retention{
			Raw: time.Duration(e.settings.RetainRaw), Bodies: time.Duration(e.settings.RetainBodies), Links: time.Duration(e.settings.RetainLinks),
			Minutes: time.Duration(e.settings.RetainMinutes), Hours: time.Duration(e.settings.RetainHours),
		},
	}
	if err := n.restoreSettings(e.ctx); err != nil {
		return nil, errors.Join(err, n.close())
	}
	return n, nil
}

// restoreSettings gives the pipeline what projects have told it.
func (n *node) restoreSettings(ctx context.Context) error {
	projects, err := n.meta.Projects(ctx)
	if err != nil {
		return err
	}
	for _, project := range projects {
		err := errors.Join(n.pipeline.RestoreOpenAPI(ctx, n.meta, project.ID), n.pipeline.RestoreBodies(ctx, n.meta, project.ID))
		if err != nil {
			return err
		}
	}
	return nil
}

// close closes the stores: telemetry first, whose rows refer to settings.
func (n *node) close() error {
	var errs []error
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	if n.meta != nil {
		errs = append(errs, n.meta.Close())
	}
	return errors.Join(errs...)
}
